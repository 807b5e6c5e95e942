"""The questions that a track answers."""

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.reconstruct.told import clock, report, told
from tests.roads.napkin import osm
from tracker.model import BadTime, RoadPath, Track, UnknownPlace, geodesy, tables
from tracker.model.track import _apart
from tracker.reconstruct import reconstruct
from tracker.roads import load_roads

NODES = {"a": (39.0, 51.0), "e": (39.5, 51.0), "k": (39.9, 51.0), "d": (40.5, 51.0), "s": (39.9, 51.3)}
WAYS = [("aekd", {"highway": "trunk", "ref": "M4"}), ("ks", {"highway": "tertiary"})]
PLACES = {
    "e": {"place": "town", "name": "Елец", "name:en": "Yelets"},
    "k": {"place": "village", "name": "Красное", "name:en": "Krasnoye"},
    "s": {"place": "village", "name": "Сторона", "name:en": "Storona"},
}


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Track:
    path = tmp_path_factory.mktemp("track") / "napkin.osm"
    path.write_text(osm(NODES, WAYS, places=PLACES), encoding="utf-8")
    rows = (
        report("w", None, "07:00", kind="statement"),
        report("a", (39.2, 51.0), "08:00"),
        report("d", (40.3, 51.0), "10:00"),
        report("z", None, "12:00", kind="statement"),
    )
    return reconstruct(told(*rows), load_roads(path), members=150).tracks["column"]


def test_the_weights_of_the_positions_sum_to_one_at_each_time(track: Track) -> None:
    found = track.positions(pd.date_range(track.start, track.end, periods=17))
    assert list(found.columns) == ["time", "member", "weight", "geometry"]
    np.testing.assert_allclose(found.groupby("time")["weight"].sum(), 1)
    assert len(found) == 17 * 150
    assert found.crs == "EPSG:4326"
    assert found["member"].tolist() == list(range(150)) * 17


@pytest.mark.parametrize("zone", ["UTC", "Europe/Moscow", "America/New_York"])
def test_the_time_is_the_one_asked_for_in_its_own_zone(track: Track, zone: str) -> None:
    asked = pd.DatetimeIndex([clock("08:30"), clock("09:00")]).tz_convert(zone)
    answered = track.positions(asked)
    assert str(answered["time"].dt.tz) == zone
    assert list(answered["time"].unique()) == list(asked)
    at = track.at(asked)
    assert list(at["time"]) == list(asked)
    utc = track.positions(asked.tz_convert("UTC"))
    assert answered.geometry.geom_equals(utc.geometry).all()


def test_one_time_a_list_and_an_index_are_all_welcome(track: Track) -> None:
    moment = clock("09:00")
    shapes = [moment, [moment], pd.DatetimeIndex([moment]), moment.to_pydatetime(), pd.Series([moment])]
    answers = [track.coordinates(one)[0].tobytes() for one in shapes]
    assert len(set(answers)) == 1


def test_a_time_written_as_text_is_read_as_what_it_says(track: Track) -> None:
    text = track.coordinates(["2023-06-24T09:00+03:00"])[0]
    assert text.tobytes() == track.coordinates(clock("09:00"))[0].tobytes()


def test_all_times_of_the_reports_are_answered_also_before_and_after_the_unit_is_known(track: Track) -> None:
    assert (track.start, track.end) == (clock("07:00"), clock("12:00"))
    assert (track.known_from, track.known_until) == (clock("08:00"), clock("10:00"))
    lon, _ = track.coordinates([track.start, track.end])
    assert np.isfinite(lon).all()


@pytest.mark.parametrize("hour", ["06:59", "12:01"])
def test_a_time_outside_of_the_track_is_refused_with_its_bounds(track: Track, hour: str) -> None:
    with pytest.raises(BadTime, match=r"outside .*2023-06-24 04:00.* and 2023-06-24 09:00"):
        track.positions(clock(hour))


def test_a_time_without_a_zone_is_refused(track: Track) -> None:
    for naive in (pd.Timestamp("2023-06-24T09:00"), pd.DatetimeIndex(["2023-06-24T09:00"])):
        with pytest.raises(BadTime, match="zone"):
            track.positions(naive)
        with pytest.raises(BadTime, match="zone"):
            track.at(naive)


@pytest.mark.parametrize("wrong", ["nonsense", "", 12, 1.5e18, None, pd.NaT, ["2023-06-24T09:00+03:00", "soon"]])
def test_what_is_no_time_is_refused_with_an_example(track: Track, wrong: object) -> None:
    for ask in (track.positions, track.at, track.coordinates):
        with pytest.raises(BadTime, match=r"1 asked times are no times, .* as in 2023-06-24T15:00\+03:00"):
            ask(wrong)
    with pytest.raises(BadTime, match="no times"):
        track.positions(pd.DatetimeIndex([clock("09:00"), pd.NaT]))


