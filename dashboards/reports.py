"""The page of the log's reports: find one, read its history, correct, retract or restore it."""

import os

import streamlit as st

import tracker
from tracker import desk, desk_forms, desk_words

state, ZONE = st.session_state, os.environ.get("TRACKER_ZONE") or "UTC"
MOST = 300
here = st.cache_resource(desk.open_desk, show_spinner="Opening the report log ...")(os.environ["TRACKER_LOG"], ZONE)
as_of, author = state.get("as_of"), state.get("author", "")
seen = state.setdefault(
    "seen", {"report": None, "history": None, "number": 0, "refused": None, "done": None, "at": None}
)


def look_at(report):
    """Show a report as it is now; forms about it compare with what is shown."""
    history = here.log.history(report) if report else None
    seen.update(report=report, history=history, number=seen["number"] + 1, refused=None, done=None)


def attempt(at, what, said=None, picked=None):
    """Do something to the report and look at it anew, or note why it was refused."""
    seen.update(refused=None, done=None, at=at)
    try:
        done = what()
        look_at(seen["report"])
        seen["done"] = done
    except tracker.TrackerError as error:
        seen["refused"] = here.refusal(error, said or {}, picked=picked or {})
    st.rerun()


def outcome(at):
    """What came of the button that was pressed, beside it."""
    if seen["at"] != at:
        return
    if seen["refused"]:
        st.error("Nothing was changed. To put right:")
        st.text("\n".join(seen["refused"].lines))
    elif seen["done"]:
        st.success("Done:")
        st.text(seen["done"])


def find():
    """The table, a choice in it, and the retracted reports."""
    words = st.text_input("Search all columns", key="words", placeholder="words that must all occur")
    reports = here.log.reports(as_of=as_of)
    table = desk_words.reports_table(reports, zone=ZONE, words=words)
    st.caption(f"{len(table)} of {len(reports)} reports, the newest first. Times: {ZONE}.")
    st.dataframe(table.head(MOST), hide_index=True, column_config={"link": st.column_config.LinkColumn()})
    lines = desk_words.choices(reports, table["report"].head(MOST))
    ask = {"index": None, "format_func": lambda report: lines.get(report, report), "placeholder": "choose"}
    st.selectbox("Look at a report", list(lines), key="pick", on_change=lambda: look_at(state["pick"]), **ask)
    if st.toggle("Look at a retracted report instead", key="gone"):
        gone = here.retracted()
        st.dataframe(gone, hide_index=True)
        st.selectbox("Retracted reports", list(gone["report"]), key="back", index=None, placeholder="choose",
                     on_change=lambda: look_at(state["back"]))  # fmt: skip


def correct(history, revision):
    """The form with what the report says; only what is changed is sent."""
    before, typed, labels = desk_words.fields(history.iloc[-1], zone=ZONE), {}, []
    before["zone"] = desk_forms.zone_at_first(ZONE)
    choices = seen["refused"].choices if seen["refused"] else ()
    with st.form(f"correct_{seen['number']}", border=False):
        for row in desk_forms.CORRECTING:
            for at, name in zip(st.columns(len(row)), row, strict=True):
                key = f"correct_{seen['number']}_{name}"
                typed[name] = desk_forms.ask(at, name, key=key, value=before[name])
        for choice in choices:
            key = f"correct_{seen['number']}_pick_{choice.field}_{choice.words}"
            labels.append(st.selectbox(choice.question, list(choice.readings), None, key=key))
        why = st.text_input(desk_forms.WHY, key=f"correct_{seen['number']}_why")
        if st.form_submit_button("Correct the report", type="primary"):
            picked, said = desk_forms.picked(choices, labels, typed), here.changes(history, typed)
            given = {"why": why, "author": author, "revision": revision}
            attempt("correct", lambda: here.correct(history, typed, picked, **given), said, picked)
    outcome("correct")


def take_out(report, revision, *, back):
    """The form that retracts a report, or brings it back."""
    verb, word = (here.log.restore, "Restore") if back else (here.log.retract, "Retract")
    given, done = {"author": author, "revision": revision}, "Restored." if back else "Retracted."
    with st.form(f"take_{seen['number']}", border=False):
        why = st.text_input(desk_forms.WHY, key=f"take_{seen['number']}_why")
        if st.form_submit_button(f"{word} the report"):
            attempt(word, lambda: f"{done} {here.changed(verb, report, why=why, **given)}")
    outcome(word)
    if back:
        outcome("Retract")


def show(report, history):
    """One report: all it says, how it came to say that, and what can be done with it."""
    revision = seen.get("noted") if seen.get("noted_of") == seen["number"] else int(history["revision"].iloc[-1])
    if later := desk_words.since(here.log.history(report), revision, zone=ZONE):
        st.warning("Others changed this report since you opened it:")
        st.text(later)
        with st.container(horizontal=True):
            st.button("Show it as it is now", on_click=look_at, args=[report])
            newest = int(here.log.history(report)["revision"].iloc[-1])
            noted = {"noted": newest, "noted_of": seen["number"]}
            st.button("Keep what I typed; I have read this", on_click=seen.update, args=[noted])
    held = history if as_of is None else history[history["recorded_at"] <= as_of]
    st.subheader(f"Report {report}")
    st.code(desk_words.whole_text(held, zone=ZONE), language=None, wrap_lines=True)
    st.dataframe(desk_words.history_table(held, zone=ZONE), hide_index=True)
    if as_of is not None:
        st.caption("The past cannot be changed: empty the moment at the left to correct this report.")
    elif history["operation"].iloc[-1] == "retract":
        take_out(report, revision, back=True)
    else:
        if seen["done"]:
            outcome("Restore")
        correcting, retracting = st.tabs(["Correct", "Retract"])
        with correcting:
            correct(history, revision)
        with retracting:
            take_out(report, revision, back=False)


st.title("Reports")
find()
if seen["report"]:
    show(seen["report"], seen["history"])
