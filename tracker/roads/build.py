"""A road network put together: from ways, and again from a choice of its own edges."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from tracker.model import BadRoads
from tracker.roads.contract import contract
from tracker.roads.network import Bools, RoadNetwork
from tracker.roads.shapes import edge_metres, running_metres
from tracker.roads.tags import CLASSES
from tracker.roads.ways import Floats, Ints, Named, Ways

ISLAND_SHARE = 0.01
"""Pieces of road that hang together with less than this share of the total length are dropped."""


def build(ways: Ways, *, source: str) -> RoadNetwork:
    """The network of ways, without tiny islands.

    Raises
    ------
    BadRoads
        No drivable way is left; `source` names the file in the message.
    """
    chains = contract(ways) if len(ways.points) else None
    if chains is None or not len(chains.kind):
        left_out = ", ".join(f"{count} {reason}" for reason, count in ways.dropped.items()) or "no ways at all"
        raise BadRoads(f"{source}: no drivable road in it ({left_out}); take another extract or other classes")
    lon, lat = ways.lon[chains.points], ways.lat[chains.points]
    tails, heads = chains.points[chains.ptr[:-1]], chains.points[chains.ptr[1:] - 1]
    nodes, ends = np.unique(np.concatenate([tails, heads]), return_inverse=True)
    tail, head = ends[: len(tails)], ends[len(tails) :]
    length = edge_metres(running_metres(lon, lat, chains.ptr), chains.ptr)
    kept = _mainland(tail, head, length)
    dropped = Counter(ways.dropped)
    if islands := int((~kept).sum()):
        dropped["edge of a small island"] = islands
    per_edge: dict[str, NDArray[Any]] = {
        "highway": np.array([CLASSES.index(tags.highway) for tags in chains.tags], np.int8),
        "speed_kmh": np.array([tags.speed_kmh for tags in chains.tags], np.float32),
        "oneway": np.array([tags.oneway for tags in chains.tags], np.int8),
        "inferred": np.array([tags.inferred for tags in chains.tags], bool),
        "road": np.array([tags.road for tags in chains.tags], object),
        "ref": np.array([tags.ref for tags in chains.tags], object),
        "name": np.array([tags.name for tags in chains.tags], object),
        "int_name": np.array([tags.int_name for tags in chains.tags], object),
    }
    return assemble(
        node_lon=ways.lon[nodes],
        node_lat=ways.lat[nodes],
        edge_tail=tail,
        edge_head=head,
        vertex_lon=lon,
        vertex_lat=lat,
        vertex_ptr=chains.ptr,
        per_edge={name: values[chains.kind] for name, values in per_edge.items()},
        keep=kept,
        named=ways.named,
        dropped=dict(dropped),
    )


def _mainland(tail: Ints, head: Ints, length: Floats) -> Bools:
    """Which edges belong to a connected piece (one-ways taken as two-way) that is not a tiny island."""
    size = int(max(tail.max(), head.max())) + 1
    links = sparse.coo_array((np.ones(len(tail)), (tail, head)), shape=(size, size))
    _, piece = csgraph.connected_components(links, directed=False)
    metres = np.bincount(piece[tail], weights=length)
    return np.asarray((metres >= ISLAND_SHARE * metres.sum())[piece[tail]])


def largest(network: RoadNetwork) -> RoadNetwork:
    """The strongly connected part with the greatest length; a one-way leading into or out of it is left out."""
    size = len(network.node_lon)
    links = sparse.coo_array((np.ones(len(network.arc_tail)), (network.arc_tail, network.arc_head)), shape=(size, size))
    _, part = csgraph.connected_components(links, directed=True, connection="strong")
    inside = part[network.edge_tail] == part[network.edge_head]
    metres = np.bincount(part[network.edge_tail], weights=network.length_m * inside)
    keep = inside & (part[network.edge_tail] == metres.argmax())
    dropped = Counter(network.dropped)
    if lost := int((~keep).sum()):
        dropped["edge outside the largest part"] += lost
    names = ("highway", "speed_kmh", "oneway", "inferred", "road", "ref", "name", "int_name")
    return assemble(
        node_lon=network.node_lon,
        node_lat=network.node_lat,
        edge_tail=network.edge_tail,
        edge_head=network.edge_head,
        vertex_lon=network.vertex_lon,
        vertex_lat=network.vertex_lat,
        vertex_ptr=network.vertex_ptr,
        per_edge={name: getattr(network, name) for name in names},
        keep=keep,
        named=network.named,
        dropped=dict(dropped),
    )


def assemble(
    *,
    node_lon: Floats,
    node_lat: Floats,
    edge_tail: Ints,
    edge_head: Ints,
    vertex_lon: Floats,
    vertex_lat: Floats,
    vertex_ptr: Ints,
    per_edge: Mapping[str, Any],
    keep: Bools,
    named: tuple[Named, ...],
    dropped: Mapping[str, int],
) -> RoadNetwork:
    """The network of the edges to keep: junctions renumbered, arcs made and sorted, arrays read-only."""
    count = int(keep.sum())
    keep_vertex = np.repeat(keep, np.diff(vertex_ptr))
    lon, lat = vertex_lon[keep_vertex], vertex_lat[keep_vertex]
    ptr = np.concatenate([[0], np.cumsum(np.diff(vertex_ptr)[keep])]).astype(np.int64)
    nodes, ends = np.unique(np.concatenate([edge_tail[keep], edge_head[keep]]), return_inverse=True)
    tail, head = ends[:count].astype(np.int64), ends[count:].astype(np.int64)
    columns = {name: np.asarray(values)[keep] for name, values in per_edge.items()}
    length = edge_metres(running_metres(lon, lat, ptr), ptr)

    with_shape, against = columns["oneway"] >= 0, columns["oneway"] <= 0
    edge = np.concatenate([np.flatnonzero(with_shape), np.flatnonzero(against)])
    forward = np.arange(len(edge)) < with_shape.sum()
    arc_tail = np.where(forward, tail[edge], head[edge])
    order = np.lexsort((~forward, edge, arc_tail))
    edge, forward, arc_tail = edge[order], forward[order], arc_tail[order]
    by_edge = np.full((2, count), -1, np.int64)
    by_edge[forward.astype(int), edge] = np.arange(len(edge))
    network = RoadNetwork(
        node_lon=node_lon[nodes],
        node_lat=node_lat[nodes],
        edge_tail=tail,
        edge_head=head,
        length_m=length,
        vertex_lon=lon,
        vertex_lat=lat,
        vertex_ptr=ptr,
        arc_edge=edge,
        arc_forward=forward,
        arc_tail=arc_tail,
        arc_head=np.where(forward, head[edge], tail[edge]),
        arc_reverse=by_edge[(~forward).astype(int), edge],
        seconds=length[edge] / (columns["speed_kmh"][edge].astype(np.float64) / 3.6),
        arc_ptr=np.searchsorted(arc_tail, np.arange(len(nodes) + 1)).astype(np.int64),
        named=named,
        dropped=dropped,
        **columns,
    )
    for field in fields(network):
        values = getattr(network, field.name)
        if isinstance(values, np.ndarray):
            values.setflags(write=False)
    return network
