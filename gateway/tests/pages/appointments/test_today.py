"""Today, another day, and the inbox."""

import pytest

from gateway.tests.pages.appointments.samples import SignIn, only
from gateway.tests.pages.house import House
from gateway.tests.pages.planner import ID
from runtime.errors import Refused


def test_the_desk_begins_with_today(sign_in: SignIn, house: House) -> None:
    """K26: pending and accepted of the day by the reader's clock, with client, service, time, status."""
    client = sign_in()
    assert client.get("/desk").location == "/desk/today"
    page = client.get("/desk/today")
    assert page.heading == "Heute"
    assert all(words in page.text for words in ("09:00", "Beratung", "Anna", "Ausstehend"))
    assert "&lt;b&gt;Groß" in page.html
    asked = only(house, "booking.appointments")
    assert (asked["from"], asked["to"]) == ("2026-03-23T00:00:00+01:00", "2026-03-24T00:00:00+01:00")
    assert asked["status"] == ["pending", "accepted"]


def test_another_day_and_another_clock(sign_in: SignIn, house: House) -> None:
    """The reader's day, also where it is 23 hours long; the calendar's time stands beside."""
    client = sign_in(zone="America/New_York")
    page = client.get("/desk/today?day=2026-03-08")
    asked = house.asked("booking.appointments")[0]
    assert (asked["from"], asked["to"]) == ("2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00")
    assert page.heading == "Sonntag, 8. März"
    assert client.get("/desk/today?day=2026-03-08&lang=fr").heading == "dimanche 8 mars"
    assert "04:00" in page.text
    assert "Berlin: Di 24. März, 09:00" in page.text


@pytest.mark.parametrize("wrong", ["day=morgen", "day=0001-01-01", "day=9999-12-31"])
def test_a_day_that_is_none_is_today(sign_in: SignIn, wrong: str) -> None:
    """Whatever stands in the address."""
    assert sign_in().get(f"/desk/today?{wrong}").heading == "Heute"


def test_the_inbox_leads_to_a_decision_and_its_undo(sign_in: SignIn, house: House) -> None:
    """A6: "Bestätigen" takes it off; the version that was shown goes along; undo is offered."""
    client = sign_in()
    page = client.get("/desk/inbox")
    assert page.heading == "Erinnerungen"
    action, fields = page.form("/accept")
    answer = client.post(action, fields)
    assert only(house, "booking.change_status") == {"id": ID, "action": "accept", "if_version": 3, "notify": True}
    assert str(answer.location).startswith("/desk/inbox?")
    after = client.get(str(answer.location))
    assert "Der Termin ist bestätigt" in after.text
    action, fields = after.form("/undo")
    client.post(action, fields)
    assert only(house, "booking.undo") == {"id": ID, "if_version": 4}


def test_who_was_overtaken_is_told_on_the_list(sign_in: SignIn, house: House) -> None:
    """Nothing is overwritten unseen."""
    client = sign_in()
    house.answers["booking.change_status"] = Refused("precondition_failed", {"version": 4})
    action, fields = client.get("/desk/inbox").form("/accept")
    page = client.get(str(client.post(action, fields).location))
    assert "Inzwischen hat jemand anderes den Termin geändert" in page.text


def test_without_the_csrf_token_nothing_happens(sign_in: SignIn, house: House) -> None:
    """Another site's form has no token."""
    client = sign_in()
    for path in (f"{ID}/accept", f"{ID}/move", f"{ID}/price", f"{ID}/payments", "bulk"):
        assert client.post(f"/desk/appointments/{path}", {}).status == 403
    assert client.post("/desk/book", {}).status == 403
    assert not [name for name, _ in house.calls if name.startswith("booking.") and "count" not in name]


def test_who_may_only_read_sees_no_button(sign_in: SignIn, house: House) -> None:
    """And a post by hand is refused before booking is asked."""
    client = sign_in("booking:read")
    for path in ("/desk/today", "/desk/inbox", "/desk/appointments", "/desk/past", f"/desk/appointments/{ID}"):
        page = client.get(path)
        assert [action for action, _ in page.forms() if action != "/logout"] == []
    assert client.get("/desk/book").status == 403
    _, fields = client.get("/desk/today").form("/logout")
    assert client.post(f"/desk/appointments/{ID}/cancel", fields).status == 403
    assert not house.asked("booking.change_status")
