"""K27 and K39: place, service, duration and note of an appointment that is there already."""

import pytest

from booking.models import occupancies
from runtime.errors import Refused

OTHER = "44444444-4444-4444-8444-444444444444"


def asked(desk):
    """The last question to availability."""
    return [payload for name, payload in desk.rpc.calls if name == "availability.offer"][-1]


def test_a_longer_appointment_takes_its_time_under_the_constraint(desk):
    """With its buffers: it may grow into free time, not into another's; the time is checked by availability, too."""
    desk.after = 15
    id = desk.book(24)["id"]
    desk.book(25.5)
    details = desk.staff("change_details", id=id, duration_minutes=60)
    assert (details["end"], details["occupies_until"]) == (desk.at(25), desk.at(25.25))
    assert details["service"]["duration_minutes"] == 60
    assert (asked(desk)["mode"], asked(desk)["duration_minutes"]) == ("staff", 60)
    assert desk.count(occupancies) == 2
    refused = desk.refused(desk.staff, "change_details", id=id, duration_minutes=90)
    assert (refused.code, bool(refused.facts["alternatives"])) == ("slot_taken", True)
    assert desk.staff("appointment", id=id) == details
    assert desk.overlaps() == 0
    [event] = desk.events("appointment.updated")
    assert (event["data"]["changed"], event["data"]["notify"], event["objectversion"]) == (
        ["duration_minutes"],
        True,
        2,
    )
    assert event["data"]["occupancies"][0]["until"] == desk.at(25.25)


def test_another_service_brings_its_duration_and_price_and_a_price_of_staffs_goes(desk):
    """The customer hears of it unless staff wish otherwise; history names old and new."""
    id = desk.book(24)["id"]
    desk.staff("set_price", id=id, price={"amount": "10.00", "currency": "EUR"})
    desk.minutes = 45
    details = desk.staff("change_details", id=id, service=OTHER, notify=False)
    assert (details["service"]["id"], details["end"], details["price"]["amount"]) == (OTHER, desk.at(24.75), "49.00")
    assert "duration_minutes" not in asked(desk)
    event = desk.events("appointment.updated")[-1]
    assert (event["data"]["notify"], event["data"]["changed"]) == (False, ["duration_minutes", "price"])
    assert details["history"][-1]["changed"]["duration_minutes"] == {"from": 30, "to": 45}


def test_a_service_cheaper_than_what_is_paid_needs_the_payment_corrected_first(desk):
    """Never paid more than the price."""
    id = desk.book(24)["id"]
    desk.staff("set_price", id=id, price={"amount": "100.00", "currency": "EUR"})
    desk.staff("add_payment", id=id, amount={"amount": "80.00", "currency": "EUR"})
    assert desk.refused(desk.staff, "change_details", id=id, service=OTHER).code == "overpaid"
    assert desk.staff("appointment", id=id)["service"]["id"] == desk.service


def test_a_note_asks_nobody_and_tells_the_customer_nothing(desk):
    """It is staff's own: in no event, in no answer to the customer."""
    booked = desk.book(24)
    asked_before = len(desk.rpc.calls)
    details = desk.staff("change_details", id=booked["id"], note="Bringt den Hund mit")
    assert (details["note"], len(desk.rpc.calls)) == ("Bringt den Hund mit", asked_before)
    [event] = desk.events("appointment.updated")
    assert (event["data"]["notify"], event["data"]["note"]) == (False, None)
    assert "Hund" not in str(desk.call("managed", token=booked["manage_token"]))
    assert desk.staff("change_details", id=booked["id"], note="Bringt den Hund mit")["version"] == details["version"]
    assert desk.staff("change_details", id=booked["id"], note="")["note"] is None


def test_what_has_begun_may_lie_anywhere_and_what_is_called_off_is_not_changed(desk):
    """A record after the fact is no new booking; a cancelled appointment takes no time."""
    id = desk.book(24)["id"]
    desk.clock.forward(hours=30)
    desk.staff("change_details", id=id, duration_minutes=60)
    assert asked(desk)["mode"] == "force"
    desk.staff("change_status", id=id, action="cancel")
    refused = desk.refused(desk.staff, "change_details", id=id, duration_minutes=90)
    assert (refused.code, refused.facts["from"]) == ("invalid_transition", "cancelled")
    assert desk.staff("change_details", id=id, note="Doch abgesagt")["note"] == "Doch abgesagt"


def test_what_availability_does_not_offer_is_refused_with_its_reason(lite):
    """Outside the hours; a service that is gone is no 404 of the appointment."""
    id = lite.book(24)["id"]
    lite.rpc.answers["availability.offer"] = Refused("slot_not_offered", {"reason": "outside_hours"})
    assert lite.refused(lite.staff, "change_details", id=id, duration_minutes=90).facts["reason"] == "outside_hours"
    lite.rpc.answers["availability.offer"] = Refused("not_found")
    assert lite.refused(lite.staff, "change_details", id=id, service=OTHER).facts["reason"] == "inactive"


