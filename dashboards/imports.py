"""The page that takes in a file of reports: first all that is wrong with it, then the button."""

import os

import streamlit as st

import tracker
from tracker import desk, wording

state, ZONE = st.session_state, os.environ.get("TRACKER_ZONE") or "UTC"
KINDS = ["csv", "tsv", "txt", "geojson", "json", "gpkg", "parquet", "xlsx", "kml", "kmz", "gpx"]
PROFILES = ["our own columns", "acled", "gdelt", "atlos", "auto-archiver", "ukraine-timemap"]
here = st.cache_resource(desk.open_desk, show_spinner="Opening the report log ...")(os.environ["TRACKER_LOG"], ZONE)


@st.cache_data(max_entries=4, show_spinner="Checking the file ...")
def examine(_here, name, content, profile):
    """How many reports there are, and what is wrong or odd."""
    return _here.examine(name, content, profile=profile)


def take_in(file, profile):
    """Add the reports, or say why not."""
    try:
        said = here.take_in(file.name, file.getvalue(), profile=profile, author=state.get("author", ""))
        st.success("Done:")
        st.text(said)
    except tracker.TrackerError as error:
        st.error("Nothing was added:")
        st.text("\n".join(here.refusal(error, {}).lines))


st.title("Import a file")
st.caption("The file is read and checked first; nothing is added until you say so. All its reports are added, or none.")
file = st.file_uploader("A file of reports", type=KINDS, key="file")
chosen = st.selectbox("Columns as in an export of", PROFILES, key="profile")
profile = None if chosen == PROFILES[0] else chosen
if file:
    try:
        number, found = examine(here, file.name, file.getvalue(), profile)
    except tracker.TrackerError as error:
        st.error("This file cannot be read:")
        st.text(str(error))
    else:
        if number is None:
            st.error(f"It cannot be added yet: {wording.counted(len(found), 'thing')} to put right.")
        elif len(found):
            st.warning(f"It can be added; {wording.counted(len(found), 'thing')} worth a second look.")
        else:
            st.info("Nothing is wrong with it.")
        if len(found):
            st.dataframe(found.drop(columns="file"), hide_index=True)
        if number and st.button(f"Add these {wording.counted(number, 'report')}", type="primary"):
            take_in(file, profile)
