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

_IMPLICIT_KMH = {"living_street": 20.0, "urban": 60.0, "rural": 90.0, "trunk": 110.0, "motorway": 110.0}
_MILE_KM = 1.609344
_SLOWEST_KMH = 5.0
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
    """The legal speed in km/h of a `maxspeed` tag, or None where it says nothing usable.

    >>> maxspeed_kmh("50"), maxspeed_kmh("20 mph"), maxspeed_kmh("RU:urban"), maxspeed_kmh("signals")
    (50.0, 32.18688, 60.0, None)
    """
    text = value.split(";")[0].strip()
    number = re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?)\s*(km/h|kmh|kph|mph|)", text)
    if number:
        speed = float(number[1]) * (_MILE_KM if number[2] == "mph" else 1)
        return max(speed, _SLOWEST_KMH) if speed > 0 else None
    return _IMPLICIT_KMH.get(text.rpartition(":")[2])


def refusal(tags: Mapping[str, str], *, classes: frozenset[str]) -> str | None:
    """Why a way tagged `highway` is not taken into the network, or None where it is."""
    if tags.get("highway") not in classes:
        return "other highway class"
    if tags.get("area") == "yes":
        return "area"
    access = next((tags[key] for key in ("motor_vehicle", "vehicle", "access") if key in tags), "yes")
    return "no access" if access == "no" else None


def read_tags(tags: Mapping[str, str]) -> RoadTags:
    """What a drivable way's tags say; `tags["highway"]` must be one of `CLASSES`.

    One-way is what `oneway` says; where it is silent, only `junction=roundabout` (and circular) implies
    it. Motorways do not: generalised extracts draw both carriageways as one line.
    """
    highway = tags["highway"]
    says = tags.get("oneway", "").strip().lower()
    if says in ("-1", "reverse"):
        oneway = -1
    elif says in ("yes", "1", "true") or (not says and tags.get("junction") in ("roundabout", "circular")):
        oneway = 1
    else:
        oneway = 0
    return RoadTags(
        highway=highway,
        legal_kmh=maxspeed_kmh(tags.get("maxspeed", "")) or 0.0,
        oneway=oneway,
        ref=tags.get("ref", "").split(";")[0].strip(),
        name=tags.get("name", "").strip(),
        int_name=(tags.get("int_name") or tags.get("name:en") or "").strip(),
        inferred=tags.get("inferred") == "yes",
        surface=tags.get("surface", "").strip(),
        toll=tags.get("toll") == "yes",
    )
