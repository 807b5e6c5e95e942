"""The tables of the simulated marches."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tests.bench.marches_edges import BINS
from tests.bench.marches_score import FAR, LEVELS
from tests.bench.markdown import table

Marches = Sequence[Mapping[str, Any]]
Families = Mapping[str, Marches]


def page(title: str, families: Families) -> str:
    """All tables with a sentence above each."""
    parts = {
        "Mean error in km, share of the truth in the middle 90 and 50 %, false reports": overview(families),
        "Reliability: share of the truth in the middle part of the probability (± is the standard error over marches; "
        "“if right”: histories out of the ensemble play the truth)": reliability(families),
        "Energy score in km; a baseline is one point, and its score is its error": energy(families),
        f"False reports found; “far”: without the false claims that lie within {FAR} radii of the truth in their "
        "interval": false_reports(families),
        "Roads driven: Brier score of the edges' probabilities": brier(families),
        "Roads driven: of the edges given a probability, the share that was driven": edge_reliability(families),
        "Cost of a case, once all code is compiled": cost(families),
    }
    return f"### {title[:1].upper()}{title[1:]}\n\n" + "\n\n".join(f"{name}:\n\n{text}" for name, text in parts.items())


def overview(families: Families) -> str:
    """The columns that the budgets are about."""
    rows = []
    for family, marches in families.items():
        error, line, snap, energy = (_mean(marches, name) for name in ("error", "line", "snap", "energy"))
        rows.append([
            family, f"{len(marches)}", f"{error:.2f}", f"{line:.2f}", f"{snap:.2f}", f"{error / min(line, snap):.3f}",
            f"{_mean(marches, 'in90'):.1%}", f"{_mean(marches, 'in50'):.1%}", f"{energy:.2f}",
            *_precision_recall(marches, "all"), f"{np.mean([one['cost']['cpu'] for one in marches]):.2f}",
        ])  # fmt: skip
    names = ["family", "marches", "error km", "line", "snap", "ratio", "in 90 %", "in 50 %", "energy", "precision",
             "recall", "CPU s"]  # fmt: skip
    return table(names, rows)


def reliability(families: Families) -> str:
    """The share of the truth inside of each level."""
    rows = []
    for family, marches in families.items():
        inside = np.array([[one["inside"][level] for level in LEVELS] for one in marches])
        spread = [""] * len(LEVELS)
        if len(inside) > 1:
            spread = [f" ± {error:.0%}" for error in inside.std(axis=0, ddof=1) / np.sqrt(len(inside))]
        right = np.array([[play["inside"][level] for level in LEVELS] for one in marches for play in one["right"]])
        rows.append([family, *(f"{m:.0%}{s}" for m, s in zip(inside.mean(axis=0), spread, strict=True))])
        rows.append([f"{family}, if right", *(f"{share:.0%}" for share in right.mean(axis=0))])
    return table(["nominal", *(f"{level:.0%}" for level in LEVELS)], rows)


def energy(families: Families) -> str:
    """The energy score beside the baselines' and beside what the ensemble expects of itself."""
    rows = []
    for family, marches in families.items():
        ours, line, snap = (_mean(marches, name) for name in ("energy", "line", "snap"))
        plays = [play for one in marches for play in one["right"]]
        right = [float(np.mean([play[name] for play in plays])) for name in ("energy", "error")]
        ratio = ours / min(line, snap)
        numbers = (ours, line, snap, ratio, right[0], _mean(marches, "error"), right[1])
        rows.append([family, *(f"{number:.2f}" for number in numbers)])
    return table(["family", "energy", "line", "snap", "ratio", "if right", "error", "error if right"], rows)


def false_reports(families: Families) -> str:
    """Precision and recall in all, and where physics can tell."""
    rows = []
    for family, marches in families.items():
        for name in ("all", "far"):
            counts = [str(_sum(marches, f"{what} {name}")) for what in ("false", "found", "hit")]
            rows.append([f"{family}, {name}", *counts, *_precision_recall(marches, name)])
    return table(["claims", "false", "doubted", "both", "precision", "recall"], rows)


def brier(families: Families) -> str:
    """Squared errors of the probabilities, by edge and by kilometre."""
    rows = []
    for family, marches in families.items():
        edges = _edges(marches)
        cells = [f"{len(edges['true'])}", f"{edges['true'].mean():.0%}"]
        for weights in (None, edges["metres"]):
            ours, snap = (
                float(np.average((edges[name] - edges["true"]) ** 2, weights=weights)) for name in ("ours", "snap")
            )
            cells += [f"{ours:.3f}", f"{snap:.3f}", f"{ours / snap:.2f}" if snap else "-"]
        rows.append([family, *cells])
    return table(["family", "edges", "driven", "Brier", "snap", "ratio", "by km", "snap by km", "ratio by km"], rows)


def edge_reliability(families: Families) -> str:
    """The share driven of the edges in each class of probability, with their number; none first, then from BINS."""
    names = ["none", *(f"to {high:.0%}" for high in BINS[1:])]
    rows = []
    for family, marches in families.items():
        edges = _edges(marches)
        cells = [f"{int(edges['true'][edges['ours'] == 0].sum())} driven"]
        for low, high in pairwise(BINS):
            among = (edges["ours"] > low) & (edges["ours"] <= high)
            told, true = edges["ours"][among], edges["true"][among]
            cells.append(f"{told.mean():.0%}: {true.mean():.0%} of {len(true)}" if len(true) else "-")
        rows.append([family, *cells])
    return table(["probability: driven", *names], rows)


def cost(families: Families) -> str:
    """Seconds and memory."""
    rows = []
    for family, marches in families.items():
        wall, cpu = (np.array([one["cost"][name] for one in marches]) for name in ("wall", "cpu"))
        reports = np.array([one["reports"] for one in marches])
        numbers = [f"{reports.mean():.1f}", f"{wall.mean():.2f}", f"{wall.max():.2f}", f"{cpu.mean():.2f}"]
        per = f"{cpu.sum() / reports.sum() * 1000:.0f}"
        rows.append([family, *numbers, per, f"{max(one['cost']['peak'] for one in marches):.0f}"])
    names = ["family", "reports", "wall s", "longest", "CPU s", "CPU ms a report", "peak MiB of the process"]
    return table(names, rows)


def _mean(marches: Marches, name: str) -> float:
    return float(np.mean([one[name] for one in marches]))


def _sum(marches: Marches, name: str) -> int:
    return sum(one["false"][name] for one in marches)


def _precision_recall(marches: Marches, name: str) -> tuple[str, str]:
    hit, found, false = (_sum(marches, f"{what} {name}") for what in ("hit", "found", "false"))
    return f"{hit / max(found, 1):.2f}", f"{hit / max(false, 1):.2f}"


def _edges(marches: Marches) -> dict[str, np.ndarray]:
    return {name: np.concatenate([one["edges"][name] for one in marches]) for name in marches[0]["edges"]}
