"""Makes docs/page.png, the picture in the README, from the real page of the bundled case.

    python docs/make_picture.py

Needs Chromium and playwright (both are there after `make test`).
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import tracker

PICTURE = Path(__file__).with_name("page.png")
MOMENT = "2023-06-24T14:30:00Z"
MOST_BYTES = 300_000


def main() -> str:
    """What was written, or what is missing."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    chromium = next((found for name in names if (found := shutil.which(name))), None)
    if chromium is None:
        sys.exit("there is no Chromium on this machine; install it, then try again")
    march = tracker.reconstruct(tracker.read_reports(), tracker.load_roads())
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = tracker.export_html(
            march, Path(folder, "march.html"), title="The Wagner march, 23-25 June 2023", zone="Europe/Moscow"
        )
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        shown = browser.new_page(viewport={"width": 1180, "height": 860})
        shown.goto(page.as_uri())
        shown.wait_for_selector(".tracker-ready")
        # Not a string for wait_for_function: the page's own policy forbids to evaluate one later.
        shown.locator(".tracker").evaluate(
            """async (root, moment) => {
              const scene = JSON.parse(root.querySelector("script.tracker-scene").textContent);
              root.trackerPlayer.seek((Date.parse(moment) - Date.parse(scene.t0)) / 1000);
              await new Promise(requestAnimationFrame);
              await new Promise(requestAnimationFrame);
            }""",
            MOMENT,
        )
        shown.screenshot(path=PICTURE)
        browser.close()
    size = PICTURE.stat().st_size
    if size > MOST_BYTES:
        sys.exit(f"{PICTURE.name} has {size} bytes, more than {MOST_BYTES}; make the window smaller")
    return f"{PICTURE.name}: {size} bytes"


if __name__ == "__main__":
    print(main())
