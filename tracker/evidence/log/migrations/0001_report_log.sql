-- The report log as PostgreSQL keeps it: append-only, written in turn, each revision following the one before.
-- The tables lie in the first schema of the search path; PostGIS is there already.
CREATE TABLE report_log(
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  report_id   text NOT NULL CHECK(length(report_id) > 0),
  revision    integer NOT NULL CHECK(revision >= 1),
  operation   text NOT NULL CHECK(operation IN ('add', 'correct', 'retract', 'restore', 'link', 'unlink')),
  author      text NOT NULL CHECK(length(trim(author)) > 0),
  reason      text CHECK(operation = 'add' OR length(trim(coalesce(reason, ''))) > 0),
  recorded_at timestamptz(3) NOT NULL,
  relation    text CHECK(relation IN ('repost', 'same event', 'different')),
  other_id    text,
  kind        text NOT NULL,
  unit        text,
  earliest    timestamptz(3) NOT NULL,
  latest      timestamptz(3) CHECK(latest >= earliest),
  time_basis  text,
  place       text,
  admin       text,
  road        text,
  heading     text,
  vehicles    text,
  lon         double precision CHECK(lon BETWEEN -180 AND 180),
  lat         double precision CHECK(lat BETWEEN -90 AND 90),
  radius_m    double precision,
  summary     text,
  publisher   text,
  origin      text,
  url         text,
  archive_url text,
  published   text,
  reliability text,
  credibility smallint,
  notes       text,
  prev_hash   text,
  hash        text NOT NULL,
  -- In the order of the log even after a dump went to another server, whose transactions count anew.
  txid        xid8 NOT NULL DEFAULT greatest(
    pg_current_xact_id(), coalesce(nullif(current_setting('tracker.last_txid', true), ''), '0')::xid8),
  geom        geometry(Point, 4326) GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)) STORED,
  CONSTRAINT report_log_one_of_each UNIQUE(report_id, revision),
  CONSTRAINT report_log_begins CHECK((revision = 1) = (operation = 'add')),
  CONSTRAINT report_log_follows CHECK((revision = 1) = (prev_hash IS NULL)),
  CONSTRAINT report_log_links_other CHECK((operation IN ('link', 'unlink')) = (other_id IS NOT NULL)),
  CONSTRAINT report_log_links_how CHECK((relation IS NULL) = (other_id IS NULL)),
  CONSTRAINT report_log_point CHECK((lon IS NULL) = (lat IS NULL)));
CREATE INDEX report_log_unit ON report_log(unit);
CREATE INDEX report_log_txid ON report_log(txid, seq);
CREATE INDEX report_log_earliest ON report_log(earliest);
CREATE INDEX report_log_changed ON report_log(report_id, revision) WHERE revision > 1;
CREATE INDEX report_log_links ON report_log(other_id) WHERE other_id IS NOT NULL;
CREATE INDEX report_log_geom ON report_log USING gist(geom);

-- ---- nothing is changed or removed, not even by the owner

CREATE FUNCTION report_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'report_log is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER report_log_no_update BEFORE UPDATE ON report_log EXECUTE FUNCTION report_log_refuse();
CREATE TRIGGER report_log_no_delete BEFORE DELETE ON report_log EXECUTE FUNCTION report_log_refuse();
CREATE TRIGGER report_log_no_truncate BEFORE TRUNCATE ON report_log EXECUTE FUNCTION report_log_refuse();

-- ---- one writer at a time, so that numbers, times and commits have one order

CREATE FUNCTION report_log_turn(OUT now timestamptz) LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1919247980, 'report_log'::regclass::oid::integer);
  -- A new statement, which sees what the last writer has committed.
  now := greatest(date_trunc('milliseconds', clock_timestamp()),
                  (SELECT recorded_at FROM report_log ORDER BY seq DESC LIMIT 1));
END $$;
CREATE FUNCTION report_log_in_turn() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1919247980, TG_RELID::integer);
  PERFORM set_config('tracker.last_txid',
                     coalesce((SELECT txid::text FROM report_log ORDER BY txid DESC, seq DESC LIMIT 1), ''), true);
  RETURN NULL;
END $$;
CREATE TRIGGER report_log_in_turn BEFORE INSERT ON report_log EXECUTE FUNCTION report_log_in_turn();

CREATE FUNCTION report_log_in_order() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  first bigint;
  earliest_record timestamptz;
BEGIN
  SELECT min(seq), min(recorded_at) INTO first, earliest_record FROM fresh;
  IF (SELECT count(*) FROM report_log WHERE seq >= first) <> (SELECT count(*) FROM fresh)
    OR earliest_record < (SELECT recorded_at FROM report_log WHERE seq < first ORDER BY seq DESC LIMIT 1)
  THEN
    RAISE EXCEPTION 'report_log: a revision comes after all others and is not recorded before them'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER report_log_in_order AFTER INSERT ON report_log REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION report_log_in_order();

CREATE FUNCTION report_log_chain() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT EXISTS(SELECT FROM report_log p
    WHERE p.report_id = NEW.report_id AND p.revision = NEW.revision - 1 AND p.hash = NEW.prev_hash)
  THEN
    RAISE EXCEPTION 'report_log: no such revision to follow' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER report_log_chain BEFORE INSERT ON report_log FOR EACH ROW WHEN (NEW.revision > 1)
  EXECUTE FUNCTION report_log_chain();

-- ---- who waits is woken, and looks

CREATE FUNCTION report_log_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('report_log_' || TG_RELID, '');
  RETURN NULL;
END $$;
CREATE TRIGGER report_log_tell AFTER INSERT ON report_log EXECUTE FUNCTION report_log_tell();

-- Also in sessions that ask for no triggers (session_replication_role = replica).
ALTER TABLE report_log
  ENABLE ALWAYS TRIGGER report_log_no_update,
  ENABLE ALWAYS TRIGGER report_log_no_delete,
  ENABLE ALWAYS TRIGGER report_log_no_truncate,
  ENABLE ALWAYS TRIGGER report_log_in_turn,
  ENABLE ALWAYS TRIGGER report_log_in_order,
  ENABLE ALWAYS TRIGGER report_log_chain,
  ENABLE ALWAYS TRIGGER report_log_tell;

-- ---- for QGIS and others: the reports that hold

CREATE VIEW reports AS
SELECT seq, report_id, kind, unit, earliest, latest, time_basis, place, admin, road, heading, vehicles, geom,
  radius_m, summary, publisher, origin, url, archive_url, published, reliability, credibility, notes, revision, author,
  recorded_at
FROM report_log r WHERE operation <> 'retract'
  AND NOT EXISTS(SELECT 1 FROM report_log n WHERE n.report_id = r.report_id AND n.revision = r.revision + 1);
