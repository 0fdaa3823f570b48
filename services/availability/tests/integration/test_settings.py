"""What staff set: services, calendars, hours, days off; and what is told of it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from runtime.ids import new_id


def test_a_new_service_has_careful_defaults(desk: Any) -> None:
    """An hour's notice, 60 days ahead, no buffers, not released."""
    made = desk.staff("create_service", name="Servicetermin", duration_minutes=30)
    assert made == {
        "id": made["id"],
        "name": "Servicetermin",
        "duration_minutes": 30,
        "description": "",
        "start_interval_minutes": None,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "min_notice_minutes": 60,
        "cancel_notice_minutes": 0,
        "move_notice_minutes": 0,
        "window_days": 60,
        "confirmation": "automatic",
        "released": False,
        "price": None,
        "calendars": [],
        "version": 1,
    }
    assert desk.staff("list_services") == {"items": [made], "next": None}


def test_a_new_calendar_has_careful_defaults(desk: Any) -> None:
    """The practice's zone, every half hour, no limits, no hours yet."""
    made = desk.staff("create_calendar", name="Anna Muster", nickname="Anna", place=desk.place)
    assert made == {
        "id": made["id"],
        "name": "Anna Muster",
        "nickname": "Anna",
        "time_zone": "Europe/Berlin",
        "start_interval_minutes": 30,
        "active": True,
        "max_per_day": None,
        "max_per_week": None,
        "place": {"id": desk.place, "name": "Top Hearing (S)", "address": "Königstraße 1, Stuttgart"},
        "version": 1,
    }
    assert not any(desk.staff("get_hours", calendar=made["id"])["hours"].values())


@pytest.mark.parametrize("what", ["service", "calendar"])
def test_a_form_that_is_sent_twice_adds_one(desk: Any, what: str) -> None:
    """Also at the same moment: the database lets one in. Under another key it is a further one."""
    wish = {"name": "Neu"} | ({"duration_minutes": 30} if what == "service" else {"nickname": "N", "place": desk.place})
    key = new_id()
    desk.told()

    def add(key: str) -> Any:
        return desk.staff(f"create_{what}", **wish, idempotency_key=key)

    made = add(key)
    told = len(desk.told())
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(add, [key, key])) == [made, made]
    assert (told, len(desk.told())) == (2, 0)
    both = new_id()
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(add, [both, both])
    assert one == other != made
    assert len(desk.staff(f"list_{what}s")["items"]) == 2


def test_a_service_that_was_deleted_can_be_added_once_more(desk: Any) -> None:
    """By the form that added it before."""
    wish = {"name": "Neu", "duration_minutes": 30, "idempotency_key": new_id()}
    first = desk.staff("create_service", **wish)
    desk.staff("delete_service", id=first["id"])
    again = desk.staff("create_service", **wish)
    assert desk.staff("list_services")["items"] == [again]


def test_each_change_is_told_with_a_rising_version(desk: Any) -> None:
    """The whole object, and that slots changed; a change that changes nothing is not told."""
    anna = desk.calendar()
    desk.told()
    service = desk.service(anna)
    created, slots = desk.told()
    assert (created.type, created.version, created.data["calendars"]) == ("service.changed", 1, [anna])
    assert (slots.type, slots.subject, slots.data["services"]) == ("slots.changed", desk.practice, [service])
    desk.staff("update_service", id=service, duration_minutes=45, price={"amount": "9.5", "currency": "EUR"})
    changed, later = desk.told()
    assert (changed.version, changed.data["duration_minutes"], changed.data["deleted"]) == (2, 45, False)
    assert changed.data["price"] == {"amount": "9.50", "currency": "EUR"}
    assert later.version >= slots.version
    desk.staff("update_service", id=service, duration_minutes=45, calendars=[anna])
    assert desk.told() == []


