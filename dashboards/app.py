"""The dashboard: choose what to believe, see where the columns can have been. Started by `tracker serve`."""

import os
import tempfile
from dataclasses import asdict
from functools import partial
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
def read(upload):
    """The reports of an uploaded file, or of the file that the dashboard was started with."""
    if upload is None:
        return tracker.read_reports(REPORTS)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "upload.csv")
        file.write_bytes(upload)
        return tracker.read_reports(file)


@st.cache_resource(max_entries=8, show_spinner="Reconstructing (the first time on a machine takes a minute) ...")
def reconstruct(upload, units, reliability, credibility):
    """The march of the chosen reports, and its scene."""
    chosen = tracker.select_reports(read(upload), units=units, reliability=reliability, credibility=credibility)
    march = tracker.reconstruct(chosen, load_roads(ROADS))
    return march, tracker.build_scene(march, title=TITLE, zone=ZONE)


def verdict_table(march):
    """Every report with its verdict; texts are cells, never markup."""
    told = march.reports
    table = march.verdicts[["report_id", "verdict", "p_true", "reason", "unit"]]
    grade = told["reliability"].fillna("F") + told["credibility"].fillna(6).astype(str)
    times = {name: told[name].dt.tz_convert(ZONE) for name in ("earliest", "latest")}
    texts = {name: told[name] for name in ("kind", "place", "summary", "publisher", "origin", "url")}
    return table.assign(grade=grade, **times, **texts)


def passage_rows(march, places):
    """When each unit passed each place (5, 50 and 95 % quantiles), and how probable it is that it did."""
    for unit, track in march.tracks.items():
        for row in track.passages(places).to_dict("records"):
            times = {name: row[name].tz_convert(ZONE) for name in ("t05", "t50", "t95")}
            yield {"place": row["place"], "unit": unit, "probability": row["probability"], **times}


def article(march):
    """The bytes of the page that an editor can publish."""
    with tempfile.TemporaryDirectory() as folder:
        return tracker.export_html(march, Path(folder, "march.html"), title=TITLE, zone=ZONE).read_bytes()


def show(march, scene):
    """The player and the tables."""
    assets = tracker.player_assets()
    player = st.components.v2.component("tracker_player", html=assets.html, css=assets.css, js=assets.js)
    player(data=scene, key="march")
    st.download_button("Download this as a page", partial(article, march), "march.html", "text/html", on_click="ignore")
    share, link = st.column_config.NumberColumn(format="percent"), st.column_config.LinkColumn()
    with st.expander(f"All {len(march.reports)} reports and what became of them", expanded=True):
        shown = {"p_true": share, "url": link}
        st.dataframe(verdict_table(march), hide_index=True, column_config=shown, key="verdicts")
    with st.expander("When did they pass?", expanded=True):
        known = march.places.drop_duplicates("place").sort_values("kind", kind="stable")["place"].tolist()
        places = st.multiselect("Places", known, default=known[:6], key="places")
        st.caption("Passing means within 10 km. With 90 % of the probability it was between t05 and t95.")
        st.dataframe(list(passage_rows(march, places)), hide_index=True, column_config={"probability": share})


st.set_page_config(page_title=TITLE, layout="wide")
st.caption(f"{CLAIM} Times: {ZONE}.")
with st.sidebar:
    st.header("Which reports?")
    file = st.file_uploader("Your own reports (CSV), instead of those shown", type=["csv", "tsv", "txt"], key="upload")
    upload = file.getvalue() if file else None
try:
    reports = read(upload)
    with st.sidebar:
        units = st.multiselect("Units", known := sorted(reports["unit"].dropna().unique()), default=known, key="units")
        reliability = st.select_slider("Source at least", list("ABCDEF"), "F", key="reliability")
        credibility = st.select_slider("Information at least", range(1, 7), 6, key="credibility")
        st.caption("A and 1 are best. F and 6 mean that nobody can judge it; they are left out from E and 5 on.")
    show(*reconstruct(upload, tuple(units), reliability, credibility))
except tracker.BadReport as refused:
    st.error(f"These reports cannot be used: {len(refused.faults)} things to put right. Nothing was changed.")
    st.dataframe([asdict(fault) for fault in refused.faults], hide_index=True, key="faults")
except tracker.TrackerError as refused:
    st.error("This cannot be shown:")
    st.text(str(refused))
