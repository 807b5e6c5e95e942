import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tracker.render.assets import TEMPLATES, player_js, template


def test_no_script_of_the_player_has_a_text_of_more_than_one_line() -> None:
    # Indentation is taken away in pages, which is harmless only outside of texts.
    for file in sorted((TEMPLATES / "player").glob("*.js")):
        assert [line for line in file.read_text("utf-8").splitlines() if line.count("`") % 2] == [], file.name


def test_the_player_in_a_page_is_its_sources_without_comment_lines_and_indentation(tmp_path: Path) -> None:
    sources = "\n".join(file.read_text("utf-8") for file in sorted((TEMPLATES / "player").glob("*.js")))
    assert len(player_js()) < 0.9 * len(sources)
    assert not re.search(r"(?m)^([ \t]|//|/\*)", player_js())
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node here")
    (tmp_path / "player.js").write_text(player_js(), "utf-8")
    (tmp_path / "sources.js").write_text(sources, "utf-8")
    told = [
        subprocess.run(
            [node, "-e", f"require('./{name}'); console.log(Object.keys(globalThis.TrackerPlayer).sort().join())"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for name in ("player.js", "sources.js")
    ]
    assert told[0] == told[1]
    assert "attach" in told[0]


def test_nothing_of_ours_would_end_the_element_it_stands_in() -> None:
    for name in ("boot.js", "folium.js", "component.js"):
        assert "</script" not in template(name).lower()
    assert "</script" not in player_js().lower()
    assert "</style" not in template("player.css").lower()
