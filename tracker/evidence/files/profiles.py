"""The profiles: what is known of other projects' exports, with the page where each schema is written down."""

from collections.abc import Sequence

from tracker.evidence.files.profile import Before, Days, Profile, Radius

_GEO = ("Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID")
_ACTOR = (
    "Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code", "Religion2Code", "Type1Code",
    "Type2Code", "Type3Code",
)  # fmt: skip
_GDELT = tuple(
    name.lower()
    for name in (
        "GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate",
        *(f"Actor1{part}" for part in _ACTOR),
        *(f"Actor2{part}" for part in _ACTOR),
        "IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass", "GoldsteinScale", "NumMentions",
        "NumSources", "NumArticles", "AvgTone",
        *(f"Actor1Geo_{part}" for part in _GEO),
        *(f"Actor2Geo_{part}" for part in _GEO),
        *(f"ActionGeo_{part}" for part in _GEO),
        "DATEADDED", "SOURCEURL",
    )
)  # fmt: skip

ACLED = Profile(
    name="acled",
    source="ACLED Codebook (acleddata.com, Codebook), columns of the data export and precision codes",
    signature=frozenset({"event_id_cnty", "event_date", "geo_precision", "latitude", "longitude"}),
    copied={
        "report_id": ("event_id_cnty",),
        "summary": ("notes",),
        "publisher": ("source",),
        "place": ("location",),
        "admin": ("admin1",),
        "notes": ("sub_event_type", "actor1", "actor2"),
        "lon": ("longitude",),
        "lat": ("latitude",),
    },
    # The day is the coder's reading of what was published: the source states no hour.
    constants={"kind": "incident", "time_basis": "inferred"},
    times=Days(
        column="event_date",
        formats=("%Y-%m-%d", "%d %B %Y"),
        precision="time_precision",
        spans={"2": "week", "3": "month"},
    ),
    # 1 is a named town, its centre being the point: as for any town 5 km. 2 is "a part of a region" near a town: the
    # size of a district, 30 km. 3 is a region, shown at its capital: half across an oblast, 150 km.
    radius=Radius(column="geo_precision", metres={"1": 5_000, "2": 30_000, "3": 150_000}, otherwise=150_000),
)
"""ACLED. Dates are days (week or month by time_precision), never hours. Its ``notes`` are our summary."""

GDELT = Profile(
    name="gdelt",
    source="The GDELT Event Database Data Format Codebook V2.0, 19 February 2015 (gdeltproject.org)",
    signature=frozenset({"globaleventid", "sqldate", "actiongeo_type", "dateadded", "sourceurl"}),
    copied={
        "report_id": ("globaleventid",),
        "place": ("actiongeo_fullname",),
        "notes": ("actor1name", "actor2name", "eventcode"),
        "url": ("sourceurl",),
        "lon": ("actiongeo_long",),
        "lat": ("actiongeo_lat",),
    },
    # CAMEO's roots 18 to 20 are assault, fight and mass violence; the others are mostly words, not events of a march.
    constants={"kind": "statement", "time_basis": "published"},
    times=Days(column="sqldate", formats=("%Y%m%d",)),
    # 1 is a country: no place. 2 and 5 are a state's centre: 150 km. 3 and 4 are the centre of a town or a landmark
    # that a machine read out of an article: 10 km, twice what a person's town centre gets. 0: no place.
    radius=Radius(
        column="actiongeo_type",
        metres={"1": None, "2": 150_000, "3": 10_000, "4": 10_000, "5": 150_000, "0": None, "": None},
        otherwise=None,
    ),
    kinds=("eventrootcode", {"18": "incident", "19": "incident", "20": "incident"}),
    host_of="sourceurl",
    stamp=("dateadded", "%Y%m%d%H%M%S"),
    header=_GDELT,
)
"""GDELT 2.0 events: coded by a machine from news, by day; 61 columns, tabs, no header."""

