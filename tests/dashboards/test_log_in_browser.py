"""Two people on one report log, each in a browser of their own."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.small_march import write_roads
from tracker.evidence import ReportLog
from tracker.logbook import open_log

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]


TALL: ViewportSize = {"width": 1280, "height": 3200}
LAST = {
    "reports": "Correct the report",
    "add": "Added last",
    "voices": "0 links on record",
    "imports": "Columns as in an export of",
}
"""What stands last on each page."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> ReportLog:
    """A log with two reports, one of them hostile."""
    folder = tmp_path_factory.mktemp("served")
    write_roads(folder)
    log = open_log(folder / "march.gpkg", create=True, author="Boris", zone="Europe/Moscow")
    log.add_sighting(
        report_id="one", time="2023-06-24T10:00+03:00", lon=39.0, lat=52.0, radius_m=500, unit="column", place="Westend"
    )
    log.add_sighting(
        report_id="bad", time="2023-06-24T10:40+03:00", lon=39.4, lat=52.0, radius_m=500, unit="column",
        summary="<script>document.title='hit'</script> [a](javascript:alert(1)) {{7*7}} " + "long" * 60,
    )  # fmt: skip
    log.folder = folder  # type: ignore[attr-defined]
    return log


@pytest.fixture(scope="module")
def address(log: ReportLog) -> Generator[str, None, None]:
    """Where the dashboard of the log answers."""
    folder = log.folder  # type: ignore[attr-defined]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "TRACKER_LOG": str(folder / "march.gpkg"),
        "TRACKER_ROADS": str(folder / "roads.osm"),
        "TRACKER_ZONE": "Europe/Moscow",
        "TRACKER_AUTHOR": "",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboards" / "app.py"), "--server.headless=true",
               f"--server.port={port}", "--server.address=localhost", "--server.fileWatcherType=none",
               "--browser.gatherUsageStats=false", "--client.toolbarMode=minimal"]  # fmt: skip
    with (folder / "out").open("wb") as out:
        with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=out, stderr=out) as server:
            try:
                _wait_until_healthy(f"http://localhost:{port}/_stcore/health", server, folder / "out")
                yield f"http://localhost:{port}"
            finally:
                server.terminate()


def _wait_until_healthy(address: str, server: "subprocess.Popen[bytes]", out: Path) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            # Nobody listens yet: leave the processor to the server for a moment.
            try:
                server.wait(0.25)
            except subprocess.TimeoutExpired:
                continue
            break
    raise AssertionError(f"the dashboard did not start:\n{out.read_text('utf-8', 'replace')}")


def visit(browser: Browser | BrowserContext, address: str) -> Page:
    """A page of a context of its own, or of the one given."""
    page = (browser.new_context(viewport=TALL) if isinstance(browser, Browser) else browser).new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    return page


def test_what_one_adds_the_other_sees_and_keeps_what_she_typed(
    address: str, browser: Browser, log: ReportLog, tmp_path: Path
) -> None:
    anna, boris = (visit(browser, f"{address}/{page}") for page in ("add", "add"))
    typed = anna.get_by_role("textbox", name="Place, in words")
    typed.fill("a place that Anna is still typing")
    boris.get_by_label("Your name").fill("Boris")
    boris.get_by_role("textbox", name="Place, in words").fill("Yelets")
    boris.get_by_role("textbox", name="When").fill("2023-06-24 15:00")
    boris.get_by_role("combobox", name="Unit").fill("a new unit")
    boris.keyboard.press("Enter")
    boris.get_by_role("button", name="Add the report").dblclick()
    boris.get_by_text("38.50 E, 52.62 N, within 10 km").wait_for()
    added = log.reports().iloc[-1]
    assert (len(log.reports()), added["unit"], added["author"]) == (3, "a new unit", "Boris")

    watching = visit(browser, f"{address}/reports")
    watching.get_by_text("3 of 3 reports").wait_for()
    anna.screenshot(path=tmp_path / "add-1280.png", full_page=True)
    log.add_statement(report_id="four", time="2023-06-24T16:00+03:00", summary="from the shell")
    watching.get_by_text("4 of 4 reports").wait_for()
    expect(typed).to_have_value("a place that Anna is still typing")
    boris.screenshot(path=tmp_path / "added-1280.png", full_page=True)


@pytest.mark.parametrize("width", [1280, 360])
def test_no_page_is_wider_than_the_screen_and_hostile_text_does_nothing(
    address: str, browser: Browser, tmp_path: Path, width: int
) -> None:
    # One context: the dashboard's own scripts are fetched and compiled once.
    context = browser.new_context(viewport={**TALL, "width": width})
    for name, last in LAST.items():
        page = visit(context, f"{address}/{name}")
        page.get_by_role("heading", level=1).wait_for()
        if name == "reports":
            page.get_by_role("combobox", name="Look at a report").click()
            page.get_by_role("option").filter(has_text="(bad)").click()
            page.get_by_role("heading", name="Report bad").wait_for()
        page.get_by_text(last, exact=True).last.wait_for()
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
        expect(page.get_by_text("None", exact=True)).to_have_count(0)
        page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        main = page.get_by_test_id("stMain")
        assert main.evaluate("part => part.scrollWidth - part.clientWidth") <= 0
        assert page.title() != "hit"
        page.close()
    context.close()
