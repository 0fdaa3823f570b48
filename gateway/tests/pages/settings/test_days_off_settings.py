"""Holidays, vacations and absences: what the forms send, and what they keep when something is wrong."""

from datetime import UTC, datetime

import pytest

from gateway.tests.pages.house import House
from gateway.tests.pages.settings.samples import ANNA, APPOINTMENT, BEN, Json, echo
from gateway.tests.pages.strict import StrictClient
from runtime.errors import Refused
from runtime.ids import new_id


@pytest.mark.parametrize(
    ("kind", "typed", "sent"),
    [
        ("holidays", {"holiday_date": "2026-12-24"}, {"date": "2026-12-24"}),
        ("vacations", {"vacation_from": "2026-08-03"}, {"from": "2026-08-03", "to": "2026-08-03"}),
        (
            "absences",  # over the night in which the clocks go forward
            {"absence_from_day": "2026-03-28", "absence_from_time": "9", "absence_to_day": "2026-03-29"},
            {"from": "2026-03-28T08:00:00+00:00", "to": "2026-03-29T22:00:00+00:00"},
        ),
        (
            "absences",
            {"absence_from_day": "2026-03-24", "absence_from_time": "9:30", "absence_to_time": "11.15"},
            {"from": "2026-03-24T08:30:00+00:00", "to": "2026-03-24T10:15:00+00:00"},
        ),
    ],
)
def test_days_off_are_read_by_the_calendars_clock(
    owner: None, client: StrictClient, house: House, kind: str, typed: dict[str, str], sent: Json
) -> None:
    """A day alone is the whole day; what is left empty is left out."""
    single = kind.removesuffix("s")
    house.answers[f"availability.add_{single}"] = {"id": new_id(), "conflicts": []}
    action, fields = client.get(f"/desk/settings/days-off/{ANNA}").form(f"/{kind}")
    assert client.post(action, fields | typed).status == 303
    [asked] = house.asked(f"availability.add_{single}")
    asked.pop("calendar")
    assert {name: _utc(value) for name, value in asked.items()} == sent


def _utc(text: str) -> str:
    """Instants in UTC; dates as they are."""
    return datetime.fromisoformat(text).astimezone(UTC).isoformat() if "T" in text else text


def test_appointments_in_the_way_are_listed_and_stay(owner: None, client: StrictClient, house: House) -> None:
    """Decision 8: only those that the answer named."""
    house.answers["availability.add_vacation"] = {"id": new_id(), "conflicts": [APPOINTMENT["id"]]}
    action, fields = client.get(f"/desk/settings/days-off/{ANNA}").form("/vacations")
    done = client.post(action, fields | {"vacation_from": "2026-03-24", "vacation_to": "2026-03-25"})
    page = client.get(str(done.location))
    assert "Ein Termin liegt in dieser Zeit" in page.text
    assert page.text.count("Jürgen Groß") == 1
    [asked] = house.asked("booking.appointments")
    assert (asked["calendar"], asked["from"] < APPOINTMENT["start"] < asked["to"]) == (ANNA, True)


def test_a_wrong_day_off_keeps_what_was_typed(owner: None, client: StrictClient, house: House) -> None:
    """An end before the beginning, a date that is none."""
    action, fields = client.get(f"/desk/settings/days-off/{ANNA}").form("/absences")
    typed = {"absence_from_day": "2026-03-24", "absence_to_day": "2026-03-23", "absence_reason": "Zahnarzt"}
    page = client.post(action, fields | typed)
    assert page.status == 422
    assert page.all("p", id="absence_to_day-error")
    assert page.find("input", id="absence_reason").get("value") == "Zahnarzt"
    for wrong in ("", "2026-02-30", "gestern"):
        assert client.post(action, fields | {"absence_from_day": wrong}).status == 422
    assert not house.asked("availability.add_absence")


def test_what_is_over_stands_apart(owner: None, client: StrictClient, house: House) -> None:
    """The list shows what is still to come."""
    entries = [
        {"id": new_id(), "from": "2026-01-05", "to": "2026-01-09"},
        {"id": new_id(), "from": "2026-08-03", "to": "2026-08-14"},
    ]
    house.answers["availability.list_vacations"] = {"items": entries, "next": None}
    page = client.get(f"/desk/settings/days-off/{ANNA}")
    assert "Ein Eintrag ist vorbei" in page.text
    echo(house, "availability.remove_vacation")
    action, fields = next(f for f in page.forms() if entries[1]["id"] in f[0])
    assert "Der Eintrag ist entfernt" in client.get(str(client.post(action, fields).location)).text
    house.answers["availability.remove_vacation"] = Refused("not_found")  # a second click
    assert "Der Eintrag ist entfernt" in client.get(str(client.post(action, fields).location)).text


def test_public_holidays_are_taken_over_for_the_calendars_ticked(
    owner: None, client: StrictClient, house: House
) -> None:
    """The practice's country is at hand, and its language; nothing ticked is told."""
    echo(house, "availability.import_holidays")
    path = f"/desk/settings/days-off/{ANNA}/import"
    page = client.get(f"{path}?country=DE&subdivision=BW&year=2026")
    assert house.asked("availability.importable_holidays")[-1]["subdivision"] == "BW"
    action, fields = page.form("/import")
    assert client.post(action, {k: v for k, v in fields.items() if k != "dates"}).status == 422
    assert client.post(action, fields | {"calendars": BEN}).status == 303
    [sent] = house.asked("availability.import_holidays")
    assert (sent["calendars"], sent["dates"], sent["language"], sent["year"]) == ([BEN], ["2026-06-04"], "de", 2026)
    client.get(f"{path}?country=FR&of=DE&subdivision=BW")
    assert "subdivision" not in house.asked("availability.importable_holidays")[-1]
    house.answers["availability.importable_holidays"] = Refused(
        "invalid", {"errors": {"country": ["Not a country whose holidays are known."]}}
    )
    assert client.get(f"{path}?country=xx").status == 422
