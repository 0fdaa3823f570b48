"""Booking online: what a customer gets, what is stored and told, what is refused."""

import json

import pytest

from booking.models import appointments, history, holds, idempotency, occupancies
from runtime.errors import NotSent, Refused, Unavailable
from runtime.ids import new_id

FORM = [{"name": "insurer", "label": "Krankenkasse", "kind": "choice", "required": True, "choices": ["AOK", "TK"]}]


def test_a_booking_of_an_automatic_service_is_accepted_stored_and_told_once(desk):
    """The answer, the event with the whole appointment, the time taken with its buffers, the first history row."""
    desk.before, desk.after = 5, 10
    booked = desk.book(message="Bitte leise", locale="fr", time_zone="America/New_York")
    assert booked["status"] == "accepted"
    assert (booked["start"], booked["end"]) == (desk.at(24), desk.at(24.5))
    assert booked["time_zone"] == "America/New_York"
    assert booked["calendar"] == {"id": desk.anna, "nickname": "Anna", "time_zone": "Europe/Berlin"}
    assert len(booked["manage_token"]) == 22
    [event] = desk.events()
    assert (event["type"], event["subject"], event["objectversion"]) == ("appointment.booked", booked["id"], 1)
    assert event["practiceid"] == desk.practice
    data = event["data"]
    assert data["occupancies"] == [
        {"resource": desk.anna, "from": desk.at(24 - 5 / 60), "until": desk.at(24.5 + 10 / 60)}
    ]
    assert data["customer"]["phone"] == "+49711123456"
    assert data["customer"]["locale"] == "fr"
    assert "0711 123456" in data["comment"]
    assert data["comment"].endswith("Bitte leise")
    assert (data["actor"], data["online"], data["handled"], data["notify"]) == ("customer", True, False, True)
    assert booked["manage_token"] not in json.dumps(event)
    assert desk.count(history) == desk.count(occupancies) == 1


def test_a_service_by_request_starts_pending_and_occupies_its_time(desk):
    """Pending appointments occupy, too."""
    desk.confirmation = "request"
    assert desk.book()["status"] == "pending"
    assert desk.refused(desk.book).code == "slot_taken"


def test_neighbours_touch_without_overlapping(desk):
    """Half-open: the end of one is the start of the next; buffers of both add up."""
    desk.book(24)
    desk.book(24.5)
    desk.before = 5
    assert desk.refused(desk.book, 25).code == "slot_taken"
    assert desk.book(25 + 5 / 60)["start"] == desk.at(25 + 5 / 60)


def test_a_lost_slot_is_answered_with_alternatives_in_the_customers_zone(desk):
    """And without them while availability cannot say any."""
    desk.book()
    refused = desk.refused(desk.book, time_zone="Asia/Tokyo")
    assert refused.facts == {
        "start": desk.at(24),
        "alternatives": [{"start": "later", "end": "later", "calendars": [desk.ben]}],
    }
    name, asked = desk.rpc.calls[-1]
    assert (name, asked["tz"], asked["count"]) == ("availability.alternatives", "Asia/Tokyo", 3)
    desk.rpc.answers["availability.alternatives"] = Unavailable()
    assert desk.refused(desk.book).facts["alternatives"] == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Refused("slot_not_offered", {"reason": "past"}), "slot_not_offered"),
        (Refused("not_found"), "not_found"),
        (Unavailable(), "unavailable"),
        (NotSent(), "unavailable"),
    ],
)
def test_what_availability_refuses_is_passed_on_and_nothing_is_stored(lite, answer, code):
    """Availability's word counts before any transaction."""
    lite.rpc.answers["availability.offer"] = answer
    assert lite.refused(lite.book).code == code
    assert lite.refused(lite.hold).code == code
    assert lite.count(appointments) == lite.count(idempotency) == len(lite.events()) == 0


def test_a_repeat_under_the_same_key_gets_the_same_answer_also_when_the_time_is_not_offered_any_more(desk):
    """Nothing is booked twice, nothing told twice, for 24 hours."""
    wish = desk.wish()
    first = desk.call("book", **wish)
    assert desk.call("book", **wish) == first
    desk.rpc.answers["availability.offer"] = Refused("slot_not_offered", {"reason": "past"})
    assert desk.call("book", **wish) == first
    assert len(desk.events()) == desk.count(appointments) == 1


def test_another_body_under_a_used_key_is_a_conflict(desk):
    """Also while availability refuses; another practice's same key is none of it."""
    wish = desk.wish()
    desk.call("book", **wish)
    other = {**wish, "message": "other"}
    assert desk.refused(desk.call, "book", **other).code == "idempotency_conflict"
    desk.rpc.answers["availability.offer"] = Unavailable()
    assert desk.refused(desk.call, "book", **other).code == "idempotency_conflict"
    desk.rpc.answers["availability.offer"] = desk.offer
    elsewhere = {**other, "practice_id": desk.ben, "calendar": desk.ben}
    assert desk.call("book", **elsewhere)["status"] == "accepted"


