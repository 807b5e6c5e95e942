"""A road network put together: from ways, and again from a choice of its own edges."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from tracker.model import BadRoads
from tracker.roads.contract import Chains, contract
from tracker.roads.curve import along_curve
from tracker.roads.graph import search_graph
from tracker.roads.mapped import Mapped
from tracker.roads.nearest import EdgeIndex
from tracker.roads.network import RoadNetwork
from tracker.roads.profiles import CONVOY, Profile
from tracker.roads.shapes import edge_metres, step_metres
from tracker.roads.tags import CLASSES
from tracker.roads.texts import Texts
from tracker.roads.turns import Drive, Ends, as_arrays, forbidden_runs
from tracker.roads.ways import Bools, Floats, Ints, Ways

ISLAND_SHARE = 0.01
"""Pieces of road that hang together with less than this share of the total length are dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Edges before they are numbered for good: what a network is assembled from."""

    tail: Ints
    """(m,) junction where each edge begins, any numbers."""
    head: Ints
    """(m,) junction where it ends."""
    vertex_lon: Floats
    """(v,) shapes of all edges, degrees east."""
    vertex_lat: Floats
    """(v,) degrees north."""
    vertex_ptr: Ints
    """(m + 1,) where each edge's shape starts."""
    step_m: Floats
    """(v,) metres from the vertex before, 0 where an edge begins."""
    columns: Mapping[str, NDArray[Any]]
    """What is known of each edge: highway, legal_kmh, oneway, inferred, toll, osm_way, text."""
    texts: Texts
    """The texts."""
    barred: Sequence[tuple[Drive, ...]]
    """Runs of edges that nobody may drive."""


def build(ways: Ways, *, source: str, profile: Profile = CONVOY) -> RoadNetwork:
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
    drawing, dropped = _drawn(ways, chains)
    kept = _mainland(drawing)
    if islands := int((~kept).sum()):
        dropped["edge of a small island"] += islands
    mapped = Mapped.of(ways.named, ways.milestones, ways.context)
    return assemble(
        drawing, keep=kept, mapped=mapped, dropped={**ways.dropped, **dropped}, date=ways.date, profile=profile
    )


def _drawn(ways: Ways, chains: Chains) -> tuple[Drawing, Counter[str]]:
    """The edges of chains, and how many turn restrictions came to nothing."""
    lon, lat = ways.lon[chains.points], ways.lat[chains.points]
    tail, head = chains.points[chains.ptr[:-1]], chains.points[chains.ptr[1:] - 1]
    texts = Texts.of(
        text for tags in chains.tags for text in (tags.road, tags.ref, tags.name, tags.int_name, tags.surface)
    )
    text = [texts.numbers((t.road, t.ref, t.name, t.int_name, t.surface)) for t in chains.tags]
    by_kind: dict[str, NDArray[Any]] = {
        "highway": np.array([CLASSES.index(tags.highway) for tags in chains.tags], np.int8),
        "legal_kmh": np.array([tags.legal_kmh for tags in chains.tags], np.float32),
        "oneway": np.array([tags.oneway for tags in chains.tags], np.int8),
        "inferred": np.array([tags.inferred for tags in chains.tags], bool),
        "toll": np.array([tags.toll for tags in chains.tags], bool),
        "text": np.array(text, np.int32).reshape(-1, 5),
    }
    columns = {name: values[chains.kind] for name, values in by_kind.items()}
    ends = Ends(
        tail=tail, head=head, first_way=chains.first_way, last_way=chains.last_way, oneway=columns["oneway"].astype(int)
    )
    barred, dropped = forbidden_runs(ways.restrictions, ends) if ways.restrictions else ([], Counter[str]())
    drawing = Drawing(
        tail=tail,
        head=head,
        vertex_lon=lon,
        vertex_lat=lat,
        vertex_ptr=chains.ptr,
        step_m=step_metres(lon, lat, chains.ptr),
        columns={**columns, "osm_way": ways.way_id[chains.first_way]},
        texts=texts,
        barred=barred,
    )
    return drawing, dropped


