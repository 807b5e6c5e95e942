"""Whether a folder lies on another machine, where SQLite's write-ahead log does not work."""

import os
import re
import sys
from pathlib import Path

_NETWORK = {
    "9p", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs",
    "fuse.sshfs", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs3", "nfs4", "ocfs2", "smb", "smb2", "smb3",
    "smbfs", "webdav",
}  # fmt: skip
_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")


def network_file_system(folder: Path) -> str | None:
    """Name of the network file system that an existing folder lies on, or None; None too where nobody can tell."""
    if sys.platform == "win32":
        return "a network drive" if str(folder.resolve()).startswith("\\\\") else None
    try:
        mounts = _MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    kind = mount_type(mounts, os.path.realpath(folder))
    return kind if kind in _NETWORK else None


def mount_type(mounts: str, path: str) -> str | None:
    """Type of the file system that a path lies on, told by the text of Linux's ``/proc/self/mountinfo``.

    Examples
    --------
    >>> mount_type("36 35 0:54 / /home rw - nfs4 server:/home rw", "/home/anna")
    'nfs4'
    """
    best, found = -1, None
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        point = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), before.split(" ")[4]) if before else ""
        inside = point == "/" or path == point or path.startswith(point + "/")
        # Of two mounts at one point the later one is seen.
        if inside and len(point) >= best:
            best, found = len(point), after.split(" ")[0]
    return found