def test_times_without_a_zone_are_refused_in_any_clothes(track: Track) -> None:
    naive = np.array(["2023-06-24T09:00"], "datetime64[ns]")
    for wrong in (naive, np.array(naive[0]), naive[0], pd.Series(naive), ["2023-06-24T09:00"], "2023-06-24"):
        with pytest.raises(BadTime, match="zone"):
            track.positions(wrong)


def test_times_of_several_zones_are_answered_in_utc(track: Track) -> None:
    found = track.positions(["2023-06-24T09:00+03:00", pd.Timestamp("2023-06-24T06:30Z"), "2023-06-24T05:00-02:00"])
    assert str(found["time"].dt.tz) == "UTC"
    assert list(found["time"].unique()) == [clock("09:00"), clock("09:30"), clock("10:00")]


@pytest.mark.parametrize("none", [[], (), pd.DatetimeIndex([]), pd.Series([], dtype=tables.TIME)], ids=repr)
def test_no_time_is_answered_with_no_row_of_the_same_columns(track: Track, none: object) -> None:
    for ask, schema in ((track.positions, tables.POSITIONS), (track.at, tables.REGIONS)):
        empty, full = ask(none), ask(clock("09:00"))
        assert len(empty) == 0
        assert {name: str(dtype) for name, dtype in empty.dtypes.items()} == dict(schema)
        assert empty.dtypes.to_dict() == full.dtypes.to_dict()
        assert empty.crs == tables.CRS


def test_distances_among_positions_are_exact_to_the_millimetre() -> None:
    lon, lat = np.array([39.0, 39.0, 39.00001]), np.array([51.0, 51.0, 51.0])
    np.testing.assert_allclose(_apart(lon, lat)[0], geodesy.distance_m(lon, lat, 39.0, 51.0), atol=1e-3)


def test_the_most_central_point_is_a_position_and_lies_in_its_region(track: Track) -> None:
    times = pd.date_range("2023-06-24T08:10+03:00", "2023-06-24T11:50+03:00", freq="20min")
    for row in track.at(times).itertuples():
        lon, lat = track.coordinates(row.time)
        assert np.min(np.hypot(lon[0] - row.geometry.x, lat[0] - row.geometry.y)) < 1e-9
        assert row.region.geom_type == "MultiLineString"
        assert row.region.distance(row.geometry) < 0.005


def test_a_higher_level_has_a_longer_region_and_a_wider_radius(track: Track) -> None:
    times = [clock("09:00"), clock("11:00")]
    small, large = track.at(times, level=0.5), track.at(times, level=0.95)
    assert (large["radius_m"] >= small["radius_m"]).all()
    lengths = zip(small["region"], large["region"], strict=True)
    assert all(less.length < more.length for less, more in lengths)
    assert (large.geometry == small.geometry).all()


@pytest.mark.parametrize("level", [0.5, 0.9, 1.0])
def test_the_radius_holds_the_level_of_the_probability(track: Track, level: float) -> None:
    for row in track.at([clock("08:30"), clock("09:30"), clock("11:30")], level=level).itertuples():
        lon, lat = track.coordinates(row.time)
        away = geodesy.distance_m(lon[0], lat[0], row.geometry.x, row.geometry.y)
        assert track.weights[away <= row.radius_m + 1].sum() >= level - 1e-9


def test_the_region_lies_near_its_level_of_the_positions(track: Track) -> None:
    for row in track.at([clock("08:30"), clock("09:30")], level=0.9).itertuples():
        positions = track.positions(row.time)
        held = shapely.distance(positions.geometry.to_numpy(), row.region) < 0.01
        assert positions["weight"][held].sum() >= 0.9 - 1e-9