def _mainland(drawing: Drawing) -> Bools:
    """Which edges belong to a connected piece (one-ways taken as two-way) that is not a tiny island."""
    length = edge_metres(np.cumsum(drawing.step_m), drawing.vertex_ptr)
    nodes, ends = np.unique(np.concatenate([drawing.tail, drawing.head]), return_inverse=True)
    tail, head = ends[: len(length)], ends[len(length) :]
    links = sparse.coo_array((np.ones(len(tail)), (tail, head)), shape=(len(nodes), len(nodes)))
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
    return _again(network, keep=keep, dropped=dropped, profile=network.profile)


def under(network: RoadNetwork, profile: Profile) -> RoadNetwork:
    """The same edges with another profile's speeds and arcs."""
    if profile == network.profile:
        return network
    return _again(network, keep=np.ones(len(network.length_m), bool), dropped=network.dropped, profile=profile)


def chosen(network: RoadNetwork, keep: Bools) -> RoadNetwork:
    """The network of some of the edges."""
    dropped = Counter(network.dropped)
    if lost := int((~keep).sum()):
        dropped["other highway class"] += lost
    return _again(network, keep=keep, dropped=dropped, profile=network.profile)


def _again(network: RoadNetwork, *, keep: Bools, dropped: Mapping[str, int], profile: Profile) -> RoadNetwork:
    flat = list(zip(network.barred_edge.tolist(), network.barred_along.tolist(), strict=True))
    ptr = network.barred_ptr.tolist()
    names = ("highway", "legal_kmh", "oneway", "inferred", "toll", "osm_way", "text")
    steps = np.diff(network.running_m, prepend=0.0)
    steps[network.vertex_ptr[:-1]] = 0
    drawing = Drawing(
        tail=np.asarray(network.edge_tail, np.int64),
        head=np.asarray(network.edge_head, np.int64),
        vertex_lon=network.vertex_lon,
        vertex_lat=network.vertex_lat,
        vertex_ptr=np.asarray(network.vertex_ptr, np.int64),
        step_m=steps,
        columns={name: getattr(network, name) for name in names},
        texts=network.texts,
        barred=[tuple(flat[begin:end]) for begin, end in pairwise(ptr)],
    )
    return assemble(
        drawing, keep=keep, mapped=network.mapped, dropped=dict(dropped), date=network.date, profile=profile
    )


def assemble(
    drawing: Drawing, *, keep: Bools, mapped: Mapped, dropped: Mapping[str, int], date: str, profile: Profile
) -> RoadNetwork:
    """The network of the edges to keep: junctions and edges numbered along the curve, arcs made, arrays read-only."""
    edges, nodes, node_lon, node_lat, tail, head = _numbered(drawing, keep)
    vertex, vertex_ptr = _shapes(drawing, edges)
    lon, lat = drawing.vertex_lon[vertex], drawing.vertex_lat[vertex]
    columns = {name: np.ascontiguousarray(values[edges]) for name, values in drawing.columns.items()}
    surface = drawing.texts.all[columns["text"][:, 4]]
    speed = profile.speed_kmh(columns["highway"], columns["legal_kmh"], surface)
    running = np.cumsum(drawing.step_m[vertex])
    length = edge_metres(running, vertex_ptr)
    arcs = _arcs(tail, head, np.zeros_like(columns["oneway"]) if profile.ignores_oneway else columns["oneway"])
    seconds = length[arcs["arc_edge"]] / (speed[arcs["arc_edge"]].astype(np.float64) / 3.6)
    renumbered = np.full(len(keep), -1, np.int64)
    renumbered[edges] = np.arange(len(edges))
    barred = [
        tuple((int(renumbered[edge]), along) for edge, along in run)
        for run in drawing.barred
        if all(renumbered[edge] >= 0 for edge, _ in run)
    ]
    runs = [tuple(int(arcs["edge_arcs"][int(not along), edge]) for edge, along in run) for run in barred]
    barred_edge, barred_along, barred_ptr = as_arrays(barred)
    ptr = np.searchsorted(arcs["arc_tail"], np.arange(nodes + 1))
    more: dict[str, Any] = columns | {
        name: values if name == "arc_forward" else values.astype(np.int32) for name, values in arcs.items()
    }
    network = RoadNetwork(
        node_lon=node_lon,
        node_lat=node_lat,
        edge_tail=tail.astype(np.int32),
        edge_head=head.astype(np.int32),
        length_m=length,
        speed_kmh=speed,
        texts=drawing.texts,
        vertex_lon=lon,
        vertex_lat=lat,
        vertex_ptr=vertex_ptr.astype(np.int32),
        running_m=running,
        seconds=seconds,
        arc_ptr=ptr.astype(np.int32),
        barred_edge=barred_edge.astype(np.int32),
        barred_along=barred_along.astype(bool),
        barred_ptr=barred_ptr.astype(np.int32),
        graph=search_graph(
            nodes=nodes,
            tail=arcs["arc_tail"],
            head=arcs["arc_head"],
            ptr=ptr,
            seconds=seconds,
            metres=length[arcs["arc_edge"]],
            runs=[run for run in runs if min(run) >= 0],
        ),
        index=EdgeIndex.of(lon, lat, vertex_ptr),
        mapped=mapped,
        dropped=dict(dropped),
        date=date,
        profile=profile,
        **more,
    )
    lock(network)
    return network


