"""A small march that never was, on a road network that fits on a napkin, and the same march told by an enemy.

::

    Southford ==== Millbrook ==== Ashby ==== Northgate       motorway M1, 220 km toward the north
                        \\__ Lower Elm __/                    primary road P7, the way around
"""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops
from numpy.typing import NDArray

from tracker.model import History, Reconstruction, RoadPath, Track, tables
from tracker.model.geodesy import path_metres

Floats = NDArray[np.float64]

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "scene.json"

START = pd.Timestamp("2031-05-03T02:00Z")
END = pd.Timestamp("2031-05-03T14:00Z")

TOWNS = {
    "Southford": (40.00, 50.00, "city"),
    "Millbrook": (40.10, 50.60, "town"),
    "Lower Elm": (40.55, 51.00, "village"),
    "Ashby": (40.15, 51.40, "town"),
    "Northgate": (40.05, 51.95, "city"),
}

HOSTILE = (
    "</script><script>window.__hit=1</script><script>alert(1)</script>"
    "{{ 7919*7907 }} {{ cycler.__init__.__globals__.os.getpid() }} {% x %} {# #} ${window.__hit=1} `${window.__hit=1}`"
    '<img src=x onerror="window.__hit=1"> \'"&amp; \u2028\u2029 --> <!-- ]]> javascript:window.__hit=1 '
    "\\ \\u003c __SCENE__ __SCRIPTS__"
)
"""What an enemy would write into a report."""


def small_march() -> Reconstruction:
    """Two units, nine reports of every kind and verdict, 40 and 24 histories; the same at each call."""
    roads, reports, places = _roads(), _reports(), _places()
    tracks = {
        "main column": _track("main column", roads, places, members=40, seed=1, reach=1.0, late=0.0),
        "second column": _track("second column", roads, places, members=24, seed=2, reach=0.55, late=2.0),
    }
    return Reconstruction(
        reports=reports,
        tracks=tracks,
        verdicts=_verdicts(reports),
        roads=roads,
        places=places,
        seed=0,
        context=_context(),
        closures=_closures(roads),
    )


def hostile_march() -> Reconstruction:
    """The small march with an attack in each column of text, in the units' names and in the places'."""
    march = small_march()
    reports, verdicts, places, roads = (t.copy() for t in (march.reports, march.verdicts, march.places, march.roads))
    keep = {"report_id", "kind", "unit", "reliability", "credibility", "time_basis"}
    for name, dtype in tables.REPORTS.items():
        if dtype == "str" and name not in keep:
            reports[name] = pd.Series([f"{HOSTILE} {name} {k}" for k in range(len(reports))], dtype="str")
    addresses = ["javascript:window.__hit=1", 'https://example.org/"><script>', " JaVaScRiPt:alert(1)"] * 3
    reports["url"] = pd.Series(addresses, dtype="str")
    reports["report_id"] = pd.Series([f"{HOSTILE} {k}" for k in range(len(reports))], dtype="str")
    reports.loc[3, ["kind", "reliability", "time_basis"]] = HOSTILE
    verdicts["report_id"] = reports["report_id"]
    verdicts[["verdict", "reason"]] = HOSTILE
    renamed = {name: f"{HOSTILE} {name}" for name in march.tracks}
    reports["unit"] = reports["unit"].map(renamed).astype("str")
    verdicts["unit"] = verdicts["unit"].map(renamed).astype("str")
    places["place"], places["place_local"] = HOSTILE + places["place"], HOSTILE
    roads[["highway", "road", "name", "int_name"]] = HOSTILE
    context, closures = march.context.copy(), march.closures.copy()
    context["name"] = HOSTILE
    closures["report_id"] = reports["report_id"].iloc[1]
    closures[["road", "column", "why"]] = HOSTILE
    tracks = {}
    for name, track in march.tracks.items():
        edges, routes = track.edges.copy(), track.routes.copy()
        edges["road"] = HOSTILE
        routes["supporting"] = [(HOSTILE,)] * len(routes)
        tracks[renamed[name]] = replace(track, unit=renamed[name], edges=edges, routes=routes, places=places)
    return replace(
        march,
        reports=reports,
        tracks=tracks,
        verdicts=verdicts,
        roads=roads,
        places=places,
        context=context,
        closures=closures,
    )


def _line(*towns: str) -> shapely.LineString:
    corners = np.array([TOWNS[name][:2] for name in towns])
    share = np.linspace(0, len(corners) - 1, 24 * (len(corners) - 1) + 1)
    lon, lat = (np.interp(share, np.arange(len(corners)), corners[:, k]) for k in (0, 1))
    # Roads bend; every edge begins and ends on its towns.
    return shapely.LineString(np.c_[lon + 0.02 * np.sin(share * np.pi * 3) * np.sin(share * np.pi), lat])