def test_an_answer_is_forgotten_after_24_hours_whether_swept_or_not(desk):
    """The key can be used anew."""
    wish = desk.wish(72)
    desk.call("book", **wish)
    desk.clock.forward(hours=24)
    again = {**wish, "start": desk.at(96)}
    assert desk.call("book", **again)["start"] == desk.at(96)
    assert desk.count(idempotency) == 1


def test_no_manage_token_is_stored(desk):
    """The database holds fingerprints only, in the remembered answers, too."""
    token = desk.book()["manage_token"]
    for table in (appointments, idempotency, history):
        rows = desk.db.read(lambda s, t=table: list(s.execute(t.select())))
        assert token not in str(rows)


def test_two_who_change_the_form_do_not_overwrite_each_other(desk):
    """Who comes second learns the version of now."""
    seen = desk.call("form", practice_id=desk.practice)["version"]
    first = desk.staff("update_form", fields=FORM, if_version=seen)
    refused = desk.refused(desk.staff, "update_form", fields=[], max_open_bookings=2, if_version=seen)
    assert (refused.code, refused.facts) == ("precondition_failed", {"version": first["version"]})
    assert desk.call("form", practice_id=desk.practice) == first
    assert desk.staff("update_form", fields=[], if_version=first["version"])["version"] == seen


def test_answers_are_checked_and_kept_with_the_labels_of_their_day(desk):
    """A later change of the form changes no earlier comment."""
    desk.staff("update_form", fields=FORM)
    refused = desk.refused(desk.book, answers={"other": "x"})
    assert refused.code == "invalid"
    assert set(refused.facts["errors"]["answers"]) == {"insurer", "other"}
    booked = desk.book(answers={"insurer": "AOK"})
    desk.staff("update_form", fields=[])
    details = desk.staff("appointment", id=booked["id"])
    assert details["answers"] == [{"name": "insurer", "label": "Krankenkasse", "value": "AOK"}]
    assert "Krankenkasse: AOK" in details["comment"]
    form = desk.call("form", practice_id=desk.practice)
    assert (form["fields"], form["max_open_bookings"]) == ([], None)


def test_a_refused_booking_leaves_no_trace(desk):
    """No row, no event, and the time is free."""
    desk.staff("update_form", fields=FORM)
    desk.refused(desk.book)
    assert desk.count(appointments) == desk.count(occupancies) == len(desk.events()) == 0


@pytest.mark.parametrize(
    "again",
    [
        {"email": "ERIKA@Example.org", "phone": "030 999999"},
        {"email": "other@example.org", "phone": "+49 711 123456"},
    ],
)
def test_open_bookings_are_counted_by_email_and_by_phone_however_written(desk, again):
    """Another person, another practice and a cancelled one do not count."""
    desk.staff("update_form", fields=[], max_open_bookings=1)
    customer = {"first_name": "E", "last_name": "M", **again}
    token = desk.book(24)["manage_token"]
    refused = desk.refused(desk.book, 26, customer=customer)
    assert (refused.code, refused.facts) == ("too_many_open", {"limit": 1})
    stranger = {**customer, "email": "s@example.org", "phone": "030 888888"}
    assert desk.book(26, customer=stranger)
    assert desk.book(28, desk.ben, practice_id=desk.ben, customer=customer)
    desk.call("cancel_managed", token=token)
    assert desk.book(30, customer=customer)


def test_past_appointments_are_not_open(desk):
    """The limit counts the future."""
    desk.staff("update_form", fields=[], max_open_bookings=1)
    desk.book(1)
    desk.clock.forward(hours=2)
    assert desk.book(24)


def test_daily_and_weekly_limits_count_the_calendars_own_appointments(desk):
    """Declined and cancelled ones do not count; another calendar has its own count."""
    desk.limits |= {"max_per_day": 1, "max_per_week": 2}
    token = desk.book(24)["manage_token"]
    refused = desk.refused(desk.book, 26)
    assert (refused.code, refused.facts) == ("limit_reached", {"per": "day", "limit": 1})
    assert desk.book(48)
    assert desk.refused(desk.book, 72).facts == {"per": "week", "limit": 2}
    assert desk.refused(desk.hold, 72).code == "limit_reached"
    assert desk.book(26, desk.ben)
    desk.call("cancel_managed", token=token)
    assert desk.book(26)
    assert desk.book(24 * 7)  # the next Monday


