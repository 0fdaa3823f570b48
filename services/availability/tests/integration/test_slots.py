"""The week grid, the offer and the alternatives, from the border down to the database."""

import json
from typing import Any

from sqlalchemy import event

from runtime.ids import new_id

ONE_DAY = {"from": "2026-06-02", "days": 1, "tz": "Europe/Berlin"}


def grid(desk: Any, service: str, **asked: Any) -> dict[str, Any]:
    return json.loads(desk.public("slots", service=service, **{**ONE_DAY, **asked}))


def wall(day: dict[str, Any]) -> list[str]:
    """The day's starts; an x marks those that nobody can take."""
    return [("" if slot["bookable"] else "x") + slot["start"][11:16] for slot in day["slots"]]


def test_a_week_has_a_column_for_each_day(desk: Any) -> None:
    """Days without hours are there with no slots; the last slot leaves room for the hour."""
    service = desk.service(desk.calendar())
    answer = grid(desk, service, **{"from": "2026-06-05", "days": 4})
    assert [day["date"] for day in answer["days"]] == ["2026-06-05", "2026-06-06", "2026-06-07", "2026-06-08"]
    working = ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert [wall(day) for day in answer["days"]] == [working, [], [], working]
    assert answer["next_free"] == "2026-06-05T09:00:00+02:00"


def test_what_is_taken_is_shown_as_such(desk: Any, appointment: Any) -> None:
    """An appointment, a live hold and an absence cross slots out; an expired hold does not."""
    anna = desk.calendar()
    service = desk.service(anna, start_interval_minutes=60)
    taken = appointment(anna, "2026-06-02T07:00:00+00:00", "2026-06-02T08:00:00+00:00")
    desk.hear("appointment.booked", new_id(), 1, taken)
    held = appointment(anna, "2026-06-02T08:00:00+00:00", "2026-06-02T09:00:00+00:00")
    desk.hear("slot.held", new_id(), 1, {**held, "expires_at": "2026-06-01T06:05:00+00:00"})
    assert wall(grid(desk, service)["days"][0]) == ["x09:00", "x10:00", "11:00"]
    desk.staff("add_absence", calendar=anna, **{"from": "2026-06-02T11:30:00+02:00", "to": "2026-06-02T12:00:00+02:00"})
    assert wall(grid(desk, service)["days"][0]) == ["x09:00", "x10:00", "x11:00"]
    desk.clock.forward(minutes=5)
    assert wall(grid(desk, service)["days"][0]) == ["x09:00", "10:00", "x11:00"]


def test_a_day_off_has_no_slots(desk: Any) -> None:
    """A holiday, and both ends of a vacation."""
    anna = desk.calendar()
    service = desk.service(anna)
    desk.staff("add_holiday", calendar=anna, date="2026-06-02")
    desk.staff("add_vacation", calendar=anna, **{"from": "2026-06-04", "to": "2026-06-05"})
    days = grid(desk, service, **{"from": "2026-06-01", "days": 5})["days"]
    assert [bool(day["slots"]) for day in days] == [True, False, True, False, False]


def test_any_professional_is_whoever_is_free(desk: Any, appointment: Any) -> None:
    """A slot names those who can take it; with a calendar given only that one counts."""
    anna, ben = desk.calendar("Anna"), desk.calendar("Ben", start_interval_minutes=60)
    service = desk.service(anna, ben)
    desk.hear(
        "appointment.booked", new_id(), 1, appointment(anna, "2026-06-02T07:00:00+00:00", "2026-06-02T08:00:00+00:00")
    )
    slots = grid(desk, service)["days"][0]["slots"]
    assert [slot["calendars"] for slot in slots] == [[ben], [], [anna, ben], [anna], [anna, ben]]
    assert wall(grid(desk, service, calendar=ben)["days"][0]) == ["09:00", "10:00", "11:00"]


def test_next_free_is_looked_for_to_the_end_of_the_window(desk: Any) -> None:
    """Also weeks behind the days asked for; none behind the window."""
    anna = desk.calendar()
    service = desk.service(anna, window_days=50)
    desk.staff("add_vacation", calendar=anna, **{"from": "2026-06-01", "to": "2026-07-14"})
    assert grid(desk, service)["next_free"] == "2026-07-15T09:00:00+02:00"
    desk.staff("update_service", id=service, window_days=40)
    assert grid(desk, service)["next_free"] is None
    assert grid(desk, service, **{"from": "2020-01-01"})["next_free"] is None


