"""What tests need from the machine, and what becomes of a test that cannot have it.

At home a missing browser, database or folder skips its tests and says so. In CI (``CI=true``) a skipped
test is a failure, except where the folder beside the checkout really is absent.
"""

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

collect_ignore = ["bench/run.py"]


def find_chromium() -> str | None:
    """Path of this machine's Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


def find_postgres() -> Path | None:
    """Folder of a PostgreSQL's programs that comes with PostGIS, or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("initdb"):
        folders.insert(0, Path(on_path).resolve().parent)
    for folder in folders:
        version = folder.parent.name
        extensions = (Path("/usr/share/postgresql", version, "extension"), folder.parent / "share" / "extension")
        if (folder / "initdb").is_file() and any((place / "postgis.control").is_file() for place in extensions):
            return folder
    return None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of larger material beside the checkout; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium; start it with ``--no-sandbox`` as root. The test is skipped where there is none."""
    found = find_chromium()
    if found is None:
        pytest.skip("there is no Chromium here")
    return found


def pytest_configure(config: pytest.Config) -> None:
    # A log waits for the disk at every commit. In memory it does not, and what a killed process leaves is the same.
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > 4 << 30:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("shared") and not SHARED.is_dir():
        pytest.skip("../shared is not here")
    if item.get_closest_marker("browser") and find_chromium() is None:
        pytest.skip("there is no Chromium here")
    if item.get_closest_marker("postgis") and find_postgres() is None:
        pytest.skip("there is no PostgreSQL with PostGIS here")


def _skip_is_failure() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    asks_shared = item.get_closest_marker("shared") or "shared" in getattr(item, "fixturenames", ())
    excused = asks_shared and not SHARED.is_dir()
    if report.skipped and not hasattr(report, "wasxfail") and _skip_is_failure() and not excused:
        report.outcome = "failed"
        report.longrepr = f"skipped, which is a failure in CI: {_reason(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    reason = _reason(report.longrepr)
    if report.skipped and _skip_is_failure() and not (not SHARED.is_dir() and "../shared" in reason):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is a failure in CI: {reason}"
    return report


def _reason(longrepr: object) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)


CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Generator[Any, None, None]:
    """Chromium without a window: one for all tests of a process, since Playwright runs only once in each."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()