EDGES = [
    ("M1", "motorway", ("Southford", "Millbrook"), False),
    ("M1", "motorway", ("Millbrook", "Ashby"), False),
    ("M1", "motorway", ("Ashby", "Northgate"), False),
    ("P7", "primary", ("Millbrook", "Lower Elm"), False),
    ("P7", "primary_link", ("Lower Elm", "Ashby"), True),
    ("P7", "primary", ("Lower Elm", "Millbrook"), False),
    ("", "tertiary", ("Lower Elm", "Northgate"), False),
]


def _roads() -> gpd.GeoDataFrame:
    lines = [_line(*towns) for _, _, towns, _ in EDGES]
    lines[5] = lines[3].reverse()
    return tables.table(
        {
            "road": [road for road, _, _, _ in EDGES],
            "highway": [highway for _, highway, _, _ in EDGES],
            "inferred": [guess for _, _, _, guess in EDGES],
            "length_m": [float(path_metres(*shapely.get_coordinates(line).T)[-1]) for line in lines],
            "geometry": lines,
        },
        tables.ROADS,
    )


def _places() -> gpd.GeoDataFrame:
    local = {"Southford": "Южный Брод", "Northgate": "Северные Ворота"}
    return tables.table(
        {
            "place": list(TOWNS),
            "place_local": [local.get(name, name) for name in TOWNS],
            "kind": [kind for _, _, kind in TOWNS.values()],
            "geometry": [shapely.Point(lon, lat) for lon, lat, _ in TOWNS.values()],
        },
        tables.PLACES,
    )


def _context() -> gpd.GeoDataFrame:
    """A river that winds across the country, a canal, and the border of a state and of an oblast."""
    share = np.linspace(0, 1, 400)
    river = np.c_[39.6 + share * 1.3, 51.15 + 0.25 * np.sin(share * 5) + 0.01 * np.sin(share * 90)]
    lines = [river, [(40.6, 50.1), (40.62, 50.7)], [(38.0, 50.3), (42.0, 50.35)], [(39.7, 51.7), (40.9, 51.68)]]
    return tables.table(
        {
            "kind": ["river", "canal", "border", "border"],
            "name": ["Elm River", "", "Lowland", "Elmshire"],
            "level": [0, 0, 2, 4],
            "geometry": [shapely.LineString(line) for line in lines],
        },
        tables.CONTEXT,
    )


