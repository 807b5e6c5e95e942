"""Roads of any area from Overpass, tile by tile."""

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import date as Day
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapely.geometry.base import BaseGeometry

from tracker.model import BadRoads, TrackerError
from tracker.roads.build import build
from tracker.roads.download.answers import Answer, Together, read_answer
from tracker.roads.download.areas import read_area
from tracker.roads.download.kept import DAY_S, Kept, usual_folder
from tracker.roads.download.patience import Clock, Patience, TooMuch, Unanswered
from tracker.roads.download.queries import as_of, query
from tracker.roads.download.tiles import SMALLEST_KM, Tile, quarters, tiles
from tracker.roads.network import RoadNetwork
from tracker.roads.profiles import CONVOY, Profile, profile_named
from tracker.roads.store import check_target, open_folder, save
from tracker.roads.tags import CLASSES
from tracker.roads.ways import Ways

if TYPE_CHECKING:
    # At run time when something is downloaded: the rest of the roads need no client of the net.
    from tracker.roads.download.overpass import Overpass

ENDPOINT = "https://overpass-api.de/api"
GEOCODER = "https://nominatim.openstreetmap.org"

_SPLIT = b'{"tracker": "the server could not answer for the whole tile; its quarters are asked for"}\n'


def download_roads(
    area: Any,
    *,
    date: str | Day | datetime | None = None,
    width_km: float | None = None,
    classes: Iterable[str] = CLASSES,
    profile: str | Profile = CONVOY,
    to: str | PathLike[str] | None = None,
    cache: str | PathLike[str] | None = None,
    endpoint: str = ENDPOINT,
    geocoder: str = GEOCODER,
    tile_km: float = 50.0,
    patience_s: float = 3600.0,
    progress: Callable[[int, int], None] | None = None,
    waiting: Callable[[str], None] | None = None,
    clock: Clock | None = None,
) -> RoadNetwork:
    """The road network of any area of OpenStreetMap, now or as it was on a day.

    The area is asked for in tiles, one request at a time, and each answer is kept on disk: a download that breaks off
    goes on where it was when it is asked for again.

    Parameters
    ----------
    area : a place name; a box (west, south, east, north) in degrees; a polygon or multipolygon in WGS84; a GeoDataFrame
        of polygons, in any CRS; or, with `width_km`, a LineString or lon, lat pairs. Ways that touch it come whole
    date : the day that the map shall be of (its first moment in UTC), or a moment with its zone, since 2012-09-12; None
        for the map of now, which is kept for a day
    width_km : full width in kilometres of the corridor along a line
    classes : the `highway` values to take; by default all that a convoy drives
    profile : whose speeds and rights: "convoy" or "car", or a `Profile`
    to : a folder to write the prepared roads to as well, from which `load_roads` opens them
    cache : folder of the answers; by default in the user's cache folder
    endpoint : address of the Overpass server
    geocoder : address of the Nominatim that knows place names
    tile_km : longest side of a tile in kilometres
    patience_s : seconds of all waiting together after which the download gives up
    progress : called after each tile with the number done and the number of all
    waiting : told why and how long before each wait
    clock : what tells and passes the time, for tests

    Returns
    -------
    RoadNetwork, as from `load_roads`, with turn restrictions, kilometre posts, place names, rivers and borders.

    Raises
    ------
    BadRoads
        The area, a class or the profile cannot be taken, or there is no road in the area.
    BadTime
        The date has no zone, or lies outside what the server keeps.
    UnknownPlace
        The place name is not known.
    TrackerError
        The server cannot be reached, is busy for too long, or does not answer as Overpass does. What was answered is
        kept, and the message says how much.
    """
    from tracker.roads.download.names import polygon_of
    from tracker.roads.download.overpass import Overpass

    clock = clock or Clock()
    who, wanted = profile_named(profile), frozenset(classes)
    if unknown := wanted - frozenset(CLASSES) or (not wanted and {"no class"}):
        raise BadRoads(f"{', '.join(sorted(unknown))}: not a road class; choose among {', '.join(CLASSES)}")
    if not 1 <= tile_km <= 200:
        raise BadRoads(f"tile_km is {tile_km!r}; give kilometres, from 1 to 200")
    if to is not None:
        check_target(Path(to))
    moment = as_of(date, now=clock.now())
    kept = Kept(
        folder=Path(cache) if cache is not None else usual_folder(), oldest=0.0 if moment else clock.now() - DAY_S
    )
    if not patience_s > 0:
        raise BadRoads(f"patience_s is {patience_s!r}; give seconds, more than 0")
    patience = Patience(clock, patience_s, waiting)
    shape = read_area(
        area, width_km=width_km, named=lambda name: polygon_of(name, geocoder=geocoder, kept=kept, patience=patience)
    )
    server = Overpass(endpoint, clock=clock, patience=patience)
    download = _Download(server, kept, shape, wanted, moment, progress or (lambda done, of: None))
    with closing(server.session):
        ways = download.run(tiles(shape, side_km=tile_km))
    source = "the area of the download (if it lies elsewhere than meant: longitude comes first)"
    roads = build(ways, source=source, profile=who)
    if to is None:
        return roads
    save(roads, to, source=f"Overpass, {server.endpoint}")
    return open_folder(Path(to))


