"""Where the bundled case lies: inside an installed package, or beside it in a checkout."""

from pathlib import Path

from tracker.model.errors import MissingFile

_PACKAGE = Path(__file__).resolve().parents[1]


def bundled(name: str) -> Path:
    """Path of one file of the bundled case.

    Parameters
    ----------
    name : file name inside geodata/, e.g. ``"reports.csv"``

    Raises
    ------
    MissingFile
        When neither the installed package nor the checkout has it.

    Examples
    --------
    >>> bundled("reports.csv").name
    'reports.csv'
    """
    return _find(name, inside="_geodata", beside="geodata")


def bundled_dashboard(name: str) -> Path:
    """Path of one Streamlit page of the dashboards, e.g. ``"app.py"``.

    Raises
    ------
    MissingFile
        When neither the installed package nor the checkout has it.
    """
    return _find(name, inside="_dashboards", beside="dashboards")


def _find(name: str, *, inside: str, beside: str) -> Path:
    # The wheel has the first, a checkout the second; a stale copy of the first never lies in a checkout.
    for folder in (_PACKAGE / inside, _PACKAGE.parent / beside):
        path = folder / name
        if path.is_file():
            return path
    raise MissingFile(
        f"{beside}/{name} is neither in the installed package ({_PACKAGE / inside}) nor in a checkout "
        f"({_PACKAGE.parent / beside}); reinstall convoy-tracker, or give a path of your own"
    )
