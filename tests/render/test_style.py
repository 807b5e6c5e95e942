import pytest

from tracker.render.assets import TEMPLATES
from tracker.render.style import INK, PAPER, ROAD_STROKES, SMALL_ROAD_STROKE, UNIT_COLOURS, finest_class


def test_the_still_drawing_has_the_colours_of_the_player() -> None:
    looks = (TEMPLATES / "player" / "looks.js").read_text("utf-8")
    strokes = [colour for colour, _ in (*ROAD_STROKES.values(), SMALL_ROAD_STROKE)]
    assert [colour for colour in (*strokes, *UNIT_COLOURS, PAPER, INK) if colour not in looks] == []


@pytest.mark.parametrize(("km", "name"), [(1000, "primary"), (300, "secondary"), (100, "tertiary"), (5, "service")])
def test_a_larger_picture_shows_fewer_classes_of_roads(km: float, name: str) -> None:
    assert finest_class(km) == name
