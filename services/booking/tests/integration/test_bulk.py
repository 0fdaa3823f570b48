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