def test_a_deleted_service_is_gone_and_told(desk: Any) -> None:
    """It cannot be changed again; a second deletion answers the same and tells nothing; another's is not found."""
    service = desk.service(desk.calendar())
    desk.told()
    assert desk.staff("delete_service", id=service) == {}
    changed, slots = desk.told()
    assert (changed.data["deleted"], changed.data["released"], changed.version) == (True, False, 2)
    assert slots.data["services"] == [service]
    assert desk.staff("list_services")["items"] == []
    assert desk.staff("delete_service", id=service) == {}
    assert desk.told() == []
    stranger = desk.refusal(desk.staff, "delete_service", id=service, practice=new_id())
    assert stranger.code == "not_found"
    assert desk.refusal(desk.staff, "update_service", id=service, name="x").code == "not_found"


def test_services_leave_and_get_calendars(desk: Any) -> None:
    """The list that is sent replaces the one before."""
    anna, ben = desk.calendar("Anna"), desk.calendar("Ben")
    service = desk.service(anna)
    assert desk.staff("update_service", id=service, calendars=[ben, ben])["calendars"] == [ben]
    assert desk.staff("update_service", id=service, name="Kurz")["calendars"] == [ben]
    assert desk.staff("update_service", id=service, calendars=[])["calendars"] == []


def test_calendars_change(desk: Any) -> None:
    """Only the fields that are sent; limits can be taken back."""
    anna = desk.calendar(max_per_day=3)
    desk.told()
    changed = desk.staff("update_calendar", id=anna, nickname="Änne", time_zone="Asia/Tokyo", max_per_day=None)
    assert (changed["nickname"], changed["time_zone"], changed["max_per_day"]) == ("Änne", "Asia/Tokyo", None)
    told, slots = desk.told()
    assert told.version == changed.pop("version")
    assert told.data == {**changed, "deleted": False}
    assert slots.data["calendars"] == [anna]
    assert desk.staff("list_calendars")["items"] == [{**changed, "version": told.version}]


def test_hours_are_replaced_as_a_week(desk: Any) -> None:
    """Sorted within the day; a day that is left out is free; touching periods and midnight are fine."""
    anna = desk.calendar()
    week = {"monday": [{"from": "13:30", "to": "24:00"}, {"from": "09:00", "to": "13:30"}]}
    stored = desk.staff("put_hours", calendar=anna, hours=week)
    assert stored["hours"]["monday"] == [{"from": "09:00", "to": "13:30"}, {"from": "13:30", "to": "24:00"}]
    assert stored["hours"]["tuesday"] == []
    assert desk.staff("get_hours", calendar=anna) == stored


@pytest.mark.parametrize(
    ("periods", "says"),
    [
        ([("09:00", "12:00"), ("11:59", "13:00")], "Periods must not overlap."),
        ([("12:00", "09:00")], "A period must end after it starts."),
        ([("12:00", "12:00")], "A period must end after it starts."),
    ],
)
def test_hours_that_cannot_be_worked_are_refused(light_desk: Any, periods: Any, says: str) -> None:
    """Per weekday, and nothing is stored."""
    anna = light_desk.calendar()
    before = light_desk.staff("get_hours", calendar=anna)
    hours = {"friday": [{"from": opens, "to": closes} for opens, closes in periods]}
    refused = light_desk.refusal(light_desk.staff, "put_hours", calendar=anna, hours=hours)
    assert (refused.code, refused.facts) == ("invalid", {"errors": {"hours": {"friday": [says]}}})
    assert light_desk.staff("get_hours", calendar=anna) == before


def test_days_off_come_and_go(desk: Any) -> None:
    """Each kind in its own list; the same day twice is one entry."""
    anna = desk.calendar()
    holiday = desk.staff("add_holiday", calendar=anna, date="2026-06-04", name="Fronleichnam")
    again = desk.staff("add_holiday", calendar=anna, date="2026-06-04", name="Corpus Christi")
    assert again.pop("conflicts") == []
    assert again == {"id": holiday["id"], "date": "2026-06-04", "name": "Corpus Christi"}
    vacation = desk.staff("add_vacation", calendar=anna, **{"from": "2026-08-01", "to": "2026-08-14"})
    assert desk.staff("list_holidays", calendar=anna)["items"] == [again]
    assert vacation.pop("conflicts") == []
    assert desk.staff("list_vacations", calendar=anna)["items"] == [vacation]
    assert desk.refusal(desk.staff, "remove_vacation", calendar=anna, id=holiday["id"]).code == "not_found"
    assert desk.staff("remove_holiday", calendar=anna, id=holiday["id"]) == {}
    assert desk.staff("remove_vacation", calendar=anna, id=vacation["id"]) == {}
    assert desk.staff("list_holidays", calendar=anna)["items"] == []
    assert desk.staff("list_vacations", calendar=anna)["items"] == []


