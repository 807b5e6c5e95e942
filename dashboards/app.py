"""The dashboard: choose what to believe, see where the columns can have been. Started by `tracker serve`."""

import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import streamlit as st

import tracker

REPORTS, ROADS = (os.environ.get(name) or None for name in ("TRACKER_REPORTS", "TRACKER_ROADS"))
TITLE, ZONE = os.environ.get("TRACKER_TITLE") or "Reconstructed march", os.environ.get("TRACKER_ZONE") or "UTC"
CLAIM = """**What is claimed:** where the main body of each column was, and the roads that hold 90 % of the probability.
Each small dot is one history that agrees with the reports; all are equally probable. Where the dots scatter, nobody
knows better; at the end of a track they scatter most. Click a report to see who said it and whether it is believed."""

load_roads = st.cache_resource(tracker.load_roads, show_spinner="Reading the roads ...")


@st.cache_data(max_entries=4, show_spinner="Checking the reports ...")
def read(source):
    """The reports of a file: its path, the bytes of an upload, or None for the bundled case."""
    if not isinstance(source, bytes):
        return tracker.read_reports(source)
    with tempfile.TemporaryDirectory() as folder:
        (file := Path(folder, "upload.csv")).write_bytes(source)
        return tracker.read_reports(file)


@st.cache_resource(max_entries=8, show_spinner="Reconstructing (the first time on a machine takes a minute) ...")
def reconstruct(roads, source, choice, _chosen):
    """The march of the chosen reports, and its scene; where they come from and the choice are the cache's key."""
    march = tracker.reconstruct(_chosen, load_roads(roads))
    return march, tracker.build_scene(march, title="Map and time chart", zone=ZONE)


def verdict_table(march):
    """Every report with its verdict; texts are cells, never markup."""
    told, table = march.reports, march.verdicts[["report_id", "verdict", "reason", "p_true", "unit"]].round(2)
    grade = told["reliability"].fillna("F") + told["credibility"].fillna(6).astype(str)
    more = told[["kind", "earliest", "latest", "place", "summary", "publisher", "origin", "url"]]
    return table.assign(grade=grade, **more)


def passage_rows(march, places):
    """When each unit passed each place, and how probable it is that it did."""
    for unit, track in march.tracks.items():
        for row in track.passages(places).round({"probability": 2}).to_dict("records"):
            yield {"unit": unit, **row}


def article(march, title):
    """The bytes of the page that an editor can publish."""
    with tempfile.TemporaryDirectory() as folder:
        return tracker.export_html(march, Path(folder, "march.html"), title=title, zone=ZONE).read_bytes()


def show(title, march, scene):
    """The player and the tables."""
    player = st.components.v2.component("tracker_player", **asdict(tracker.player_assets()))
    player(data=scene, key="march")
    st.download_button("Save as a page", lambda: article(march, title), "march.html", "text/html", on_click="ignore")
    moment, share = st.column_config.DatetimeColumn(format="D MMM, HH:mm", timezone=ZONE), st.column_config.NumberColumn
    looks = dict.fromkeys(("earliest", "latest", "t05", "t50", "t95"), moment) | {"url": st.column_config.LinkColumn()}
    looks |= dict.fromkeys(("p_true", "probability"), share(format="percent"))
    with st.expander(f"All {len(march.reports)} reports and what became of them", expanded=True):
        st.dataframe(verdict_table(march), hide_index=True, column_config=looks, key="verdicts")
    with st.expander("When did they pass?", expanded=True):
        known = march.places.drop_duplicates("place").sort_values("kind", kind="stable")["place"].tolist()
        places = st.multiselect("Places", known, default=known[:6], key="places")
        st.caption("Within 10 km; t05 to t95 hold 90 %. After its last report a unit is only assumed to drive on.")
        st.dataframe(list(passage_rows(march, places)), hide_index=True, column_config=looks, key="passages")


st.set_page_config(page_title=TITLE, layout="wide")
with st.sidebar:
    file = st.file_uploader("Your own reports (CSV), instead of those shown", type=["csv", "tsv", "txt"], key="upload")
source, title = (file.getvalue(), "Reconstructed march") if file else (REPORTS, TITLE)
st.title(title)
st.caption(f"{CLAIM} Times: {ZONE}.")
try:
    reports = read(source)
    with st.sidebar:
        units = st.multiselect("Units", known := sorted(reports["unit"].dropna().unique()), default=known, key="units")
        reliability = st.select_slider("Source at least", list("ABCDEF"), "F", key="reliability")
        credibility = st.select_slider("Information at least", range(1, 7), 6, key="credibility")
        st.caption("A and 1 are best. F and 6 mean that nobody can judge it; they are left out from E and 5 on.")
    choice = {"units": tuple(units), "reliability": reliability, "credibility": credibility}
    if len(chosen := tracker.select_reports(reports, **choice)):
        show(title, *reconstruct(ROADS, source, choice, chosen))
    else:
        st.warning("No report meets these choices.")
except tracker.BadReport as refused:
    st.error(f"These reports cannot be used: {len(refused.faults)} things to put right. Nothing was changed.")
    st.dataframe([asdict(fault) for fault in refused.faults], hide_index=True, key="faults")
except tracker.TrackerError as refused:
    st.error("This cannot be shown:")
    st.text(str(refused))
