"""Whatever is done to a log, in whatever order: both backends say what a model of a few lines says."""

import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.evidence.log.doomed import die_while_adding
from tests.evidence.log.postgres import Server
from tracker.evidence.log import ReportLog, open_log
from tracker.model import Conflict, tables

START = datetime(2023, 6, 24, 12, tzinfo=UTC)

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
units = st.sampled_from([None, "main column", "rear column", "колонна"])  # two spellings of one are refused
contents = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(tables.KINDS),
        "unit": units,
        "summary": st.none() | text,
        "origin": st.none() | text,
        "minutes": st.integers(0, 600),
        "place": st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.floats(10, 2e6)),
    }
).filter(lambda said: said["place"] is None or said["place"][:2] != (0, 0))
changes = st.dictionaries(st.sampled_from(["summary", "notes", "heading"]), st.none() | text, min_size=1) | st.builds(
    lambda unit: {"unit": unit}, units
)


def table(said: dict[str, dict[str, Any]]) -> gpd.GeoDataFrame:
    """The reports table of some contents by id."""
    times = [pd.Timestamp(START) + pd.Timedelta(minutes=content["minutes"]) for content in said.values()]
    return tables.table(
        {
            "report_id": list(said),
            **{name: [content[name] for content in said.values()] for name in ("kind", "unit", "summary", "origin")},
            "earliest": times,
            "latest": times,
            "radius_m": [content["place"] and content["place"][2] for content in said.values()],
            "geometry": [content["place"] and shapely.Point(content["place"][:2]) for content in said.values()],
        },
        tables.REPORTS,
    )


class Model:
    """What a log should hold: of each report the revisions, each a time, an operation and a content."""

    def __init__(self) -> None:
        self.revisions: dict[str, list[tuple[datetime, str, dict[str, Any]]]] = {}

    def add(self, now: datetime, said: dict[str, dict[str, Any]]) -> None:
        for name, content in said.items():
            self.revisions.setdefault(name, []).append((now, "add", content))

    def held(self, at: datetime | None = None) -> dict[str, dict[str, Any]]:
        """Content of each report that is not retracted, in the order of adding."""
        found = {}
        for name, revisions in self.revisions.items():
            known = [revision for revision in revisions if at is None or revision[0] <= at]
            if known and known[-1][1] != "retract":
                found[name] = known[-1][2]
        return found


