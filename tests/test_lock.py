"""The locks hold every requirement at one exact version with hashes, and name no server."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
GROUPS = PROJECT["dependency-groups"]
ASKED = [
    *PROJECT["build-system"]["requires"],
    *PROJECT["project"]["dependencies"],
    *(line for group in GROUPS.values() for line in group if isinstance(line, str)),
]


def pins(name: str) -> dict[str, list[str]]:
    """Package to its locked versions, from a requirements file with hashes."""
    found: dict[str, list[str]] = {}
    for entry in (ROOT / name).read_text("utf-8").replace("\\\n", " ").splitlines():
        head, *hashes = entry.split("--hash=")
        match = re.fullmatch(r"([\w.-]+)==([\w.]+)(\s*;.*)?\s*", head.strip())
        assert match, entry
        assert hashes, entry
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest.strip()) for digest in hashes), entry
        found.setdefault(canonicalize_name(match[1]), []).append(match[2])
    return found


@pytest.mark.parametrize("asked", ASKED)
def test_every_requirement_is_locked_at_a_version_that_it_allows(asked: str) -> None:
    requirement = Requirement(asked)
    locked = pins("requirements.lock").get(canonicalize_name(requirement.name), [])
    assert len(locked) == 1
    assert requirement.specifier.contains(locked[0])


def test_the_installer_is_locked_too() -> None:
    assert list(pins(".build/installer.lock")) == ["uv"]


def test_leaflet_is_locked_by_its_integrity_hash_alone() -> None:
    lock = json.loads((ROOT / ".build" / "package-lock.json").read_text("utf-8"))
    leaflet = lock["packages"]["node_modules/leaflet"]
    assert leaflet["version"] == "1.9.4"
    assert leaflet["integrity"].startswith("sha512-")
    assert "resolved" not in leaflet


@pytest.mark.parametrize("name", ["requirements.lock", ".build/installer.lock", ".build/package-lock.json"])
def test_no_lock_names_a_server_or_a_folder(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"--(extra-)?index|--find-links|(^|\s)/\w", text)
