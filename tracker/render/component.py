"""The player for Streamlit: what a component of version 2 is made of."""

from dataclasses import dataclass

from tracker.render.assets import fill, leaflet, player_css, player_js, template


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerAssets:
    """The three texts that ``st.components.v2.component(name, html=..., css=..., js=...)`` takes."""

    html: str
    """The controls; holds no text of any report."""
    css: str
    """Leaflet's and the player's style sheets."""
    js: str
    """A module; its default export attaches a player to the component, or gives the one there a new scene."""


def player_assets() -> PlayerAssets:
    """The player as a Streamlit component of version 2, complete: no request, no scene.

    Give the component a scene as its data; it answers a click on the map as the trigger ``pick``, a dict of ``lon``,
    ``lat`` (degrees), ``t`` (seconds after the scene's t0), ``time`` (ISO 8601, UTC) and ``report`` (id or None)::

        assets = tracker.render.player_assets()
        player = st.components.v2.component("march", html=assets.html, css=assets.css, js=assets.js)
        answer = player(data=build_scene(march, title="..."), key="march", on_pick_change=...)

    A rerun with the same scene leaves the player alone, so that it plays on.

    Raises
    ------
    MissingFile
        Leaflet is not in this installation.
    """
    library = leaflet()
    return PlayerAssets(
        html=f'<div class="tracker" tabindex="-1">{template("figure.html")}</div>',
        css=f"{library.css}\n{player_css()}",
        js=fill(template("component.js"), {"LEAFLET": library.js, "PLAYER": player_js()}),
    )
