"""What a file is: told by its first bytes, held against the ending of its name, and refused where it is a trap."""

import codecs
import os
import re
import stat
from pathlib import Path

from tracker.evidence.files.parsers.limits import MAX_BYTES, MIB
from tracker.model import Fault, MissingFile

TEXT = "text"
"""CSV, TSV and other separated text, which our own reader takes in this process."""

_HEAD = 64 * 1024
_ENDINGS = {
    ".csv": TEXT, ".tsv": TEXT, ".tab": TEXT, ".txt": TEXT,
    ".json": "json", ".geojson": "json",
    ".gpkg": "gpkg", ".sqlite": "gpkg", ".sqlite3": "gpkg", ".db": "gpkg",
    ".parquet": "parquet", ".geoparquet": "parquet", ".pq": "parquet",
    ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".kml": "kml", ".kmz": "kmz", ".gpx": "gpx",
}  # fmt: skip
_NAMES = {
    TEXT: "CSV",
    "json": "JSON",
    "gpkg": "an SQLite or GeoPackage file",
    "parquet": "a Parquet file",
    "xlsx": "an Excel workbook",
    "kml": "XML (KML)",
    "kmz": "a zip archive (KMZ)",
    "gpx": "XML (GPX)",
}
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"\x7fELF", "a program"),
    (b"FlatGeobuf"[:3] + b"\x03", "a FlatGeobuf file"),
    (b"ARROW1", "an Arrow file"),
)
_AS_CSV = "save its table as CSV, UTF-8 (in Excel: Save as > CSV UTF-8)"
_PICKLE = re.compile(rb"\x80[\x00-\x05][\x00-\xff]|c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n|\((?:dp|lp|i[\w.]+\n)")
_WIDE = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/+|[A-Za-z][A-Za-z0-9+.-]*://")
_VSI = re.compile(r"[/\\]+vsi[a-z0-9_]*[/\\]", re.IGNORECASE)
_DATABASE = re.compile(r"postgres(?:ql)?(?:\+\w+)?:", re.IGNORECASE)


def recognised(path: str | os.PathLike[str]) -> str | Fault:
    """The format of a file, or the fault for which it is not opened.

    A file with the ending of a database, or with a journal beside it, is not opened here: closing it would drop the
    locks by which this process may be writing it (DESIGN 5.11). The parsing process looks at its first bytes.

    Raises
    ------
    MissingFile
        When there is no such file.

    Examples
    --------
    >>> recognised("https://example.org/march.csv").problem
    'is a web address or a path of GDAL, which is never followed'
    """
    if problem := _refused_path(os.fspath(path)):
        return problem
    path = Path(path)
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        raise MissingFile(f"there is no file {str(path)!r}; check the path") from None
    except OSError as error:
        return _unreadable(path, error)
    if stat.S_ISDIR(state.st_mode):
        return _fault(path, "is a folder", "name the file inside it")
    if not stat.S_ISREG(state.st_mode):
        return _fault(path, "is not a regular file", "copy what it gives into a file")
    if state.st_size > MAX_BYTES:
        return _fault(path, f"is larger than {MAX_BYTES // MIB} MiB", "split it")
    ending, real = path.suffix.lower(), path.resolve()
    beside = any(os.path.exists(f"{real}{end}") for end in ("-wal", "-shm", "-journal"))
    if beside or "gpkg" in (_ENDINGS.get(ending), _ENDINGS.get(real.suffix.lower())):
        return "gpkg"
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        return _unreadable(path, error)
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        return TEXT  # empty, which the reader of text says
    found = _content(head)
    if found not in _NAMES:
        return _fault(path, found, _AS_CSV if ":" not in found else "export its table as GeoJSON or CSV")
    meant = _ENDINGS.get(ending)
    if found == TEXT and meant not in (None, TEXT) and head.startswith(_WIDE):
        return _fault(path, "is not UTF-8 (it looks like UTF-16 or UTF-32)", "save the file as UTF-8")
    if meant is not None and meant != found and not (meant == "kmz" and found == "xlsx"):
        remedy = f"give it the ending {_first_ending(found)}"
        if meant == TEXT:
            remedy = f"{_AS_CSV}, or {remedy}"
        return _fault(path, f"is {_NAMES[found]}, not {_NAMES[meant]}", remedy)
    return found


def _refused_path(path: str) -> Fault | None:
    """A path that a library would take for an address: GDAL fetches ``http://`` and unpacks ``/vsizip/``.

    The fault names the scheme alone, since an address may hold a password.
    """
    begins = _SCHEME.match(path) or _VSI.match(path)
    if not begins and "://" not in path:
        return None
    shown = f"{begins[0] if begins else ''}..."
    problem, remedy = "is a web address or a path of GDAL, which is never followed", "save the file first"
    if _DATABASE.match(path):
        problem = "is the address of a database, which is never followed as a file"
        remedy = "a report log is opened with open_log (in the shell: --log)"
    return Fault(file=shown[:200], row=None, column=None, value="", problem=problem, remedy=remedy)


def _content(head: bytes) -> str:
    """One of our formats, or the words for what it is instead."""
    if head.startswith(b"SQLite format 3\0"):
        return "gpkg"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return _archive(head)
    if _PICKLE.match(head):
        return "is a pickle, which can run code when it is opened: it never is"
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for magic, name in _FOREIGN:
        if start.startswith(magic):
            return f"is {name}, not CSV"
    if start.startswith((b"{", b"[")):
        return "json"
    return _markup(start) if start.startswith(b"<") else TEXT


def _archive(head: bytes) -> str:
    if b"xl/" in head or b"[Content_Types]" in head[:200]:
        return "xlsx"
    return "kmz" if b".kml" in head.lower() else "is a zip archive, not CSV"


def _markup(start: bytes) -> str:
    if re.search(rb"<\s*(OGRVRT|VRTDataset|GDAL_WMS|GDAL_WFS|OGRWFS)", start, re.IGNORECASE):
        return "is a VRT or another file that makes GDAL open other files: it is never followed"
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        if re.match(rb"<!DOCTYPE\s+html", start, re.IGNORECASE):
            return "is XML or HTML, neither KML nor GPX"
        return "is XML with a DTD: entities can read other files or grow without end, so that none are taken"
    bare = re.sub(rb"<\?.*?\?>|<!--.*?-->", b"", start, flags=re.DOTALL).lstrip()
    root = re.match(rb"<(?:[\w.-]+:)?(kml|gpx)[\s>/]", bare)
    return root[1].decode() if root else "is XML or HTML, neither KML nor GPX"


def _first_ending(found: str) -> str:
    return ".csv" if found == TEXT else ".geojson" if found == "json" else f".{found}"


def _unreadable(path: Path, error: OSError) -> Fault:
    reason = (error.strerror or "unknown reason").lower()
    return _fault(path, f"cannot be read: {reason}", "check its permissions and the disk")


def _fault(path: Path, problem: str, remedy: str) -> Fault:
    return Fault(file=path.name, row=None, column=None, value="", problem=problem, remedy=remedy)
