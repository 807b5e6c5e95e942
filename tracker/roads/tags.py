"""What OpenStreetMap tags mean for a convoy: which ways it drives, how fast, which way round, under what label."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

FREE_SPEED_KMH: Mapping[str, float] = {
    "motorway": 90,
    "trunk": 80,
    "primary": 65,
    "secondary": 55,
    "tertiary": 45,
    "unclassified": 40,
    "residential": 30,
    "living_street": 15,
    "road": 40,
    "motorway_link": 60,
    "trunk_link": 55,
    "primary_link": 45,
    "secondary_link": 40,
    "tertiary_link": 35,
}
"""Free speed of a column of lorries in km/h by `highway` class; a lower `maxspeed` caps it."""

CLASSES: tuple[str, ...] = tuple(FREE_SPEED_KMH)
"""The drivable `highway` classes; tracks, service ways and footways are not roads for a convoy."""

_MILE_KM, _KNOT_KM = 1.609344, 1.852
_SLOWEST_KMH = 5.0
_WALK_KMH = 7.0
_IMPLICIT_KMH: Mapping[str, Mapping[str, float]] = {
    "": {"urban": 50, "rural": 90, "trunk": 100, "motorway": 120, "living_street": 20, "bicycle_road": 30},
    "RU": {"urban": 60, "rural": 90, "trunk": 110, "motorway": 110},
    "BY": {"urban": 60, "rural": 90, "motorway": 110},
    "UA": {"urban": 50, "rural": 90, "trunk": 110, "motorway": 130},
    "KZ": {"urban": 60, "rural": 100, "trunk": 110, "motorway": 140},
    "MD": {"rural": 90},
    "GE": {"urban": 60, "rural": 90, "motorway": 110},
    "AM": {"urban": 60, "rural": 90, "motorway": 110},
    "DE": {"rural": 100, "living_street": 7},
    "AT": {"rural": 100, "trunk": 100, "motorway": 130},
    "CH": {"rural": 80, "trunk": 100, "motorway": 120},
    "LI": {"rural": 80},
    "FR": {"rural": 80, "motorway": 130},
    "IT": {"motorway": 130, "trunk": 110},
    "PL": {"trunk": 100, "motorway": 140},
    "CZ": {"trunk": 110, "motorway": 130},
    "RO": {"trunk": 100, "motorway": 130},
    "GB": {
        "urban": 48.3, "rural": 96.6, "nsl_restricted": 48.3, "nsl_single": 96.6, "nsl_dual": 112.7, "motorway": 112.7,
    },
    "US": {"urban": 40, "rural": 88, "motorway": 105},
}  # fmt: skip
"""Legal speed in km/h of what `RU:urban` and its like mean; a country's own first, the common one otherwise."""

_NO_LIMIT = frozenset({"DE:motorway", "none", "unlimited"})

_ACCESS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""Keys that say who may drive, the most special one first: it wins."""

_BARRED = frozenset({"no", "private", "agricultural", "forestry", "emergency", "psv", "bus"})
"""Values that bar a way. `private` ends in a yard and leads nowhere on; field and forest ways do not carry lorries.
Signs that a column does not stop for do not bar it: destination, customers, delivery, permit, military, official."""

_ONEWAY = ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
_SPEED_KIND = ("maxspeed:type", "source:maxspeed", "maxspeed:source", "zone:maxspeed")

READ = (
    *("highway", "construction", "route", "area", "junction", "ref", "name", "int_name", "name:en", "inferred"),
    *("surface", "toll", "maxspeed", "maxspeed:forward", "maxspeed:backward", *_ACCESS, *_ONEWAY, *_SPEED_KIND),
    *(f"{key}:{way}" for key in _ACCESS for way in ("backward", "forward")),
)
"""Every key that decides what a way is: ways that agree in these are read alike."""

_UNBUILT = frozenset({"construction", "proposed", "planned"})

_LATIN = dict(zip("АБВГДЕЗИЙКЛМНОПРСТУФХЭ", "ABVGDEZIJKLMNOPRSTUFHE", strict=True)) | {
    "Ё": "E",
    "Ж": "Zh",
    "Ц": "Ts",
    "Ч": "Ch",
    "Ш": "Sh",
    "Щ": "Shch",
    "Ы": "Y",
    "Ю": "Yu",
    "Я": "Ya",
}
_TO_LATIN = str.maketrans(_LATIN | {cyrillic.lower(): latin.lower() for cyrillic, latin in _LATIN.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadTags:
    """What is kept of a way's tags; two ways with equal tags are one road."""

    highway: str
    """One of `CLASSES`."""
    legal_kmh: float
    """Legal speed in km/h, 0 where the map says none."""
    oneway: int
    """0 both ways, 1 in the drawn direction, -1 against it."""
    ref: str
    """The road number as the map has it (of several the first), or empty."""
    name: str
    """The local name, or empty."""
    int_name: str
    """The name in English or Latin letters, or empty."""
    inferred: bool
    """The map's maker assumed this piece (`inferred=yes`)."""
    surface: str
    """The surface as the map has it, or empty."""
    toll: bool
    """Driven for a toll."""

    @property
    def road(self) -> str:
        """The label: the ref in Latin letters, or the name where there is no ref."""
        return road_label(self.ref) if self.ref else self.name


