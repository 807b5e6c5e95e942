"""The still part of a scene: roads that are worth drawing at its scale, and names of places."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import Reconstruction, geodesy
from tracker.render.pack import pack
from tracker.render.style import ROAD_CLASSES, finest_class, road_class

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

RANKS = {"city": 1, "town": 2, "village": 3}
"""Places that are larger have their labels first; all others are rank 4."""
TOLD_M = 10_000.0
"""A report this near to a place, in metres, makes the reader look for its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What a picture frames, in degrees, EPSG:4326."""

    west: float
    """Least longitude."""
    south: float
    """Least latitude."""
    east: float
    """Greatest longitude."""
    north: float
    """Greatest latitude."""

    @property
    def diagonal_km(self) -> float:
        """Kilometres from corner to corner."""
        return float(geodesy.distance_m(self.west, self.south, self.east, self.north)) / 1000

    def padded(self, share: float = 0.06, least: float = 0.05) -> "Box":
        """The box with a margin: a share of its size, at least so many degrees."""
        x = max((self.east - self.west) * share, least)
        y = max((self.north - self.south) * share, least)
        return Box(
            west=max(self.west - x, -180.0),
            south=max(self.south - y, -89.0),
            east=min(self.east + x, 180.0),
            north=min(self.north + y, 89.0),
        )

    def holds(self, lon: Floats, lat: Floats) -> Flags:
        """(n,) whether points lie inside."""
        return np.asarray((lon >= self.west) & (lon <= self.east) & (lat >= self.south) & (lat <= self.north))


def box_around(lon: Floats, lat: Floats) -> Box:
    """The smallest box that holds points; at least one is needed."""
    return Box(west=float(lon.min()), south=float(lat.min()), east=float(lon.max()), north=float(lat.max()))


def roads_scene(
    march: Reconstruction, box: Box, *, scale: int, tolerance_m: float, max_points: int
) -> list[dict[str, object]]:
    """A scene's `roads`: one entry per class, the smallest first, as packed lines.

    Roads that a track uses are always there, and so are inferred ones inside the box. Of the others those that
    touch the box, from the largest class down to the one that the box's size asks for; a class that would bring the
    number of vertices above `max_points` is left out, with all smaller ones.

    Parameters
    ----------
    march : whose roads and tracks
    box : what the picture frames
    scale : packed coordinates are degrees times this
    tolerance_m : metres by which a drawn road may lie beside the road
    max_points : most vertices
    """
    roads = march.roads[~(march.roads.geometry.isna() | march.roads.geometry.is_empty)]
    lines, inferred = shapely.normalize(np.asarray(roads.geometry)), roads["inferred"].to_numpy(bool)
    classes = roads["highway"].astype("string").fillna("").map({v: road_class(v) for v in roads["highway"].dropna()})
    rank = classes.map({name: k for k, name in enumerate(ROAD_CLASSES)}).fillna(0).to_numpy(int)
    used = roads.index.isin(_used(march))
    # Degrees of longitude are shortened to those of latitude, so that the tolerance is one for both directions.
    narrow = float(np.cos(np.radians((box.south + box.north) / 2)))
    tolerance = tolerance_m / 111_195
    flat = shapely.transform(lines, lambda xy: xy * (narrow, 1.0))
    vertices = shapely.get_num_coordinates(shapely.simplify(flat, tolerance, preserve_topology=False))
    kept = _worth_drawing(rank, used, inferred, _touches(lines, box), vertices, box, max_points)
    scene: list[dict[str, object]] = []
    for level, name in enumerate(ROAD_CLASSES):
        for guess in (True, False):
            chosen = flat[kept & (rank == level) & (inferred == guess)]
            if len(chosen):
                counts, coordinates = _joined(chosen, tolerance)
                lon, lat = np.rint(coordinates / (narrow, 1.0) * scale).astype(np.int64).T.tolist()
                scene.append({"class": name, "inferred": guess, "n": counts, "d": pack(lon, lat)})
    return scene


def labels_scene(
    places: gpd.GeoDataFrame,
    box: Box,
    *,
    scale: int,
    near: tuple[Floats, Floats],
    told: tuple[Floats, Floats],
    most: int,
) -> list[dict[str, object]]:
    """A scene's `labels`: places inside the box, larger first, then more reported, then nearer to the march.

    Parameters
    ----------
    places : tables.PLACES
    box : what the picture frames
    scale : packed coordinates are degrees times this
    near : longitudes and latitudes (n,) of the march
    told : longitudes and latitudes (n,) of the reports
    most : how many at most
    """
    placed = places[~(places.geometry.isna() | places.geometry.is_empty) & places["place"].notna()]
    lon, lat = placed.geometry.x.to_numpy(), placed.geometry.y.to_numpy()
    inside = box.holds(lon, lat)
    placed, lon, lat = placed[inside], lon[inside], lat[inside]
    rank = np.array([RANKS.get(str(kind), 4) for kind in placed["kind"]], int)
    away = np.array([_least_metres(x, y, near) for x, y in zip(lon, lat, strict=True)])
    reported = np.array([(geodesy.distance_m(x, y, *told) < TOLD_M).sum() for x, y in zip(lon, lat, strict=True)], int)
    chosen = np.lexsort((placed["place"].astype(str), away, -reported, rank))[:most]
    labels: list[dict[str, object]] = []
    for k in chosen:
        name, local = str(placed["place"].iloc[k]), placed["place_local"].iloc[k]
        label = {
            "text": name,
            "local": "" if pd.isna(local) or str(local) == name else str(local),
            "lon": round(lon[k] * scale),
            "lat": round(lat[k] * scale),
            "rank": int(rank[k]),
        }
        labels.append(label)
    return labels


def _used(march: Reconstruction) -> set[object]:
    return {edge for track in march.tracks.values() for edge in track.edges.index}


def _touches(lines: NDArray[np.object_], box: Box) -> Flags:
    west, south, east, north = shapely.bounds(lines).T if len(lines) else np.empty((4, 0))
    return np.asarray((west <= box.east) & (east >= box.west) & (south <= box.north) & (north >= box.south))


def _worth_drawing(
    rank: NDArray[np.int64], used: Flags, inferred: Flags, inside: Flags, vertices: Floats, box: Box, most: int
) -> Flags:
    kept = used | (inferred & inside)
    for level in range(len(ROAD_CLASSES) - 1, ROAD_CLASSES.index(finest_class(box.diagonal_km)) - 1, -1):
        more = kept | (inside & (rank == level))
        if vertices[more].sum() > most:
            break
        kept = more
    return np.asarray(kept)


def _joined(lines: NDArray[np.object_], tolerance: float) -> tuple[list[int], Floats]:
    """Lines end to end where only two meet, each once, simplified: vertices of each, and all vertices (n, 2)."""
    # A two-way road is two edges on the same ground; normalize() made them equal.
    once = list(dict.fromkeys(shapely.to_wkb(lines).tolist()))
    merged = shapely.line_merge(shapely.multilinestrings(shapely.from_wkb(np.array(once, object))))
    parts = shapely.simplify(shapely.get_parts(merged), tolerance, preserve_topology=False)
    return shapely.get_num_coordinates(parts).tolist(), shapely.get_coordinates(parts)


def _least_metres(lon: float, lat: float, near: tuple[Floats, Floats]) -> float:
    return float(geodesy.distance_m(lon, lat, *near).min()) if len(near[0]) else 0.0
