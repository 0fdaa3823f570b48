"""What happens to an appointment afterwards: by the customer's link and by staff."""

import pytest

from booking.models import occupancies
from runtime.errors import Refused
from runtime.ids import new_id

UNKNOWN_TOKENS = ["x", "A" * 22, "", "ü" * 22, "\ud800" * 22, "a" * 5000, "../../../../etc/passwd"]
STAFF_CALLS = [
    ("appointment", {}),
    ("change_status", {"action": "accept"}),
    ("reschedule", {"start": "2026-12-09T09:00:00+01:00"}),
    ("undo", {}),
    ("acknowledge", {}),
    ("announce", {"kind": "reminder"}),
]


def test_opening_the_link_shows_the_appointment_and_changes_nothing(desk):
    """However often: mail scanners do that."""
    booked = desk.book()
    view = desk.call("managed", token=booked["manage_token"])
    assert view == desk.call("managed", token=booked["manage_token"])
    assert (view["id"], view["practice_id"], view["status"]) == (booked["id"], desk.practice, "accepted")
    assert (view["can_cancel"], view["can_move"], view["undo_until"]) == (True, True, None)
    assert (view["cancel_until"], view["customer"]["email"]) == (desk.at(24), "erika@example.org")
    assert "manage_token" not in view
    assert len(desk.events()) == 1


@pytest.mark.parametrize("token", UNKNOWN_TOKENS)
@pytest.mark.parametrize("method", ["managed", "cancel_managed", "undo_managed", "reschedule_managed"])
def test_an_unknown_link_is_not_found(lite, method, token):
    """Whatever it looks like."""
    extra = {"start": lite.at(30)} if method == "reschedule_managed" else {}
    assert lite.refused(lite.endpoint.call, method, {"token": token, **extra}, {}).code == "not_found"


def test_the_customer_cancels_once_the_slot_is_free_and_the_record_stays(desk):
    """A repeat answers the same and tells nothing anew; the record says by link, and when."""
    token = desk.book()["manage_token"]
    desk.clock.forward(minutes=1)
    view = desk.call("cancel_managed", token=token)
    assert view == desk.call("cancel_managed", token=token)
    assert (view["status"], view["cancelled_by"], view["cancelled_at"]) == ("cancelled", "customer", desk.at(1 / 60))
    assert view["undo_until"] == desk.at(11 / 60)
    [event] = desk.events("appointment.cancelled")
    assert (event["objectversion"], event["data"]["occupancies"]) == (2, [])
    assert (event["data"]["actor"], event["data"]["previous_status"]) == ("customer", "accepted")
    last = desk.staff("appointment", id=view["id"])["history"][-1]
    assert (last["what"], last["via"], last["at"]) == ("cancelled", "link", desk.at(1 / 60))
    assert desk.book()


def test_the_customer_undoes_the_cancellation_for_ten_minutes(desk):
    """Restored with a higher version, told as restored; a repeat answers the same."""
    token = desk.book()["manage_token"]
    desk.call("cancel_managed", token=token)
    desk.clock.forward(minutes=10)
    view = desk.call("undo_managed", token=token)
    assert view == desk.call("undo_managed", token=token)
    assert (view["status"], view["version"], view["cancelled_at"], view["undo_until"]) == ("accepted", 3, None, None)
    [event] = desk.events("appointment.restored")
    assert event["data"]["occupancies"][0]["resource"] == desk.anna
    assert desk.refused(desk.book).code == "slot_taken"


def test_undo_is_refused_when_the_slot_is_taken_and_when_it_is_too_late(desk):
    """By a booking or a hold; after ten minutes."""
    token = desk.book()["manage_token"]
    desk.call("cancel_managed", token=token)
    hold = desk.hold()
    refused = desk.refused(desk.call, "undo_managed", token=token)
    assert (refused.code, len(refused.facts["alternatives"])) == ("slot_taken", 1)
    desk.call("release_hold", practice_id=desk.practice, hold=hold["hold"])
    desk.clock.forward(minutes=11)
    assert desk.refused(desk.call, "undo_managed", token=token).code == "too_late"
    assert desk.call("managed", token=token)["undo_until"] is None


