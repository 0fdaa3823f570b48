"""The guest's page behind the link."""

from typing import Any

import pytest

from gateway.api import examples
from gateway.tests.pages.house import PRACTICE, House
from gateway.tests.pages.invitations.samples import SENT, TOKEN
from gateway.tests.pages.strict import StrictClient
from runtime.errors import Refused


def joined(**changes: Any) -> dict[str, Any]:
    times = {name: SENT[name] for name in ("start", "end")}
    return {**examples.JOINED, "practice_id": PRACTICE["id"], **times, **changes}


@pytest.mark.parametrize("state", ["open", "waiting"])
def test_the_guest_sees_who_and_when(client: StrictClient, house: House, state: str) -> None:
    """The host by nickname, times in the guest's zone; looking changes nothing."""
    house.answers["invitations.join"] = joined(state=state, time_zone="America/New_York")
    page = client.get(f"/join/{TOKEN}")
    assert (page.status, page.heading) == (200, "Ihr Videogespräch mit Anna")
    assert "05:00 – 05:30" in page.text
    assert "dort: Mi 25. März, 10:00" in page.text
    assert "05:30 · Zeit in New York" in page.text  # in the waiting room, too
    assert "Ihr Link gilt" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert 'tel:+49711123456">0711 123456</a>' in page.html  # should nobody let them in
    assert "tel:0" not in page.html
    assert ("Anna weiß, dass Sie da sind." in page.text) is (state == "waiting")
    assert {name for name, _ in house.calls} <= {"invitations.join", "practice.by_id"}


@pytest.mark.parametrize(
    ("state", "heading"),
    [("void", "Dieses Videogespräch findet nicht statt"), ("expired", "Dieser Link ist abgelaufen")],
)
def test_a_link_that_is_over_says_so_and_how_to_go_on(
    client: StrictClient, house: House, state: str, heading: str
) -> None:
    house.answers["invitations.join"] = joined(state=state, guest=None)
    page = client.get(f"/join/{TOKEN}")
    assert (page.status, page.heading) == (410, heading)
    assert {a.get("href") for a in page.all("a") if (a.get("href") or "").startswith("tel:")} == {"tel:+49711123456"}
    assert "Ihr Link gilt" not in page.text


@pytest.mark.parametrize(
    ("locale", "heading"), [("fr", "Votre appel vidéo avec Anna"), ("ru", "Ваш видеозвонок: Anna")]
)
def test_the_page_speaks_the_guests_language(client: StrictClient, house: House, locale: str, heading: str) -> None:
    """Unless the guest chooses another."""
    house.answers["invitations.join"] = joined(locale=locale)
    assert client.get(f"/join/{TOKEN}").heading == heading
    assert client.get(f"/join/{TOKEN}?lang=en").heading == "Your video call with Anna"


def test_a_link_of_nothing_is_not_found(client: StrictClient, house: House) -> None:
    house.answers["invitations.join"] = Refused("not_found")
    assert client.get("/join/x").status == 404
