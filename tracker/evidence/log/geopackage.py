"""Points as a GeoPackage keeps them: 8 bytes of header and the point as well-known binary."""

import struct
from collections.abc import Sequence

from tracker.evidence.log.revision import Cell

# "GP", version 0, little endian and no envelope, EPSG:4326; then WKB: little endian, type 1 (point), x, y.
_POINT = struct.Struct("<2sBBiBIdd")


def point_blobs(lon: Sequence[Cell], lat: Sequence[Cell]) -> list[bytes | None]:
    """The geometry cells of reports at degrees of EPSG:4326, None where a report has no place.

    Source: OGC 12-128r18, GeoPackage Encoding Standard 1.3, clause 2.1.3.
    """
    pack = _POINT.pack
    return [None if x is None else pack(b"GP", 0, 1, 4326, 1, 1, x, y) for x, y in zip(lon, lat, strict=True)]
