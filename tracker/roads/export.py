"""Roads for other programs: a GIS layer, or a graph as osmnx reads it."""

import os
import tempfile
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from tracker.model import BadRoads, MissingFile
from tracker.roads.folder import LICENCE
from tracker.roads.network import RoadNetwork

_NOT_IN_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
"""Characters that no XML file can hold, not even escaped."""


def write_roads(network: RoadNetwork, file: str | PathLike[str], *, overwrite: bool = False) -> int:
    """The number of edges written into a file, whose ending says what it is.

    Parameters
    ----------
    network : the roads
    file : .gpkg (a layer `roads`), .geojson or .parquet: the edges with road, class, speed, direction and number of the
        way; or .graphml: junctions and arcs as `osmnx.load_graphml` reads them, without turn restrictions
    overwrite : whether a file that is there may be replaced

    The file is written whole or not at all.

    Raises
    ------
    BadRoads
        The ending is none of these, something is there already, or the file cannot be written.
    MissingFile
        There is no such folder.
    """
    path = Path(file)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise BadRoads(f"{path}: not a kind of file that roads are written as; choose among {', '.join(_WRITERS)}")
    if path.is_dir() or (path.exists() and not overwrite):
        raise BadRoads(f"{path}: something is there already; give another name, or let it be replaced (overwrite)")
    if not path.parent.is_dir():
        raise MissingFile(f"{path.parent}: no such folder for {path.name}; make it, or give another path")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}.") as scratch:
            made = Path(scratch) / f"roads{path.suffix.lower()}"
            write(network, made)
            os.replace(made, path)
    except (OSError, RuntimeError) as error:  # GDAL's errors are runtime errors.
        raise BadRoads(f"{path}: cannot be written ({error}); give another path") from None
    return len(network.length_m)


def edge_table(network: RoadNetwork) -> gpd.GeoDataFrame:
    """The edges with all that is known of each, EPSG:4326, lengths in metres, speeds in km/h (0 where unknown)."""
    more: Mapping[str, Any] = {
        "ref": network.ref,
        "speed_kmh": network.speed_kmh,
        "maxspeed_kmh": network.legal_kmh,
        "oneway": network.oneway,
        "surface": network.surface,
        "toll": network.toll,
        "osm_way": network.osm_way,
        "tail": network.edge_tail,
        "head": network.edge_head,
    }
    return network.table.assign(**{name: np.array(values) for name, values in more.items()})


def osmnx_graph(network: RoadNetwork) -> Any:
    """The network as a MultiDiGraph such as osmnx makes: an edge for each arc, lengths in metres, times in seconds."""
    import networkx as nx

    graph = nx.MultiDiGraph(crs="epsg:4326", simplified=True, licence=LICENCE, date=network.date)
    places = zip(network.node_lon.tolist(), network.node_lat.tolist(), strict=True)
    graph.add_nodes_from((number, {"x": x, "y": y}) for number, (x, y) in enumerate(places))
    shapes = network.table.geometry.to_numpy()
    text = dict(zip(("name", "int_name", "ref", "surface"), _texts(network), strict=True))
    arcs = (network.arc_tail, network.arc_head, network.arc_edge, network.arc_forward, network.seconds)
    for tail, head, edge, forward, seconds in zip(*(values.tolist() for values in arcs), strict=True):
        known: dict[str, Any] = {key: values[edge] for key, values in text.items() if values[edge]}
        if network.legal_kmh[edge] > 0:
            known["maxspeed"] = f"{network.legal_kmh[edge]:g}"
        graph.add_edge(
            tail,
            head,
            osmid=int(network.osm_way[edge]),
            highway=network.classes[network.highway[edge]],
            oneway=bool(network.oneway[edge]),
            reversed=not forward,
            length=float(network.length_m[edge]),
            speed_kph=float(network.speed_kmh[edge]),
            travel_time=seconds,
            geometry=shapes[edge] if forward else shapely.reverse(shapes[edge]),
            **known,
        )
    return graph


def _texts(network: RoadNetwork) -> list[list[str]]:
    columns = (network.name, network.int_name, network.ref, network.surface)
    return [[text.translate(_NOT_IN_XML) for text in values.tolist()] for values in columns]


def _write_gpkg(network: RoadNetwork, path: Path) -> None:
    edge_table(network).to_file(path, driver="GPKG", layer="roads", layer_metadata={"licence": LICENCE})


def _write_geojson(network: RoadNetwork, path: Path) -> None:
    # Seven decimals are a centimetre, and what OpenStreetMap itself keeps.
    edge_table(network).to_file(path, driver="GeoJSON", COORDINATE_PRECISION=7, DESCRIPTION=LICENCE)


def _write_parquet(network: RoadNetwork, path: Path) -> None:
    edge_table(network).to_parquet(path, compression="zstd", index=False)


def _write_graphml(network: RoadNetwork, path: Path) -> None:
    import osmnx

    osmnx.save_graphml(osmnx_graph(network), path)


_WRITERS: Mapping[str, Callable[[RoadNetwork, Path], None]] = {
    ".gpkg": _write_gpkg,
    ".geojson": _write_geojson,
    ".parquet": _write_parquet,
    ".graphml": _write_graphml,
}
