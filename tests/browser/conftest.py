"""A real Chromium, and pages of made-up marches opened in it from disk."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.render.made_up import hostile_march, small_march
from tracker.render import export_html


@dataclass(kw_only=True)
class Opened:
    """A page in the browser, and what it did besides showing itself."""

    page: Page
    """The page, its player ready."""
    requests: list[str] = field(default_factory=list)
    """Addresses asked for, the page's own file first."""
    trouble: list[str] = field(default_factory=list)
    """Errors and warnings of the console, and exceptions."""

    def state(self) -> dict[str, object]:
        """What the player answers to state()."""
        answer: dict[str, object] = self.page.evaluate("document.querySelector('.tracker').trackerPlayer.state()")
        return answer

    def call(self, code: str) -> object:
        """The value of `player.<code>`."""
        return self.page.evaluate(f"document.querySelector('.tracker').trackerPlayer.{code}")

    def wait(self, condition: str) -> None:
        """Until a condition on the player's state `s` holds, looked at each frame; fails after twenty seconds."""
        # Not wait_for_function: it evaluates strings inside of the page, which the page's own policy forbids.
        self.page.evaluate(
            f"""async () => {{
              const player = document.querySelector('.tracker').trackerPlayer, end = performance.now() + 20000;
              for (let s = player.state(); !({condition}); s = player.state()) {{
                if (performance.now() > end) throw new Error(`never so: {condition}, but ${{JSON.stringify(s)}}`);
                await new Promise(requestAnimationFrame);
              }}
            }}"""
        )


@pytest.fixture(scope="session")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported page of the small march."""
    return export_html(small_march(), tmp_path_factory.mktemp("pages") / "small.html", title="A march that never was")


@pytest.fixture(scope="session")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported page of the hostile march."""
    return export_html(hostile_march(), tmp_path_factory.mktemp("pages") / "hostile.html")


@pytest.fixture
def open_page(browser: Browser) -> Generator[Callable[..., Opened], None, None]:
    """A function that opens a page from disk; keyword arguments go to the browser's context."""
    contexts = []

    def opener(path: Path, **options: object) -> Opened:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        opened = Opened(page=context.new_page())
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on(
            "console", lambda said: opened.trouble.append(said.text) if said.type in {"error", "warning"} else None
        )
        opened.page.on("pageerror", lambda error: opened.trouble.append(str(error)))
        opened.page.goto(path.as_uri())
        opened.page.wait_for_selector(".tracker-ready")
        return opened

    yield opener
    for context in contexts:
        context.close()
