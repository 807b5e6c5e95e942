"""The wheel carries all that the tracker needs, and works far from the checkout."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHECKSUMS = [line.split() for line in (ROOT / ".build" / "leaflet.sha256").read_text("utf-8").splitlines()]

Run = Callable[..., str]


def run(command: Sequence[str | Path], *, cwd: Path) -> str:
    # Neither the checkout nor the environment of the tests may help the installed package.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    answer = subprocess.run([*map(str, command)], cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT)
    (built,) = folder.glob("convoy_tracker-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A virtual environment of its own with the wheel; the libraries are borrowed from the running one."""
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = folder / "env"
    run([sys.executable, "-m", "venv", "--without-pip", environment], cwd=folder)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        python,
        "install",
        "-q",
    ]
    run([*pip, "--no-deps", "--no-index", wheel], cwd=folder)
    # A path in a .pth file is searched, but .pth files found there are not read: the checkout stays out of sight.
    borrowed = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    place = run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], cwd=folder).strip()
    Path(place, "borrowed.pth").write_text("\n".join(borrowed), "utf-8")

    def elsewhere(code: str) -> str:
        return run([python, "-c", code], cwd=folder)

    return elsewhere


def test_the_wheel_carries_data_pages_templates_and_leaflet(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    folders = {"geodata": "tracker/_geodata", "dashboards": "tracker/_dashboards", "tracker": "tracker"}
    listed = subprocess.run(
        ["git", "ls-files", "--", *folders], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    # Without git (an unpacked sdist) the named files below still have to be there.
    expected = {folders[name.split("/")[0]] + name[name.index("/") :] for name in listed if (ROOT / name).exists()}
    expected |= {f"tracker/render/vendor/leaflet/{name}" for _, name in CHECKSUMS}
    expected |= {"tracker/py.typed", "tracker/_geodata/reports.csv", "tracker/_geodata/README.md"}
    assert expected - names == set()


def test_the_wheel_carries_no_scrap(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        endings = (".map", ".nbi", ".nbc", ".pyc")
        scrap = [name for name in archive.namelist() if name.endswith(endings)]
    assert scrap == []
    assert {top for top in tops if not top.endswith(".dist-info")} == {"tracker"}


def test_the_installed_package_is_not_the_checkout(installed: Run) -> None:
    place = Path(installed("import tracker; print(tracker.__file__)").strip())
    assert ROOT not in place.parents


def test_the_bundled_case_opens_far_from_the_checkout(installed: Run) -> None:
    answer = json.loads(
        installed(
            "import json, tracker\n"
            "reports, roads = tracker.read_reports(), tracker.load_roads()\n"
            "print(json.dumps([len(reports), str(reports.crs), type(roads).__name__]))"
        )
    )
    assert answer == [176, "EPSG:4326", "RoadNetwork"]


def test_leaflet_lies_in_the_installed_package_as_published(installed: Run) -> None:
    folder = Path(installed("import tracker; print(tracker.__path__[0])").strip(), "render", "vendor", "leaflet")
    for digest, name in CHECKSUMS:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    script = (folder / "leaflet.js").read_text("utf-8")
    assert "Leaflet 1.9.4" in script
    assert "sourceMappingURL" not in script


def test_the_command_starts_far_from_the_checkout(installed: Run) -> None:
    answer = installed(
        "import subprocess, sys, pathlib\n"
        "command = pathlib.Path(sys.executable).with_name('tracker')\n"
        "print(subprocess.run([command, '--help'], capture_output=True, text=True, check=True).stdout)"
    )
    for verb in ("export", "check", "serve"):
        assert verb in answer


def test_an_sdist_builds_the_same_wheel_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    run([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path], cwd=ROOT)
    (packed,) = tmp_path.glob("convoy_tracker-*.tar.gz")
    shutil.unpack_archive(packed, tmp_path, filter="data")
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=source)
    (rebuilt,) = tmp_path.glob("convoy_tracker-*.whl")
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(rebuilt) as second:
        assert sorted(first.namelist()) == sorted(second.namelist())
        assert {name for name in first.namelist() if first.read(name) != second.read(name)} == set()
