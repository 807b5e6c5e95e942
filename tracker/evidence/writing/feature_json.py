"""GeoJSON as RFC 7946 has it: longitude first, WGS84, a feature per line, null where there is no place."""

import json
from pathlib import Path

import geopandas as gpd

from tracker.evidence.writing.plain_values import plain_values


def write_geojson(reports: gpd.GeoDataFrame, path: Path) -> int:
    """Write a FeatureCollection whose properties are the columns; returns how many reports it holds."""
    columns = plain_values(reports)
    places = list(zip(columns.pop("lon"), columns.pop("lat"), strict=True))
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for number, (point, cells) in enumerate(zip(places, zip(*columns.values(), strict=True), strict=True)):
            feature = {
                "type": "Feature",
                "geometry": None if point[0] is None else {"type": "Point", "coordinates": point},
                "properties": dict(zip(columns, cells, strict=True)),
            }
            text = json.dumps(feature, ensure_ascii=False, allow_nan=False)
            file.write(f"{',' if number else ''}\n{text}")
        file.write("\n]}\n")
    return len(reports)
