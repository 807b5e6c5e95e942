"""Nominatim, OpenStreetMap's place search, asked only when it is handed in, within the terms of its operators."""

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from tracker.evidence.places.choosing import Match, shown
from tracker.model import Located, UnknownPlace, geodesy

ATTRIBUTION = (
    "Place search: Nominatim, (c) OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright"
)
"""What a page must say that shows a place found online."""
_PUBLIC = "nominatim.openstreetmap.org"
_APART_S = 1.0
_MOST_RESULTS = 8
_SETTLED = frozenset({"boundary", "place", "landuse", "natural", "highway", "railway", "amenity", "bridge", "man_made"})
_TOO_LARGE = frozenset({"country", "state", "region", "province", "continent", "county", "state_district"})
_TURN = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominatim:
    """A place search that is switched on; made by `nominatim`."""

    user_agent: str
    """Names the application and a way to reach its keeper."""
    cache: Path
    """Folder of the answers; one file for each question, kept for good."""
    domain: str
    """Host, and port where it is another than usual."""
    scheme: str
    """``https`` or ``http``."""
    timeout_s: float
    """Seconds to wait for an answer."""
    at_most: int
    """Questions that are sent; more is bulk, which the public server forbids."""
    clock: Callable[[], float]
    """Seconds since 1970."""
    sleep: Callable[[float], None]
    """Waits for so many seconds."""
    sent: list[str] = field(default_factory=list)
    """The questions sent so far."""

    def matches(self, words: str, country: str | None) -> list[Match]:
        """What the service, or its kept answer, finds for the words; areas larger than a town are left out.

        Raises
        ------
        UnknownPlace
            The service cannot be asked, or answers what is no list of places. Nothing is kept then.
        """
        found = self._answer(words, country)
        read = [match for match in map(_match, found) if match]
        if found and not read and any(one.get("addresstype") in _TOO_LARGE for one in found):
            raise UnknownPlace(
                f"{shown(words)} is an area too large to be a point; leave the place out and name it in `admin`"
            )
        # People are not in the answer: its importance (0 to 1, a logarithm of links) only orders, and never decides.
        return read

    def _answer(self, words: str, country: str | None) -> list[dict[str, Any]]:
        question = json.dumps([self.scheme, self.domain, words, country], ensure_ascii=False)
        file = self.cache / f"{hashlib.sha256(question.encode()).hexdigest()[:32]}.json"
        if (kept := _kept(file)) is not None:
            return kept
        if len(self.sent) >= self.at_most:
            raise UnknownPlace(
                f"{shown(words)}: {self.at_most} questions were sent to {self.domain}; more would be bulk, which its "
                "terms forbid: run a Nominatim of your own, or give lon, lat and radius_m"
            )
        self.cache.mkdir(parents=True, exist_ok=True)
        with _TURN, _alone(self.cache / "turn"):
            self._wait()
            self.sent.append(words)
            answer = self._ask(words, country)
        text = json.dumps({"question": words, "country": country, "attribution": ATTRIBUTION, "answer": answer})
        beside = file.with_suffix(f".{os.getpid()}.part")
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, file)
        return answer

    def _wait(self) -> None:
        """Sleeps until a second has passed since any process that shares the folder asked."""
        stamp = self.cache / "last"
        try:
            last = float(stamp.read_text(encoding="ascii"))
        except (OSError, ValueError):
            last = 0.0
        wait = last + _APART_S - self.clock()
        if wait > 0:
            self.sleep(min(wait, _APART_S))
        stamp.write_text(repr(self.clock()), encoding="ascii")

    def _ask(self, words: str, country: str | None) -> list[dict[str, Any]]:
        from geopy import exc, geocoders

        service = geocoders.Nominatim(
            user_agent=self.user_agent, domain=self.domain, scheme=self.scheme, timeout=self.timeout_s
        )
        try:
            answer = service.geocode(
                words,
                exactly_one=False,
                limit=_MOST_RESULTS,
                addressdetails=True,
                language="en",
                country_codes=[country.lower()] if country else None,
            )
        except exc.GeocoderRateLimited:
            problem = "says that too much was asked (429); wait some minutes"
        except exc.GeocoderTimedOut:
            problem = f"is overloaded or did not answer within {self.timeout_s:g} s; try again later"
        except exc.GeocoderInsufficientPrivileges:
            problem = "refuses this user agent (403); name your application and an address in user_agent"
        except exc.GeopyError as error:
            problem = f"cannot be used now ({type(error).__name__}: {str(error)[:120]}); try again later"
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"answered what is no list of places ({type(error).__name__}); try again later"
        else:
            return [dict(one.raw) for one in answer or ()]
        raise UnknownPlace(f"{shown(words)}: {self.domain} {problem}, or give lon, lat and radius_m")


def nominatim(
    *,
    user_agent: str,
    cache: str | PathLike[str],
    domain: str = _PUBLIC,
    scheme: str = "https",
    timeout_s: float = 10.0,
    at_most: int = 100,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Nominatim:
    """The switch that lets `locate` ask Nominatim: one question a second, each only once, the answers kept on disk.

    Whoever shows a place found so shows `ATTRIBUTION` too.

    Parameters
    ----------
    user_agent : names your application and how to reach you, e.g. ``"march-map/1.0 (desk@paper.example)"``
    cache : folder for the answers, shared by all processes that ask
    domain : another server, e.g. ``"localhost:8080"``
    at_most : questions that may be sent through this object

    Raises
    ------
    ValueError
        The user agent is empty or the stock one of a library.
    """
    if len(user_agent.strip()) < 4 or user_agent.strip().lower().startswith(("geopy", "python", "my-application")):
        raise ValueError(
            f"user_agent={user_agent!r}: the server's terms ask for your own application and a way to reach you, as in "
            "'march-map/1.0 (desk@paper.example)'"
        )
    if not user_agent.isprintable():
        raise ValueError("user_agent holds control characters; give one printable line")
    return Nominatim(
        user_agent=user_agent,
        cache=Path(cache),
        domain=domain,
        scheme=scheme,
        timeout_s=timeout_s,
        at_most=at_most,
        clock=clock,
        sleep=sleep,
    )


def _kept(file: Path) -> list[dict[str, Any]] | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))["answer"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return kept if isinstance(kept, list) else None


def _match(raw: dict[str, Any]) -> Match | None:
    """A result as a match; its radius reaches from the point to the farthest corner of its box."""
    try:
        south, north, west, east = (float(edge) for edge in raw["boundingbox"])
        lon, lat = float(raw["lon"]), float(raw["lat"])
    except (KeyError, TypeError, ValueError):
        return None
    if raw.get("addresstype") in _TOO_LARGE or raw.get("category", raw.get("class")) not in _SETTLED:
        return None
    corners = geodesy.distance_m(lon, lat, [west, west, east, east], [south, north, south, north])
    name = str(raw.get("name") or str(raw.get("display_name", "")).split(",")[0])
    place = Located(
        name=name,
        lon=lon,
        lat=lat,
        radius_m=max(100.0, float(round(corners.max()))),
        method="nominatim",
        detail=f"{raw.get('type', 'place')}, {raw.get('display_name', '')} ({ATTRIBUTION})",
    )
    return Match(place=place, people=0, exact=True)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    import fcntl

    with file.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _alone(file: Path) -> Any:
    """Keeps other processes that share the folder waiting, where the system has such locks."""
    return nullcontext() if os.name == "nt" else _locked(file)
