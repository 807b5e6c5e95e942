"""The dashboard. With a report log it has pages to add, correct and link reports; else the march alone."""

import os

import streamlit as st

import tracker
from tracker import desk

LOG, ZONE = os.environ.get("TRACKER_LOG"), os.environ.get("TRACKER_ZONE") or "UTC"
NAMED = (os.environ.get("TRACKER_AUTHOR") or "").strip()
TITLE = os.environ.get("TRACKER_TITLE") or "Reconstructed march"
LOOK_S = 2
state = st.session_state
open_desk = st.cache_resource(desk.open_desk, show_spinner="Opening the report log ...")


@st.fragment(run_every=LOOK_S)
def watch(here, shown):
    """Run the pages again when somebody else has written; what stands in a form stays."""
    if here.version() != shown:
        st.rerun()


def ask_name():
    """Who writes: once a session, kept from page to page."""
    if NAMED:
        state["author"] = NAMED
        return
    if "author" in state:
        state.setdefault("name", state["author"])
    label = "Your name (kept with all that you add or change)"
    state["author"] = st.text_input(label, key="name", max_chars=80, placeholder="needed before you write").strip()


def ask_moment(here):
    """The moment to show the log at; None for now."""
    label = f"Show the log as it was at ({ZONE})"
    words = st.text_input(label, key="moment", placeholder="now; or 2023-06-24 15:00")
    try:
        return here.moment(words)
    except ValueError as refused:
        st.text(str(refused))
    return None


def pages_of_log():
    """The pages about a log, in a frame that knows who writes and at which moment it looks."""
    march = st.Page("march.py", title="March", default=True)
    others = [st.Page(f"{name}.py", title=title) for name, title in PAGES.items()]
    page = st.navigation([march, *others])
    try:
        here = open_desk(LOG, ZONE)
        shown = here.version()
        with st.sidebar:
            state["as_of"] = ask_moment(here)
            if state["as_of"] is None:
                watch(here, shown)
        if state["as_of"] is not None:
            st.warning(f"This is the log as it was at {state['as_of']:%Y-%m-%d %H:%M} UTC, not as it is now.")
        if page.url_path in WRITING:
            ask_name()
        page.run()
    except tracker.TrackerError as refused:
        st.error("This cannot be done:")
        st.text(str(refused))


PAGES = {"reports": "Reports", "add": "Add a report", "voices": "Same voice?", "imports": "Import a file"}
WRITING = tuple(PAGES)
st.set_page_config(page_title=TITLE, layout="wide")
if LOG:
    pages_of_log()
else:
    st.navigation([st.Page("march.py", title=TITLE)], position="hidden").run()
