"""The small parts: envelope, links, settings, languages."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

import pytest

from runtime import i18n, links
from runtime.messages import Event, Undecodable, parse_event
from runtime.settings import WrongSetting, read, setting

EVENT = Event(
    id="5f0c5c3e-0a52-4c4f-9a39-0d5a4e1b7c11",
    source="booking",
    type="appointment.booked",
    subject="a",
    time=datetime(2018, 10, 24, 13, 30, tzinfo=UTC),
    practice_id="p",
    version=3,
    data={"name": "Jürgen 🎧"},
)


def test_an_event_survives_the_wire() -> None:
    """What was told is what is read."""
    assert parse_event(EVENT.to_json()) == EVENT


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b'{"specversion": "0.3"}',
        EVENT.to_json().replace('"data":{', '"data":[{', 1).encode(),
        EVENT.to_json().replace("booked:1", "booked:2").encode(),
        EVENT.to_json().replace("booking:", "notify:").encode(),
        EVENT.to_json().replace('"objectversion":3', '"objectversion":1e400').encode(),
        b"[" * 100_000,
    ],
)
def test_what_is_no_event_says_why(body: bytes) -> None:
    """Anything else is Undecodable, never another error."""
    with pytest.raises(Undecodable):
        parse_event(body)


def test_a_link_can_be_derived_again_and_revoked() -> None:
    """The same parts give the same 22 characters; a new generation, purpose or key gives others."""
    token = links.token(b"key", "manage", "id", 1)
    assert len(token) == 22
    assert token == links.token(b"key", "manage", "id", 1)
    others = {
        links.token(b"key", "manage", "id", 2),
        links.token(b"key", "join", "id", 1),
        links.token(b"other", "manage", "id", 1),
    }
    assert token not in others
    assert len(others) == 3


@dataclass(frozen=True, kw_only=True)
class Example:
    port: int = setting("PORT", "a port", 80)
    key: str = setting("KEY", "a key")
    on: bool = setting("ON", "a switch", False)


def test_settings_come_from_variables_and_from_files(tmp_path: Path) -> None:
    """NAME_FILE names a file that holds the value, as container secrets do."""
    secret = tmp_path / "key"
    secret.write_text("s3cret\n")
    assert read(Example, {"KEY_FILE": str(secret), "ON": "true"}) == Example(key="s3cret", on=True)


@pytest.mark.parametrize(
    ("environ", "named"), [({}, "KEY"), ({"KEY": "k", "PORT": "http"}, "PORT"), ({"KEY": "k", "ON": "perhaps"}, "ON")]
)
def test_a_wrong_setting_is_named(environ: dict[str, str], named: str) -> None:
    """One line that says which variable it is."""
    with pytest.raises(WrongSetting, match=named):
        read(Example, environ)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (None, "de"),
        ("", "de"),
        ("en", "en"),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"),
        ("es, en;q=0.5, ru;q=0.7", "ru"),
        ("es", "de"),
        ("en;q=rubbish, fr", "fr"),
    ],
)
def test_the_best_of_our_languages_is_chosen(wanted: str | None, chosen: str) -> None:
    """Accept-Language decides by weight, then by place; German when nothing fits."""
    assert i18n.choose(wanted) == chosen


@pytest.mark.parametrize(
    ("zone", "locale", "city"),
    [
        ("America/New_York", "de", "New York"),
        ("Europe/Berlin", "ru", "Берлин"),
        ("Europe/Kyiv", "de", "Kiew"),
        ("Europe/Kiev", "ru", "Киев"),
        ("Asia/Kolkata", "ru", "Калькутта"),
        ("America/Argentina/Buenos_Aires", "en", "Buenos Aires"),
        ("America/Coyhaique", "fr", "Coyhaique"),
    ],
)
def test_a_zone_is_named_by_its_city(zone: str, locale: str, city: str) -> None:
    """Also where CLDR has the words under a former name, or none at all."""
    assert i18n.city(zone, locale) == city


def test_every_zone_has_a_name_without_a_path() -> None:
    for zone in available_timezones():
        assert "/" not in i18n.city(zone, "ru"), zone


def test_dates_read_as_in_the_readers_country() -> None:
    """The sources' own example, in two zones and languages."""
    start, end = datetime(2018, 10, 24, 13, 30, tzinfo=UTC), datetime(2018, 10, 24, 15, 0, tzinfo=UTC)
    assert i18n.when(start, end, "Europe/Berlin", "de") == "Mittwoch, 24. Oktober 2018, 15:30 – 17:00"
    assert "October 24, 2018" in i18n.when(start, end, "America/New_York", "en")
