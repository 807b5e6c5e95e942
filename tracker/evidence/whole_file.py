"""The last step of writing a file whole or not at all."""

import os
from pathlib import Path


def put_in_place(draft: Path, path: Path) -> None:
    """Give a finished file its name, at once, and never that of a file that is there.

    Raises
    ------
    FileExistsError
        Something is there already.
    """
    try:
        # A link, unlike a rename, never puts itself in the place of a file.
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:
        # A disk without links, such as a stick formatted for every computer.
        if path.exists():
            raise FileExistsError(path) from None
        os.replace(draft, path)
