"""The commands of the ground: `tracker roads prepare`, `download`, `info` and `export`."""

import json as json_module
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich import box
from rich.table import Table

from tracker.terminal import NOT_SOUND, busy, err, in_line, out, plain, progress, refusals, show_json

if TYPE_CHECKING:
    from tracker.roads import RoadNetwork

app = typer.Typer(
    no_args_is_help=True,
    help="Roads of any area of OpenStreetMap, as they were on a day: from a file or from the net, into a folder that "
    "opens at once. Exit codes: 0 done, 2 misspelt, 3 refused, 4 a folder is not as it was written.",
)

Source = Annotated[
    Path,
    typer.Argument(metavar="SOURCE", help="Roads: .osm.pbf, .osm, .osm.gz, .osm.bz2, .graphml or a prepared folder."),
]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of prepared roads to write.")]
Classes = Annotated[
    str | None, typer.Option(metavar="A,B,...", help="Road classes to take, as in motorway,trunk,primary; else all.")
]
Whose = Annotated[
    Literal["convoy", "car"] | None,
    typer.Option(help="Whose speeds the roads get; else a prepared folder keeps its own, and all others the convoy's."),
]

Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the roads that are in the folder already.")]

_NUMBER = r"-?\d{1,3}(?:\.\d+)?"
_BOX = re.compile(rf"{_NUMBER}(?:\s*,\s*{_NUMBER}){{3}}")
_LINE = re.compile(rf"{_NUMBER},{_NUMBER}(?:\s+{_NUMBER},{_NUMBER})+")
_LARGEST_GEOJSON = 50 << 20


@app.command()
def prepare(
    source: Source, folder: Folder, *, classes: Classes = None, profile: Whose = None, overwrite: Overwrite = False
) -> None:
    """Read roads from a file and write them as a folder that opens in milliseconds."""
    with refusals():
        _spare(folder, overwrite)
        with busy("Reading roads"):
            from tracker.roads import prepare_roads

            roads = prepare_roads(source, folder, profile=profile, **_chosen(classes))
        _show_done(folder, roads)


# Signs of numbers are no options: -3.2,50.1,-2.9,50.4 is a box.
@app.command(context_settings={"ignore_unknown_options": True})
def download(
    area: Annotated[
        str,
        typer.Argument(
            metavar="AREA",
            help='A place name; "west,south,east,north"; a GeoJSON file; or with --width-km "lon,lat lon,lat ...".',
        ),
    ],
    folder: Folder,
    *,
    date: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day that the map shall be of, as in 2023-06-23; else now.")
    ] = None,
    width_km: Annotated[float | None, typer.Option(help="Width in kilometres of the corridor along a line.")] = None,
    classes: Classes = None,
    profile: Whose = None,
    endpoint: Annotated[str | None, typer.Option(metavar="URL", help="Another Overpass server.")] = None,
    geocoder: Annotated[str | None, typer.Option(metavar="URL", help="Another Nominatim for place names.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder of the answers, so that nothing is asked twice.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Fetch the roads of an area from OpenStreetMap; run again after a failure, it goes on where it was."""
    with refusals():
        from tracker.roads import download_roads

        _spare(folder, overwrite)
        servers: dict[str, Any] = {
            key: value for key, value in (("endpoint", endpoint), ("geocoder", geocoder)) if value is not None
        }
        with progress("Downloading") as moved:
            roads = download_roads(
                read_area(area),
                date=date,
                width_km=width_km,
                profile=profile or "convoy",
                to=folder,
                cache=cache,
                progress=moved,
                waiting=lambda why: err().print(plain(why), soft_wrap=True),
                **servers,
                **_chosen(classes),
            )
        _show_done(folder, roads)


@app.command()
def info(
    source: Source,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read every byte of a prepared folder and check it.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")] = False,
) -> None:
    """Say what roads there are: how many, of which classes, where, of which day, under which licence."""
    with refusals(as_json=json):
        faults = _faults(source) if verify else []
        if not faults:
            with busy("Reading roads"):
                known = _known(source)
            if json:
                show_json(known | ({"faults": []} if verify else {}))
            else:
                _show(known, sound=verify)
            return
        if json:
            show_json({"source": str(source), "faults": faults})
        else:
            out().print(plain(f"{source}: not as it was written; make it again"), soft_wrap=True)
            for fault in faults:
                out().print(plain(f"  {fault}"), soft_wrap=True)
        raise typer.Exit(NOT_SOUND)


@app.command()
def export(
    source: Source,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write: .gpkg, .geojson, .parquet or .graphml.")],
    *,
    classes: Classes = None,
    profile: Whose = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Write roads into a file for QGIS (.gpkg, .geojson, .parquet) or as a graph for osmnx (.graphml)."""
    with refusals():
        from tracker.roads import load_roads, write_roads
        from tracker.wording import counted

        with busy("Reading roads"):
            roads = load_roads(source, profile=profile, **_chosen(classes))
        with busy("Writing"):
            number = write_roads(roads, file, overwrite=overwrite)
        out().print(plain(f"{file}: {counted(number, 'edge')}, (c) OpenStreetMap contributors, ODbL"), soft_wrap=True)


# ---- asking


def read_area(area: str) -> Any:
    """What was typed as an area, as `download_roads` takes it.

    >>> read_area("39,50,40,51"), read_area("39.7,47.2 37.6,55.7"), read_area("Lipetsk Oblast")
    ([39.0, 50.0, 40.0, 51.0], [(39.7, 47.2), (37.6, 55.7)], 'Lipetsk Oblast')

    Raises
    ------
    BadRoads
        It names a file that is no GeoJSON.
    MissingFile
        It names a file that is not there.
    """
    words = area.strip()
    if _BOX.fullmatch(words):
        return [float(number) for number in words.split(",")]
    if _LINE.fullmatch(words):
        return [(float(lon), float(lat)) for lon, lat in (pair.split(",") for pair in words.split())]
    if words.lower().endswith((".geojson", ".json")):
        return _from_geojson(Path(words))
    return area


def _from_geojson(path: Path) -> Any:
    """The union of a file's shapes; read here, since GDAL takes a file for what it says inside and not for its name."""
    import shapely

    from tracker.model import BadRoads, MissingFile

    if not path.is_file():
        raise MissingFile(f"{path}: no such file; check the path, or give a place name or west,south,east,north")
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_GEOJSON + 1)
        if len(text) > _LARGEST_GEOJSON:
            raise BadRoads(f"{path}: larger than {_LARGEST_GEOJSON >> 20} MiB; simplify the outline")
        document = json_module.loads(text)
        features = document["features"] if document.get("type") == "FeatureCollection" else [document]
        shapes = [_shape(feature.get("geometry") if "geometry" in feature else feature) for feature in features]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, shapely.errors.ShapelyError) as error:
        if isinstance(error, BadRoads):
            raise
        raise BadRoads(f"{path}: not a GeoJSON file of polygons or a line ({str(error)[:120]})") from None
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)


