"""The practice, its places and its people: what the forms send, and what they keep when something is wrong."""

import pytest

from gateway.tests.pages.house import PLACE, ZONE, House
from gateway.tests.pages.settings.samples import echo, send
from gateway.tests.pages.strict import StrictClient
from runtime.errors import Refused
from runtime.ids import new_id, stable_id


def test_the_practice_is_saved_and_a_light_colour_is_mentioned(owner: None, client: StrictClient, house: House) -> None:
    """EUR and RUB at hand (K5); an empty phone and copy address switch off."""
    house.answers["practice.update"] = lambda payload: {**payload, "accent": "#111111"}
    page = client.get("/desk/settings/practice")
    assert {"EUR", "RUB"} <= {option.get("value") for option in page.find("select", id="currency").iter("option")}
    chosen = {"country": "DE", "locale": "de", "time_zone": ZONE, "currency": "RUB", "accent": "#ffee00"}
    preview = send(client, "/desk/settings/practice", **chosen, action="preview")
    assert "Zu hell" in preview.text
    assert "/accent/ffee00.svg" in preview.html
    assert client.get("/accent/ffee00.svg").status == 200
    done = send(client, "/desk/settings/practice", **chosen, copy_to="", phone="")
    assert "etwas dunkler" in client.get(str(done.location)).text
    [sent] = house.asked("practice.update")
    assert (sent["currency"], sent["copy_to"], sent["phone"], sent["if_version"]) == ("RUB", None, "", 3)


def test_wrong_entries_of_the_practice_are_told_beside_them(owner: None, client: StrictClient, house: House) -> None:
    """Also those that only the service can see."""
    chosen = {"country": "DE", "locale": "de", "time_zone": ZONE, "currency": "EUR"}
    page = send(client, "/desk/settings/practice", **chosen, name="", email="kein", copy_to="auch keine", accent="rot")
    errors = {p.get("id") for p in page.all("p", class_="error")}
    assert errors == {"name-error", "email-error", "copy_to-error", "accent-error"}
    house.answers["practice.update"] = Refused("invalid", {"errors": {"country": ["Unknown country."]}})
    page = send(client, "/desk/settings/practice", **chosen, accent="#112233")
    assert [p.get("id") for p in page.all("p", class_="error")] == ["country-error"]


def test_places_are_added_and_changed(owner: None, client: StrictClient, house: House) -> None:
    """Empty ones are not."""
    echo(house, "practice.create_place", "practice.update_place")
    assert send(client, "/desk/settings/practice/places/new", name="Nord", address="").status == 422
    assert send(client, "/desk/settings/practice/places/new", name="Nord", address="Weg 1").status == 303
    assert send(client, f"/desk/settings/practice/places/{PLACE['id']}", name="Süd", address="Weg 2").status == 303
    [sent] = house.asked("practice.update_place")
    assert (sent["name"], sent["if_version"]) == ("Süd", 333)
    house.answers["practice.update_place"] = Refused("precondition_failed", {"version": 444})
    page = send(client, f"/desk/settings/practice/places/{PLACE['id']}", name="West", address="Weg 3")
    assert (page.status, page.find("input", id="name").get("value")) == (412, "West")
    assert page.find("input", name="version").get("value") == "444"
    assert client.get(f"/desk/settings/practice/places/{new_id()}").status == 404


ME = {"id": stable_id("me"), "name": "Dora", "email": "d@x.example", "role": "owner", "locale": "de", "time_zone": None}


@pytest.mark.parametrize(("path", "method"), [("account", "me"), (f"users/{ME['id']}", "user")])
def test_people_are_not_overwritten_unseen_and_what_does_not_fit_is_told_beside_it(
    owner: None, client: StrictClient, house: House, path: str, method: str
) -> None:
    """What was typed stays; sending it once more is a decision."""
    house.answers[f"practice.{method}"] = {**ME, "state": "active", "version": 3}
    house.answers[f"practice.update_{method}"] = Refused("precondition_failed", {"version": 4})
    page = send(client, f"/desk/settings/{path}", name="Dorothea", locale="de", role="owner")
    assert (page.status, page.find("input", id="name").get("value")) == (412, "Dorothea")
    assert page.find("input", name="version").get("value") == "4"
    assert "Dora" in "".join(page.all("ul", class_="stored-now")[0].itertext())
    too_long = {"errors": {"name": ["Longer than maximum length 120."]}}
    house.answers[f"practice.update_{method}"] = Refused("invalid", too_long)
    page = send(client, f"/desk/settings/{path}", name="x" * 200, locale="de", role="owner")
    assert [p.get("id") for p in page.all("p", class_="error")] == ["name-error"]


def test_an_invitation_says_which_entry_does_not_fit(owner: None, client: StrictClient, house: House) -> None:
    """And keeps it."""
    house.answers["practice.users"] = {"items": []}
    house.answers["practice.invite_user"] = Refused("invalid", {"errors": {"name": ["Longer than maximum length 1."]}})
    page = send(client, "/desk/settings/users", name="x" * 200, email="a@b.example", role="staff", locale="de")
    assert [p.get("id") for p in page.all("p", class_="error")] == ["name-error"]
    assert page.find("input", id="name").get("value") == "x" * 200
