"""The page of pairs that seem to be one voice or one event: a person says what they are, and why."""

import os

import streamlit as st

import tracker
from tracker import desk, desk_forms, desk_words

state, ZONE = st.session_state, os.environ.get("TRACKER_ZONE") or "UTC"
MOST = 100
here = st.cache_resource(desk.open_desk, show_spinner="Opening the report log ...")(os.environ["TRACKER_LOG"], ZONE)
form = state.setdefault("voices", {"number": 0, "said": None, "refused": None})


@st.cache_data(max_entries=2, show_spinner="Comparing the reports ...")
def suggestions(_here, log, version):
    """The likeliest pairs; the version tells one state of the log from another."""
    return _here.suggestions().head(MOST)


def judge(pair):
    """Both reports in full, and the form that says what they are to each other."""
    histories = {report: here.log.history(report) for report in (pair["report_id"], pair["other_id"])}
    for at, (report, history) in zip(st.columns(2), histories.items(), strict=True):
        at.text(report)
        at.code(desk_words.whole_text(history, zone=ZONE), language=None, wrap_lines=True)
    key = f"{form['number']}_{pair['report_id']}_{pair['other_id']}"
    with st.form(f"judge_{key}", border=False):
        known = list(desk_words.RELATIONS)
        named = {"index": known.index(pair["relation"]), "format_func": desk_words.RELATIONS.get}
        relation = st.selectbox("They are", known, key=f"relation_{key}", **named)
        why = st.text_input(desk_forms.WHY, key=f"why_{key}")
        if st.form_submit_button("Put it on record", type="primary"):
            form.update(said=None, refused=None)
            given = {"why": why, "author": state.get("author", "")}
            given["revision"] = int(histories[pair["report_id"]]["revision"].iloc[-1])
            try:
                form["said"] = here.changed(here.log.link, *histories, relation, **given)
                form["number"] += 1
            except tracker.TrackerError as error:
                form["refused"] = here.refusal(error, {})
            st.rerun()


st.title("Same voice?")
st.caption("Pairs that may be one source repeated, or one event told twice. Nothing is joined until you say so.")
if form["refused"]:
    st.error("Nothing was changed. To put right:")
    st.text("\n".join(form["refused"].lines))
elif form["said"]:
    st.success("On record:")
    st.text(form["said"])
pairs = suggestions(here, os.environ["TRACKER_LOG"], here.version()).to_dict("records")
if state.get("as_of") is not None:
    st.caption("The past cannot be changed: empty the moment at the left to link reports.")
elif pairs:
    lines = {(p["report_id"], p["other_id"]): desk_words.plain(f"{p['report_id']}, {p['other_id']}: {p['reason']}")
             for p in pairs}  # fmt: skip
    picked = st.selectbox(f"{len(pairs)} pairs, the likeliest first", list(lines), format_func=lines.get, key="pair")
    judge(next(p for p in pairs if (p["report_id"], p["other_id"]) == picked))
else:
    st.text("No two reports look alike.")
links = here.log.links(as_of=state.get("as_of"))
st.subheader(f"{len(links)} links on record")
st.dataframe(desk_words.plain_table(links, zone=ZONE), hide_index=True)
