"""The ground: OpenStreetMap roads as a network of junctions, edges and arcs."""

from tracker.roads.load import load_roads
from tracker.roads.network import RoadNetwork
from tracker.roads.states import RoadStates
from tracker.roads.tags import CLASSES, FREE_SPEED_KMH, road_label

__all__ = ["CLASSES", "FREE_SPEED_KMH", "RoadNetwork", "RoadStates", "load_roads", "road_label"]