def test_undo_passes_by_no_limit_of_open_bookings(desk):
    """Who has booked another since the cancellation has that one; what staff allowed beside it before stands."""
    desk.staff("update_form", fields=[], max_open_bookings=1)
    first = desk.book(24)["manage_token"]
    desk.call("cancel_managed", token=first)
    second = desk.book(26)["manage_token"]
    refused = desk.refused(desk.call, "undo_managed", token=first)
    assert (refused.code, refused.facts) == ("too_many_open", {"limit": 1})
    desk.call("cancel_managed", token=second)
    assert desk.call("undo_managed", token=first)["status"] == "accepted"
    assert desk.refused(desk.call, "undo_managed", token=second).code == "too_many_open"
    wish = desk.wish(28)
    desk.staff("book_for", **{name: wish[name] for name in ("service", "calendar", "start", "customer")})
    desk.clock.forward(minutes=1)
    desk.call("cancel_managed", token=first)
    assert desk.call("undo_managed", token=first)["status"] == "accepted"


def test_notice_and_start_end_the_customers_rights(desk):
    """Too late to cancel or move within the notice, and never after the start."""
    desk.cancel_notice, desk.move_notice = 120, 24 * 60
    token = desk.book(24)["manage_token"]
    desk.clock.forward(seconds=1)
    refused = desk.refused(desk.call, "reschedule_managed", token=token, start=desk.at(48))
    assert (refused.code, refused.facts["until"]) == ("too_late", desk.at(0))
    assert desk.call("managed", token=token)["can_cancel"]
    desk.clock.forward(hours=22)
    assert desk.refused(desk.call, "cancel_managed", token=token).code == "too_late"
    desk.clock.forward(hours=3)
    view = desk.call("managed", token=token)
    assert (view["can_cancel"], view["can_move"]) == (False, False)


def test_the_customer_moves_alone_and_a_repeat_is_no_second_move(desk):
    """Old time freed, new time taken, the old start told, the service as booked."""
    booked = desk.book(24)
    desk.minutes = 60  # the service is longer today; the appointment stays as it was booked
    move = {"token": booked["manage_token"], "start": desk.at(48), "calendar": desk.ben}
    view = desk.call("reschedule_managed", **move)
    assert view == desk.call("reschedule_managed", **move)
    assert (view["start"], view["end"], view["calendar"]["id"]) == (desk.at(48), desk.at(48.5), desk.ben)
    [event] = desk.events("appointment.rescheduled")
    data = event["data"]
    assert (data["previous_start"], data["previous_end"]) == (desk.at(24), desk.at(24.5))
    assert data["occupancies"][0]["resource"] == desk.ben
    assert desk.count(occupancies) == 1
    assert desk.book(24)


def test_a_moved_appointments_own_length_is_what_availability_is_asked_about(desk):
    """K39: for the offer and, if somebody was faster, for the alternatives; by the link, by staff, at an undo."""
    booked = desk.book(24)
    desk.staff("change_details", id=booked["id"], duration_minutes=90)
    desk.book(30)
    token, move = booked["manage_token"], {"start": desk.at(29.5)}
    desk.rpc.calls.clear()
    assert desk.refused(desk.call, "reschedule_managed", token=token, **move).code == "slot_taken"
    assert [asked.get("mode") for _, asked in desk.rpc.calls] == ["move", None]
    assert desk.refused(desk.staff, "reschedule", id=booked["id"], **move).code == "slot_taken"
    assert desk.refused(desk.staff, "change_details", id=booked["id"], duration_minutes=420).code == "slot_taken"
    desk.call("cancel_managed", token=token)
    desk.book(24)
    assert desk.refused(desk.call, "undo_managed", token=token).code == "slot_taken"
    asked = [(name, asked.get("duration_minutes")) for name, asked in desk.rpc.calls]
    assert [minutes for name, minutes in asked if name == "availability.alternatives"] == [90, 90, 420, 90]


