"""Roads of any area of OpenStreetMap, asked of Overpass politely and so that nothing is asked twice."""

from tracker.roads.download.download import download_roads
from tracker.roads.download.patience import Clock

__all__ = ["Clock", "download_roads"]