def test_dates_far_away_are_answered(light_desk: Any) -> None:
    """The first and the last date there is: columns without slots, as many as there are."""
    service = light_desk.service(light_desk.calendar())
    assert len(grid(light_desk, service, **{"from": "0001-01-01", "days": 62})["days"]) == 62
    assert [day["slots"] for day in grid(light_desk, service, **{"from": "9999-12-30", "days": 9})["days"]] == [[], []]
    past = grid(light_desk, service, **{"from": "2020-01-06"})
    assert wall(past["days"][0]) == ["x09:00", "x09:30", "x10:00", "x10:30", "x11:00"]
    assert past["next_free"] == "2026-06-01T09:00:00+02:00"


def test_the_number_of_queries_does_not_grow(light_desk: Any) -> None:
    """Two queries, for a day as for two months, for one calendar as for three."""
    service = light_desk.service(*(light_desk.calendar(name) for name in ("Anna", "Ben", "Cem")))
    asked: list[str] = []
    event.listen(light_desk.database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    for days in (1, 62):
        asked.clear()
        grid(light_desk, service, days=days)
        assert len([one for one in asked if one.lower().startswith("select")]) == 2, asked


def test_taken_time_is_read_by_its_index(light_desk: Any) -> None:
    """A range per calendar, so that a long history costs nothing."""
    query = (
        "explain query plan select start_at from taken where calendar_id in ('a', 'b') and from_at > 1 and from_at < 9"
    )
    with light_desk.database.engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.exec_driver_sql(query))
    assert "taken_by_time (calendar_id=? AND from_at>? AND from_at<?)" in plan


# -- offer ------------------------------------------------------------------------------------------------------------


def offer(desk: Any, service: str, start: str, **asked: Any) -> Any:
    return desk.booking("offer", service=service, start=start, **asked)


def reason(desk: Any, service: str, start: str, **asked: Any) -> str:
    refused = desk.refusal(desk.booking, "offer", service=service, start=start, **asked)
    assert refused.code == "slot_not_offered"
    return str(refused.facts["reason"])


def test_an_offer_says_all_that_booking_stores(desk: Any) -> None:
    """Times with buffers, price, notices, and the calendars that are willing."""
    anna = desk.calendar(max_per_day=4)
    service = desk.service(
        anna, buffer_before_minutes=10, buffer_after_minutes=5, price={"amount": "49", "currency": "EUR"}
    )
    assert offer(desk, service, "2026-06-02T09:00:00+02:00") == {
        "service": {
            "id": service,
            "name": "Beratung",
            "duration_minutes": 60,
            "price": {"amount": "49.00", "currency": "EUR"},
            "confirmation": "automatic",
        },
        "start": "2026-06-02T07:00:00+00:00",
        "end": "2026-06-02T08:00:00+00:00",
        "occupies_from": "2026-06-02T06:50:00+00:00",
        "occupies_until": "2026-06-02T08:05:00+00:00",
        "cancel_notice_minutes": 0,
        "move_notice_minutes": 0,
        "candidates": [
            {
                "id": anna,
                "nickname": "Anna",
                "time_zone": "Europe/Berlin",
                "place": {"id": desk.place, "name": "Top Hearing (S)", "address": "Königstraße 1, Stuttgart"},
                "max_per_day": 4,
                "max_per_week": None,
            }
        ],
    }


def test_the_least_busy_calendar_comes_first(desk: Any, appointment: Any) -> None:
    """Free before taken, then fewer appointments that day, then the nickname; taken ones are still candidates."""
    anna, ben, cem = (desk.calendar(name) for name in ("Anna", "Ben", "Cem"))
    service = desk.service(anna, ben, cem)
    for calendar, hour in ((anna, 7), (ben, 8)):
        times = f"2026-06-02T0{hour}:00:00+00:00", f"2026-06-02T0{hour + 1}:00:00+00:00"
        desk.hear("appointment.booked", new_id(), 1, appointment(calendar, *times))
    found = offer(desk, service, "2026-06-02T07:00:00Z")["candidates"]
    assert [one["nickname"] for one in found] == ["Cem", "Ben", "Anna"]


