"""The page of the march: choose what to believe, see where the columns can have been."""

import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import streamlit as st

import tracker
from tracker import desk, wording

REPORTS, ROADS, LOG = (os.environ.get(f"TRACKER_{name}") or None for name in ("REPORTS", "ROADS", "LOG"))
TITLE, ZONE = os.environ.get("TRACKER_TITLE") or "Reconstructed march", os.environ.get("TRACKER_ZONE") or "UTC"
ZONES = ["UTC", "Europe/Moscow", "Europe/Kyiv", "Europe/Berlin", "Asia/Jerusalem", "Africa/Khartoum", ZONE]
CLAIM = """**What is claimed:** where the main body of each column was, and the roads that hold 90 % of the probability.
Each small dot is one history that agrees with the reports; all are equally probable. Where the dots scatter, nobody
knows better; at the end of a track they scatter most. Click a report to see who said it and whether it is believed."""

open_desk = st.cache_resource(desk.open_desk, show_spinner="Opening the report log ...")
load_roads = st.cache_resource(tracker.load_roads, show_spinner="Reading the roads ...")


@st.cache_data(max_entries=4, show_spinner="Checking the reports ...")
def read(source):
    """The reports of a file: its path, the bytes of an upload, or None for the bundled case."""
    if not isinstance(source, bytes):
        return tracker.read_reports(source)
    with tempfile.TemporaryDirectory() as folder:
        (file := Path(folder, "upload.csv")).write_bytes(source)
        return tracker.read_reports(file)


@st.cache_data(max_entries=4, show_spinner="Reading the log ...")
def read_log(_here, log, version, as_of):
    """The reports of a log, now or at a moment; the version tells one state of it from another."""
    return _here.log.reports(as_of=as_of)


@st.cache_resource(max_entries=8, show_spinner="Reconstructing (the first time on a machine takes a minute) ...")
def reconstruct(roads, source, choice, zone, _chosen):
    """The march of the chosen reports, its scene, and what does not fit; their origin and the choice are keys."""
    march = tracker.reconstruct(_chosen, network := load_roads(roads))
    scene = tracker.build_scene(march, title="Map and time chart", zone=zone) if march.tracks else None
    return march, scene, wording.mismatches(march, network)


def article(march, title, zone):
    """The bytes of the page that an editor can publish."""
    with tempfile.TemporaryDirectory() as folder:
        return tracker.export_html(march, Path(folder, "march.html"), title=title, zone=zone).read_bytes()


def show(title, zone, march, scene, mismatches):
    """The player and the tables."""
    if mismatches:
        st.text("Worth a look:\n" + "\n".join(mismatches))
    if scene is None:
        st.warning("These are too few reports for a track: at least one must name a unit and a place near a road.")
    else:
        st.components.v2.component("tracker_player", **asdict(tracker.player_assets()))(data=scene, key="march")
        page = {"data": lambda: article(march, title, zone), "file_name": "march.html", "mime": "text/html"}
        st.download_button("Save as a page", **page, on_click="ignore")
    with st.expander(f"All {len(march.reports)} reports and what became of them (times: {zone})", expanded=True):
        looks = dict.fromkeys(("reason", "when"), st.column_config.TextColumn(width=600))
        looks["link"] = st.column_config.LinkColumn()
        st.dataframe(wording.verdict_table(march, zone=zone), hide_index=True, column_config=looks, key="verdicts")
    if scene is not None:
        with st.expander(f"When did they pass? (times: {zone})", expanded=True):
            known = sorted(set(march.places["place"]))
            places = st.multiselect("Places", known, default=wording.default_places(march), key="places")
            st.caption("To pass is to come within 10 km. The times hold 90 %; under 50 % there is no finding.")
            st.dataframe(wording.passage_rows(march, places, zone=zone), hide_index=True, column_config=looks)


with st.sidebar:
    file = st.file_uploader("Your own reports (CSV), instead of those shown", type=["csv", "tsv", "txt"], key="upload")
    zone = st.selectbox("Show times in", list(dict.fromkeys(ZONES)), key="zone") if file else ZONE
    if file:
        st.text(f"On the roads of {Path(ROADS).name if ROADS else 'the bundled case, Rostov-on-Don to Moscow'}")
source, title = (file.getvalue(), "Reconstructed march") if file else (REPORTS, TITLE)
st.title(title)
st.caption(f"{CLAIM} Times: {zone}.")
try:
    if LOG and not file:
        here = open_desk(LOG, ZONE)
        source = (LOG, here.version(), st.session_state.get("as_of"))
        reports = read_log(here, *source)
    else:
        reports = read(source)
    with st.sidebar:
        units = st.multiselect("Units", known := sorted(reports["unit"].dropna().unique()), default=known, key="units")
        reliability = st.select_slider("Source at least", list("ABCDEF"), "F", key="reliability")
        credibility = st.select_slider("Information at least", range(1, 7), 6, key="credibility")
        st.caption(
            "A and 1 are best. F and 6 say that nobody can judge it: leave both sliders there to keep those too."
        )
    choice = {"units": tuple(units), "reliability": reliability, "credibility": credibility}
    if known and not units:
        st.warning("No unit is chosen. Choose one at the left.")
    elif len(chosen := tracker.select_reports(reports, **choice)):
        show(title, zone, *reconstruct(ROADS, source, choice, zone, chosen))
    else:
        st.warning("No report meets these choices.")
except tracker.BadReport as refused:
    st.error(f"These reports cannot be used: {wording.counted(len(refused.faults), 'thing')} to put right.")
    st.code(wording.fault_text(refused.faults, file=file.name if file else None), language=None, wrap_lines=True)
except tracker.TrackerError as refused:
    st.error("This cannot be shown:")
    st.text(str(refused))
