"""The ground: OpenStreetMap roads as a network of junctions, edges and arcs."""

from tracker.roads.closures import EFFECTS, Closures, TimedRoute, drive
from tracker.roads.download import download_roads
from tracker.roads.export import write_roads
from tracker.roads.folder import LICENCE
from tracker.roads.kernels import heap_push
from tracker.roads.load import load_roads, prepare_roads
from tracker.roads.near import edges_near, metres_per_degree
from tracker.roads.nearest import Candidates, Nearest
from tracker.roads.network import RoadNetwork
from tracker.roads.posts import KilometrePosts
from tracker.roads.profiles import CAR, CONVOY, Profile
from tracker.roads.routes import Route, shortest_path, travel_between, travel_seconds
from tracker.roads.search import Reached, least, reach
from tracker.roads.states import RoadStates
from tracker.roads.store import read_manifest, save, verify_folder
from tracker.roads.tags import CLASSES, FREE_SPEED_KMH, road_label

__all__ = [
    "CAR",
    "CLASSES",
    "CONVOY",
    "EFFECTS",
    "FREE_SPEED_KMH",
    "LICENCE",
    "Candidates",
    "Closures",
    "KilometrePosts",
    "Nearest",
    "Profile",
    "Reached",
    "RoadNetwork",
    "RoadStates",
    "Route",
    "TimedRoute",
    "download_roads",
    "drive",
    "edges_near",
    "heap_push",
    "least",
    "load_roads",
    "metres_per_degree",
    "prepare_roads",
    "reach",
    "read_manifest",
    "road_label",
    "save",
    "shortest_path",
    "travel_between",
    "travel_seconds",
    "verify_folder",
    "write_roads",
]