def road_label(ref: str) -> str:
    """A road number in Latin letters and without the hyphen after its letters.

    Cyrillic letters are replaced by sound, and a hyphen or space between one to three leading letters
    and a digit goes, so that one road has one label whoever writes it. The rest stays as it is.

    >>> [road_label(ref) for ref in ("М-4", "M4", "A-270", "Р 22", "60К-4.1")]
    ['M4', 'M4', 'A270', 'R22', '60K-4.1']
    """
    latin = ref.strip().translate(_TO_LATIN)
    return re.sub(r"^([^\W\d_]{1,3})[\s\-\u2010-\u2013]+(?=\d)", r"\1", latin)


def maxspeed_kmh(value: str) -> float | None:
    """The legal speed in km/h of a `maxspeed` tag, or None where it says nothing usable; of several the lowest.

    >>> maxspeed_kmh("50"), maxspeed_kmh("20 mph"), maxspeed_kmh("RU:urban"), maxspeed_kmh("signals")
    (50.0, 32.18688, 60.0, None)
    """
    if not value:
        return None
    found = [speed for part in value[:80].split(";") if (speed := _one_speed(part.strip())) is not None]
    return min(found, default=None)


def _one_speed(text: str) -> float | None:
    number = re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?)\s*(km/h|kmh|kph|mph|knots?|)", text)
    if number:
        unit = {"mph": _MILE_KM, "knot": _KNOT_KM, "knots": _KNOT_KM}.get(number[2], 1.0)
        speed = float(number[1]) * unit
        return max(speed, _SLOWEST_KMH) if speed > 0 else None
    if text == "walk":
        return _WALK_KMH
    if text in _NO_LIMIT:
        return None
    country, _, kind = text.rpartition(":")
    if zone := re.fullmatch(r"(?:[A-Z]{2}:)?(?:zone:?|urban:?)?(\d{2,3})", text):
        return float(zone[1])
    if country and not re.fullmatch(r"[A-Z]{2}(:.*)?", country):
        return None
    speed_there = _IMPLICIT_KMH.get(country[:2], {}).get(kind) or _IMPLICIT_KMH[""].get(kind)
    return None if speed_there is None else float(speed_there)


def refusal(tags: Mapping[str, str], *, classes: frozenset[str]) -> str | None:
    """Why a way tagged `highway` is not taken into the network, or None where it is."""
    if tags.get("highway") in _UNBUILT or tags.get("construction") == "yes":
        return "under construction"
    if tags.get("route") == "ferry":
        return "ferry"
    if tags.get("highway") not in classes:
        return "other highway class"
    if tags.get("area") == "yes":
        return "area"
    access = next((tags[key] for key in _ACCESS if key in tags), "yes")
    return "no access" if all(part.strip() in _BARRED for part in access.lower().split(";")) else None


def read_tags(tags: Mapping[str, str]) -> RoadTags:
    """What a drivable way's tags say; `tags["highway"]` must be one of `CLASSES`."""
    return RoadTags(
        highway=tags["highway"],
        legal_kmh=_legal_kmh(tags),
        oneway=_oneway(tags),
        ref=tags.get("ref", "").split(";")[0].strip(),
        name=tags.get("name", "").strip(),
        int_name=(tags.get("int_name") or tags.get("name:en") or "").strip(),
        inferred=tags.get("inferred") == "yes",
        surface=tags.get("surface", "").split(";")[0].strip(),
        toll=tags.get("toll") == "yes",
    )


def changes_direction(tags: Mapping[str, str]) -> bool:
    """Whether a way is one-way now this way, now that way; it is taken as open both ways."""
    return _says_oneway(tags) in ("reversible", "alternating")


def _says_oneway(tags: Mapping[str, str]) -> str:
    return next((said for key in _ONEWAY if (said := tags.get(key, "").strip().lower())), "")


def _oneway(tags: Mapping[str, str]) -> int:
    """0 both ways, 1 as drawn, -1 against the drawing.

    Where the tag is silent, only `junction=roundabout` (and circular) implies it. Motorways do not: generalised
    extracts draw both carriageways as one line.
    """
    says = _says_oneway(tags)
    if says in ("-1", "reverse"):
        return -1
    if says in ("yes", "1", "true"):
        return 1
    if says not in ("no", "0", "false") and tags.get("junction") in ("roundabout", "circular"):
        return 1
    barred = [any(tags.get(f"{key}:{way}") in _BARRED for key in _ACCESS) for way in ("backward", "forward")]
    return 0 if barred[0] == barred[1] else 1 if barred[0] else -1


def _legal_kmh(tags: Mapping[str, str]) -> float:
    """Legal speed in km/h: what the sign says, then the lower of its two directions, then what kind of limit it is."""
    if (sign := maxspeed_kmh(tags.get("maxspeed", ""))) is not None:
        return sign
    both = [maxspeed_kmh(tags.get(f"maxspeed:{way}", "")) for way in ("forward", "backward")]
    if known := [speed for speed in both if speed is not None]:
        return min(known)
    if "maxspeed" in tags:
        return 0.0
    kinds = (tags.get(key, "") for key in _SPEED_KIND)
    return next((speed for kind in kinds if (speed := maxspeed_kmh(kind)) is not None), 0.0)