def test_a_start_that_is_not_offered_is_refused_with_the_reason(light_desk: Any) -> None:
    """One reason each; what is merely taken is no reason."""
    desk = light_desk
    anna = desk.calendar()
    service = desk.service(anna, min_notice_minutes=120, window_days=30)
    desk.staff("add_holiday", calendar=anna, date="2026-06-03")
    desk.staff("add_vacation", calendar=anna, **{"from": "2026-06-04", "to": "2026-06-04"})
    desk.staff("add_absence", calendar=anna, **{"from": "2026-06-05T10:00:00+02:00", "to": "2026-06-05T11:00:00+02:00"})
    assert reason(desk, service, "2026-05-29T09:00:00+02:00") == "past"
    assert reason(desk, service, "2026-06-01T09:00:00+02:00") == "notice"
    assert reason(desk, service, "2026-07-02T09:00:00+02:00") == "window"
    assert reason(desk, service, "2026-06-03T09:00:00+02:00") == "holiday"
    assert reason(desk, service, "2026-06-04T09:00:00+02:00") == "vacation"
    assert reason(desk, service, "2026-06-02T11:30:00+02:00") == "outside_hours"
    assert reason(desk, service, "2026-06-02T09:05:00+02:00") == "off_grid"
    assert reason(desk, service, "2026-06-05T09:30:00+02:00") == "absence"
    desk.staff("update_calendar", id=anna, active=False)
    assert reason(desk, service, "2026-06-02T09:00:00+02:00") == "inactive"


def test_staff_obey_working_hours_only(light_desk: Any) -> None:
    """Neither notice nor window nor grid; force goes beyond the hours, too."""
    desk = light_desk
    anna = desk.calendar()
    service = desk.service(anna, min_notice_minutes=120, window_days=30)
    for start in ("2026-06-01T09:05:00+02:00", "2026-09-01T09:05:00+02:00"):
        assert offer(desk, service, start, mode="staff")["candidates"]
    desk.staff("add_holiday", calendar=anna, date="2026-06-03")
    assert reason(desk, service, "2026-06-03T09:00:00+02:00", mode="staff") == "holiday"
    assert reason(desk, service, "2026-06-02T11:30:00+02:00", mode="staff") == "outside_hours"
    assert reason(desk, service, "2026-05-29T09:00:00+02:00", mode="staff") == "past"
    for start in ("2026-06-02T21:00:00+02:00", "2026-06-03T09:00:00+02:00"):
        assert offer(desk, service, start, mode="force")["candidates"]


def test_a_live_hold_obeys_all_but_the_notice(light_desk: Any) -> None:
    """X7: it was kept when the hold began. Everything else can have changed since."""
    desk = light_desk
    anna = desk.calendar()
    service = desk.service(anna, min_notice_minutes=120)
    soon = "2026-06-01T09:00:00+02:00"
    assert reason(desk, service, soon) == "notice"
    assert offer(desk, service, soon, mode="held")["candidates"]
    assert reason(desk, service, "2026-06-01T09:05:00+02:00", mode="held") == "off_grid"
    desk.staff("update_service", id=service, released=False)
    assert desk.refusal(desk.booking, "offer", service=service, start=soon, mode="held").code == "not_found"


def test_a_move_is_offered_where_the_appointment_fits_though_its_service_is_on_the_page_no_more(desk: Any) -> None:
    """K39: grid, offer and alternatives know its own length; whoever moves obeys what everybody online does."""
    anna = desk.calendar()
    service = desk.service(anna, released=False, min_notice_minutes=120)
    ninety = {"mode": "move", "duration_minutes": 90}
    assert wall(grid(desk, service, **ninety)["days"][0]) == ["09:00", "09:30", "10:00", "10:30"]
    assert wall(grid(desk, service, mode="move")["days"][0])[-1] == "11:00"
    assert offer(desk, service, "2026-06-02T10:30:00+02:00", **ninety)["end"] == "2026-06-02T10:00:00+00:00"
    assert reason(desk, service, "2026-06-02T11:00:00+02:00", **ninety) == "outside_hours"
    assert reason(desk, service, "2026-06-01T09:00:00+02:00", **ninety) == "notice"
    asked = {"service": service, "start": "2026-06-02T11:00:00+02:00", "tz": "Europe/Berlin", "duration_minutes": 90}
    near = desk.booking("alternatives", **asked)
    assert [one["start"][11:16] for one in near] == ["10:30", "10:00", "09:30"]
    assert near[0]["end"] == "2026-06-02T12:00:00+02:00"


def test_a_duration_of_its_own_is_checked_anew(light_desk: Any) -> None:
    """K39: an appointment made longer must still fit into the hours."""
    service = light_desk.service(light_desk.calendar())
    longer = offer(light_desk, service, "2026-06-02T10:00:00+02:00", mode="staff", duration_minutes=120)
    assert (longer["end"], longer["service"]["duration_minutes"]) == ("2026-06-02T10:00:00+00:00", 120)
    assert (
        reason(light_desk, service, "2026-06-02T10:00:00+02:00", mode="staff", duration_minutes=121) == "outside_hours"
    )