def test_an_absence_names_the_appointments_in_its_way(desk: Any, appointment: Any) -> None:
    """They stay; one that only touches it is not named."""
    anna = desk.calendar()
    inside, touching = new_id(), new_id()
    desk.hear(
        "appointment.booked", inside, 1, appointment(anna, "2026-06-02T07:30:00+00:00", "2026-06-02T08:30:00+00:00")
    )
    desk.hear(
        "appointment.booked", touching, 1, appointment(anna, "2026-06-02T09:00:00+00:00", "2026-06-02T10:00:00+00:00")
    )
    desk.hear(
        "appointment.booked", new_id(), 1, appointment(anna, "2026-06-02T07:00:00+00:00", "2026-06-02T08:00:00+00:00")
    )
    span = {"from": "2026-06-02T10:00:00+02:00", "to": "2026-06-02T11:00:00+02:00"}
    desk.told()
    absence = desk.staff("add_absence", calendar=anna, reason="Zahnarzt", **span)
    assert absence == {
        "id": absence["id"],
        "from": "2026-06-02T08:00:00+00:00",
        "to": "2026-06-02T09:00:00+00:00",
        "reason": "Zahnarzt",
        "conflicts": [inside],
    }
    (slots,) = desk.told()
    assert slots.data["from"] < absence["from"] < absence["to"] < slots.data["until"]
    del absence["conflicts"]
    assert desk.staff("list_absences", calendar=anna)["items"] == [absence]
    assert desk.staff("remove_absence", calendar=anna, id=absence["id"]) == {}
    assert desk.refusal(desk.staff, "remove_absence", calendar=anna, id=absence["id"]).code == "not_found"


def test_a_change_made_from_an_old_version_is_refused(desk: Any) -> None:
    """Nothing is overwritten unseen; the version that was read, or none at all, is accepted."""
    anna = desk.calendar()
    service = desk.service(anna)
    [calendar] = desk.staff("list_calendars")["items"]
    seen = {"id": service, "if_version": 1}
    assert desk.staff("update_service", **seen, name="Kurz")["version"] == 2
    for method, payload in {
        "update_service": {**seen, "name": "Lang"},
        "delete_service": seen,
        "update_calendar": {"id": anna, "if_version": calendar["version"] - 1, "nickname": "Ben"},
        "put_hours": {"calendar": anna, "if_version": calendar["version"] - 1, "hours": {}},
    }.items():
        assert desk.refusal(desk.staff, method, **payload).code == "precondition_failed", method
    hours = desk.staff("get_hours", calendar=anna)
    assert hours["version"] == calendar["version"]
    later = desk.staff("put_hours", calendar=anna, hours={}, if_version=hours["version"])
    assert later["version"] == hours["version"] + 1
    assert desk.staff("delete_service", id=service, if_version=2) == {}


def test_days_off_name_the_appointments_in_their_way(desk: Any, appointment: Any) -> None:
    """By the calendar's wall clock: an appointment shortly after midnight in Berlin is still the day before in UTC."""
    anna, early = desk.calendar(), new_id()
    desk.hear(
        "appointment.booked", early, 1, appointment(anna, "2026-06-03T22:30:00+00:00", "2026-06-03T23:00:00+00:00")
    )
    assert desk.staff("add_holiday", calendar=anna, date="2026-06-03")["conflicts"] == []
    assert desk.staff("add_holiday", calendar=anna, date="2026-06-04")["conflicts"] == [early]
    vacation = {"from": "2026-06-04", "to": "2026-06-05"}
    assert desk.staff("add_vacation", calendar=anna, **vacation)["conflicts"] == [early]