def test_a_move_may_overlap_its_own_old_time_but_nobody_elses(desk):
    """A quarter of an hour later is a move, too."""
    token = desk.book(24)["manage_token"]
    assert desk.call("reschedule_managed", token=token, start=desk.at(24.25))["start"] == desk.at(24.25)
    desk.book(26)
    refused = desk.refused(desk.call, "reschedule_managed", token=token, start=desk.at(26.25))
    assert (refused.code, bool(refused.facts["alternatives"])) == ("slot_taken", True)
    assert desk.call("managed", token=token)["start"] == desk.at(24.25)
    assert desk.overlaps() == 0


def test_a_moved_request_returns_to_pending_and_to_the_inbox(desk):
    """Decision 4; an automatic one keeps its status and stays handled."""
    desk.confirmation = "request"
    booked = desk.book()
    desk.staff("change_status", id=booked["id"], action="accept")
    assert desk.staff("inbox")["items"] == []
    view = desk.call("reschedule_managed", token=booked["manage_token"], start=desk.at(48))
    assert view["status"] == "pending"
    assert desk.events("appointment.rescheduled")[0]["data"]["previous_status"] == "accepted"
    assert [item["id"] for item in desk.staff("inbox")["items"]] == [booked["id"]]


def test_a_move_of_a_service_that_is_gone_is_not_offered(lite):
    """The link is fine, the service is not: no 404."""
    token = lite.book()["manage_token"]
    lite.rpc.answers["availability.offer"] = Refused("not_found")
    refused = lite.refused(lite.call, "reschedule_managed", token=token, start=lite.at(48))
    assert (refused.code, refused.facts) == ("slot_not_offered", {"reason": "inactive"})


def test_a_cancelled_appointment_cannot_be_moved_nor_a_declined_one_cancelled(desk):
    """invalid_transition with the status in its facts."""
    desk.confirmation = "request"
    booked = desk.book()
    desk.staff("change_status", id=booked["id"], action="decline")
    token = booked["manage_token"]
    refused = desk.refused(desk.call, "cancel_managed", token=token)
    assert (refused.code, refused.facts["from"]) == ("invalid_transition", "declined")
    assert desk.refused(desk.call, "undo_managed", token=token).code == "invalid_transition"
    move = {"token": token, "start": desk.at(48)}
    assert desk.refused(desk.call, "reschedule_managed", **move).code == "invalid_transition"


def test_limits_bind_a_customers_move_but_not_staffs(desk):
    """The moved appointment itself does not count on its day."""
    desk.limits["max_per_day"] = 1
    booked = desk.book(24)
    desk.book(48)
    token = booked["manage_token"]
    assert desk.call("reschedule_managed", token=token, start=desk.at(26))
    assert desk.refused(desk.call, "reschedule_managed", token=token, start=desk.at(50)).code == "limit_reached"
    assert desk.staff("reschedule", id=booked["id"], start=desk.at(50), note="Krank")["start"] == desk.at(50)
    assert desk.events("appointment.rescheduled")[-1]["data"]["note"] == "Krank"


def test_the_inbox_holds_online_bookings_until_staff_handle_them(desk):
    """A change of status or acknowledge handles; the customer's cancellation removes; undo brings back."""
    one, two, three = (desk.book(24 + n) for n in range(3))
    desk.staff("book_for", service=desk.service, calendar=desk.ben, start=desk.at(24), customer=WALK_IN)

    def shown():
        found = {item["id"] for item in desk.staff("inbox")["items"]}
        assert desk.staff("inbox_count") == {"count": len(found)}
        return found

    assert shown() == {one["id"], two["id"], three["id"]}
    desk.staff("change_status", id=one["id"], action="cancel")
    assert shown() == {two["id"], three["id"]}
    desk.staff("undo", id=one["id"])
    assert shown() == {one["id"], two["id"], three["id"]}
    assert desk.staff("acknowledge", id=two["id"])["handled"]
    desk.staff("acknowledge", id=two["id"])
    assert len(desk.events("appointment.updated")) == 1
    desk.call("cancel_managed", token=three["manage_token"])
    assert shown() == {one["id"]}


