"""Render: a reconstruction as a scene, and the scene as a page, a folium map and a Streamlit component."""

from tracker.render.scene import build_scene

__all__ = ["build_scene"]
