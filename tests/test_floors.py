"""The house stands: a floor imports only lower floors, and only through their doors."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

BELOW = {
    "model": set(),
    "evidence": {"model"},
    "roads": {"model"},
    "reconstruct": {"model", "roads"},
    "render": {"model"},
}
"""Each floor, and the floors that it may see."""

FRONT = "front"
"""Modules directly in tracker/: the front door and the command line, which see every floor."""


def complaints(root: Path) -> list[str]:
    """Every import below ``root`` that breaks a rule, as ``file:line: what is wrong``."""
    found = []
    doors = {floor: _door(root / "tracker" / floor / "__init__.py") for floor in BELOW}
    for file in sorted((root / "tracker").rglob("*.py")):
        inside = file.relative_to(root / "tracker").parts
        home = inside[0] if len(inside) > 1 else FRONT
        here = file.relative_to(root)
        if home not in {*BELOW, FRONT}:
            found.append(f"{here}:1: {home} is not a floor of the design")
            continue
        for line, module, name in _imports(file, package=("tracker", *inside[:-1])):
            if wrong := _wrong(home, module, name, doors):
                found.append(f"{here}:{line}: {wrong}")
    for file in sorted((root / "dashboards").rglob("*.py")):
        for line, module, name in _imports(file, package=("dashboards",)):
            top, where = module.split(".")[0], f"{file.relative_to(root)}:{line}"
            if top == "tracker" and (module != "tracker" or name in BELOW or str(name).startswith("_")):
                found.append(f"{where}: a dashboard uses the front door, not {module}")
            elif top not in {"tracker", "streamlit", *sys.stdlib_module_names}:
                found.append(f"{where}: a dashboard imports only tracker and streamlit, not {top}")
    return found


def _wrong(home: str, module: str, name: str | None, doors: dict[str, set[str]]) -> str | None:
    parts = module.split(".")
    if parts[0] == "tracker" and len(parts) == 1 and name in BELOW:
        parts, name = ["tracker", str(name)], None  # `from tracker import roads` is `import tracker.roads`
    if parts[0] != "tracker" or parts[1:2] == [home]:
        return None
    if len(parts) == 1 or parts[1] not in BELOW:
        return None if home == FRONT else f"{home} must not see the front door ({module})"
    floor = parts[1]
    if home != FRONT and floor not in BELOW[home]:
        return f"{home} must not see {floor}"
    if len(parts) > 2:
        return f"{module} is a room; use the door, tracker.{floor}"
    if name is None or name == "*":
        return f"name what is wanted: from tracker.{floor} import ..."
    if name not in doors[floor]:
        return f"{name} is not at the door of {floor}"
    return None


def _imports(file: Path, package: tuple[str, ...]) -> Iterator[tuple[int, str, str | None]]:
    """Line, absolute module and imported name (None for a plain ``import``) of each import in a file."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, None
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, module, alias.name
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            if ast.unparse(node.func) in {"__import__", "import_module", "importlib.import_module"}:
                yield node.lineno, str(node.args[0].value), None


def _door(init: Path) -> set[str]:
    """Names that a floor offers: its ``__all__``, or every public name that its __init__ binds."""
    names: set[str] = set()
    if not init.is_file():
        return names
    for node in ast.parse(init.read_text("utf-8")).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
            if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets) and node.value:
                return set(ast.literal_eval(node.value))
    return {name for name in names if not name.startswith("_")}


# ---- the house itself


def test_every_floor_looks_down_and_uses_the_door() -> None:
    assert complaints(ROOT) == []


def test_every_floor_of_the_design_has_a_door() -> None:
    assert [floor for floor in BELOW if not (ROOT / "tracker" / floor / "__init__.py").is_file()] == []


# ---- the checker, on houses small enough to see through