HALF_A_NUMBER = ("0711 12", "0711/123-4", "+49 711 1234", "23456", "müller 0711")
WALK_IN = {"first_name": "Karl", "last_name": "Kurz", "phone": "0171 2345678"}


def test_staff_change_states_with_note_and_history(desk):
    """Each change is a version, a history row and an event; an impossible one is named."""
    desk.confirmation = "request"
    id = desk.book()["id"]
    desk.staff("change_status", id=id, action="accept", notify=False, note="Bitte Rezept mitbringen")
    desk.clock.forward(hours=25)
    details = desk.staff("change_status", id=id, action="miss")
    assert [(h["version"], h["what"], h["from_status"], h["to_status"]) for h in details["history"]] == [
        (1, "booked", None, "pending"),
        (2, "accepted", "pending", "accepted"),
        (3, "missed", "accepted", "missed"),
    ]
    accepted, missed = desk.events("appointment.accepted", "appointment.missed")
    assert (accepted["data"]["notify"], accepted["data"]["note"]) == (False, "Bitte Rezept mitbringen")
    assert (missed["data"]["notify"], missed["data"]["actor"], missed["objectversion"]) == (True, "staff", 3)
    refused = desk.refused(desk.staff, "change_status", id=id, action="accept")
    assert refused.code == "invalid_transition"
    assert refused.facts["allowed"] == ["cancelled", "completed", "declined"]


def test_the_event_says_by_which_ways_the_customer_is_to_hear(desk):
    """Of moves, cancellations and places; null where staff named none, or wish for silence."""
    id = desk.book()["id"]
    desk.staff("reschedule", id=id, start=desk.at(48), channels=["sms", "email"])
    desk.staff("set_place", id=id, kind="phone", text="Wir rufen an", channels=["email"])
    desk.staff("set_place", id=id, kind="phone", text="Sie rufen an", notify=False, channels=["sms"])
    desk.staff("change_status", id=id, action="cancel", channels=["sms"])
    assert [event["data"]["channels"] for event in desk.events() if "appointment" in event["type"]] == [
        None,
        ["email", "sms"],
        ["email"],
        None,
        ["sms"],
    ]


def test_a_way_without_an_address_is_refused_and_nothing_changes(desk):
    """Karl has a phone only."""
    wish = {"service": desk.service, "calendar": desk.anna, "start": desk.at(24), "customer": WALK_IN}
    id = desk.staff("book_for", **wish)["id"]
    for method, more in (("change_status", {"action": "cancel"}), ("reschedule", {"start": desk.at(48)})):
        refused = desk.refused(desk.staff, method, id=id, channels=["email"], **more)
        assert (refused.code, refused.facts["errors"]) == (
            "invalid",
            {"channels": ["The customer has no e-mail address."]},
        )
    assert desk.staff("appointment", id=id)["version"] == 1


def test_an_undone_correction_leaves_the_record_as_it_was(desk):
    """Who cancelled and when is said while it is cancelled; what is missed has its time again, if nobody has it."""
    one, other = desk.book(24), desk.book(25)
    cancelled = desk.call("cancel_managed", token=one["manage_token"])
    desk.clock.forward(hours=30)
    wrong = desk.staff("change_status", id=one["id"], action="complete")
    assert (wrong["status"], wrong["cancelled_at"], wrong["cancelled_by"]) == ("completed", None, None)
    right = desk.staff("undo", id=one["id"])
    assert (right["cancelled_at"], right["cancelled_by"]) == (cancelled["cancelled_at"], "customer")
    desk.staff("change_status", id=other["id"], action="miss")
    desk.staff("change_status", id=other["id"], action="cancel")
    assert desk.count(occupancies) == 0
    assert desk.staff("undo", id=other["id"])["status"] == "missed"
    assert desk.count(occupancies) == 1


