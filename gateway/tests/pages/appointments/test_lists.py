"""The lists: filters, pages, what they cost."""

import pytest

from gateway.tests.pages.appointments.samples import SignIn, only
from gateway.tests.pages.house import CALENDARS, House
from gateway.tests.pages.planner import appointment
from runtime.errors import Refused
from runtime.ids import new_id


def test_lists_filter_and_page(sign_in: SignIn, house: House) -> None:
    """Calendar, status, words, days by the reader's clock; where the list goes on the filters stay."""
    client = sign_in()
    house.answers["booking.appointments"] = {"items": [appointment()], "next": "abc"}
    asked = f"q=gro%C3%9F&calendar={CALENDARS[0]['id']}&status=pending&from=2026-03-24&to=2026-03-25"
    page = client.get(f"/desk/appointments?{asked}")
    query = only(house, "booking.appointments")
    assert (query["q"], query["calendar"], query["status"]) == ("groß", CALENDARS[0]["id"], "pending")
    assert (query["from"], query["to"]) == ("2026-03-24T00:00:00+01:00", "2026-03-26T00:00:00+01:00")
    assert query["scope"] == "upcoming"
    [more] = page.all("a", rel="next")
    assert "cursor=abc" in str(more.get("href"))
    assert "status=pending" in str(more.get("href"))
    client.get("/desk/past")
    assert house.asked("booking.appointments")[-1]["scope"] == "past"


def test_a_filter_that_makes_no_sense_finds_nothing(sign_in: SignIn, house: House) -> None:
    """No error page for a mistyped address."""
    client = sign_in()
    house.answers["booking.appointments"] = Refused("invalid", {"errors": {"calendar": ["x"]}})
    assert "Kein Termin passt dazu" in client.get("/desk/appointments?calendar=x").text


@pytest.mark.parametrize("path", ["/desk/today", "/desk/inbox", "/desk/appointments", "/desk/past"])
def test_a_list_costs_the_same_however_long_it_is(sign_in: SignIn, house: House, path: str) -> None:
    """As many questions at 200 appointments as at 20."""
    client = sign_in()
    client.get(path)  # what is kept for a while is known then
    costs = []
    for count in (20, 200):
        found = {"items": [appointment(id=new_id()) for _ in range(count)], "next": None}
        house.answers["booking.appointments"] = house.answers["booking.inbox"] = found
        house.calls.clear()
        page = client.get(path)
        assert len(page.all("tr")) == count + 1
        costs.append(sorted(name for name, _ in house.calls))
    assert costs[0] == costs[1]
    assert len(costs[0]) <= 4
