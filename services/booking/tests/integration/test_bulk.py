"""K21: the same change for several appointments at once, all or none."""

import pytest

from booking.models import occupancies
from runtime.ids import new_id


@pytest.fixture(name="requests")
def _requests(desk):
    """Three requests of customers."""
    desk.confirmation = "request"
    return [desk.book(24 + n)["id"] for n in range(3)]


def test_several_of_one_status_change_together(desk, requests):
    """In the order in which they were named, each with history and event of its own."""
    answer = desk.staff("bulk", ids=requests[::-1], action="accept", note="Bis dann", notify=False)
    assert [(item["id"], item["status"]) for item in answer["items"]] == [(id, "accepted") for id in requests[::-1]]
    told = desk.events("appointment.accepted")
    assert sorted(event["subject"] for event in told) == sorted(requests)
    assert {(event["data"]["notify"], event["data"]["note"]) for event in told} == {(False, "Bis dann")}
    assert desk.staff("inbox")["items"] == []


def test_each_is_told_by_the_chosen_way_that_leads_to_them(desk, requests):
    """Whom none of them reaches hears as usual."""
    desk.staff("bulk", ids=requests, action="accept", channels=["sms"])
    assert {tuple(event["data"]["channels"]) for event in desk.events("appointment.accepted")} == {("sms",)}
    desk.staff("bulk", ids=requests, action="cancel", channels=["email"], notify=False)
    assert {event["data"]["channels"] for event in desk.events("appointment.cancelled")} == {None}


def test_several_of_different_status_do_not_and_nothing_changes(desk, requests):
    """mixed_status names them."""
    desk.staff("change_status", id=requests[2], action="accept")
    before, told = desk.staff("appointments"), len(desk.events())
    refused = desk.refused(desk.staff, "bulk", ids=requests, action="cancel")
    assert (refused.code, refused.facts) == ("mixed_status", {"statuses": ["accepted", "pending"]})
    assert (desk.staff("appointments"), len(desk.events())) == (before, told)


def test_declined_ones_are_past_at_once_and_their_time_is_free(desk, requests):
    """Also future ones."""
    desk.staff("bulk", ids=requests, action="decline")
    past = desk.staff("appointments", scope="past")["items"]
    assert [item["id"] for item in past] == requests[::-1]
    assert desk.staff("appointments", scope="upcoming")["items"] == []
    assert desk.count(occupancies) == 0


@pytest.mark.parametrize("spoilt", ["unknown", "foreign", "overtaken", "impossible"])
def test_one_that_cannot_change_keeps_all_from_it(desk, requests, spoilt):
    """And names why."""
    ids, more = [*requests], {"action": "accept"}
    if spoilt == "unknown":
        ids.append(new_id())
    if spoilt == "overtaken":
        more["if_versions"] = {ids[0]: 1, ids[1]: 7}
    if spoilt == "impossible":
        more["action"] = "complete"
    who = (desk.ben,) if spoilt == "foreign" else ()
    expected = {"overtaken": "precondition_failed", "impossible": "invalid_transition"}.get(spoilt, "not_found")
    assert desk.refused(desk.staff, "bulk", *who, ids=ids, **more).code == expected
    assert {item["status"] for item in desk.staff("appointments")["items"]} == {"pending"}


def test_one_named_twice_changes_once(desk, requests):
    """A double click in the list."""
    answer = desk.staff("bulk", ids=[requests[0]] * 2, action="accept")
    assert [item["version"] for item in answer["items"]] == [2]


def test_two_desks_with_the_same_list_do_not_lock_each_other_out(desk, requests):
    """Rows are locked in sorted order; the second finds the work done."""
    orders = (requests, requests[::-1]) * 3
    answers = desk.race(*[lambda ids=ids: desk.staff("bulk", ids=ids, action="accept") for ids in orders])
    assert sorted(getattr(answer, "code", "done") for answer in answers) == ["done"] + ["invalid_transition"] * 5


def undo(desk, items, **more):
    """Take back what led to these."""
    versions = {item["id"]: item["version"] for item in items}
    return desk.staff("undo_all", ids=list(versions), if_versions=versions, **more)


@pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
def test_what_was_done_with_several_is_taken_back_for_all(desk, requests, action):
    """Each with an event of its own, which says whether the customer shall hear; a repeat answers the same."""
    done = desk.staff("bulk", ids=requests, action=action)["items"]
    answer = undo(desk, done, notify=False)
    assert ([item["status"] for item in answer["items"]], answer["refused"]) == (["pending"] * 3, [])
    told = desk.events("appointment.restored")
    assert {(event["subject"], event["data"]["notify"]) for event in told} == {(id, False) for id in requests}
    assert undo(desk, done, notify=False) == answer
    assert len(desk.events("appointment.restored")) == 3
    assert len(desk.staff("inbox")["items"]) == 3


def test_what_cannot_be_taken_back_of_several_is_named_and_keeps_none_from_it(desk, requests):
    """One time was given away, one appointment was changed since, one is taken back."""
    done = desk.staff("bulk", ids=requests, action="cancel")["items"]
    taken = desk.book(24)["id"]
    desk.staff("change_details", id=requests[1], note="Ruft noch an")
    answer = undo(desk, done)
    assert [item["id"] for item in answer["items"]] == [requests[2]]
    refused = [(each["appointment"]["id"], each["code"], each["appointment"]["status"]) for each in answer["refused"]]
    assert refused == [
        (requests[0], "slot_taken", "cancelled"),
        (requests[1], "precondition_failed", "cancelled"),
    ]
    assert desk.staff("appointment", id=taken)["status"] == "pending"
    assert desk.overlaps() == 0


def test_after_ten_minutes_nothing_of_it_is_taken_back(desk, requests):
    """The last instant still does."""
    done = desk.staff("bulk", ids=requests, action="cancel")["items"]
    desk.clock.forward(minutes=10)
    assert undo(desk, done[:1])["refused"] == []
    desk.clock.forward(seconds=1)
    late = undo(desk, done[1:])
    assert (late["items"], {each["code"] for each in late["refused"]}) == ([], {"too_late"})


def test_nobody_takes_back_anothers(desk, requests):
    """One foreign id keeps all from it."""
    done = desk.staff("bulk", ids=requests, action="cancel")["items"]
    ids = [item["id"] for item in done]
    assert desk.refused(desk.staff, "undo_all", desk.ben, ids=ids).code == "not_found"
    assert desk.refused(desk.staff, "undo_all", ids=[*ids, new_id()]).code == "not_found"
    assert {item["status"] for item in desk.staff("appointments", scope="past")["items"]} == {"cancelled"}
