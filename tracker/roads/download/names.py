"""The polygon of a place name, asked of Nominatim through osmnx."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import requests
import shapely
from shapely.geometry.base import BaseGeometry

from tracker.model import TrackerError, UnknownPlace
from tracker.roads.download.kept import Kept
from tracker.roads.download.overpass import checked_address, user_agent
from tracker.roads.download.patience import Patience, Refused, Unanswered

_ONE_AT_A_TIME = threading.Lock()
_PINNED: dict[str, Any] = {
    "cache_only_mode": False,
    # osmnx would ask a public DNS-over-HTTPS server who the server is.
    "doh_url_template": None,
    "log_console": False,
    "log_file": False,
    "nominatim_key": None,
    "requests_timeout": 60,
    # Its cache writes in place; ours writes whole or not at all.
    "use_cache": False,
}


def polygon_of(name: str, *, geocoder: str, kept: Kept, patience: Patience) -> BaseGeometry:
    """The polygon of a place, in degrees of WGS84: the first found that has one.

    Parameters
    ----------
    name : as one would type it, the more exact the better: "Rostov Oblast, Russia"
    geocoder : address of the Nominatim
    kept : where answers are kept
    patience : waits while the server is busy

    Raises
    ------
    UnknownPlace
        There is no such place, or it is a point only.
    TrackerError
        The server cannot be asked.
    """
    address = checked_address(geocoder)
    question = f"polygon of a place\n{address}\n{name}"
    if (found := kept.read(question)) is not None:
        try:
            return shapely.from_geojson(found)
        except shapely.errors.GEOSException:
            pass  # Damaged since; asked again.
    try:
        shape: BaseGeometry = patience.ask(lambda: _ask(name, address))
    except Unanswered as error:
        raise TrackerError(
            f"place {name!r}: {error}; try later, or give a box (west, south, east, north) instead of the name"
        ) from None
    kept.write(question, shapely.to_geojson(shape).encode(), now=patience.clock.now())
    return shape


def _ask(name: str, address: str) -> BaseGeometry:
    import osmnx
    from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError

    remedy = "write it as on openstreetmap.org, with its country, or give a box (west, south, east, north)"
    with _settings(nominatim_url=f"{address}/"):
        try:
            return osmnx.geocode_to_gdf(name).geometry.iloc[0]
        except InsufficientResponseError:
            raise UnknownPlace(
                f"place {name!r}: nothing found, or nothing of that name with an outline; {remedy}"
            ) from None
        except TypeError as error:
            if "geocode" in str(error).lower():
                raise UnknownPlace(f"place {name!r}: found as a point only, without an outline; {remedy}") from None
            raise Refused(f"{address} answered what is no list of places", busy=False) from None
        except ResponseStatusCodeError as error:
            raise Unanswered(f"{address} does not serve us ({str(error)[:120]})") from None
        except requests.RequestException as error:
            raise Refused(f"{address} cannot be reached ({type(error).__name__})", busy=False) from None
        except (KeyError, ValueError, AttributeError, RecursionError, shapely.errors.ShapelyError) as error:
            raise Refused(
                f"{address} answered what is no list of places ({type(error).__name__})", busy=False
            ) from None


@contextmanager
def _settings(**more: Any) -> Generator[None]:
    """osmnx set as we need it, and afterwards as it was."""
    from osmnx import settings

    agent = user_agent()
    ours = _PINNED | {
        "http_user_agent": agent,
        "http_referer": agent,
        "requests_kwargs": {"hooks": {"response": _leave_when_busy}},
    }
    with _ONE_AT_A_TIME:
        before = {key: getattr(settings, key) for key in ours | more}
        try:
            for key, value in (ours | more).items():
                setattr(settings, key, value)
            yield
        finally:
            for key, value in before.items():
                setattr(settings, key, value)


def _leave_when_busy(response: requests.Response, **_: Any) -> None:
    """Step out of osmnx when the server is busy: it would ask again without an end."""
    if response.status_code in (429, 502, 503, 504):
        raise Refused(f"the geocoder answered {response.status_code}, too busy", busy=True)
