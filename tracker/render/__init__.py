"""Render: a reconstruction as a scene, and the scene as a page, a folium map and a Streamlit component."""

from tracker.render.component import PlayerAssets, player_assets
from tracker.render.notebook import draw
from tracker.render.page import export_html
from tracker.render.scene import build_scene

__all__ = ["PlayerAssets", "build_scene", "draw", "export_html", "player_assets"]