def machine(
    anew: Callable[[], dict[str, ReportLog]],
    open_all: Callable[[], dict[str, ReportLog]],
    urls: dict[str, str],
    clock: "Clock",
) -> type:
    """The machine over some logs at once."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["tests.evidence.log.doomed"])

    class AnyHistory(RuleBasedStateMachine):
        ids: Bundle[str] = Bundle("ids")

        def __init__(self) -> None:
            super().__init__()
            self.logs = anew()
            self.model = Model()
            self.number = 0

        def teardown(self) -> None:
            digests = {log.digest() for log in self.logs.values()}
            audits = [log.verify() for log in self.logs.values()]
            for log in self.logs.values():
                log.close()
            assert len(digests) == 1
            assert [audit.problems for audit in audits] == [()] * len(audits)

        def on_each(self, verb: Callable[[ReportLog], object]) -> object:
            """What the verb answers, which is the same of every log; errors are answers too."""
            answers = []
            for log in self.logs.values():
                try:
                    answers.append(verb(log))
                except Conflict:
                    answers.append(Conflict)
            assert all(answer == answers[0] for answer in answers)
            return answers[0]

        def fresh(self, said: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
            self.number += len(said)
            return {f"r{self.number - place}": content for place, content in enumerate(said)}

        @rule(target=ids, said=st.lists(contents, min_size=1, max_size=3))
        def add(self, said: list[dict[str, Any]]) -> object:
            new, now = self.fresh(said), clock.tick()
            assert self.on_each(lambda log: log.add(table(new), "Anna")) == list(new)
            self.model.add(now, new)
            return multiple(*new)

        @rule(name=ids, said=contents)
        def add_the_same_id(self, name: str, said: dict[str, Any]) -> None:
            clock.tick()
            known = [self.stored(content) for _, _, content in self.model.revisions[name]]
            expected = [name] if self.stored(said) in known else Conflict
            # A batch with one fault in it adds nothing else either.
            batch = {"another": said, name: said} if expected is Conflict else {name: said}
            assert self.on_each(lambda log: log.add(table(batch), "Anna")) == expected

        @rule(name=ids)
        def add_again(self, name: str) -> None:
            clock.tick()
            first = self.model.revisions[name][0][2]
            assert self.on_each(lambda log: log.add(table({name: first}), "Anna")) == [name]

        @rule(name=ids, changed=changes, behind=st.sampled_from([None, 0, 1]))
        def correct(self, name: str, changed: dict[str, Any], behind: int | None) -> None:
            now, revisions = clock.tick(), self.model.revisions[name]
            before = revisions[-1][2]
            after = before | changed
            expected: object = len(revisions) + (self.stored(after) != self.stored(before))
            if behind == 1 or revisions[-1][1] == "retract":
                expected = Conflict
            number = None if behind is None else len(revisions) - behind
            assert expected == self.on_each(
                lambda log: log.correct(name, reason="seen again", author="Boris", expect_revision=number, **changed)
            )
            if expected == len(revisions) + 1:
                revisions.append((now, "correct", after))

        @rule(name=ids)
        def retract(self, name: str) -> None:
            now, revisions = clock.tick(), self.model.revisions[name]
            expected = Conflict if revisions[-1][1] == "retract" else len(revisions) + 1
            assert self.on_each(lambda log: log.retract(name, reason="not true", author="Vera")) == expected
            if expected != Conflict:
                revisions.append((now, "retract", revisions[-1][2]))

        @rule(name=ids)
        def restore(self, name: str) -> None:
            now, revisions = clock.tick(), self.model.revisions[name]
            expected = len(revisions) + 1 if revisions[-1][1] == "retract" else Conflict
            assert self.on_each(lambda log: log.restore(name, reason="true after all", author="Vera")) == expected
            if expected != Conflict:
                revisions.append((now, "restore", revisions[-1][2]))

        @rule()
        def reopen(self) -> None:
            for log in self.logs.values():
                log.close()
            self.logs = open_all()

        @rule(target=ids, said=st.lists(contents, min_size=1, max_size=3), acknowledged=st.booleans())
        def crash(self, said: list[dict[str, Any]], acknowledged: bool) -> object:
            new, now = self.fresh(said), clock.tick()
            for url in urls.values():
                child = forks.Process(
                    target=die_while_adding,
                    args=(url, table(new)),
                    kwargs={"now": now, "acknowledged": acknowledged},
                )
                child.start()
                child.join()
                assert child.exitcode == 9
            if not acknowledged:
                return multiple()
            self.model.add(now, new)
            return multiple(*new)

        @rule(steps=st.integers(0, 40))
        def look_back(self, steps: int) -> None:
            then = max(clock.now - timedelta(seconds=steps), START)
            expected = self.model.held(then)
            for log in self.logs.values():
                assert list(log.reports(as_of=then)["report_id"]) == list(expected)

        @invariant()
        def every_log_holds_what_the_model_holds(self) -> None:
            expected = {name: self.stored(content) for name, content in self.model.held().items()}
            for log in self.logs.values():
                found = log.reports()
                assert list(found["report_id"]) == list(expected)
                assert [self.read(row) for row in found.itertuples()] == list(expected.values())
                assert list(found["revision"]) == [len(self.model.revisions[name]) for name in expected]

        def stored(self, content: dict[str, Any]) -> tuple[Any, ...]:
            place = content["place"]
            texts = [content.get(name) for name in ("kind", "unit", "summary", "origin", "notes", "heading")]
            return (*texts, content["minutes"], place and tuple(value + 0.0 for value in place))

        def read(self, row: Any) -> tuple[Any, ...]:
            values = [row.kind, row.unit, row.summary, row.origin, row.notes, row.heading]
            place = None if row.geometry is None else (row.geometry.x, row.geometry.y, row.radius_m)
            minutes = round((row.earliest - pd.Timestamp(START)) / pd.Timedelta(minutes=1))
            return (*(None if pd.isna(value) else value for value in values), minutes, place)

    return AnyHistory


class Clock:
    """Seconds that pass when the machine says so."""

    def __init__(self) -> None:
        self.now = START

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def __call__(self) -> datetime:
        return self.now


def check(urls: dict[str, str], *, examples: int, first: int, between: Callable[[], None]) -> None:
    """Run the machine over the logs of some addresses, made empty by `between` before each history.

    Another `first` number gives other histories.
    """
    clock = Clock()

    def open_all() -> dict[str, ReportLog]:
        return {name: open_log(url, create=True, author="Anna", clock=clock) for name, url in urls.items()}

    def anew() -> dict[str, ReportLog]:
        between()
        return open_all()

    chosen = settings(
        max_examples=examples,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(seed(first)(machine(anew, open_all, urls, clock)), settings=chosen)


def test_the_embedded_log_does_what_the_model_says(tmp_path: Path) -> None:
    def between() -> None:
        for file in tmp_path.iterdir():
            file.unlink()

    check({"file": str(tmp_path / "march.gpkg")}, examples=8, first=1, between=between)


@pytest.mark.postgis
def test_both_backends_do_what_the_model_says_and_have_one_digest(tmp_path: Path, postgres: Server) -> None:
    urls = {"file": str(tmp_path / "march.gpkg"), "server": ""}

    def between() -> None:
        for file in tmp_path.iterdir():
            file.unlink()
        urls["server"] = postgres.url(postgres.fresh_database())

    check(urls, examples=8, first=2, between=between)
