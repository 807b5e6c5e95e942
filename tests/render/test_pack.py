import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tracker.render.assets import fill
from tracker.render.pack import pack, safe_json, unpack

whole = some.integers(min_value=-(10**12), max_value=10**12)


@given(some.lists(some.tuples(whole, whole, whole)))
def test_what_is_packed_can_be_unpacked(rows: list[tuple[int, int, int]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
    assert unpack(pack(*columns), 3) == columns


def test_small_steps_take_one_byte_each() -> None:
    # 400000 takes three bytes, the 99 steps of -64..63 one each: 102 bytes are 136 letters.
    assert len(pack([400_000 + 63 * k for k in range(100)])) == 136


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        pack([1, 2], [1])


@given(some.text())
def test_any_text_survives_the_json_of_a_page_and_cannot_leave_it(text: str) -> None:
    packed = safe_json({"text": text})
    assert json.loads(packed) == {"text": text}
    assert not set(packed) & set("&<>\u2028\u2029")


def test_half_a_surrogate_pair_does_not_stop_a_page() -> None:
    assert safe_json({"text": "a\ud800b"}).encode("utf-8") == '{"text":"a\ufffdb"}'.encode()


@given(some.text(alphabet="_AB "), some.text(alphabet="_AB "))
def test_what_is_put_into_a_template_is_not_looked_at_again(first: str, second: str) -> None:
    assert fill("<__A__|__B__>", {"A": first, "B": second}) == f"<{first}|{second}>"
