"""One page has one address."""

import pytest

from tracker.evidence.voices import plain_address


@pytest.mark.parametrize(
    "other",
    [
        "http://example.org/news/7",
        "https://www.example.org/news/7/",
        "https://m.example.org/news/7#comments",
        "https://amp.example.org/news/7/amp",
        "https://example.org/news/7?utm_source=telegram&fbclid=abc",
        "https://web.archive.org/web/20230624101500/https://example.org/news/7",
        "https://web.archive.org/web/2023*/http://www.example.org/news/7",
        "EXAMPLE.org//news/7",
    ],
)
def test_spellings_of_one_page_are_one_address(other: str) -> None:
    assert plain_address(other) == "example.org/news/7"


def test_what_names_another_page_is_kept() -> None:
    assert plain_address("https://example.org/?p=1") != plain_address("https://example.org/?p=2")
    assert plain_address("https://example.org/a") != plain_address("https://example.org/b")


def test_a_telegram_post_has_one_address_in_every_form() -> None:
    forms = ("https://t.me/s/Baza/12", "http://telegram.me/baza/12?single", "t.me/baza/12/")
    assert {plain_address(form) for form in forms} == {"t.me/baza/12"}


@pytest.mark.parametrize("text", ["", "file:///etc/passwd", "http://[::1", "said on the phone", "mailto:a@example.org"])
def test_what_is_no_web_address_is_none(text: str) -> None:
    assert plain_address(text) in ("", "example.org")
    if not text.startswith("mailto"):
        assert plain_address(text) == ""