def test_staff_undo_a_decline_only_while_the_time_is_free(desk):
    """Then the time is taken back."""
    desk.confirmation = "request"
    id = desk.book()["id"]
    desk.staff("change_status", id=id, action="decline")
    assert desk.staff("undo", id=id, notify=False)["status"] == "pending"
    assert desk.events("appointment.restored")[-1]["data"]["notify"] is False
    desk.staff("change_status", id=id, action="decline")
    desk.book()
    assert desk.refused(desk.staff, "undo", id=id).code == "slot_taken"
    assert desk.overlaps() == 0


def test_staff_book_for_a_customer_at_once_accepted_whatever_the_service_says(desk):
    """Not in the inbox, in staff mode; forced only outside hours, never over another."""
    desk.confirmation = "request"
    wish = {"service": desk.service, "calendar": desk.anna, "start": desk.at(24), "customer": WALK_IN}
    booked = desk.staff("book_for", **wish, idempotency_key="k")
    assert desk.staff("book_for", **wish, idempotency_key="k") == booked
    assert booked["status"] == "accepted"
    offers = [asked for name, asked in desk.rpc.calls if name == "availability.offer"]
    assert (offers[-1]["mode"], offers[-1]["practice_id"]) == ("staff", desk.practice)
    assert desk.refused(desk.staff, "book_for", **wish, force=True).code == "slot_taken"
    offers = [asked for name, asked in desk.rpc.calls if name == "availability.offer"]
    assert offers[-1]["mode"] == "force"
    data = desk.events("appointment.booked")[0]["data"]
    assert (data["online"], data["actor"], data["customer"]["email"]) == (False, "staff", None)


def test_staff_say_by_which_way_a_new_customer_hears_and_note_something_for_themselves(desk):
    """The customer's link shows nothing of the note; a way without an address books nothing."""
    wish = {"service": desk.service, "calendar": desk.anna, "start": desk.at(24), "customer": WALK_IN}
    assert desk.refused(desk.staff, "book_for", **wish, channels=["email"]).code == "invalid"
    booked = desk.staff("book_for", **wish, channels=["sms"], note="Ist schwerhörig")
    assert desk.events("appointment.booked")[-1]["data"]["channels"] == ["sms"]
    known = desk.staff("appointment", id=booked["id"])
    assert (known["note"], known["history"][0]["via"]) == ("Ist schwerhörig", "desk")
    assert "schwerhörig" not in str(desk.call("managed", token=booked["manage_token"]))


def test_the_history_tells_the_booking_page_from_the_api(desk):
    """By the door through which the gateway was entered."""
    for via, hours in (("api", 24), ("page", 48)):
        wish = {"practice_id": desk.practice, "service": desk.service, "start": desk.at(hours), "idempotency_key": via}
        customer = {**WALK_IN, "email": f"{via}@example.org"}
        booked = desk.endpoint.call("book", wish | {"customer": customer}, {"via": via})
        assert desk.staff("appointment", id=booked["id"])["history"][0]["via"] == via


@pytest.mark.parametrize(("method", "extra"), STAFF_CALLS)
def test_another_practices_appointment_is_not_found(lite, method, extra):
    """Never forbidden: it does not exist for them. Nor does an unknown id."""
    id = lite.book()["id"]
    assert lite.refused(lite.staff, method, lite.ben, id=id, **extra).code == "not_found"
    assert lite.refused(lite.staff, method, id=new_id(), **extra).code == "not_found"
    assert len(lite.events()) == 1


def test_lists_show_the_own_practice_only(desk):
    """Appointments, inbox and form."""
    desk.book()
    desk.staff("update_form", fields=[], max_open_bookings=3)
    assert desk.staff("appointments", desk.ben) == desk.staff("inbox", desk.ben) == {"items": [], "next": None}
    assert desk.call("form", practice_id=desk.ben)["max_open_bookings"] is None


@pytest.mark.parametrize("method", ["appointments", "inbox", "acknowledge", "update_form", "manage_links", "book_for"])
def test_staffs_and_services_methods_are_closed_to_the_public(lite, method):
    """Without identity: unauthorized, before the payload is looked at."""
    assert lite.refused(lite.call, method).code == "unauthorized"