@pytest.mark.parametrize("level", [0, -0.5, 1.5])
def test_a_level_that_is_no_share_is_refused(track: Track, level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        track.at(clock("09:00"), level=level)


def test_passages_come_in_the_order_of_the_road_and_are_certain_on_the_only_one(track: Track) -> None:
    passed = track.passages(["Yelets", "Krasnoye"])
    assert list(passed.columns) == ["place", "probability", "t05", "t50", "t95"]
    assert passed["probability"].tolist() == pytest.approx([1, 1])
    assert passed["t50"].iloc[0] < passed["t50"].iloc[1]
    assert (passed["t05"] <= passed["t50"]).all()
    assert (passed["t50"] <= passed["t95"]).all()
    assert passed["t50"].between(clock("08:00"), clock("10:00")).all()


def test_nobody_passes_the_end_of_a_side_road(track: Track) -> None:
    aside = track.passages("Storona", radius_m=2000).iloc[0]
    assert aside["probability"] < 0.02
    nowhere = track.passages({"the sea": (30.0, 40.0)}).iloc[0]
    assert nowhere["probability"] == 0
    assert pd.isna(nowhere["t50"])


@pytest.mark.parametrize("places", [[], "Yelets", {"the sea": (30.0, 40.0)}], ids=["none", "passed", "never passed"])
def test_passages_have_the_same_types_whoever_passed(track: Track, places: object) -> None:
    assert {name: str(dtype) for name, dtype in track.passages(places).dtypes.items()} == dict(tables.PASSAGES)


def test_roads_and_routes_have_the_types_that_are_written_down(track: Track) -> None:
    for table, schema in ((track.edges, tables.EDGES), (track.routes, tables.ROUTES)):
        assert {name: str(dtype) for name, dtype in table.dtypes.items()} == dict(schema)
        assert table.crs == tables.CRS


def test_places_are_found_by_their_english_and_their_local_name_in_any_case(track: Track) -> None:
    names = track.passages(["Yelets", "Елец", "ЕЛЕЦ", "yelets"])
    assert names["t50"].nunique() == 1
    assert names["place"].tolist() == ["Yelets", "Елец", "ЕЛЕЦ", "yelets"]


def test_names_points_and_tables_of_points_say_the_same(track: Track) -> None:
    by_name = track.passages("Yelets")
    by_point = track.passages({"Yelets": NODES["e"]})
    by_table = track.passages(track.places[track.places["place"] == "Yelets"])
    pd.testing.assert_frame_equal(by_name, by_point)
    pd.testing.assert_frame_equal(by_name, by_table)


def test_unknown_names_are_all_listed(track: Track) -> None:
    with pytest.raises(UnknownPlace, match="Atlantis, Lyonesse"):
        track.passages(["Yelets", "Atlantis", "Lyonesse"])


def test_a_place_on_the_road_is_passed_also_by_those_who_drove_the_other_way_first(track: Track) -> None:
    # Some histories begin by driving away from the place, and turn round: their path goes by it once more.
    middle = track.passages({"half way": (39.7, 51.0)}, radius_m=1000).iloc[0]
    assert middle["probability"] == pytest.approx(1)


def test_the_roads_used_are_those_of_the_histories_with_their_probability(track: Track) -> None:
    used = track.edges
    assert list(used.columns) == ["road", "probability", "t05", "t50", "t95", "geometry"]
    assert used["probability"].between(0, 1).all()
    main = used[used["road"] == "M4"]
    assert main["probability"].max() == 1
    assert (used["t05"] <= used["t95"]).all()


def test_routes_weigh_one_together_and_the_heaviest_is_first(track: Track) -> None:
    assert track.routes["weight"].sum() == pytest.approx(1)
    assert track.routes["weight"].is_monotonic_decreasing
    assert track.routes["supporting"].iloc[0] == ("a", "d")
    # At least from one report to the other, 77 km; who first drove the other way, to the road's end, 28 km more.
    assert 75_000 < track.routes["length_m"].iloc[0] < 110_000


def test_a_stretch_of_a_path_begins_and_ends_where_it_is_asked_to(track: Track) -> None:
    # On a path there and back a place is met twice: the stretch that is asked for decides.
    for history in track.histories[:20]:
        path = history.path
        middle = path.metres[-1] / 2
        line = path.between(middle, middle + 1000)
        assert geodesy.path_metres(*np.array(line.coords).T)[-1] == pytest.approx(1000, rel=0.01)
        along, away = path.nearest(*line.coords[0], start=middle - 500, end=middle + 500)
        assert along == pytest.approx(middle, abs=56)
        assert away < 56


def test_of_two_visits_to_a_place_the_first_counts_though_the_second_comes_nearer() -> None:
    # Eastward 5 km south of the place, and back westward straight through it.
    lon, lat = np.array([39.0, 40.0, 40.0, 39.0]), np.array([50.955, 50.955, 51.0, 51.0])
    metres = geodesy.path_metres(lon, lat)
    path = RoadPath(edges=np.array([0]), leg_start=metres[[0, -1]], lon=lon, lat=lat, metres=metres)
    along, away = path.nearest(39.3, 51.0, visit_m=10_000)
    assert (along, away) == (pytest.approx(0.3 * metres[1], abs=200), pytest.approx(5000, abs=100))
    along, away = path.nearest(39.3, 51.0, visit_m=2000)
    assert (along, away) == (
        pytest.approx(metres[2] + 0.7 * (metres[3] - metres[2]), abs=200),
        pytest.approx(0, abs=200),
    )


def test_what_a_notebook_shows_of_a_track_fits_on_a_line(track: Track) -> None:
    shown = [repr(track), repr(track.histories[0]), repr(track.histories[0].path)]
    assert all(len(line) < 200 and "array" not in line for line in shown)
    assert track.unit in shown[0]


def test_a_misspelt_place_is_answered_with_the_name_that_is_there(track: Track) -> None:
    with pytest.raises(UnknownPlace, match=r"Krasnoje \(did you mean Krasnoye\?\)"):
        track.passages(["Krasnoje"])
