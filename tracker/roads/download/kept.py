"""Answers kept on disk, so that a download that breaks off goes on where it was."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tracker.model import TrackerError

DAY_S = 86_400.0
"""Seconds for which an answer about the map of now counts."""


def usual_folder() -> Path:
    """Where answers are kept unless another folder is given."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "convoy-tracker" / "overpass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A folder of answers, one file for each question, each written whole or not at all."""

    folder: Path
    """Made when first written to."""
    oldest: float
    """Seconds since 1970; what was written before counts no longer."""

    def read(self, question: str) -> bytes | None:
        """The answer to a question, or None where none is kept."""
        path = self._path(question)
        try:
            return path.read_bytes() if path.stat().st_mtime >= self.oldest else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TrackerError(f"{path}: cannot be read ({error.strerror}); give another folder as cache=") from None

    def write(self, question: str, answer: bytes, *, now: float) -> None:
        """Keep an answer; `now` in seconds since 1970."""
        path = self._path(question)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
            try:
                with open(handle, "wb") as file:
                    file.write(answer)
                os.utime(beside, (now, now))
                os.replace(beside, path)
            except BaseException:
                Path(beside).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise TrackerError(
                f"{self.folder}: answers cannot be kept there ({error.strerror}); give another folder as cache="
            ) from None

    def _path(self, question: str) -> Path:
        return self.folder / f"{hashlib.sha256(question.encode()).hexdigest()[:40]}.json"