def test_a_service_that_is_not_released_is_for_staff(light_desk: Any) -> None:
    """Customers cannot tell it from one that does not exist; nobody can book a deleted one."""
    desk = light_desk
    service = desk.service(desk.calendar(), released=False)
    asked = {"service": service, "start": "2026-06-02T09:00:00+02:00"}
    assert desk.refusal(desk.public, "slots", service=service, **ONE_DAY).code == "not_found"
    assert desk.refusal(desk.booking, "offer", **asked).code == "not_found"
    assert desk.booking("offer", mode="staff", **asked)["candidates"]
    assert json.loads(desk.staff("slots", practice_id=desk.practice, service=service, **ONE_DAY))["next_free"]
    desk.staff("delete_service", id=service)
    assert desk.refusal(desk.booking, "offer", mode="force", **asked).code == "not_found"


# -- alternatives -----------------------------------------------------------------------------------------------------


def test_alternatives_are_near_and_bookable(desk: Any, appointment: Any) -> None:
    """Around the start, without it and without what is taken, in the zone asked for."""
    anna = desk.calendar()
    service = desk.service(anna, start_interval_minutes=60)
    desk.hear(
        "appointment.booked", new_id(), 1, appointment(anna, "2026-06-02T08:00:00+00:00", "2026-06-02T09:00:00+00:00")
    )
    near = desk.booking("alternatives", service=service, start="2026-06-02T08:00:00Z", tz="Asia/Tokyo")
    assert [one["start"] for one in near] == [
        "2026-06-02T16:00:00+09:00",
        "2026-06-02T18:00:00+09:00",
        "2026-06-01T18:00:00+09:00",
    ]
    assert near[0]["calendars"] == [anna]


def test_alternatives_may_be_far_away_or_none(light_desk: Any) -> None:
    """The whole window is searched before fewer are named."""
    desk = light_desk
    anna = desk.calendar()
    service = desk.service(anna)
    desk.staff("add_vacation", calendar=anna, **{"from": "2026-06-01", "to": "2026-06-30"})
    asked = {"service": service, "start": "2026-06-02T09:00:00+02:00", "tz": "Europe/Berlin"}
    assert desk.booking("alternatives", **asked)[0]["start"] == "2026-07-01T09:00:00+02:00"
    desk.staff("update_service", id=service, window_days=20)
    assert desk.booking("alternatives", **asked) == []


# -- catalogue --------------------------------------------------------------------------------------------------------


def test_the_catalogue_shows_what_can_be_booked_and_no_real_name(desk: Any) -> None:
    """Released services and active calendars; a calendar by its nickname."""
    anna, ben = desk.calendar("Anna"), desk.calendar("Ben")
    desk.staff("update_calendar", id=ben, active=False)
    service = desk.service(anna, ben)
    desk.service(anna, name="Intern", released=False)
    answer = desk.public("catalogue")
    assert [(one["id"], one["calendars"], one["price"]) for one in answer["services"]] == [(service, [anna], None)]
    assert [one["nickname"] for one in answer["calendars"]] == ["Anna"]
    assert "Real Name" not in json.dumps(answer)


def test_staff_see_what_they_may_book(light_desk: Any, appointment: Any) -> None:
    """Without notice, window and limits, with another length; taken stays taken. Nobody else gets that view."""
    desk = light_desk
    anna = desk.calendar(max_per_day=1)
    service = desk.service(anna, min_notice_minutes=48 * 60, window_days=3, released=False)
    desk.hear("appointment.booked", new_id(), 1, appointment(anna, "2026-06-02T07:00+00:00", "2026-06-02T08:00+00:00"))
    asked = {"practice_id": desk.practice, "service": service, "calendar": anna, "days": 1, "tz": "Europe/Berlin"}

    def free(day: str, **more: Any) -> list[str]:
        answer = json.loads(desk.staff("slots", **asked, **{"from": day}, **more))
        return [slot["start"][11:16] for slot in answer["days"][0]["slots"] if slot["bookable"]]

    assert free("2026-06-02") == free("2026-07-01") == []
    assert free("2026-06-02", mode="staff") == ["10:00", "10:30", "11:00"]
    assert free("2026-06-02", mode="staff", duration_minutes=90) == ["10:00", "10:30"]
    assert free("2026-07-01", mode="staff")[0] == "09:00"
    released = desk.service(anna, min_notice_minutes=48 * 60)
    public = desk.public("slots", **{**asked, "service": released, "from": "2026-06-02"}, mode="staff")
    assert not any(slot["bookable"] for slot in json.loads(public)["days"][0]["slots"])
