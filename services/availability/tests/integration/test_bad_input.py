"""Whatever is sent, the answer is a named refusal with the fields at fault: never an unexpected error."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from runtime.ids import new_id
from runtime.testing import Databases, Templates

ID = new_id()
GOOD: dict[str, dict[str, Any]] = {
    "slots": {"service": ID, "from": "2026-06-02", "days": 7, "tz": "Europe/Berlin"},
    "offer": {"service": ID, "start": "2026-06-02T09:00:00+02:00", "mode": "online", "duration_minutes": 30},
    "alternatives": {
        "service": ID,
        "start": "2026-06-02T09:00:00+02:00",
        "tz": "UTC",
        "count": 3,
        "duration_minutes": 30,
    },
    "create_service": {
        "name": "x",
        "duration_minutes": 30,
        "description": "a\nb",
        "price": {"amount": "49.00", "currency": "EUR"},
        "start_interval_minutes": 15,
        "window_days": 60,
        "confirmation": "request",
        "released": True,
        "calendars": [],
    },
    "create_calendar": {"name": "x", "nickname": "x", "place": ID, "time_zone": "UTC", "max_per_day": 3},
    "put_hours": {"calendar": ID, "hours": {"monday": [{"from": "09:00", "to": "12:00"}]}},
    "preview_hours": {"calendar": ID, "service": ID, "hours": {"monday": [{"from": "09:00", "to": "12:00"}]}},
    "importable_holidays": {"calendar": ID, "country": "DE", "subdivision": "BW", "year": 2026, "language": "de"},
    "import_holidays": {"calendars": [ID], "country": "DE", "year": 2026, "dates": ["2026-05-01"]},
    "add_holiday": {"calendar": ID, "date": "2026-06-02", "name": ""},
    "add_vacation": {"calendar": ID, "from": "2026-06-02", "to": "2026-06-03"},
    "add_absence": {"calendar": ID, "from": "2026-06-02T09:00:00Z", "to": "2026-06-02T10:00:00Z", "reason": "x"},
    "remove_absence": {"calendar": ID, "id": ID},
    "delete_service": {"id": ID},
}
BAD = [
    ("slots", "service", ["", "x", 1, None, [], "' or 1=1 --"]),
    ("slots", "from", ["", "2026-13-01", "2026-02-30", "yesterday", None, 20260602, "10000-01-01"]),
    ("slots", "days", [0, 63, -1, "7", 7.5, True, None, 10**30]),
    ("slots", "tz", ["", "Mars/Olympus", "../etc/passwd", "Europe", "localtime", "UTC\0", None, 1, "x" * 10_000]),
    ("offer", "start", ["", "2026-06-02", "2026-06-02T09:00:00", "2026-06-02T09:00:30Z", None, 0]),
    ("offer", "start", ["9999-12-31T23:59:00-12:00", "0001-01-01T00:00:00+14:00", "2026-06-02T09:00:00.5Z"]),
    ("offer", "mode", ["", "forced", None, 1]),
    ("offer", "duration_minutes", [0, 1441, "30"]),
    ("alternatives", "count", [0, 21, "3"]),
    ("alternatives", "duration_minutes", [0, 1441, "30"]),
    ("create_service", "name", ["", " ", "x" * 121, "a\nb", "a\0b", "\ud800", None, 1]),
    ("create_service", "description", ["x" * 4001, "a\0b", None]),
    ("create_service", "duration_minutes", [0, 1441, True, "30", None, 1.5]),
    ("create_service", "price", ["49", {"amount": "49"}, {"amount": "-1", "currency": "EUR"}]),
    ("create_service", "price", [{"amount": "1.234", "currency": "EUR"}, {"amount": "1", "currency": "eur"}]),
    ("create_service", "price", [{"amount": "1\n", "currency": "EUR"}, {"amount": 49, "currency": "EUR"}]),
    ("create_service", "start_interval_minutes", [0, 4, 1441]),
    ("create_service", "window_days", [-1, 731]),
    ("create_service", "confirmation", ["", "maybe", None]),
    ("create_service", "released", ["yes", 1, None]),
    ("create_service", "calendars", ["x", ["x"], None, [ID] * 51]),
    ("create_calendar", "time_zone", ["CET+1", "", 1]),
    ("create_calendar", "max_per_day", [0, -1, 501]),
    ("create_calendar", "place", [None, "x"]),
    ("put_hours", "hours", [None, [], {"someday": []}, {"monday": "x"}, {"monday": [{"from": "09:00"}]}]),
    ("put_hours", "hours", [{"monday": [{"from": "9:00", "to": "12:00"}]}]),
    ("put_hours", "hours", [{"monday": [{"from": "24:00", "to": "24:00"}]}]),
    ("put_hours", "hours", [{"monday": [{"from": "09:00", "to": "24:01"}]}]),
    ("put_hours", "hours", [{"monday": [{"from": "00:00", "to": "00:01"}] * 13}]),
    ("preview_hours", "hours", [[], {"someday": []}, {"monday": [{"from": "09:00"}]}]),
    ("importable_holidays", "country", ["", "de", "XX", "DEU", None, 1]),
    ("importable_holidays", "subdivision", ["ZZ", "", "Texas", 1]),
    ("importable_holidays", "year", [1999, 2101, "2026", None]),
    ("importable_holidays", "language", ["", "german", None]),
    ("import_holidays", "dates", [[], ["2026-02-30"], ["2026-05-02"], None, ["2026-05-01"] * 101]),
    ("import_holidays", "calendars", [[], ["x"], None, [ID] * 51]),
    ("delete_service", "if_version", [0, "1", True, 2**31]),
    ("add_holiday", "date", ["2026-02-29", "1999-12-31", "2200-01-01", None]),
    ("add_vacation", "to", ["2026-06-01", "2036-06-01", None]),
    ("add_absence", "to", ["2026-06-02T09:00:00Z", "2026-06-02T08:00:00Z", "2036-06-02T08:00:00Z"]),
    ("add_absence", "reason", ["x" * 201, "a\tb", None]),
    ("remove_absence", "id", ["", "x", None]),
]  # fmt: skip
ONE_BY_ONE = [(method, field, value) for method, field, values in BAD for value in values]


def ask(desk: Any, method: str, payload: dict[str, Any]) -> Any:
    if method in ("offer", "alternatives"):
        return desk.refusal(desk.booking, method, **payload)
    return desk.refusal(desk.public if method == "slots" else desk.staff, method, **payload)


@pytest.fixture(name="one_desk", scope="module")
def _one_desk(make_desk: Any, tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Any]:
    """One for all these cases: what is refused leaves nothing behind."""
    databases = Databases("sqlite", tmp_path_factory.mktemp("bad"), templates)
    yield make_desk(databases)
    databases.close()


@pytest.mark.parametrize(("method", "field", "value"), ONE_BY_ONE)
def test_a_bad_value_is_told_by_its_field(one_desk: Any, method: str, field: str, value: Any) -> None:
    """`invalid` with the field among the errors, and nothing is told to anybody."""
    one_desk.told()
    refused = ask(one_desk, method, {**copy.deepcopy(GOOD[method]), field: value})
    assert (refused.code, list(refused.facts["errors"])) == ("invalid", [field])
    assert one_desk.told() == []


@pytest.mark.parametrize("method", GOOD)
def test_an_unknown_field_is_refused(one_desk: Any, method: str) -> None:
    """Also where everything else is right."""
    refused = ask(one_desk, method, {**GOOD[method], "surprise": 1})
    assert refused.facts["errors"]["surprise"] == ["Unknown field."]


@pytest.mark.parametrize("method", sorted(set(GOOD) - {"create_service", "create_calendar"}))
def test_an_unknown_id_is_not_found(desk: Any, method: str) -> None:
    """In both databases."""
    assert ask(desk, method, GOOD[method]).code == "not_found"


def test_the_good_examples_are_good(one_desk: Any) -> None:
    """Or the cases above would prove nothing."""
    assert one_desk.staff("create_service", **GOOD["create_service"])["released"] is True
    made = one_desk.staff("create_calendar", **{**GOOD["create_calendar"], "place": one_desk.place})
    assert made["time_zone"] == "UTC"