def test_the_list_filters_and_pages_in_order_of_time(desk):
    """Every entry once over all pages; filters combine."""
    ids = [desk.book(24 + n, (desk.anna, desk.ben)[n % 2])["id"] for n in range(5)]
    desk.staff("change_status", id=ids[4], action="cancel")
    seen, cursor = [], None
    while True:
        page = desk.staff("appointments", limit=2, cursor=cursor)
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ids

    def found(**filters):
        return [ids.index(item["id"]) for item in desk.staff("appointments", **filters)["items"]]

    assert found(calendar=desk.ben) == [1, 3]
    assert found(status="cancelled") == [4]
    assert found(**{"from": desk.at(25.25), "to": desk.at(27)}) == [1, 2]
    assert found(q="erika MÜLLER") == [0, 1, 2, 3, 4]
    for number in HALF_A_NUMBER:
        assert found(q=number) == [0, 1, 2, 3, 4], number
    assert found(q="%") == found(q="nobody") == found(customer=new_id()) == []
    assert found(scope="upcoming") == [0, 1, 2, 3]
    assert found(scope="past") == [4]
    desk.clock.forward(hours=26)
    assert found(scope="upcoming") == [2, 3]
    assert found(scope="past") == [4, 1, 0]
    assert found(scope="past", limit=1) == [4]


def test_the_inbox_pages_newest_first(desk):
    """Every entry once."""
    ids = []
    for number in range(3):
        desk.clock.forward(seconds=1)
        ids.append(desk.book(24 + number)["id"])
    first = desk.staff("inbox", limit=2)
    second = desk.staff("inbox", limit=2, cursor=first["next"])
    assert [item["id"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None


def test_other_services_get_the_manage_links_again(desk):
    """The same as the customers have, for mails; null for an appointment that nobody knows."""
    one, other, unknown = desk.book(24), desk.book(25), new_id()
    known = {booked["id"]: booked["manage_token"] for booked in (one, other)}
    asked = [one["id"], unknown, other["id"]]
    assert desk.other("manage_links", appointment_ids=asked) == {"tokens": {**known, unknown: None}}
    assert desk.refused(desk.other, "manage_links", appointment_ids=[unknown] * 101).code == "invalid"


def test_the_change_of_the_clocks_does_not_move_an_appointment(desk):
    """Booked at 02:30 in the repeated hour, second turn: the instant stays, and the first turn is still free."""
    desk.clock.now = desk.clock.now.replace(month=10, day=20)
    second = desk.book(start="2026-10-25T02:30:00+01:00")
    first = desk.book(start="2026-10-25T02:30:00+02:00")
    assert (first["start"], second["start"]) == ("2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00")


@pytest.mark.parametrize(("method", "extra"), STAFF_CALLS[1:])
def test_a_change_of_what_somebody_else_has_changed_is_refused(desk, method, extra):
    """With `if_version`; the refusal names the version of now, and nothing changes. The right version goes through."""
    desk.confirmation = "request"
    id = desk.book()["id"]
    if method == "undo":
        desk.staff("change_status", id=id, action="decline")
    version = desk.staff("appointment", id=id)["version"]
    told = len(desk.events())
    refused = desk.refused(desk.staff, method, id=id, if_version=version - 1, **extra)
    assert (refused.code, refused.facts) == ("precondition_failed", {"version": version})
    assert len(desk.events()) == told
    assert desk.staff(method, id=id, if_version=version, **extra)["version"] == version + 1


def test_a_repeated_change_is_answered_although_its_version_is_over(desk):
    """The broker may run a call twice: whoever won is not told of a stranger."""
    id = desk.book()["id"]
    for method, extra in (("reschedule", {"start": desk.at(48)}), ("acknowledge", {})):
        version = desk.staff("appointment", id=id)["version"]
        first = desk.staff(method, id=id, if_version=version, **extra)
        assert desk.staff(method, id=id, if_version=version, **extra) == first