def _shape(geometry: Any) -> Any:
    import shapely

    return shapely.from_geojson(json_module.dumps(geometry))


def _chosen(classes: str | None) -> dict[str, Any]:
    """The option of the classes, where it was given."""
    return {} if classes is None else {"classes": [name.strip() for name in classes.split(",") if name.strip()]}


# ---- showing


def _faults(source: Path) -> list[str]:
    from tracker.model import BadRoads
    from tracker.roads import verify_folder

    if not source.is_dir():
        raise BadRoads(
            f"{source}: --verify is for a prepared folder, which says what its files should be; leave it out"
        )
    with busy("Checking"):
        return verify_folder(source)


def _known(source: Path) -> dict[str, Any]:
    """What is known of roads, for people and machines."""
    import numpy as np

    from tracker.roads import LICENCE, load_roads, read_manifest

    roads = load_roads(source)
    by_class = np.bincount(roads.highway, weights=roads.length_m, minlength=len(roads.classes)) / 1000
    return {
        "source": str(source),
        "date": roads.date,
        "profile": roads.profile.name,
        "counts": {
            "junctions": len(roads.node_lon),
            "edges": len(roads.length_m),
            "arcs": len(roads.arc_edge),
            "forbidden turns": len(roads.barred_ptr) - 1,
            "kilometre posts": len(roads.milestones),
            "places": len(roads.named),
            "rivers and borders": len(roads.context),
        },
        "kilometres": round(float(roads.length_m.sum()) / 1000, 3),
        "classes": {name: round(km, 3) for name, km in zip(roads.classes, by_class.tolist(), strict=True) if km > 0},
        "bounds": [float(f(v)) for f in (np.min, np.max) for v in (roads.vertex_lon, roads.vertex_lat)],
        "dropped": dict(roads.dropped),
        "licence": LICENCE,
        "made_from": read_manifest(source)["source"] if source.is_dir() else None,
    }


def _show(known: dict[str, Any], *, sound: bool) -> None:
    console = out()
    made = known["made_from"]
    lines = [f"{known['source']}: {known['kilometres']:,.0f} km of road, profile {known['profile']}"]
    lines.append(", ".join(f"{number:,} {what}" for what, number in known["counts"].items()))
    lines.append(
        f"map of {known['date'] or 'an unknown day'}" + (f", made from {made['name'] or 'unnamed'}" if made else "")
    )
    west, south, east, north = known["bounds"]
    lines.append(f"from {west:.4f},{south:.4f} to {east:.4f},{north:.4f} (lon,lat)")
    if sound:
        lines.append("every file is as it was written")
    for line in lines:
        console.print(plain(in_line(line)), soft_wrap=True)
    for title, unit, rows in (
        ("class", "km", {name: f"{km:,.1f}" for name, km in known["classes"].items()}),
        ("left out", "number", {reason: f"{count:,}" for reason, count in known["dropped"].items()}),
    ):
        if rows:
            table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
            table.add_column(title, overflow="fold")
            table.add_column(unit, justify="right")
            for name, number in rows.items():
                table.add_row(plain(in_line(name)), number)
            console.print(table)
    console.print(plain(known["licence"]))


def _spare(folder: Path, overwrite: bool) -> None:
    """Refuse to replace another place's roads by a slip."""
    from tracker.model import BadRoads
    from tracker.roads import read_manifest

    if overwrite or not (folder / "manifest.json").is_file():
        return
    made = read_manifest(folder).get("source", {}).get("name") or "a download"
    raise BadRoads(f"{folder}: roads made from {made} are there already; give another folder, or --overwrite")


def _show_done(folder: Path, roads: "RoadNetwork") -> None:
    counts = f"{len(roads.node_lon):,} junctions, {len(roads.length_m):,} edges, {roads.length_m.sum() / 1000:,.0f} km"
    out().print(plain(f"{folder}: {counts}, map of {roads.date or 'an unknown day'}"), soft_wrap=True)