def test_holds_count_for_limits_like_appointments(desk):
    """Whoever holds a time is not told at the end of the form that the day is full; an expired hold counts no more."""
    desk.limits["max_per_day"] = 2
    token = desk.book(48)["manage_token"]
    mine, _theirs = desk.hold(24)["hold"], desk.hold(26)
    for refused in (desk.refused(desk.hold, 28), desk.refused(desk.book, 28)):
        assert (refused.code, refused.facts) == ("limit_reached", {"per": "day", "limit": 2})
    move = {"token": token, "start": desk.at(28)}
    assert desk.refused(desk.call, "reschedule_managed", **move).code == "limit_reached"
    walk_in = {"first_name": "Karl", "last_name": "Kurz", "phone": "0171 2345678"}
    desk.staff("book_for", service=desk.service, calendar=desk.anna, start=desk.at(30), customer=walk_in)
    assert desk.book(24, hold=mine)
    desk.clock.forward(minutes=5)
    desk.limits["max_per_day"] = 3
    assert desk.hold(28)


def test_a_day_that_the_clocks_make_longer_is_one_day_of_the_limit(desk):
    """Berlin's 25 October 2026 has 25 hours: 00:30 and 23:30 are the same day, 00:30 of the 26th is the next."""
    desk.clock.now = desk.clock.now.replace(month=10, day=1)
    desk.limits["max_per_day"] = 1
    assert desk.book(start="2026-10-25T00:30:00+02:00")
    assert desk.refused(desk.book, start="2026-10-25T23:30:00+01:00").code == "limit_reached"
    assert desk.book(start="2026-10-26T00:30:00+01:00")


def test_any_professional_goes_on_to_the_next_who_is_free_and_within_limits(desk):
    """In availability's order of preference; when all are taken it says so."""
    assert desk.book(calendar=None)["calendar"]["id"] == desk.anna
    assert desk.book(calendar=None)["calendar"]["id"] == desk.ben
    assert desk.refused(desk.book, calendar=None).code == "slot_taken"
    desk.limits["max_per_day"] = 1
    assert desk.refused(desk.book, 26, calendar=None).code == "limit_reached"


def test_when_one_professional_is_full_and_another_taken_the_slot_is_taken(desk):
    """limit_reached is said only when limits alone stood in the way."""
    desk.book(24, desk.ben)
    desk.book(26, desk.anna)
    usual = desk.offer

    def offer(asked):
        answer = usual(asked)
        answer["candidates"][0]["max_per_day"] = 1
        return answer

    desk.rpc.answers["availability.offer"] = offer
    assert desk.refused(desk.book, 24, calendar=None).code == "slot_taken"


def test_bad_input_is_refused_with_the_field_named_and_never_stored(lite):
    """Through the endpoint: invalid with errors, no 500."""
    refused = lite.refused(lite.book, start="2026-12-08T09:00:00", customer={"first_name": "\x00"}, extra=1)
    assert refused.code == "invalid"
    assert {"start", "customer", "extra"} <= set(refused.facts["errors"])
    assert lite.count(appointments) == lite.count(holds) == 0


@pytest.mark.parametrize("field", ["first_name", "last_name"])
@pytest.mark.parametrize("name", ["Win at https://example.org", "WWW.example.org", "see http : example"])
def test_a_name_leads_nobody_anywhere(lite, field, name):
    """It stands in a mail that goes to whatever address a stranger entered; staff may write what they like."""
    refused = lite.refused(lite.book, customer={**lite.wish()["customer"], field: name})
    assert refused.facts["errors"] == {"customer": {field: ["Please leave out web addresses."]}}


def test_a_hold_keeps_the_slot_for_its_owner(desk):
    """Others are refused while the form is filled; the owner books it, and the hold is told released."""
    hold = desk.hold()
    assert (hold["start"], hold["calendar"]) == (desk.at(24), desk.anna)
    assert desk.refused(desk.book).code == "slot_taken"
    assert desk.refused(desk.hold).code == "slot_taken"
    assert desk.book(hold=hold["hold"])["status"] == "accepted"
    assert desk.count(holds) == 0
    assert [e["type"] for e in desk.events()] == ["slot.held", "slot.released", "appointment.booked"]
    held, released = desk.events("slot.held", "slot.released")
    assert held["subject"] == released["subject"] == hold["hold"]
    assert held["data"]["expires_at"] == hold["expires_at"]
    assert released["objectversion"] > held["objectversion"]


def test_a_booking_with_any_professional_takes_the_one_that_its_hold_keeps(desk):
    """Availability sees the own hold as taken and prefers another."""
    hold = desk.hold(calendar=None)
    desk.calendars.reverse()
    assert desk.book(calendar=None, hold=hold["hold"])["calendar"]["id"] == hold["calendar"] == desk.anna