def test_an_appointment_that_moves_while_availability_is_asked_is_not_torn_in_two(desk):
    """Neither by a change of its service nor by a move of its old length: conflict, and nothing changes."""
    id = desk.book(24)["id"]
    offer = desk.rpc.answers["availability.offer"]
    meanwhile = {
        "change_details": lambda: desk.staff("reschedule", id=id, start=desk.at(30)),
        "reschedule": lambda: desk.staff("change_details", id=id, duration_minutes=60),
    }
    for method, wanted in (("change_details", {"duration_minutes": 45}), ("reschedule", {"start": desk.at(40)})):

        def slow(question, method=method):
            desk.rpc.answers["availability.offer"] = offer
            answer = offer(question)
            meanwhile[method]()
            return answer

        desk.rpc.answers["availability.offer"] = slow
        assert desk.refused(desk.staff, method, id=id, **wanted).code == "conflict"
    found = desk.staff("appointment", id=id)
    assert (found["start"], found["end"]) == (desk.at(30), desk.at(31))


def test_a_service_that_changes_while_availability_is_asked_is_not_set_back(desk):
    """Who asked about the old one hears of a conflict; who wanted the very same has it."""
    id, offer = desk.book(24)["id"], desk.rpc.answers["availability.offer"]

    def racing(method, wanted, meanwhile):
        def slow(question):
            desk.rpc.answers["availability.offer"] = offer
            desk.staff("change_details", id=id, **meanwhile)
            return offer(question)

        desk.rpc.answers["availability.offer"] = slow
        return lambda: desk.staff(method, id=id, **wanted)

    longer = {"duration_minutes": 45}
    assert desk.refused(racing("change_details", longer, {"service": OTHER})).code == "conflict"
    assert desk.refused(racing("reschedule", {"start": desk.at(40)}, {"service": desk.service})).code == "conflict"
    assert desk.refused(racing("change_details", {"service": OTHER}, longer)).code == "conflict"
    assert racing("change_details", {"service": OTHER}, {"service": OTHER})()["version"] == 5
    found = desk.staff("appointment", id=id)
    assert (found["service"]["id"], found["start"], found["end"]) == (OTHER, desk.at(24), desk.at(24.5))


@pytest.mark.parametrize(
    ("place", "name", "address"),
    [
        ({"kind": "address", "text": "Raum 3, 2. Stock"}, None, "Raum 3, 2. Stock"),
        ({"kind": "video", "url": "https://video.example/a"}, None, "https://video.example/a"),
        ({"kind": "phone", "text": "Wir rufen Sie an."}, None, "Wir rufen Sie an."),
    ],
)
def test_a_place_set_by_staff_is_told_and_stays_when_the_appointment_moves(desk, place, name, address):
    """Readers that know no kinds find what there is in name and address."""
    id = desk.book(24)["id"]
    first = desk.staff("appointment", id=id)["place"]
    assert (first["kind"], first["name"], first["id"]) == ("address", "Top Hearing (S)", desk.practice)
    told = desk.staff("set_place", id=id, **place)["place"]
    assert told == {"id": None, "name": name, "address": address, "text": None, "url": None, **place}
    [event] = desk.events("appointment.updated")
    assert (event["data"]["place"], event["data"]["notify"], event["data"]["changed"]) == (told, True, ["place"])
    assert desk.staff("reschedule", id=id, start=desk.at(48), calendar=desk.ben)["place"] == told
    assert desk.staff("set_place", id=id, **place)["version"] == 3


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"kind": "address"}, "text"),
        ({"kind": "phone", "text": "  "}, "text"),
        ({"kind": "video"}, "url"),
        ({"kind": "video", "url": "http://video.example/a"}, "url"),
        ({"kind": "video", "url": "javascript:alert(1)"}, "url"),
        ({"kind": "video", "url": "https://"}, "url"),
        ({"kind": "video", "url": "https://user:pass@video.example/"}, "url"),
        ({"kind": "video", "url": "https://video.example/ <script>"}, "url"),
        ({"kind": "video", "url": "https://[video/"}, "url"),
        ({"kind": "address", "text": "x", "url": "https://video.example"}, "url"),
        ({"kind": "moon", "text": "x"}, "kind"),
    ],
)
def test_a_place_that_nobody_finds_is_refused(lite, place, field):
    """Video calls are https only."""
    id = lite.book(24)["id"]
    refused = lite.refused(lite.staff, "set_place", id=id, **place)
    assert (refused.code, list(refused.facts["errors"])) == ("invalid", [field])
