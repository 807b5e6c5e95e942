"""Where an embedded log may lie, what is refused in its place, and paths that look like something else."""

import os
import sqlite3
import tempfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from tests.evidence.log.writers import of_ids, puppets
from tracker.evidence.log import making, open_log
from tracker.evidence.log.network_folders import mount_type, network_file_system
from tracker.model import BadLog, LogUnavailable, MissingFile

ROOT_DISK = "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw"
MOUNTS = {
    "nfs": ("36 27 0:54 / /home rw,noatime - nfs4 server:/export/home rw", "/home/anna", "nfs4"),
    "cifs": ("36 27 0:54 / /mnt/share rw - cifs //server/share rw", "/mnt/share/a/b", "cifs"),
    "sshfs": ("36 27 0:54 / /media/ssh rw shared:7 master:2 - fuse.sshfs anna@host: rw", "/media/ssh", "fuse.sshfs"),
    "a space": (r"36 27 0:54 / /mnt/our\040share rw - nfs4 server:/x rw", "/mnt/our share/logs", "nfs4"),
    "a tab, a backslash": (r"36 27 0:54 / /mnt/a\011b\134c rw - nfs server:/x rw", "/mnt/a\tb\\c/logs", "nfs"),
    "cyrillic": ("36 27 0:54 / /mnt/сводки rw - nfs4 server:/x rw", "/mnt/сводки/logs", "nfs4"),
    "a neighbour's name": ("36 27 0:54 / /mnt/share rw - nfs4 server:/x rw", "/mnt/share2/logs", "ext4"),
    "a bind mount of a server's folder": ("41 27 0:54 /sub /srv/logs rw - nfs4 server:/x rw", "/srv/logs", "nfs4"),
    "a disk below a server": (
        "36 27 0:54 / /home rw - nfs4 server:/x rw\n37 36 254:1 / /home/disk rw - xfs /dev/vdb rw",
        "/home/disk/logs",
        "xfs",
    ),
    "mounted over": (
        "36 27 254:1 / /data rw - xfs /dev/vdb rw\n37 36 0:54 / /data rw - nfs4 server:/x rw",
        "/data/logs",
        "nfs4",
    ),
}


@pytest.mark.parametrize("name", MOUNTS)
def test_the_type_of_a_file_system_is_told_by_the_mounts(name: str) -> None:
    lines, path, kind = MOUNTS[name]
    assert mount_type(f"{ROOT_DISK}\n{lines}\n", path) == kind


def test_where_nobody_can_tell_a_folder_is_taken_for_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracker.evidence.log import network_folders

    monkeypatch.setattr(network_folders, "_MOUNTS", tmp_path / "none")
    assert network_file_system(tmp_path) is None


def test_a_log_on_a_network_file_system_is_refused_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_log(tmp_path / "there.gpkg", create=True).close()
    monkeypatch.setattr(making, "network_file_system", lambda folder: "nfs4")
    for name in ("there.gpkg", "new.gpkg"):
        with pytest.raises(LogUnavailable, match=r"network file system \(nfs4\).*on a disk of this machine"):
            open_log(tmp_path / name, create=True)
    assert not (tmp_path / "new.gpkg").exists()


@pytest.mark.parametrize(
    "name",
    [
        "what?mode=ro.gpkg", "a#b.gpkg", "100%25.gpkg", "%00.gpkg", "a b  c.gpkg", "'quote'\"s.gpkg",
        "сводки 24 июня.gpkg", "日本🚚.gpkg", "file:x.gpkg", "-v.gpkg", "back\\slash.gpkg", "новый\nдень.gpkg",
        "x" * 200 + ".gpkg", "nothing",
    ],
)  # fmt: skip
def test_any_name_of_a_file_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with open_log(path, create=True, author="Anna") as log:
        log.add(of_ids(["a"]))
        log.snapshot(tmp_path / "copy.gpkg")
    with open_log(path) as log:
        assert list(log.reports()["report_id"]) == ["a"]
    assert {file.name for file in tmp_path.iterdir()} == {name, f"{name}.lock", "copy.gpkg"}


def test_a_name_that_is_too_long_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable, match="too long"):
        open_log(tmp_path / ("x" * 250), create=True)
    with pytest.raises(LogUnavailable, match="too long"):
        open_log(tmp_path / ("x" * 300), create=True)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_log_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "other.db")
    raw.execute("CREATE TABLE t(x)")
    raw.commit()
    raw.close()
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(38, 52)], crs="EPSG:4326")
    frame.to_file(tmp_path / "map.gpkg", driver="GPKG")
    (tmp_path / "empty.gpkg").touch()
    (tmp_path / "page.gpkg").write_text("<!doctype html>" * 1000)
    (tmp_path / "folder.gpkg").mkdir()
    os.mkfifo(tmp_path / "pipe.gpkg")
    (tmp_path / "broken.gpkg").symlink_to(tmp_path / "gone")
    said = {
        "other.db": "an SQLite file of another kind",
        "map.gpkg": "a GeoPackage without a report log",
        "empty.gpkg": "is empty",
        "page.gpkg": "no report log",
        "folder.gpkg": "is not a file",
        "pipe.gpkg": "is not a file",
    }
    before = {name: (tmp_path / name).read_bytes() for name in said if (tmp_path / name).is_file()}
    for name, words in said.items():
        for create in (False, True):
            with pytest.raises(BadLog, match=words):
                open_log(tmp_path / name, create=create)
    assert before == {name: (tmp_path / name).read_bytes() for name in before}
    with pytest.raises(MissingFile, match="create=True"):
        open_log(tmp_path / "broken.gpkg")
    with pytest.raises(MissingFile, match="there is no folder"):
        open_log(tmp_path / "no" / "march.gpkg", create=True)


def test_a_file_of_somebody_else_is_refused_with_a_remedy(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    folder = tmp_path / "theirs"
    folder.mkdir()
    path = folder / "march.gpkg"
    with open_log(path, create=True, author="Anna") as log:
        log.add(of_ids(["a"]))
    ours = Path(os.environ.get("PYTEST_DEBUG_TEMPROOT") or tempfile.gettempdir()).resolve()
    for above in (*tmp_path.parents, tmp_path):
        if above != Path(above.anchor) and not above.stat().st_mode & 0o001:
            if not above.is_relative_to(ours):
                pytest.skip(f"nobody else may look into {above}")
            above.chmod(above.stat().st_mode | 0o011)
    for mode in (0o600, 0o644):
        path.chmod(mode)
        with puppets(1, uid=65534) as (stranger,):
            with pytest.raises(LogUnavailable, match=r"permission"):
                stranger("open", str(path))
    with open_log(path) as log:
        assert log.verify().problems == ()