def test_a_hold_carries_over_the_minimum_notice_as_long_as_it_lives(desk):
    """X7: only for the very time that it keeps; nobody else gets in after the notice has begun."""
    kept, usual = desk.hold(24, calendar=None)["hold"], desk.offer

    def offer(asked):
        if asked["mode"] == "online":
            raise Refused("slot_not_offered", {"reason": "notice"})
        return usual(asked)

    desk.rpc.answers["availability.offer"] = offer
    others = ({}, {"hold": new_id()}, {"hold": kept, "start": desk.at(25)}, {"hold": kept, "service": desk.ben})
    for wish in (*others, {"hold": kept, "calendar": desk.ben}):
        assert desk.refused(desk.book, **wish).facts == {"reason": "notice"}
    late = desk.wish(hold=kept)
    assert desk.call("book", **late)["calendar"]["id"] == desk.anna
    assert [asked["mode"] for name, asked in desk.rpc.calls if name == "availability.offer"][-1] == "held"
    assert desk.call("book", **late)["status"] == "accepted"  # a repeat, with its hold long gone


def test_a_hold_that_is_over_carries_over_nothing(desk):
    """Its second has come."""
    kept = desk.hold()["hold"]
    desk.clock.forward(minutes=5)
    desk.book(hold=kept)
    assert [asked["mode"] for name, asked in desk.rpc.calls if name == "availability.offer"][-1] == "online"


def test_an_expired_hold_books_if_the_slot_is_still_free_and_else_the_slot_is_taken(desk):
    """The clock alone loses nobody a slot, swept or not."""
    first = desk.hold()
    desk.clock.forward(minutes=5, seconds=1)
    assert desk.book(hold=first["hold"])
    late = desk.hold(30)
    desk.clock.forward(minutes=6)
    assert desk.book(30)
    assert desk.refused(desk.book, 30, hold=late["hold"]).code == "slot_taken"


def test_a_lost_booking_keeps_its_own_hold_elsewhere(desk):
    """The refusal rolls everything back."""
    hold = desk.hold(24)
    desk.book(30)
    assert desk.refused(desk.book, 30, hold=hold["hold"]).code == "slot_taken"
    assert desk.refused(desk.book, 24).code == "slot_taken"
    assert desk.book(24, hold=hold["hold"])


def test_a_foreign_practices_hold_is_no_hold(desk):
    """Its id opens nothing and deletes nothing."""
    hold = desk.hold()
    assert desk.refused(desk.book, practice_id=desk.ben, hold=hold["hold"]).code == "slot_taken"
    assert desk.refused(desk.call, "extend_hold", practice_id=desk.ben, hold=hold["hold"]).code == "hold_expired"
    assert desk.call("release_hold", practice_id=desk.ben, hold=hold["hold"]) == {"released": False}
    assert desk.count(holds) == 1


def test_a_hold_is_extended_three_times_by_five_minutes_and_not_once_more(desk):
    """Each extension counts from now and is told."""
    hold = {"practice_id": desk.practice, "hold": desk.hold()["hold"]}
    for _ in range(3):
        desk.clock.forward(minutes=4)
        extended = desk.call("extend_hold", **hold)
    assert extended["expires_at"] == desk.at(17 / 60)
    refused = desk.refused(desk.call, "extend_hold", **hold)
    assert (refused.code, refused.facts["per"]) == ("limit_reached", "hold")
    assert [e["objectversion"] for e in desk.events("slot.held")] == [1, 2, 3, 4]
    desk.clock.forward(minutes=5)
    assert desk.refused(desk.call, "extend_hold", **hold).code == "hold_expired"


def test_releasing_frees_the_slot_and_a_repeat_does_nothing(desk):
    """One slot.released, however often it is asked; the answer says whether there was a hold."""
    hold = {"practice_id": desk.practice, "hold": desk.hold()["hold"]}
    assert [desk.call("release_hold", **hold)["released"] for _ in range(2)] == [True, False]
    assert len(desk.events("slot.released")) == 1
    assert desk.book()


def test_a_hold_repeated_under_its_key_is_one_hold(desk):
    """A call that the broker repeats does not lose against itself."""
    assert desk.hold(idempotency_key="k") == desk.hold(idempotency_key="k")
    assert desk.count(holds) == 1
    desk.rpc.answers["availability.offer"] = Unavailable()
    assert desk.hold(idempotency_key="k")["calendar"] == desk.anna


def test_an_address_that_grows_when_it_is_compared_is_no_address(desk):
    """In lower case "İ" are two characters: there would be no room for them."""
    customer = {**desk.wish()["customer"], "email": f"{'İ' * 130}@example.org"}
    assert desk.refused(desk.book, customer=customer).facts["errors"] == {
        "customer": {"email": ["Not a valid email address."]}
    }