def lock(noun: object) -> None:
    """Make all arrays of a noun, and of the nouns in it, read-only."""
    for field in fields(noun):  # type: ignore[arg-type]
        value = getattr(noun, field.name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
        elif is_dataclass(value):
            lock(value)


def _numbered(drawing: Drawing, keep: Bools) -> tuple[Ints, int, Floats, Floats, Ints, Ints]:
    """Edges to keep in their new order, number of junctions, these' lon and lat, and the edges' new tails and heads."""
    kept = np.flatnonzero(keep)
    first, last = drawing.vertex_ptr[kept], drawing.vertex_ptr[kept + 1] - 1
    old, at, ends = np.unique(
        np.concatenate([drawing.tail[kept], drawing.head[kept]]), return_index=True, return_inverse=True
    )
    vertex = np.concatenate([first, last])[at]
    lon, lat = drawing.vertex_lon[vertex], drawing.vertex_lat[vertex]
    order = along_curve(lon, lat)
    number = np.empty(len(old), np.int64)
    number[order] = np.arange(len(old))
    tail, head = number[ends[: len(kept)]], number[ends[len(kept) :]]
    by_junction = np.lexsort((np.maximum(tail, head), np.minimum(tail, head)))
    return kept[by_junction], len(old), lon[order], lat[order], tail[by_junction], head[by_junction]


def _shapes(drawing: Drawing, edges: Ints) -> tuple[Ints, Ints]:
    """The vertices of the edges, in their order, and where those of each edge start."""
    size = np.diff(drawing.vertex_ptr)[edges]
    ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    vertex = np.arange(ptr[-1]) + np.repeat(drawing.vertex_ptr[edges] - ptr[:-1], size)
    return vertex, ptr


def _arcs(tail: Ints, head: Ints, oneway: NDArray[np.int8]) -> dict[str, NDArray[Any]]:
    """The allowed travels over the edges, sorted by where they start."""
    with_shape, against = oneway >= 0, oneway <= 0
    edge = np.concatenate([np.flatnonzero(with_shape), np.flatnonzero(against)])
    forward = np.arange(len(edge)) < with_shape.sum()
    arc_tail = np.where(forward, tail[edge], head[edge])
    order = np.lexsort((~forward, edge, arc_tail))
    edge, forward, arc_tail = edge[order], forward[order], arc_tail[order]
    edge_arcs = np.full((2, len(tail)), -1, np.int64)
    edge_arcs[(~forward).astype(int), edge] = np.arange(len(edge))
    return {
        "arc_edge": edge,
        "arc_forward": forward,
        "arc_tail": arc_tail,
        "arc_head": np.where(forward, head[edge], tail[edge]),
        "arc_reverse": edge_arcs[forward.astype(int), edge],
        "edge_arcs": edge_arcs,
    }
