"""Services: what the form sends, and what it keeps when something is wrong."""

import pytest

from gateway.tests.pages.house import PLACE, House
from gateway.tests.pages.settings.samples import SERVICE, echo, send
from gateway.tests.pages.strict import StrictClient
from runtime.errors import Refused
from runtime.ids import new_id


def test_a_service_without_a_price_shows_a_dash(owner: None, client: StrictClient, house: House) -> None:
    """K3."""
    house.answers["availability.list_services"] = {"items": [{**SERVICE, "price": None}], "next": None}
    [price] = client.get("/desk/settings/services").all("td", data_label="Preis")
    assert price.text == "-"
    page = client.get(f"/desk/settings/services/{SERVICE['id']}")
    assert page.find("input", id="price").get("value") == "-"


def test_saving_a_service_unchanged_sends_what_it_was(owner: None, client: StrictClient, house: House) -> None:
    """Also its version; notices come in hours and days, and go back in minutes."""
    echo(house, "availability.update_service")
    page = client.get(f"/desk/settings/services/{SERVICE['id']}")
    assert page.find("input", id="min_notice").get("value") == "2"
    assert page.find("input", id="price").get("value") == "49,00"
    action, fields = page.form(str(SERVICE["id"]))
    units = {"min_notice_unit": "days", "cancel_notice_unit": "minutes", "move_notice_unit": "hours"}
    chosen = {"calendars": SERVICE["calendars"], "confirmation": "request"}
    assert client.post(action, fields | units | chosen).status == 303
    [sent] = house.asked("availability.update_service")
    assert sent.pop("if_version") == 4
    assert sent == {name: value for name, value in SERVICE.items() if name != "version"}


@pytest.mark.parametrize(
    ("path", "method", "entries"),
    [
        ("services", "availability.create_service", {"name": "Neu"}),
        ("calendars", "availability.create_calendar", {"name": "D", "nickname": "D", "place": PLACE["id"]}),
        ("practice/places", "practice.create_place", {"name": "Nord", "address": "Weg 1"}),
    ],
)
def test_a_form_that_is_sent_twice_adds_one(
    owner: None, client: StrictClient, house: House, path: str, method: str, entries: dict[str, str]
) -> None:
    """Its key says so, also after an error; gone back to, with other entries, it adds a further one."""
    echo(house, method)
    action, fields = client.get(f"/desk/settings/{path}/new").form("/new")
    again = client.post(action, {**fields, **entries, "name": ""}).form("/new")[1]
    for typed in (fields | entries, again | entries, fields | entries | {"name": "Anders"}):
        assert client.post(action, typed).status == 303
    first, second, other = (sent["idempotency_key"] for sent in house.asked(method))
    assert first == second != other
    assert client.get(f"/desk/settings/{path}/new").form("/new")[1]["key"] != fields["key"]


@pytest.mark.parametrize(
    ("typed", "price"),
    [("49", "49"), ("49,5", "49.5"), ("1 049,00", "1049.00"), ("-", None), ("–", None), ("", None), (" 0 ", "0")],
)
def test_prices_are_read_as_people_type_them(
    owner: None, client: StrictClient, house: House, typed: str, price: str | None
) -> None:
    """In the practice's currency."""
    echo(house, "availability.create_service")
    send(client, "/desk/settings/services/new", name="Neu", price=typed)
    [sent] = house.asked("availability.create_service")
    assert sent["price"] == (price and {"amount": price, "currency": "EUR"})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("duration_minutes", ""),
        ("duration_minutes", "abc"),
        ("duration_minutes", "0"),
        ("duration_minutes", "99999999999999999999"),
        ("price", "viel"),
        ("price", "-5"),
        ("start_interval_minutes", "1"),
        ("buffer_before_minutes", "9999"),
        ("min_notice", "-1"),
        ("min_notice", "9999999"),
        ("window_days", "1000"),
        ("window_days", ""),
        ("confirmation", "maybe"),
        ("calendars", "no id"),
        ("name", "x" * 121),
        ("description", "x" * 4001),
    ],
)
def test_a_wrong_entry_of_a_service_is_told_beside_it(
    owner: None, client: StrictClient, house: House, field: str, typed: str
) -> None:
    """In the reader's language, in the summary, too; nothing else that was typed is lost."""
    typed_too = {"name": "Anpassung", "description": "Zwei\nZeilen", field: typed}
    page = send(client, "/desk/settings/services/new", **typed_too)
    assert page.status == 422
    assert page.find("div", id="errors").find(f".//a[@href='#{field}']") is not None
    assert page.all("p", id=f"{field}-error")
    assert "Must be" not in page.text
    assert "Not a valid" not in page.text
    if field != "description":
        assert (page.find("textarea", id="description").text or "").split() == ["Zwei", "Zeilen"]
    assert not house.asked("availability.create_service")


def test_a_service_that_somebody_changed_meanwhile_is_not_overwritten_unseen(
    owner: None, client: StrictClient, house: House
) -> None:
    """What was typed stays beside what the other one stored; sending it again is then a decision."""
    house.answers["availability.update_service"] = Refused("precondition_failed", {"version": 5})
    page = send(client, f"/desk/settings/services/{SERVICE['id']}", name="Anders", confirmation="request")
    assert page.status == 412
    assert "Inzwischen hat jemand anderes dies geändert" in page.text
    assert page.find("input", id="name").get("value") == "Anders"
    assert page.find("input", name="version").get("value") == "5"
    [stored] = page.all("ul", class_="stored-now")
    said = [" ".join("".join(line.itertext()).split()) for line in stored]
    assert f"Name des Services: {SERVICE['name']}" in said
    assert not [line for line in said if line.startswith(("Dauer", "Bestätigung"))]


def test_deleting_a_service_takes_a_question(owner: None, client: StrictClient, house: House) -> None:
    """And says that appointments stay."""
    echo(house, "availability.delete_service")
    page = client.get(f"/desk/settings/services/{SERVICE['id']}/delete")
    assert "Bereits gebuchte Termine bleiben" in page.text
    assert not house.asked("availability.delete_service")
    action, fields = page.form("/delete")
    done = client.get(str(client.post(action, fields).location))
    assert "Der Service ist gelöscht" in done.text
    assert client.post(action, fields).status == 303  # a second click
    house.answers["availability.delete_service"] = Refused("not_found")  # another practice's
    assert client.post(action, fields).status == 404
    assert client.get(f"/desk/settings/services/{new_id()}").status == 404