def _closures(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The one roadblock as it may be read: lorries at one spot of two possible ones, the ways around dug up."""
    spots = [shapely.ops.substring(roads.geometry[1], 0.8, 1.0, normalized=True), roads.geometry[2]]
    start, end = pd.Timestamp("2031-05-03T03:00Z"), pd.Timestamp("2031-05-03T09:30Z")
    return tables.table(
        {
            "report_id": ["r2", "r2", "r2", "r2"],
            "road": ["M1", "M1", "P7", "P7"],
            "effect": ["closed", "closed", "dug up", "dug up"],
            "from": [start] * 4,
            "to": [end] * 4,
            "edge": [1, 2, 3, 5],
            "share": [0.7, 0.3, 1.0, 1.0],
            "spot": [True, True, False, False],
            "geometry": [*spots, roads.geometry[3], roads.geometry[5]],
        },
        tables.CLOSURES,
    )


def _reports() -> gpd.GeoDataFrame:
    rows = [
        ("r1", "sighting", "main column", "02:30", "03:00", "Southford", 3000, "A", 1, "Lorries leave the town."),
        ("r2", "roadblock", None, "03:00", "09:30", "Ashby", 2000, "B", 2, "Sand lorries across the M1."),
        ("r3", "sighting", "main column", "05:10", "05:40", "Millbrook", 5000, "B", 2, "About forty vehicles pass."),
        ("r4", "incident", None, "06:00", "06:20", "Millbrook", 4000, "C", 3, "A fuel store burns."),
        ("r5", "sighting", "second column", "06:30", "07:30", "Millbrook", 6000, "C", 2, "A second group, smaller."),
        (
            "r6",
            "sighting",
            "main column",
            "05:30",
            "05:35",
            "Northgate",
            3000,
            "E",
            5,
            "At the gates, says a neighbour.",
        ),
        ("r7", "absence", "main column", "08:00", "09:00", "Ashby", 8000, "B", 3, "Nobody here yet."),
        ("r8", "turnaround", "main column", "11:00", "12:00", "Northgate", 15000, "C", 3, "They turn, people say."),
        ("r9", "statement", "main column", "11:30", None, None, None, "F", 6, "A spokesman says that all is quiet."),
    ]
    points = [None if row[5] is None else shapely.Point(*TOWNS[row[5]][:2]) for row in rows]
    day = "2031-05-03T"
    return tables.table(
        {
            "report_id": [row[0] for row in rows],
            "kind": [row[1] for row in rows],
            "unit": [row[2] for row in rows],
            "earliest": [pd.Timestamp(f"{day}{row[3]}Z") for row in rows],
            "latest": [None if row[4] is None else pd.Timestamp(f"{day}{row[4]}Z") for row in rows],
            "time_basis": ["observed", "inferred", "observed"] * 3,
            "place": [row[5] for row in rows],
            "heading": ["north", *[None] * 8],
            "vehicles": [None, None, "40", *[None] * 6],
            "geometry": points,
            "radius_m": [row[6] for row in rows],
            "summary": [row[9] for row in rows],
            "publisher": ["The Napkin", "Elm Gazette", "The Napkin"] * 3,
            "origin": ["the-napkin", "elm-gazette", "driver-17"] * 3,
            "url": [f"https://example.org/{row[0]}" for row in rows],
            "reliability": [row[7] for row in rows],
            "credibility": [row[8] for row in rows],
            "notes": [None] * 8 + ["Made up, like all of this."],
            "revision": [1] * 9,
            "author": ["a test"] * 9,
            "recorded_at": [END] * 9,
        },
        tables.REPORTS,
    )


def _verdicts(reports: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    said = ["supports", "supports", "supports", "unused", "supports", "impossible", "doubtful", "doubtful", "unused"]
    p_true = [0.98, 0.9, 0.95, None, 0.9, 0.01, 0.42, 0.5, None]
    return tables.table(
        {
            "report_id": list(reports["report_id"]),
            "unit": list(reports["unit"]),
            "p_true": p_true,
            "verdict": said,
            "reason": [f"made up as {word}" for word in said],
            "geometry": list(reports.geometry),
        },
        tables.VERDICTS,
    )


def _path(roads: gpd.GeoDataFrame, edges: list[int]) -> RoadPath:
    parts = [shapely.get_coordinates(roads.geometry[edge]) for edge in edges]
    vertices = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
    metres = path_metres(*vertices.T)
    starts = metres[np.cumsum([0, *(len(part) - 1 for part in parts)])]
    return RoadPath(edges=np.array(edges), leg_start=starts, lon=vertices[:, 0], lat=vertices[:, 1], metres=metres)


def _track(
    unit: str, roads: gpd.GeoDataFrame, places: gpd.GeoDataFrame, *, members: int, seed: int, reach: float, late: float
) -> Track:
    chance = np.random.default_rng(seed)
    ways = [_path(roads, [0, 1, 2]), _path(roads, [0, 3, 4, 2])]
    span = (END - START).total_seconds()
    histories = []
    for member in range(members):
        path = ways[int(member % 4 == 3)]
        whole = path.metres[-1] * np.clip(reach * chance.normal(0.93, 0.05), 0, 1)
        start, halt, end = span * np.sort(chance.uniform([0.04, 0.3, 0.7], [0.1, 0.42, 0.95]) + late / 40)
        seconds = np.array([0, start, halt, halt + chance.uniform(600, 3600), min(end, span - 60), span])
        metres = whole * np.array([0, 0, 0.3, 0.3, 1, 1])
        histories.append(History(path=path, seconds=seconds, metres=metres))
    weights = chance.dirichlet(np.full(members, 20.0))
    probability = [1.0, float(sum(weights[k] for k in range(members) if k % 4 != 3)), 1.0]
    passed = pd.DatetimeIndex([START + pd.Timedelta(hours=hours + late) for hours in (3, 6, 9)])
    edges = gpd.GeoDataFrame(
        {"road": ["M1"] * 3, "probability": probability, "t05": passed, "t50": passed, "t95": passed},
        geometry=list(roads.geometry[:3]),
        index=[0, 1, 2],
        crs=tables.CRS,
    )
    routes = gpd.GeoDataFrame(
        {
            "weight": [probability[1], 1 - probability[1]],
            "length_m": [float(way.metres[-1]) for way in ways],
            "supporting": [("r1", "r3"), ("r1",)],
            "conflicting": [("r2",), ("r3", "r7")],
        },
        geometry=[way.between(0, way.metres[-1]) for way in ways],
        crs=tables.CRS,
    )
    return Track(
        unit=unit,
        start=START,
        end=END,
        known_from=START + pd.Timedelta(minutes=30 + 60 * late),
        known_until=END - pd.Timedelta(hours=2 + late),
        histories=tuple(histories),
        weights=weights,
        edges=edges,
        routes=routes,
        places=places,
    )


def small_scene() -> dict[str, object]:
    """The scene of the small march, which is also the fixture that the player is tested with."""
    from tracker.render import build_scene

    return build_scene(
        small_march(),
        title="A march that never was",
        alt="Map of a made-up column that moves from Southford to Northgate",
        credit="Made up for tests",
        zone="Europe/Moscow",
    )


if __name__ == "__main__":
    from tracker.render.pack import safe_json

    FIXTURE.write_text(safe_json(small_scene()) + "\n", encoding="utf-8")
