"""The front of the folium map: folium itself is imported when a map is drawn, not before."""

from typing import TYPE_CHECKING

from tracker.model import Reconstruction
from tracker.render.page import described_scene

if TYPE_CHECKING:
    import folium


def draw(
    march: Reconstruction,
    *,
    title: str | None = None,
    alt: str | None = None,
    credit: str | None = None,
    lang: str = "en",
    zone: str | None = None,
    tiles: object = None,
) -> "folium.Map":
    """A folium map of the march, with the same player as the article page.

    It can be saved, shown in a notebook and given more layers, like any folium map. It carries its own Leaflet
    (not jQuery, which ``folium.Popup`` wants) and makes no request unless it has tiles.

    Parameters
    ----------
    march : what `reconstruct` answered
    title : of the figure; by default the days of the march
    alt : what the picture shows, for those who cannot see it; by default a general sentence
    credit : whose work it is, shown in the caption
    lang : language of the texts, a BCP 47 tag
    zone : IANA name of the zone in which times are shown, e.g. ``"Europe/Moscow"``; UTC if not given
    tiles : background of folium's choice (name, address or layer); none if not given. Never from a report

    Raises
    ------
    TrackerError
        There is no report and no track: nothing to draw.
    BadTime
        There is no zone of that name.
    MissingFile
        Leaflet is not in this installation.
    """
    # Importing folium opens a socket; who only exports pages needs none of it.
    from tracker.render.folium_map import march_map

    scene = described_scene(march, title=title, alt=alt, credit=credit, lang=lang, zone=zone)
    return march_map(scene, tiles=tiles)
