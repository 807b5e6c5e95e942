import shutil
import subprocess
from pathlib import Path

import pytest

from tests.render.page_parts import Page
from tracker.render import player_assets


def test_the_component_is_complete_and_asks_nobody_for_anything() -> None:
    assets = player_assets()
    page = Page(assets.html)
    assert page.elements[0] == ("div", {"class": "tracker", "tabindex": "-1"})
    assert page.addresses == []
    assert not page.programs
    assert all(address.startswith("data:") for address in Page(f"<style>{assets.css}</style>").pictures)
    assert "__LEAFLET__" not in assets.js
    assert "__PLAYER__" not in assets.js


def test_the_module_gives_leaflet_to_the_player_and_leaves_no_global_behind(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node here")
    (tmp_path / "component.mjs").write_text(player_assets().js, "utf-8")
    # A page that has an L of its own, a root that stands still, and a player that only notes what it is given.
    (tmp_path / "page.mjs").write_text(PAGE, "utf-8")
    told = subprocess.run([node, "page.mjs"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.stdout.split("\n")[:-1] == [
        "L is the page's own: true",
        "attached a with Leaflet 1.9.4",
        "picked 7",
        "destroyed, then attached b, sought 3600, played",
        "ended: true",
    ], told.stderr


PAGE = """
const own = {};
const element = () => ({ style: {}, setAttribute() {}, getContext: () => ({}) });
Object.assign(globalThis, { window: globalThis, L: own, screen: {}, devicePixelRatio: 1, addEventListener() {} });
Object.defineProperty(globalThis, "navigator", { value: { userAgent: "", platform: "" }, configurable: true });
globalThis.document = { documentElement: { style: {} }, createElement: element, createElementNS: element,
  addEventListener() {} };
const { default: start } = await import("./component.mjs");
console.log("L is the page's own:", globalThis.L === own);
let notes = [], given;
globalThis.TrackerPlayer.attach = (root, scene, options) => {
  given = options;
  notes.push(`attached ${scene.title}`);
  return {
    destroy: () => notes.push("destroyed"), play: () => notes.push("played"), seek: (t) => notes.push(`sought ${t}`),
    state: () => ({ time: "2031-05-03T03:00:00.000Z", playing: true }),
  };
};
const root = {};
const parentElement = { querySelector: () => root };
let picked;
const setTriggerValue = (name, value) => (picked = value);
const run = (title, t0) => start({ data: { title, t0 }, parentElement, setTriggerValue });
run("a", "2031-05-03T00:00:00Z");
run("a", "2031-05-03T00:00:00Z");
console.log(notes.join(", "), "with Leaflet", given.leaflet.version);
given.onPick(7);
console.log("picked", picked);
notes = [];
const end = run("b", "2031-05-03T02:00:00Z");
console.log(notes.join(", ").replace("destroyed, ", "destroyed, then "));
end();
console.log("ended:", root.trackerPlayer === undefined);
"""
