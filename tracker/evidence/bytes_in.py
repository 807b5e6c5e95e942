"""The bytes of a file that should be UTF-8 text, and what they are when they are not."""

import codecs
import re
from pathlib import Path

from tracker.evidence.files.parsers.limits import MAX_BYTES, MIB
from tracker.model import Fault, MissingFile

_MAGIC = (
    (b"SQLite format 3\0", "an SQLite or GeoPackage file"),
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"<", "XML or HTML"),
)
_IN_EXCEL = "in Excel: Save as > CSV UTF-8"
# The four-byte marks first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def file_bytes(path: Path) -> bytes | Fault:
    """The bytes of a file, or the fault that it cannot be opened.

    Raises
    ------
    MissingFile
        When there is no such file.
    """
    try:
        if path.is_dir():
            return _fault(path.name, None, "is a folder", "name the file inside it")
        if path.exists() and not path.is_file():
            return _fault(path.name, None, "is not a regular file", "copy what it gives into a file")
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            return _fault(path.name, None, f"is larger than {MAX_BYTES // MIB} MiB", "split it")
        return data
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        raise MissingFile(f"there is no file {str(path)!r}; check the path") from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        return _fault(path.name, None, f"cannot be read: {reason}", "check its permissions and the disk")


def foreign(data: bytes, *, file: str) -> Fault | None:
    """The fault that a file is empty, or of another format that its first bytes give away."""
    start = data.removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        return _fault(file, None, "is empty", "begin it with a header line, then a line for each report")
    what = next((name for magic, name in _MAGIC if start.startswith(magic)), None)
    if start.startswith(b"PK\x03\x04"):
        what = "an Excel workbook" if b"xl/" in data or b"[Content_Types]" in data[:200] else "a zip archive"
    return _fault(file, None, f"is {what}, not CSV", f"save its table as CSV, UTF-8 ({_IN_EXCEL})") if what else None


def decoded(data: bytes, *, file: str) -> tuple[str, list[Fault]]:
    """The text of a file, and a fault if it is not UTF-8: then text by the best guess, to find other faults in."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), [_wrong_encoding(file, data, 0, encoding.upper())]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        encoding = _guess(data)
        # The signature of UTF-8 is not counted by the codec that drops it.
        offset = error.start + (len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0)
        return data.decode(encoding, "replace"), [_wrong_encoding(file, data, offset, encoding)]


def _guess(data: bytes) -> str:
    """Cyrillic fills whole words with high bytes, western accents stand alone; text in UTF-16 is half NULs."""
    if data.count(0) > len(data) // 4:
        return "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"
    high = re.findall(rb"[\x80-\xff]+", data)
    return "cp1251" if sum(map(len, high)) > 2 * len(high) else "cp1252"


def _wrong_encoding(file: str, data: bytes, offset: int, guess: str) -> Fault:
    row = len(re.findall(rb"\r\n|\r|\n", data[:offset])) + 1
    problem = f"at byte {offset} is not UTF-8 (the file looks like {guess})"
    remedy = f"save the file as UTF-8 ({_IN_EXCEL})"
    value = f"0x{data[offset]:02x}"
    return Fault(file=file, row=row, column=None, value=value, problem=problem, remedy=remedy)


def _fault(file: str, row: int | None, problem: str, remedy: str) -> Fault:
    return Fault(file=file, row=row, column=None, value="", problem=problem, remedy=remedy)
