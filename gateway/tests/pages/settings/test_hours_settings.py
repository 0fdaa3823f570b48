"""Professionals and their weekly hours: what the forms send, and what they keep when something is wrong."""

import pytest

from gateway.tests.pages.house import PLACE, ZONE, House
from gateway.tests.pages.settings.samples import ANNA, HOURS, SERVICE, echo, send
from gateway.tests.pages.strict import StrictClient
from runtime.ids import new_id


def test_a_new_professional_leads_to_the_hours(owner: None, client: StrictClient, house: House) -> None:
    """With the practice's zone; empty limits are none."""
    echo(house, "availability.create_calendar")
    done = send(
        client, "/desk/settings/calendars/new", name="Dr. D", nickname="Dora", place=PLACE["id"], time_zone=ZONE
    )
    assert "/desk/settings/hours/" in str(done.location)
    [sent] = house.asked("availability.create_calendar")
    assert (sent["time_zone"], sent["start_interval_minutes"], sent["max_per_day"]) == (ZONE, 30, None)
    wrong = send(client, "/desk/settings/calendars/new", name="", nickname="Dora", place="", time_zone="Mars")
    assert {"name", "place", "time_zone"} <= {
        p.get("id").removesuffix("-error") for p in wrong.all("p", class_="error")
    }
    assert wrong.find("input", id="nickname").get("value") == "Dora"


def test_buttons_of_the_week_store_nothing(owner: None, client: StrictClient, house: House) -> None:
    """Add, remove, copy, preview: the page comes back with it, and the preview follows."""
    path = f"/desk/settings/hours/{ANNA}"
    added = send(client, path, action="add:tuesday")
    assert added.find("input", id="tuesday_0_from").get("autofocus") is not None
    removed = send(client, path, action="remove:monday:0")
    assert not removed.all("input", id="monday_0_from")
    copied = send(client, path, action="copy", copy_from="monday", copy_to="friday")
    assert copied.find("input", id="friday_0_to").get("value") == "12:00"
    assert house.asked("availability.preview_hours")[-1]["hours"]["friday"] == HOURS["monday"]
    assert not house.asked("availability.put_hours")


def test_the_preview_is_of_the_service_chosen(owner: None, client: StrictClient, house: House) -> None:
    """And of nobody else's."""
    send(client, f"/desk/settings/hours/{ANNA}", action="preview", service=SERVICE["id"])
    send(client, f"/desk/settings/hours/{ANNA}", action="preview", service=new_id())
    assert {one["service"] for one in house.asked("availability.preview_hours")} == {SERVICE["id"]}


def test_the_week_is_sent_whole_with_its_version(owner: None, client: StrictClient, house: House) -> None:
    """Times as people type them; a row that was left empty does not count; midnight is the day's end."""
    echo(house, "availability.put_hours")
    action, fields = client.get(f"/desk/settings/hours/{ANNA}").form(ANNA)
    more = {"monday_1_from": "13.30", "monday_1_to": "0:00", "sunday_0_from": "", "sunday_0_to": ""}
    done = client.post(action, fields | {"monday_0_from": "9", "monday_0_to": "1230", "action": "save"} | more)
    assert done.status == 303
    [sent] = house.asked("availability.put_hours")
    assert sent["hours"]["monday"] == [{"from": "09:00", "to": "12:30"}, {"from": "13:30", "to": "24:00"}]
    assert (sent["hours"]["sunday"], sent["if_version"]) == ([], 7)


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ({"monday_0_from": "12:00", "monday_0_to": "09:00"}, "monday_0_to"),
        ({"monday_0_from": "", "monday_0_to": "09:00"}, "monday_0_from"),
        ({"monday_0_from": "25:00", "monday_0_to": "26:00"}, "monday_0_from"),
        ({"monday_0_from": "früh"}, "monday_0_from"),
        ({"monday_1_from": "11:00", "monday_1_to": "13:00"}, "monday"),
    ],
)
def test_hours_that_cannot_be_worked_are_told_beside_them(
    owner: None, client: StrictClient, house: House, rows: dict[str, str], at: str
) -> None:
    """The preview waits, what was typed stays."""
    action, fields = client.get(f"/desk/settings/hours/{ANNA}").form(ANNA)
    page = client.post(action, fields | rows | {"action": "save"})
    assert page.status == 422
    assert page.all("p", id=f"{at}-error")
    assert all(page.find("input", id=name).get("value") == value for name, value in rows.items())
    assert "Die Vorschau erscheint" in page.text
    assert not house.asked("availability.put_hours")