def build(root: Path, **files: str) -> Path:
    house = {
        "tracker/__init__.py": "from tracker.roads import RoadNetwork\n",
        "tracker/model/__init__.py": "from tracker.model import tables\n__all__ = ['Track', 'tables']\n",
        "tracker/model/tables.py": "",
        "tracker/model/track.py": "class Track: ...\n",
        "tracker/roads/__init__.py": "from .network import RoadNetwork\n_hidden = 1\n",
        "tracker/roads/network.py": "import numpy\nfrom tracker.model import Track, tables\nclass RoadNetwork: ...\n",
        "tracker/evidence/__init__.py": "",
        "tracker/reconstruct/__init__.py": "from tracker.roads import RoadNetwork\n",
        "tracker/render/__init__.py": "",
        "dashboards/march.py": "import json\nimport streamlit as st\nimport tracker\nfrom tracker import draw\n",
    }
    for name, source in {**house, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
    return root


def test_a_sound_house_has_no_complaint(tmp_path: Path) -> None:
    assert complaints(build(tmp_path)) == []


@pytest.mark.parametrize(
    ("file", "source", "complaint"),
    [
        ("tracker/model/a.py", "from tracker.roads import RoadNetwork", "model must not see roads"),
        ("tracker/model/a.py", "from ..roads import RoadNetwork", "model must not see roads"),
        ("tracker/evidence/a.py", "from tracker.roads import RoadNetwork", "evidence must not see roads"),
        ("tracker/roads/a.py", "from tracker.evidence import x", "roads must not see evidence"),
        ("tracker/render/a.py", "from tracker.reconstruct import x", "render must not see reconstruct"),
        ("tracker/render/a.py", "def f():\n    import tracker.roads", "render must not see roads"),
        ("tracker/render/a.py", "if 1:\n    from tracker import roads", "render must not see roads"),
        ("tracker/render/deep/a.py", "from ...roads.network import RoadNetwork", "render must not see roads"),
        ("tracker/reconstruct/a.py", "from tracker.roads.network import RoadNetwork", "is a room"),
        ("tracker/reconstruct/a.py", "from ..roads.network import RoadNetwork", "is a room"),
        ("tracker/reconstruct/a.py", "import tracker.roads.network as n", "is a room"),
        ("tracker/reconstruct/a.py", "from tracker.model.tables import REPORTS", "is a room"),
        ("tracker/reconstruct/a.py", "from tracker.roads import network", "network is not at the door of roads"),
        ("tracker/reconstruct/a.py", "from tracker.roads import _hidden", "_hidden is not at the door of roads"),
        ("tracker/reconstruct/a.py", "from tracker.model import track", "track is not at the door of model"),
        ("tracker/reconstruct/a.py", "from tracker.roads import *", "name what is wanted"),
        ("tracker/reconstruct/a.py", "import tracker.roads", "name what is wanted"),
        ("tracker/reconstruct/a.py", "import importlib\nimportlib.import_module('tracker.render')", "not see render"),
        ("tracker/reconstruct/a.py", "import tracker", "must not see the front door"),
        ("tracker/reconstruct/a.py", "from tracker import draw", "must not see the front door"),
        ("tracker/reconstruct/a.py", "from tracker.cli import main", "must not see the front door"),
        ("tracker/cli.py", "from tracker.roads.network import RoadNetwork", "is a room"),
        ("tracker/utils/a.py", "x = 1", "utils is not a floor"),
        ("dashboards/a.py", "import pandas as pd", "only tracker and streamlit, not pandas"),
        ("dashboards/a.py", "from tracker.render import draw", "front door"),
        ("dashboards/a.py", "from tracker import render", "front door"),
        ("dashboards/a.py", "from .march import page", "only tracker and streamlit"),
    ],
)
def test_a_broken_rule_is_named_with_its_file(tmp_path: Path, file: str, source: str, complaint: str) -> None:
    found = complaints(build(tmp_path, **{file: source}))
    assert len(found) == 1
    assert found[0].startswith(f"{file}:")
    assert complaint in found[0]


def test_rooms_of_one_floor_see_each_other(tmp_path: Path) -> None:
    source = "from tracker.roads.network import RoadNetwork\nfrom . import network\nfrom .network import RoadNetwork\n"
    assert complaints(build(tmp_path, **{"tracker/roads/posts.py": source})) == []