class _Download:
    """One download under way."""

    def __init__(
        self,
        server: "Overpass",
        kept: Kept,
        area: BaseGeometry,
        classes: frozenset[str],
        moment: str,
        progress: Callable[[int, int], None],
    ) -> None:
        self.server, self.kept, self.area = server, kept, area
        self.classes, self.moment, self.progress = classes, moment, progress

    def run(self, waiting: list[Tile]) -> Ways:
        """The ways of all tiles together; those over a border between tiles once."""
        together = Together(self.area)
        dates = {self.moment} - {""}
        waiting, done = waiting[::-1], 0
        self.progress(0, len(waiting))
        while waiting:
            tile = waiting.pop()
            try:
                answer = self._answer(tile)
            except TooMuch as error:
                waiting += self._split(tile, error)[::-1]
            except Unanswered as error:
                raise TrackerError(self._so_far(error, done, len(waiting) + 1)) from None
            else:
                together.add(answer)
                dates |= {answer.date} - {""}
                done += 1
            self.progress(done, done + len(waiting))
        # The oldest: what a server that lags behind cannot know yet is not claimed.
        return together.ways(self.classes, date=min(dates, default=""))

    def _answer(self, tile: Tile) -> Answer:
        """The answer for a tile, from the folder where it is kept there."""
        words = query(tile, classes=self.classes, moment=self.moment)
        question = f"{self.server.endpoint}\n{words}"
        found = self.kept.read(question)
        if found == _SPLIT:
            raise TooMuch
        if found is not None:
            try:
                return read_answer(found)
            except BadRoads:
                pass  # Damaged since it was kept; asked again.
        try:
            raw, answer = self.server.ask(words)
        except TooMuch:
            if tile.side_km >= 2 * SMALLEST_KM:
                self.kept.write(question, _SPLIT, now=self.server.clock.now())
            raise
        self.kept.write(question, raw, now=self.server.clock.now())
        return answer

    def _split(self, tile: Tile, error: TooMuch) -> list[Tile]:
        if tile.side_km < 2 * SMALLEST_KM:
            raise TrackerError(
                f"{self.server.endpoint}: too much even for a tile of {tile.side_km:.1f} km ({tile}): {error}; "
                "take fewer classes, or another server as endpoint="
            )
        return quarters(tile, self.area)

    def _so_far(self, error: Unanswered, done: int, missing: int) -> str:
        return (
            f"{error}. {done} of {done + missing} tiles are there and kept in {self.kept.folder}; "
            "run the same again later, and it goes on from them"
        )