def test_a_preview_shows_the_starts_of_the_week(desk: Any) -> None:
    """K4 and K25: from each period's start, and the last one leaves room for the duration. Nothing is stored."""
    anna = desk.calendar(start_interval_minutes=30)
    service = desk.service(anna, duration_minutes=60, start_interval_minutes=45)
    week = {"monday": [{"from": "09:15", "to": "11:00"}], "friday": [{"from": "09:00", "to": "12:00"}]}
    plain = desk.staff("preview_hours", calendar=anna, hours=week)
    assert plain["starts"]["monday"] == ["09:15", "09:45", "10:15"]
    assert (plain["duration_minutes"], plain["interval_minutes"]) == (30, 30)
    long = desk.staff("preview_hours", calendar=anna, hours=week, service=service)
    assert long["starts"]["friday"] == ["09:00", "09:45", "10:30"]
    assert long["starts"]["sunday"] == []
    assert desk.staff("preview_hours", calendar=anna)["starts"]["monday"][0] == "09:00"
    turned = {"monday": [{"from": "11:00", "to": "09:00"}]}
    assert desk.refusal(desk.staff, "preview_hours", calendar=anna, hours=turned).code == "invalid"
    assert desk.refusal(desk.staff, "preview_hours", calendar=anna, service=new_id()).code == "not_found"


def test_another_practice_sees_and_changes_nothing(desk: Any) -> None:
    """Foreign objects are not found, whatever one tries with them."""
    anna = desk.calendar()
    service, other = desk.service(anna), new_id()
    span = {"from": "2026-06-02T10:00:00+02:00", "to": "2026-06-02T11:00:00+02:00"}
    for method, payload in {
        "update_service": {"id": service, "name": "x"},
        "delete_service": {"id": service},
        "update_calendar": {"id": anna, "name": "x"},
        "get_hours": {"calendar": anna},
        "put_hours": {"calendar": anna, "hours": {}},
        "list_holidays": {"calendar": anna},
        "preview_hours": {"calendar": anna},
        "importable_holidays": {"calendar": anna, "country": "DE", "year": 2026},
        "import_holidays": {"calendars": [anna], "country": "DE", "year": 2026, "dates": ["2026-05-01"]},
        "add_holiday": {"calendar": anna, "date": "2026-06-02"},
        "add_vacation": {"calendar": anna, "from": "2026-06-02", "to": "2026-06-02"},
        "add_absence": {"calendar": anna, **span},
        "remove_absence": {"calendar": anna, "id": new_id()},
    }.items():
        assert desk.refusal(desk.staff, method, practice=other, **payload).code == "not_found", method
    refused = desk.refusal(desk.staff, "create_service", practice=other, name="x", duration_minutes=5, calendars=[anna])
    assert list(refused.facts["errors"]) == ["calendars"]
    refused = desk.refusal(desk.staff, "create_calendar", practice=other, name="x", nickname="x", place=desk.place)
    assert list(refused.facts["errors"]) == ["place"]
    assert desk.staff("list_services", practice=other)["items"] == []
    asked = {"from": "2026-06-02", "tz": "UTC", "service": service}
    assert desk.refusal(desk.public, "slots", **{**asked, "practice_id": other}).code == "not_found"


def test_each_call_needs_its_scope(light_desk: Any) -> None:
    """Reading is not writing, and a customer is no staff; only services ask for offers."""
    desk = light_desk
    assert desk.staff("list_services", "availability:read") == {"items": [], "next": None}
    with pytest.raises(Exception, match="forbidden"):
        desk.staff("create_service", "availability:read", name="x", duration_minutes=5)
    with pytest.raises(Exception, match="forbidden"):
        desk.staff("list_calendars", "booking:read")
    assert desk.refusal(desk.public, "list_services").code == "unauthorized"
    assert desk.refusal(desk.public, "offer").code == "unauthorized"
    assert desk.refusal(desk.staff, "alternatives").code == "unauthorized"
