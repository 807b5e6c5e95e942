"""What keeps a log in PostgreSQL append-only and whole, and whether it still stands as it was made."""

import sqlalchemy as sa

# Name and definition of every guard, free of the schema's name, which a restored dump may change.
_GUARDS = """
WITH log AS (
  SELECT c.oid, n.oid AS space, quote_ident(n.nspname) || '.' AS prefix
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = 'report_log'::regclass)
SELECT 'trigger ' || t.tgname,
  replace(pg_get_triggerdef(t.oid), prefix, '') || ' enabled=' || t.tgenabled::text
  FROM pg_trigger t JOIN log ON t.tgrelid = log.oid WHERE NOT t.tgisinternal
UNION ALL SELECT 'function ' || p.proname, p.prosrc
  FROM pg_proc p JOIN log ON p.pronamespace = log.space WHERE starts_with(p.proname, 'report_log_')
UNION ALL SELECT 'constraint ' || k.conname, pg_get_constraintdef(k.oid) || ' valid=' || k.convalidated::text
  FROM pg_constraint k JOIN log ON k.conrelid = log.oid WHERE k.contype <> 'n'
UNION ALL SELECT 'index ' || i.relname,
  replace(pg_get_indexdef(x.indexrelid), prefix, '') || ' valid=' || x.indisvalid::text
  FROM pg_index x JOIN log ON x.indrelid = log.oid JOIN pg_class i ON i.oid = x.indexrelid
UNION ALL SELECT 'column ' || a.attname,
  format_type(a.atttypid, a.atttypmod) || ' required=' || a.attnotnull::text || ' identity=' || a.attidentity::text
  || ' generated=' || a.attgenerated::text || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
  FROM pg_attribute a JOIN log ON a.attrelid = log.oid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT 'view ' || v.relname, replace(pg_get_viewdef(v.oid), prefix, '')
  FROM pg_class v JOIN log ON v.relnamespace = log.space WHERE v.relkind = 'v' AND v.relname = 'reports'
UNION ALL SELECT 'PostgreSQL', split_part(current_setting('server_version'), '.', 1)
"""


def note_guards(connection: sa.Connection) -> None:
    """Keep the guards as they were just made, for `missing_guards`."""
    connection.exec_driver_sql("DELETE FROM report_log_guards")
    connection.exec_driver_sql(f"INSERT INTO report_log_guards(name, definition) {_GUARDS}")


def missing_guards(connection: sa.Connection) -> list[str]:
    """What is missing, switched off or not as it was made, in words."""
    noted = _pairs(connection, "SELECT name, definition FROM report_log_guards")
    if not noted:
        return ["the table report_log_guards is empty, so that nothing tells how the log was made"]
    here = _pairs(connection, _GUARDS)
    # Another version of the server may write the same definition in other words.
    comparable = noted.pop("PostgreSQL", None) == here.pop("PostgreSQL")
    found = []
    for name in sorted({*noted, *here}):
        if name not in here:
            found.append(f"the {name} is missing")
        elif "enabled=D" in here[name] or "enabled=R" in here[name]:
            found.append(f"the {name} is switched off")
        elif name not in noted:
            found.append(f"the {name} is not the log's")
        elif here[name] != noted[name] and (comparable or name.startswith("function")):
            found.append(f"the {name} is not as it was made")
    return found


def _pairs(connection: sa.Connection, query: str) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in connection.exec_driver_sql(query)}
