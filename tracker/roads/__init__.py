"""The ground: OpenStreetMap roads as a network of junctions, edges and arcs."""

from tracker.roads.load import load_roads
from tracker.roads.nearest import Candidates, Nearest
from tracker.roads.network import RoadNetwork
from tracker.roads.posts import KilometrePosts
from tracker.roads.routes import Route, shortest_path, travel_between, travel_seconds
from tracker.roads.states import RoadStates
from tracker.roads.tags import CLASSES, FREE_SPEED_KMH, road_label

__all__ = [
    "CLASSES",
    "FREE_SPEED_KMH",
    "Candidates",
    "KilometrePosts",
    "Nearest",
    "RoadNetwork",
    "RoadStates",
    "Route",
    "load_roads",
    "road_label",
    "shortest_path",
    "travel_between",
    "travel_seconds",
]
