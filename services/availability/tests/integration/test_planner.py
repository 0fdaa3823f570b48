"""What staff see beside appointments, and why a time cannot be booked."""

from datetime import date

import pytest
from sqlalchemy import event as listen

from runtime.ids import new_id

DAY = "2026-06-02"  # a Tuesday; the desk's calendars work 9 to 12 in Berlin
ON_WIRE = {"from": f"{DAY}T00:00:00+02:00", "to": "2026-06-03T00:00:00+02:00"}


def codes(desk, service, calendar, at):
    """The reasons at this wall time of the day, in Berlin."""
    start = at if "T" in at else f"{DAY}T{at}:00+02:00"
    return [one["code"] for one in desk.staff("explain", service=service, calendar=calendar, start=start)["reasons"]]


def test_the_planner_shows_working_time_days_off_absences_holds_and_free_slots(desk, appointment):
    """Of all calendars; a day off has no working time."""
    anna, ben = desk.calendar("Anna"), desk.calendar("Ben")
    service = desk.service(anna, ben)
    desk.staff("add_holiday", calendar=ben, date=DAY, name="Feiertag")
    desk.staff("add_absence", calendar=anna, **{"from": f"{DAY}T09:00:00+02:00", "to": f"{DAY}T10:00:00+02:00"})
    hold = new_id()
    held = {"from": f"{DAY}T08:00:00+00:00", "to": f"{DAY}T08:30:00+00:00"}
    occupied = [{"resource": anna, "from": held["from"], "until": held["to"]}]
    until = desk.clock().replace(minute=5).isoformat()
    desk.hear(
        "slot.held", hold, 1, {"start": held["from"], "end": held["to"], "expires_at": until, "occupancies": occupied}
    )
    seen = desk.staff("agenda", **ON_WIRE, service=service)
    assert [one["nickname"] for one in seen["calendars"]] == ["Anna", "Ben"]
    assert seen["working"] == [{"calendar": anna, "from": f"{DAY}T07:00:00+00:00", "to": f"{DAY}T10:00:00+00:00"}]
    assert [(one["calendar"], one["kind"], one["name"]) for one in seen["days_off"]] == [(ben, "holiday", "Feiertag")]
    assert [one["calendar"] for one in seen["absences"]] == [anna]
    assert seen["holds"] == [{"id": hold, "calendar": anna, **held, "expires_at": until}]
    assert [one["from"] for one in seen["free"]] == [f"{DAY}T08:30:00+00:00", f"{DAY}T09:00:00+00:00"]
    assert desk.staff("agenda", **ON_WIRE)["free"] == []
    assert desk.staff("agenda", practice=new_id(), **ON_WIRE)["working"] == []


