"""Staff have customers told something, or reminded: booking says so, notify writes."""

import pytest

CUSTOMER = {"first_name": "Otto", "last_name": "Ohnemail", "phone": "0711 654321"}


def walk_in(desk, hours=48):
    """An appointment of a customer with a phone only."""
    wish = {"service": desk.service, "calendar": desk.anna, "start": desk.at(hours), "customer": CUSTOMER}
    return desk.staff("book_for", **wish)["id"]


def test_a_reminder_is_an_event_and_a_line_of_the_history(desk):
    """Nothing else changes: neither state nor time nor what is in the inbox."""
    id = desk.book()["id"]
    before = desk.staff("appointment", id=id)
    desk.clock.forward(minutes=1)
    after = desk.staff("announce", id=id, kind="reminder", text="Bitte nüchtern kommen.")
    [event] = desk.events("appointment.announced")
    told = {"kind": "reminder", "channels": ["email"], "text": "Bitte nüchtern kommen."}
    assert event["data"]["announcement"] == told
    assert (event["objectversion"], event["data"]["status"]) == (2, "accepted")
    last = after["history"][-1]
    assert (last["what"], last["actor"], last["note"]) == ("announced", "staff", "Bitte nüchtern kommen.")
    differing = {name for name in before if before[name] != after[name]}
    assert differing == {"version", "changed_at", "history"}


def test_a_repeated_announcement_is_told_once(desk):
    """Of the same version, too: whoever hears no answer sends it again."""
    id = desk.book()["id"]
    tell = {"id": id, "kind": "reminder", "text": "Bis bald", "idempotency_key": "k", "if_version": 1}
    assert desk.staff("announce", **tell) == desk.staff("announce", **tell)
    assert len(desk.events("appointment.announced")) == 1
    refused = desk.refused(desk.staff, "announce", **tell | {"text": "Bis morgen"})
    assert refused.code == "idempotency_conflict"


def test_what_could_be_undone_still_can_after_a_reminder(lite):
    lite.confirmation = "request"
    id = lite.book()["id"]
    lite.staff("change_status", id=id, action="accept")
    lite.staff("announce", id=id, kind="reminder")
    assert lite.staff("undo", id=id)["status"] == "pending"


def test_a_notice_needs_a_customer_whom_the_practice_knows(lite):
    """A booking alone does not prove an address."""
    id = lite.book()["id"]
    refused = lite.refused(lite.staff, "announce", id=id, kind="notice", channels=["email"])
    assert refused.code == "customer_not_linked"
    assert lite.events("appointment.announced") == []


@pytest.mark.parametrize("action", ["cancel", "decline"])
def test_nobody_is_reminded_of_what_was_called_off(lite, action):
    lite.confirmation = "request"
    id = lite.book()["id"]
    lite.staff("change_status", id=id, action=action)
    assert lite.refused(lite.staff, "announce", id=id, kind="reminder").code == "invalid_transition"


def test_nobody_is_reminded_of_what_has_begun(lite):
    id = lite.book()["id"]
    lite.clock.forward(hours=24)
    assert lite.refused(lite.staff, "announce", id=id, kind="reminder").code == "invalid_transition"


def test_without_a_wish_the_reminder_takes_the_way_that_there_is(lite):
    """An SMS to whoever has no address; a way that leads nowhere is refused in words."""
    id = walk_in(lite)
    lite.staff("announce", id=id, kind="reminder")
    [event] = lite.events("appointment.announced")
    assert event["data"]["announcement"]["channels"] == ["sms"]
    refused = lite.refused(lite.staff, "announce", id=id, kind="reminder", channels=["email", "sms"])
    assert (refused.code, refused.facts["errors"]) == (
        "invalid",
        {"channels": ["The customer has no e-mail address."]},
    )


def test_several_are_reminded_whatever_their_states_are(desk):
    """One event each, answered in the order asked."""
    desk.confirmation = "request"
    pending = desk.book(24)["id"]
    accepted = walk_in(desk)
    answer = desk.staff("remind_all", ids=[accepted, pending])
    assert [item["id"] for item in answer["items"]] == [accepted, pending]
    assert {e["subject"] for e in desk.events("appointment.announced")} == {accepted, pending}


def test_all_are_reminded_or_none(desk):
    """One was cancelled: nothing is told."""
    good, gone = desk.book(24)["id"], desk.book(48)["id"]
    desk.staff("change_status", id=gone, action="cancel")
    assert desk.refused(desk.staff, "remind_all", ids=[good, gone]).code == "invalid_transition"
    assert desk.refused(desk.staff, "remind_all", desk.ben, ids=[good]).code == "not_found"
    assert desk.events("appointment.announced") == []
