"""Zip archives, unpacked within limits: the directory is looked at first, and then not believed."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from .grid import Refused
from .limits import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, MIB, RATIO_FROM


def members(data: bytes, *, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """The files of an archive whose names are wanted, unpacked.

    Raises
    ------
    Refused
        When the archive is damaged, encrypted, has too many files or unpacks to too much: by what its directory
        says, and again by what comes out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_directory(entries)
            found: dict[str, bytes] = {}
            room = MAX_UNPACKED
            for entry in entries:
                if entry.is_dir() or not wanted(entry.filename):
                    continue
                with archive.open(entry) as member:
                    held = member.read(room + 1)
                room -= len(held)
                if room < 0:
                    raise Refused(f"unpacks to more than {MAX_UNPACKED // MIB} MiB (a zip bomb?)", "split it")
                found[entry.filename] = held
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, IndexError, struct.error) as error:
        raise Refused(f"is a damaged zip archive ({error})"[:200], "save it again") from None
    except (RuntimeError, NotImplementedError):  # encrypted; a packing that Python does not know
        raise Refused("is a zip archive with a password or an unusual packing", "save it without") from None


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_MEMBERS:
        raise Refused(f"is a zip archive of more than {MAX_MEMBERS:,} files", "save it again without attachments")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refused(f"unpacks to more than {MAX_UNPACKED // MIB} MiB (a zip bomb?)", "split it")
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            problem = f"grows more than {MAX_RATIO} times when unpacked (a zip bomb?)"
            raise Refused(problem, "save it again without blank rows", value=entry.filename)


def stored(files: dict[str, bytes]) -> bytes:
    """An archive of these files, not packed: whoever reads it cannot be made to unpack anything."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()
