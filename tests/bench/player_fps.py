"""How smoothly the player plays: frames per second, first paint, bytes and requests of an article page.

    python tests/bench/player_fps.py [page.html]

Without a page it exports the bundled case. Chromium without a GPU, 1280 x 800; the CPU as it is and throttled to a
quarter; the usual speed, everything switched on, also while zoomed in and while the map moves.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conftest import CHROMIUM_ARGUMENTS, find_chromium

SECONDS = 4

FRAMES = f"""async () => {{
  const player = document.querySelector('.tracker').trackerPlayer;
  player.play();
  const first = player.state().frames, start = performance.now();
  let last = start, longest = 0;
  while (last - start < {SECONDS * 1000}) {{
    const now = await new Promise(requestAnimationFrame);
    longest = Math.max(longest, now - last);
    last = now;
  }}
  const frames = player.state().frames - first;
  player.pause();
  return [frames / ((last - start) / 1000), longest];
}}"""


def bundled_page(folder: Path) -> Path:
    """The article page of the bundled case."""
    import tracker

    march = tracker.reconstruct(tracker.read_reports(), tracker.load_roads(), seed=0)
    return tracker.export_html(march, folder / "march.html", zone="Europe/Moscow")


@contextmanager
def chromium_page() -> Iterator[Page]:
    """A page of a browser without a window and without a GPU."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGUMENTS))
        yield browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        browser.close()


def measure(path: Path, *, throttle: int) -> None:
    """Prints one line of figures for a page at one CPU speed."""
    with chromium_page() as page:
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
        page.goto(path.as_uri())
        page.wait_for_selector(".tracker-ready")
        paint = page.evaluate(
            """() => new Promise((done) => new PerformanceObserver((list) => {
                 const entry = list.getEntriesByName('first-contentful-paint')[0];
                 if (entry) done(entry.startTime);
               }).observe({ type: 'paint', buffered: true }))"""
        )
        fps, longest = page.evaluate(FRAMES)
        page.evaluate(
            """() => {
              const player = document.querySelector('.tracker').trackerPlayer;
              player.map.setZoom(player.map.getZoom() + 3, { animate: false });
            }"""
        )
        near, _ = page.evaluate(FRAMES)
        heap = page.evaluate("performance.memory ? performance.memory.usedJSHeapSize / 1e6 : NaN")
        others = [url for url in requests if not url.startswith("data:")][1:]
        print(
            f"cpu 1/{throttle}: {fps:5.1f} fps (longest frame {longest:4.0f} ms), zoomed in {near:5.1f} fps, "
            f"first paint {paint:4.0f} ms, heap {heap:.1f} MB, requests beside the page {len(others)}"
        )


def main() -> None:
    """Prints the figures of the page that was named, or of the bundled case."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else bundled_page(Path(folder))
        print(f"page: {path.stat().st_size} bytes")
        for throttle in (1, 4):
            measure(path, throttle=throttle)


if __name__ == "__main__":
    main()
