"""The page that adds a report to the log: try it first if you like; nothing typed is lost."""

import os

import streamlit as st

import tracker
from tracker import desk, desk_forms, desk_words

state, ZONE = st.session_state, os.environ.get("TRACKER_ZONE") or "UTC"
here = st.cache_resource(desk.open_desk, show_spinner="Opening the report log ...")(os.environ["TRACKER_LOG"], ZONE)
kept = {"zone": desk_forms.zone_at_first(ZONE)}
form = state.setdefault("add", {"number": 0, "kept": kept, "refused": None, "done": None, "units": None})
if form["units"] is None:
    # Held until the next report, so that another person's new unit does not disturb this form.
    form["units"] = sorted(here.log.reports(columns=["unit"])["unit"].dropna().unique())
choices = form["refused"].choices if form["refused"] else ()


def key(name):
    """Of a field in this form; the next report has a form of its own."""
    return f"add_{form['number']}_{name}"


def fill():
    """Everything typed, and the readings picked."""
    typed = {}
    for row in desk_forms.ADDING:
        for at, name in zip(st.columns(len(row)), row, strict=True):
            value = form["kept"].get(name, "")
            typed[name] = desk_forms.ask(at, name, key=key(name), value=value, known=form["units"])
    labels = [
        st.selectbox(choice.question, list(choice.readings), None, key=key(f"pick_{choice.field}_{choice.words}"))
        for choice in choices
    ]
    return typed, desk_forms.picked(choices, labels, typed)


def send(typed, picked, *, adding):
    """Try or add what was said, and note what came of it."""
    said = desk_forms.said(typed, picked)
    form["refused"] = form["done"] = None
    try:
        if adding:
            form["done"] = here.add(said, author=state.get("author", ""))
            form["kept"] = {name: typed[name] for name in desk_forms.KEPT_FOR_THE_NEXT}
            form.update(number=form["number"] + 1, units=None)
        else:
            form["done"] = f"Understood as: {here.check(said)}. Press Add the report to keep it."
    except tracker.TrackerError as error:
        form["refused"] = here.refusal(error, desk_forms.said(typed, {}), picked=picked)


st.title("Add a report")
with st.form(key("form"), border=False):
    typed, picked = fill()
    with st.container(horizontal=True):
        trying = st.form_submit_button("Try it", help="Shows how the words are understood, and adds nothing.")
        adding = st.form_submit_button("Add the report", type="primary")
if trying or adding:
    send(typed, picked, adding=adding)
    st.rerun()
if form["refused"]:
    st.error("Nothing was added. To put right:")
    st.text("\n".join(form["refused"].lines))
elif form["done"]:
    if form["done"].startswith("Added"):
        st.success("The report is in the log.")
    elif form["done"].startswith("Nothing"):
        st.info("It is in the log already.")
    st.text(form["done"])
st.subheader("Added last")
table = desk_words.reports_table(here.log.reports().tail(8), zone=ZONE)
st.dataframe(table, hide_index=True, column_config={"link": st.column_config.LinkColumn()})
