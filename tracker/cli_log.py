"""The commands of the report log: `tracker log add`, `list`, `correct` and so on."""

import typer

from tracker import cli_log_asking, cli_log_changing

app = typer.Typer(
    no_args_is_help=True,
    help="Keep reports in a log: every change with who, when and why, and nothing ever lost. Name the log with --log "
    "or the environment variable TRACKER_LOG, and yourself with --author or TRACKER_AUTHOR. Exit codes: 0 done, "
    "1 a report has faults, 2 misspelt, 3 refused, 4 the log is not as it was written.",
)

for _name, _command in (
    ("add", cli_log_changing.add),
    ("import", cli_log_changing.import_),
    ("list", cli_log_asking.list_),
    ("show", cli_log_asking.show),
    ("correct", cli_log_changing.correct),
    ("retract", cli_log_changing.retract),
    ("restore", cli_log_changing.restore),
    ("history", cli_log_asking.history),
    ("changes", cli_log_asking.changes),
    ("suggest", cli_log_asking.suggest),
    ("link", cli_log_changing.link),
    ("unlink", cli_log_changing.unlink),
    ("export", cli_log_asking.export),
    ("snapshot", cli_log_asking.snapshot),
    ("verify", cli_log_asking.verify),
):
    app.command(_name)(_command)
