"""What one call concludes, held together."""

from pathlib import Path

import pytest

from tests.reconstruct.told import report, straight, told
from tracker.model import Reconstruction, tables
from tracker.reconstruct import reconstruct


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Reconstruction:
    rows = (
        report("b", (39.9, 51.0), "09:30", unit="second"),
        report("a", (39.1, 51.0), "08:00", unit="first"),
        report("w", None, "11:00", kind="statement", unit=None),
    )
    return reconstruct(told(*rows), straight(tmp_path_factory.mktemp("straight")), members=100, seed=7)


def test_tracks_come_in_the_order_of_their_first_reports(march: Reconstruction) -> None:
    assert list(march.tracks) == ["first", "second"]
    assert [track.unit for track in march.tracks.values()] == ["first", "second"]


def test_it_holds_the_reports_the_roads_and_the_seed_that_went_in(march: Reconstruction) -> None:
    assert list(march.reports["report_id"]) == ["b", "a", "w"]
    assert list(march.roads.columns) == list(tables.ROADS)
    assert march.seed == 7


def test_every_edge_of_a_track_is_a_row_of_the_roads(march: Reconstruction) -> None:
    for track in march.tracks.values():
        assert track.edges.index.isin(march.roads.index).all()
        for history in track.histories:
            assert set(history.path.edges.tolist()) <= set(march.roads.index)


def test_all_tracks_answer_from_the_first_report_of_all_to_the_last(march: Reconstruction) -> None:
    earliest, latest = march.reports["earliest"].min(), march.reports["latest"].max()
    for track in march.tracks.values():
        assert (track.start, track.end) == (earliest, latest)
        assert len(track.positions([earliest, latest])) == 200


def test_it_cannot_be_changed_by_accident(march: Reconstruction) -> None:
    with pytest.raises(AttributeError):
        march.seed = 1  # type: ignore[misc]


def test_its_fields_are_all_described(march: Reconstruction) -> None:
    source = Path(__file__).parents[2].joinpath("tracker/model/reconstruction.py").read_text("utf-8")
    for name in Reconstruction.__dataclass_fields__:
        after = source.split(f"    {name}: ")[1].split("\n")[1]
        assert after.strip().startswith('"""')