def test_the_planner_takes_as_many_statements_for_a_month_as_for_a_day(light_desk):
    """And for three calendars as for one."""
    service, statements, counts = light_desk.service(light_desk.calendar()), [], []
    listen.listen(light_desk.database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for until in ("2026-06-03T00:00:00+02:00", "2026-07-03T00:00:00+02:00"):
        statements.clear()
        light_desk.staff("agenda", **{**ON_WIRE, "to": until}, service=service)
        counts.append(len([one for one in statements if one.lstrip().upper().startswith("SELECT")]))
        light_desk.calendar("Ben")
        light_desk.calendar("Cem")
    assert counts[0] == counts[1] <= 6


def test_a_free_time_has_no_reasons(desk):
    """It can be booked by customers and by staff."""
    anna = desk.calendar()
    found = desk.staff("explain", service=desk.service(anna), calendar=anna, start=f"{DAY}T09:00:00+02:00")
    assert (found["bookable"], found["staff_bookable"], found["reasons"]) == (True, True, [])


@pytest.mark.parametrize(
    ("at", "reason", "facts"),
    [
        ("08:30", "outside_hours", {"periods": [{"from": f"{DAY}T07:00:00+00:00", "to": f"{DAY}T10:00:00+00:00"}]}),
        ("11:30", "outside_hours", {}),
        (
            "09:15",
            "off_grid",
            {"from": f"{DAY}T07:00:00+00:00", "to": f"{DAY}T07:30:00+00:00", "minutes": 30},
        ),
        ("2026-05-29T09:00:00+02:00", "past", {}),
        ("2026-06-01T09:00:00+02:00", "notice", {"from": "2026-06-01T08:00:00+00:00", "minutes": 120}),
        ("2026-06-12T09:00:00+02:00", "window", {"last_day": "2026-06-11", "days": 10}),
    ],
)
def test_a_time_that_is_not_offered_tells_why_with_the_facts(light_desk, at, reason, facts):
    """Hours, the start interval, the past, notice and window."""
    anna = light_desk.calendar()
    service = light_desk.service(anna, min_notice_minutes=120, window_days=10)
    start = at if "T" in at else f"{DAY}T{at}:00+02:00"
    found = light_desk.staff("explain", service=service, calendar=anna, start=start)
    assert [one["code"] for one in found["reasons"]] == [reason]
    assert {name: found["reasons"][0][name] for name in facts} == facts


def test_everything_that_is_against_a_time_is_told_the_weightiest_first(desk, appointment):
    """Not the first reason alone: whoever clears one wants to know of the next."""
    anna = desk.calendar(active=False, max_per_day=1)
    service = desk.service(anna, released=False)
    subject = new_id()
    taken = appointment(anna, f"{DAY}T07:00:00+00:00", f"{DAY}T08:00:00+00:00")
    desk.hear("appointment.booked", subject, 1, taken)
    away = {"from": f"{DAY}T08:30:00+02:00", "to": f"{DAY}T12:00:00+02:00", "reason": "Arzt"}
    desk.staff("add_absence", calendar=anna, **away)
    desk.staff("add_vacation", calendar=anna, **{"from": DAY, "to": "2026-06-05"})
    desk.staff("add_holiday", calendar=anna, date=DAY, name="Feiertag")
    found = desk.staff("explain", service=service, calendar=anna, start=f"{DAY}T09:30:00+02:00")
    assert [one["code"] for one in found["reasons"]] == [
        "not_released", "inactive", "vacation", "holiday", "absence", "limit_day", "appointment",
    ]  # fmt: skip
    told = {one["code"]: one for one in found["reasons"]}
    assert (told["vacation"]["last_day"], told["holiday"]["text"]) == ("2026-06-05", "Feiertag")
    assert (told["absence"]["text"], told["limit_day"]["limit"], told["limit_day"]["count"]) == ("Arzt", 1, 1)
    assert told["appointment"]["appointment"] == subject
    assert {code: one["staff"] for code, one in told.items()}["not_released"] is False
    assert found["staff_bookable"] is False


def test_a_time_in_anothers_buffer_is_told_as_that(desk, appointment):
    """The appointment itself is over by then."""
    anna = desk.calendar()
    service = desk.service(anna, duration_minutes=30, buffer_before_minutes=10)
    data = appointment(anna, f"{DAY}T07:00:00+00:00", f"{DAY}T07:30:00+00:00")
    desk.hear("appointment.booked", new_id(), 1, data)
    assert codes(desk, service, anna, "09:00") == ["appointment"]
    assert codes(desk, service, anna, "09:30") == ["buffer"]
    assert codes(desk, service, anna, "10:00") == []


def test_a_slot_that_is_kept_is_told_until_it_expires(desk):
    """With the moment at which it ends."""
    anna = desk.calendar()
    service = desk.service(anna)
    until = desk.clock().replace(minute=5)
    span = {"start": f"{DAY}T07:00:00+00:00", "end": f"{DAY}T08:00:00+00:00"}
    occupied = [{"resource": anna, "from": span["start"], "until": span["end"]}]
    desk.hear("slot.held", new_id(), 1, {**span, "expires_at": until.isoformat(), "occupancies": occupied})
    [reason] = desk.staff("explain", service=service, calendar=anna, start=f"{DAY}T09:00:00+02:00")["reasons"]
    assert (reason["code"], reason["expires_at"]) == ("held", until.isoformat())
    desk.clock.now = until
    assert codes(desk, service, anna, "09:00") == []


def test_a_full_week_is_told_beside_the_day(desk, appointment):
    """From Monday to Sunday, by the calendar's clock. It keeps customers, not staff."""
    anna = desk.calendar(max_per_week=1)
    service = desk.service(anna)
    data = appointment(anna, "2026-06-05T07:00:00+00:00", "2026-06-05T08:00:00+00:00")
    desk.hear("appointment.booked", new_id(), 1, data)
    asked = {"service": service, "calendar": anna, "start": f"{DAY}T09:00:00+02:00"}
    found = desk.staff("explain", **asked)
    assert [(one["code"], one["staff"]) for one in found["reasons"]] == [("limit_week", False)]
    assert found["staff_bookable"]
    assert desk.booking("offer", **asked, mode="staff")["candidates"]
    assert codes(desk, service, anna, "2026-06-08T09:00:00+02:00") == []


def test_a_service_that_the_calendar_does_not_offer_is_told(light_desk):
    """And one that is gone, or of another practice, is not found."""
    anna, ben = light_desk.calendar("Anna"), light_desk.calendar("Ben")
    service = light_desk.service(anna)
    assert codes(light_desk, service, ben, "09:00") == ["not_offered"]
    asked = {"service": service, "calendar": anna, "start": f"{DAY}T09:00:00+02:00"}
    for wrong in ({"service": new_id()}, {"calendar": new_id()}, {"practice": new_id()}):
        assert light_desk.refusal(light_desk.staff, "explain", **{**asked, **wrong}).code == "not_found"


def test_a_stretch_that_is_too_long_or_upside_down_is_refused(light_desk):
    """The end is the field at fault."""
    for to in ("2026-06-01T00:00:00+02:00", "2026-09-01T00:00:00+02:00"):
        refused = light_desk.refusal(light_desk.staff, "agenda", **{**ON_WIRE, "to": to})
        assert list(refused.facts["errors"]) == ["to"]


def test_what_is_explained_is_what_the_grid_shows(light_desk, appointment):
    """Over a whole day of starts: no reasons where the grid offers a slot, at least one where it does not."""
    anna = light_desk.calendar(hours=[{"from": "09:00", "to": "12:00"}, {"from": "14:00", "to": "17:00"}])
    service = light_desk.service(anna, duration_minutes=45, buffer_after_minutes=10)
    data = appointment(anna, f"{DAY}T07:30:00+00:00", f"{DAY}T08:20:00+00:00")
    light_desk.hear("appointment.booked", new_id(), 1, data)
    away = {"from": f"{DAY}T15:00:00+02:00", "to": f"{DAY}T15:40:00+02:00"}
    light_desk.staff("add_absence", calendar=anna, **away)
    free = {one["from"] for one in light_desk.staff("agenda", **ON_WIRE, service=service)["free"]}
    bookable = set()
    for minute in range(8 * 60, 18 * 60, 15):
        start = f"{date.fromisoformat(DAY)}T{minute // 60:02}:{minute % 60:02}:00+02:00"
        found = light_desk.staff("explain", service=service, calendar=anna, start=start)
        assert found["bookable"] == (not found["reasons"])
        bookable |= {found["start"]} if found["bookable"] else set()
    assert bookable == free
    assert len(free) > 3