ATLOS = Profile(
    name="atlos",
    source="atlosdotorg/atlos, platform/lib/platform_web/controllers/media/export_controller.ex",
    signature=frozenset({"slug", "project", "inserted_at", "updated_at", "latitude", "longitude", "description"}),
    copied={
        "report_id": ("slug",),
        "summary": ("description",),
        "notes": ("type", "equipment", "status", "more_info"),
        "url": ("source_1",),
        "lon": ("longitude",),
        "lat": ("latitude",),
    },
    # The date is that of the incident, found by people from what was published.
    constants={"kind": "incident", "time_basis": "inferred"},
    times=Days(column="date", formats=("%Y-%m-%d",)),
    # Atlos words its own precision: Exact within 10 m, Vicinity within 100 m, Locality within 1 km. These are limits
    # that people aim at, and a radius holds 95 %: twice each. Without the word, the point is where it was seen: 1 km.
    radius=Radius(
        column="geolocation_resolution", metres={"Exact": 20, "Vicinity": 200, "Locality": 2_000}, otherwise=2_000
    ),
    host_of="source_1",
)
"""Atlos: incidents that people located; a day, and the first source's address."""

AUTO_ARCHIVER = Profile(
    name="auto-archiver",
    source="bellingcat/auto-archiver, docs/source/how_to/gsheets_setup.md (the sheet's default columns)",
    signature=frozenset({"link", "archive status", "archive location", "timestamp"}),
    copied={
        "url": ("link",),
        "archive_url": ("archive location",),
        "summary": ("title", "text"),
        "published": ("timestamp",),
        "notes": ("archive status",),
    },
    # What a post shows has no place until a person finds it, so that it is a statement until then.
    constants={"kind": "statement", "time_basis": "published"},
    # Posts of an event that is under way are rarely older than a day; whoever knows better gives earliest.
    times=Before(column="timestamp", hours=24),
    # A place is there only if somebody added lon and lat to the sheet, without a word on how sure: a town, 5 km.
    radius=Radius(column="", metres={}, otherwise=5_000),
    host_of="link",
)
"""Bellingcat's auto-archiver: the sheet, saved as CSV or XLSX. Posts with the moment of posting, and no place."""

TIMEMAP = Profile(
    name="ukraine-timemap",
    source="bellingcat/ukraine-timemap, the export of ukraine.bellingcat.com: id, date, latitude, longitude, location, "
    "description, sources (id, path, description), filters (key, value)",
    signature=frozenset({"id", "date", "latitude", "longitude", "location", "description", "sources"}),
    copied={
        "report_id": ("id",),
        "summary": ("description",),
        "place": ("location",),
        "lon": ("longitude",),
        "lat": ("latitude",),
    },
    constants={"kind": "incident", "time_basis": "inferred"},
    times=Days(column="date", formats=("%m/%d/%Y",)),
    # Points are geolocated from pictures, most to a building, some only to a place; the file does not say which.
    radius=Radius(column="", metres={}, otherwise=1_000),
    path_in="sources",
    host_of="url",
)
"""Civilian harm in Ukraine by Bellingcat: JSON, day, month first; coordinates found from pictures."""

PROFILES = {profile.name: profile for profile in (ACLED, GDELT, ATLOS, AUTO_ARCHIVER, TIMEMAP)}
"""All of them, by name."""


def like(header: Sequence[str]) -> str | None:
    """The name of the profile whose export has such a header (or, without a header, such a first line); else None.

    Examples
    --------
    >>> like(["event_id_cnty", "event_date", "geo_precision", "latitude", "longitude", "notes"])
    'acled'
    """
    first = ",".join(header).split("\t")  # commas were taken for separators, there being no header to tell
    if len(first) == len(_GDELT) and first[0].isdecimal() and first[1].isdecimal() and len(first[1]) == 8:
        return GDELT.name
    columns = {name.strip().lower() for name in header}
    return next((name for name, profile in PROFILES.items() if profile.signature <= columns), None)
