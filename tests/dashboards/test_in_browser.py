"""The dashboard in a real browser, started as a user starts it."""

import socket
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.small_march import write_reports, write_roads

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

STATE = "root => root.trackerPlayer.player.state()"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Generator[str, None, None]:
    """Where a dashboard of a small march answers."""
    folder = tmp_path_factory.mktemp("served")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--reports", write_reports(folder), "--roads", write_roads(folder), "--port", port]
    command = [sys.executable, "-c", "from tracker.cli import main; main()", "serve", *map(str, options)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) as server:
        try:
            _wait_until_healthy(f"http://localhost:{port}/_stcore/health", server, folder / "log")
            yield f"http://localhost:{port}"
        finally:
            server.terminate()


def _wait_until_healthy(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
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
    raise AssertionError(f"the dashboard did not start:\n{log.read_text('utf-8', 'replace')}")


@pytest.fixture(scope="module")
def page(address: str, browser: Browser) -> Generator[tuple[Page, list[str]], None, None]:
    """The dashboard in Chromium, its player ready, and what the console complained of."""
    trouble: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(address)
    page.wait_for_selector(".tracker-ready", timeout=300_000)
    yield page, trouble
    page.close()


def test_the_player_appears_and_plays_without_a_word_in_the_console(
    page: tuple[Page, list[str]], tmp_path: Path
) -> None:
    shown, trouble = page
    before = shown.locator(".tracker-clock").text_content() or ""
    assert before
    shown.locator(".tracker-play").click()
    shown.locator(".tracker-clock").filter(has_not_text=before).wait_for()
    shown.screenshot(path=tmp_path / "dashboard.png")
    assert (tmp_path / "dashboard.png").stat().st_size > 10_000
    assert trouble == []


def test_a_filter_reruns_the_page_and_leaves_the_player_at_its_moment(page: tuple[Page, list[str]]) -> None:
    shown, trouble = page
    player = shown.locator(".tracker")
    player.evaluate("root => { root.trackerPlayer.player.pause(); root.trackerPlayer.player.seek(1800); }")
    shown.get_by_text("All 6 reports").wait_for()
    shown.get_by_role("combobox", name="Units").focus()
    shown.keyboard.press("Backspace")
    shown.get_by_text("All 5 reports").wait_for()
    shown.locator(".tracker-units").filter(has_not_text="escort").wait_for()
    assert player.evaluate(STATE)["t"] == 1800
    assert trouble == []


def test_on_a_phone_nothing_is_wider_than_the_screen(page: tuple[Page, list[str]]) -> None:
    shown, _ = page
    shown.set_viewport_size({"width": 390, "height": 844})
    shown.locator(".tracker-play").wait_for()
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390
    assert shown.locator(".tracker").bounding_box()["width"] <= 390  # type: ignore[index]
