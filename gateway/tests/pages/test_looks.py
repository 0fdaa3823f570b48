"""The accent is readable, words for times and money are right, addresses of files change with their content."""

from datetime import UTC, datetime

import pytest

from gateway import present
from gateway.pages import accent
from gateway.tests.pages.strict import StrictClient


@pytest.mark.parametrize("digits", ["ffff00", "ffffff", "000000", "ff69b4", "1f6f5c", "808080", "00ffff"])
def test_any_colour_becomes_readable_in_both_schemes(digits: str) -> None:
    """WCAG contrast of text on white and on the dark ground."""
    colour = (int(digits[:2], 16) / 255, int(digits[2:4], 16) / 255, int(digits[4:], 16) / 255)
    for ground in (accent.WHITE, accent.NIGHT):
        text = accent.readable(colour, ground)
        assert accent.contrast(text, ground) >= 4.5
        assert accent.contrast(text, accent.soft(text, ground)) >= 4.5


@pytest.mark.parametrize(("text", "digits"), [("#0A7", "00aa77"), ("", accent.OURS), ("red;}", accent.OURS)])
def test_what_is_no_colour_becomes_ours(text: str, digits: str) -> None:
    """Nothing but six hex digits reaches a stylesheet."""
    assert accent.colour_of(text) == digits


def test_the_stylesheet_of_a_colour_is_served_for_ever(client: StrictClient) -> None:
    """Its address is its content; anything else is a 404."""
    answer = client.flask.get("/accent/1f6f5c.css")
    assert "--accent:#1f6f5c" in answer.get_data(as_text=True)
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.flask.get("/accent/red.css").status_code == 404


@pytest.mark.parametrize(
    ("count", "locale", "words"), [(90, "de", "1 Stunde 30 Minuten"), (5, "ru", "5 минут"), (1, "fr", "1 minute")]
)
def test_lengths_of_time_have_their_plural_forms(count: int, locale: str, words: str) -> None:
    """CLDR's, in every language."""
    assert present.minutes(count, locale).replace("\xa0", " ") == words


def test_dates_are_written_as_the_sources_write_them() -> None:
    """A4: "Mittwoch, 24. Oktober 2018, 15:30 – 17:00"."""
    start, end = datetime(2018, 10, 24, 13, 30, tzinfo=UTC), datetime(2018, 10, 24, 15, 0, tzinfo=UTC)
    assert present.when(start, end, "Europe/Berlin", "de") == "Mittwoch, 24. Oktober 2018, 15:30 – 17:00"


@pytest.mark.parametrize("lang", ["de", "en", "fr", "ru"])
def test_plain_pages_are_sound_in_every_language(client: StrictClient, lang: str) -> None:
    """The strict client looks at each."""
    for address in ("/", "/login", "/dev/components", "/dev/embed", "/nowhere", "/p/top-hearing"):
        assert client.get(f"{address}?lang={lang}").tree.get("lang") == lang
