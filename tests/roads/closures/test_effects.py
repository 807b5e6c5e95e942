"""What words say a roadblock does."""

import pytest

from tracker.roads.closures import EFFECTS
from tracker.roads.closures.effects import effect_of


@pytest.mark.parametrize(
    ("summary", "effect"),
    [
        ("Governor Gusev: the M4 is closed from km 464 to km 777.", "closed"),
        ("Движение по мосту перекрыто грузовиками", "closed"),
        ("Трассу заблокировали самосвалами", "closed"),
        ("Въезд в город закрыт", "closed"),
        ("An excavator dug a moat", "dug up"),
        ("Экскаваторы перекопали дорогу", "dug up"),
        ("На дороге роют траншею", "dug up"),
        ("FSB sets up checkpoints", "checkpoint"),
        ("На въезде блокпост, машины досматривают", "checkpoint"),
        ("A traffic jam of ten kilometres", "slowed"),
        ("Движение ограничено", "slowed"),
        ("На трассе пробки", "slowed"),
        ("The bridge was blown up", "destroyed"),
        ("Мост взорван", "destroyed"),
        ("Trucks stand there", "closed"),
        ("", "closed"),
    ],
)
def test_words_state_an_effect_in_english_and_russian(summary: str, effect: str) -> None:
    assert effect_of(summary)[0] == effect


def test_the_strongest_effect_that_is_named_wins() -> None:
    assert effect_of("closed at noon, with a checkpoint and a jam")[0] == "closed"


@pytest.mark.parametrize("summary", ["Kaluga begins lifting the limits", "Власти сняли ограничения", "eased limits"])
def test_that_limits_end_closes_nothing(summary: str) -> None:
    effect, why = effect_of(summary)
    assert effect is None
    assert "ends limits" in why


def test_only_a_destroyed_road_blocks_a_column() -> None:
    assert {name for name, effect in EFFECTS.items() if effect.column == "blocks"} == {"destroyed"}
    assert all(effect.column_s > 0 for effect in EFFECTS.values() if effect.column == "delays")


def test_the_beginning_of_an_endless_text_is_read_and_no_more() -> None:
    endless = "lifting the " * 200_000
    assert effect_of(endless + " dug up") == ("closed", "a roadblock whose summary says no more")
