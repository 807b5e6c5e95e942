"""The march as a folium map: a real one, with the player in it, no request and no template over report texts."""

import re
from html import escape
from typing import Any, cast

import folium
from branca.element import Element, Figure, MacroElement

from tracker.render.assets import fill, leaflet, player_css, player_js, template
from tracker.render.pack import safe_json
from tracker.render.page import caption_html
from tracker.render.scene import Scene

NOTEBOOK_HEIGHT = "820px"
_LOCKED_ZOOM = re.compile(r",\s*maximum-scale=[\d.]+,\s*user-scalable=no")


def march_map(scene: Scene, *, tiles: object = None) -> folium.Map:
    """A folium map of a scene, with the player on it; `tiles` are folium's."""
    west, south, east, north = scene["bbox"]
    # Leaflet's own order of coordinates, as folium wants them.
    centre = [(south + north) / 2, (west + east) / 2]
    drawn = MarchMap(location=centre, zoom_start=6, tiles=tiles, prefer_canvas=True, zoom_snap=0.25)
    page = _Page(height=NOTEBOOK_HEIGHT)
    page.lang = scene["lang"]
    page.add_child(drawn)
    drawn.add_child(MarchPlayer(scene))
    return drawn


class MarchMap(folium.Map):
    """A folium map that brings Leaflet along instead of fetching ten files, and lets its reader zoom the page."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Of the instance: folium's add_js_link changes the class's list for all maps to come.
        self.default_js: list[tuple[str, str]] = []
        self.default_css: list[tuple[str, str]] = []

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Put this map and its children into the figure."""
        header = cast(Figure, self.get_root()).header
        header.add_child(_Verbatim(f"<style>{leaflet().css}</style>\n<script>{leaflet().js}</script>"), name="leaflet")
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        own = header._children[self.get_name()]
        header.add_child(_Verbatim(_LOCKED_ZOOM.sub("", own.render())), name=self.get_name())


class MarchPlayer(MacroElement):
    """The player on a folium map: its figure takes the map's container in."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "MarchPlayer"
        self.scene = scene

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Put the player's parts into the figure, as they are."""
        figure, name = cast(Figure, self.get_root()), self.get_name()
        look = f"{player_css()}\nbody {{ font-family: system-ui, sans-serif; }}"
        head = f"<style>{look}</style>\n<script>{player_js()}</script>"
        figure.header.add_child(_Verbatim(head), name="tracker_player")
        figure.header.add_child(_Verbatim(f"<title>{escape(self.scene['title'])}</title>"), name="tracker_title")
        body = (
            f'<figure class="tracker tracker-page" id="{name}" tabindex="-1">\n{template("figure.html")}\n'
            f"<figcaption>{caption_html(self.scene)}</figcaption>\n"
            f'<script type="application/json" class="tracker-scene">{safe_json(self.scene)}</script>\n</figure>'
        )
        figure.html.add_child(_Verbatim(body), name=name)
        script = fill(template("folium.js"), {"ROOT": name, "MAP": cast(folium.Map, self._parent).get_name()})
        figure.script.add_child(_Verbatim(script), name=name)


class _Verbatim(Element):
    """Text that is rendered as it is.

    An Element made from a text takes it for a Jinja template and runs what a report says in ``{{ }}``. This one is
    made from none; its text goes into what the others rendered, after them.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:
        """Get the text."""
        return self.text


class _Page(Figure):
    """A figure that says its language."""

    lang = "en"

    def render(self, **kwargs: Any) -> str:
        """Get the whole page."""
        page: str = super().render(**kwargs)
        return page.replace("<html>", f'<html lang="{escape(self.lang)}">', 1)
