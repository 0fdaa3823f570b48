"""The practice's figures."""

from gateway.tests.pages.appointments.samples import FIGURES, Json, SignIn, only
from gateway.tests.pages.house import House
from runtime.errors import Refused
from runtime.ids import new_id


def test_the_figures_are_told_and_drawn(sign_in: SignIn, house: House) -> None:
    """K37: numbers, bars with a name, and the same in tables."""
    client = sign_in()
    page = client.get("/desk/analytics?from=2026-03-01&to=2026-03-31&per=day")
    asked = only(house, "booking.analytics")
    assert (asked["from"], asked["to"], asked["time_zone"]) == ("2026-03-01", "2026-03-31", "Europe/Berlin")
    assert "392,00 €" in page.text
    chart = page.html.partition('<svg class="chart"')[2].partition("</svg>")[0]
    assert chart.count("<rect ") == 31 * 3


def test_days_without_anything_take_no_room_and_a_gone_service_can_be_looked_at(sign_in: SignIn, house: House) -> None:
    """The table has what there was; a choice is what is offered, and what the figures have besides."""
    client = sign_in()
    first, *rest = FIGURES["periods"]
    empty = [{**one, "bookings": 0, "completed": 0, "revenue": []} for one in rest]
    gone = {**FIGURES["services"][0], "id": new_id(), "name": "Hausbesuch"}
    house.answers["booking.analytics"] = {**FIGURES, "per": "day", "periods": [first, *empty], "services": [gone]}
    page = client.get("/desk/analytics")
    assert "Tage ohne Termine und Einnahmen sind weggelassen" in page.text
    assert page.html.count('<th scope="row">') == 1 + 1 + len(FIGURES["calendars"])
    options = [option.text for option in page.find("select", id="n-service").iter("option")]
    assert options == ["Alle", "Batteriewechsel", "Beratung", "Hausbesuch", "Servicetermin"]


def test_a_time_without_sense_shows_the_usual_one(sign_in: SignIn, house: House) -> None:
    """And says so."""
    client = sign_in()
    asked: list[Json] = []

    def answer(payload: Json) -> Json:
        asked.append(payload)
        if len(asked) == 1:
            raise Refused("invalid", {"errors": {"to": ["Too long."]}})
        return FIGURES

    house.answers["booking.analytics"] = answer
    assert client.get("/desk/analytics?from=2026-03-31&to=2026-03-01").status == 200
    assert asked[1]["from"] == "2026-02-24"
