"""Customers on the desk: list, record, forms, merge, linking an appointment, the search."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.api import examples
from gateway.context import use_locale
from gateway.pages.desk import appointment_blocks
from gateway.tests.pages.house import CALENDARS, PRACTICE, SERVICES, House
from gateway.tests.pages.strict import Page, StrictClient
from runtime.errors import Refused, Unavailable
from runtime.i18n import LOCALES
from runtime.identity import Caller, Signer
from runtime.ids import new_id
from runtime.testing import SEED, FakeClock

ID, OTHER = examples.CUSTOMER_ID, examples.DUPLICATE_ID
ERIKA = {**examples.CUSTOMER_RECORD, "first_name": "Erika", "last_name": "<b>Müller</b>"}
PHONE_ONLY = {**ERIKA, "id": OTHER, "last_name": "Mueller", "email": None, "next_start": None}
BOOKED_BY = {"first_name": "Erika", "last_name": "Müller", "email": "e@example.org", "phone": "+49711123456"}
APPOINTMENT = {
    "id": new_id(),
    "version": 3,
    "status": "accepted",
    "start": "2026-03-24T08:00:00+00:00",
    "end": "2026-03-24T09:00:00+00:00",
    "time_zone": "Europe/Berlin",
    "service": SERVICES[1],
    "calendar": CALENDARS[0],
    "customer": {**BOOKED_BY, "id": None, "locale": "de", "time_zone": None},
    "booked_by": {**BOOKED_BY, "id": None, "locale": "fr", "time_zone": "Europe/Paris"},
    "customer_id": None,
    "phone_typed": "0711 123456",
    "comment": "Erika Müller\n0711 123456\nKrankenkasse: AOK",
    "history": [],
}
MESSAGE = {
    **examples.MESSAGE,
    "role": "customer",
    "purpose": "booking_confirmation",
    "channel": "email",
    "recipient": "e@example.org",
    "state": "failed",
    "at": "2026-03-23T07:00:00+00:00",
    "reason": "Die Adresse gibt es nicht.",
}
LINK = f"/desk/appointments/{APPOINTMENT['id']}/customer"
SUGGESTION = {"customer": PHONE_ONLY, "reasons": ["phone", "name"], "likeness": 0.92}


def page_of(*items: Any, next: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "next": next}


@pytest.fixture(name="enter")
def _enter(client: StrictClient, house: House, clock: FakeClock) -> Callable[..., StrictClient]:
    """Sign in with these scopes; booking and notify answer what stands above."""

    def enter(*scopes: str) -> StrictClient:
        held = frozenset(scopes or ("booking:read", "booking:write"))
        caller = Caller(practice_id=PRACTICE["id"], user_id=new_id(), role="reception", scopes=held)
        house.answers |= {
            "practice.sign_in": {
                "access_token": Signer("practice", SEED).user_token(caller, clock.now),
                "expires_at": (clock.now + timedelta(minutes=10)).isoformat(),
                "session": "s",
                "user": {"id": caller.user_id, "name": "Dora", "role": "reception", "locale": "de", "time_zone": None},
                "practice": {name: PRACTICE[name] for name in ("id", "slug", "name", "plan", "time_zone", "locale")},
            },
            "booking.inbox_count": {"count": 0},
            "booking.customers": page_of(ERIKA, PHONE_ONLY, next="n"),
            "booking.customer": ERIKA,
            "booking.create_customer": ERIKA,
            "booking.update_customer": ERIKA,
            "booking.customer_suggestions": {"items": [SUGGESTION]},
            "booking.merge_customers": {"customer": ERIKA, "duplicate": PHONE_ONLY, "moved": 2},
            "booking.appointments": page_of(APPOINTMENT),
            "booking.appointment": APPOINTMENT,
            "booking.link_customer": {**APPOINTMENT, "customer_id": ID},
            "booking.unlink_customer": APPOINTMENT,
            "notify.messages": page_of(MESSAGE, {**MESSAGE, "role": "copy", "recipient": "copy@example.org"}),
        }
        action, fields = client.get("/login").form("/login")
        assert client.post(action, fields | {"email": "d@example.org", "password": "right"}).status == 303
        return client

    return enter


def record_form(page: Page) -> dict[str, str]:
    """The fields of a record's form, with what its lists have chosen."""
    [fields] = [fields for _, fields in page.forms() if "first_name" in fields]
    chosen = {str(s.get("name")): [o for o in s.iter("option") if "selected" in o.attrib] for s in page.all("select")}
    return fields | {name: str(options[0].get("value")) if options else "" for name, options in chosen.items()}


def test_the_list_shows_who_is_reached_by_phone_only(enter: Callable[..., StrictClient], house: House) -> None:
    """With what is next and how often they came; words go to booking, the list goes on."""
    page = enter().get("/desk/customers?q=m%C3%BCller")
    assert house.asked("booking.customers") == [{"q": "müller", "limit": 50, "cursor": None}]
    assert "nur Telefon" in page.text
    assert "3 gebucht · 1 storniert" in page.text
    assert "verpasst" not in page.text
    assert "&lt;b&gt;Müller" in page.html
    assert "cursor=n" in str(page.find("a", rel="next").get("href"))


@pytest.mark.parametrize("words", ["", "niemand"])
def test_an_empty_list_says_what_to_do(enter: Callable[..., StrictClient], house: House, words: str) -> None:
    """Nobody at all, or nobody by these words."""
    client = enter()
    house.answers["booking.customers"] = page_of()
    text = client.get("/desk/customers", query_string={"q": words}).text
    assert ("niemand gefunden" in text) is bool(words)


def test_a_record_asks_each_service_once(enter: Callable[..., StrictClient], house: House) -> None:
    """However many appointments and messages there are; what others were sent is left out."""
    client = enter()
    many = [{**APPOINTMENT, "id": new_id()} for _ in range(40)]
    house.answers["booking.appointments"] = page_of(*many)
    before = len(house.calls)
    page = client.get(f"/desk/customers/{ID}")
    asked = [name for name, _ in house.calls[before:] if name != "practice.by_id"]  # that one is kept for a while
    assert sorted(asked) == [
        *("booking.appointments", "booking.appointments", "booking.customer", "booking.customer_suggestions"),
        *("booking.inbox_count", "notify.messages"),
    ]
    assert len(house.asked("notify.messages")[0]["appointments"]) == 80
    assert "Die Adresse gibt es nicht." in page.text
    assert "copy@example.org" not in page.text


def test_a_record_opens_while_notify_is_away(enter: Callable[..., StrictClient], house: House) -> None:
    """It says so in the place of the messages."""
    client = enter()
    house.answers["notify.messages"] = Unavailable("away")
    assert "können gerade nicht gezeigt werden" in client.get(f"/desk/customers/{ID}").text


def test_a_merged_record_leads_to_the_one_that_stayed(enter: Callable[..., StrictClient], house: House) -> None:
    """Old links keep working."""
    client = enter()
    house.answers["booking.customer"] = {**ERIKA, "merged_into": OTHER}
    assert str(client.get(f"/desk/customers/{ID}").location).startswith(f"/desk/customers/{OTHER}")


def test_a_customer_is_made_with_a_phone_only(enter: Callable[..., StrictClient], house: House) -> None:
    """In the practice's country; the form's own key makes two clicks one record."""
    client = enter()
    fields = record_form(client.get("/desk/customers/new"))
    typed = fields | {"first_name": " Erika ", "last_name": "Müller", "phone": "0711 123456"}
    assert client.post("/desk/customers/new", typed).location == f"/desk/customers/{ID}?did=created"
    [sent] = house.asked("booking.create_customer")
    assert (sent["first_name"], sent["phone"], sent["email"], sent["country"]) == ("Erika", "0711 123456", None, "DE")
    assert (sent["locale"], sent["idempotency_key"]) == ("de", fields["once"])


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(enter: Callable[..., StrictClient]) -> None:
    """Neither phone nor e-mail; what was typed is still there."""
    client = enter()
    fields = record_form(client.get("/desk/customers/new"))
    page = client.post("/desk/customers/new", fields | {"first_name": "Erika", "note": "Klingelt laut"})
    assert page.status == 422
    assert "eines von beiden genügt" in page.text
    assert page.find("input", id="first_name").get("value") == "Erika"
    assert page.find("textarea", id="note").text == "Klingelt laut"
    assert {e.get("id") for e in page.all("p", class_="error")} == {"last_name-error", "phone-error"}


def test_bookings_verdict_on_a_number_is_shown_beside_it(enter: Callable[..., StrictClient], house: House) -> None:
    """It knows the country's numbers."""
    client = enter()
    house.answers["booking.create_customer"] = Refused("invalid", {"errors": {"phone": ["Not a valid phone number."]}})
    fields = record_form(client.get("/desk/customers/new"))
    page = client.post("/desk/customers/new", fields | {"first_name": "E", "last_name": "M", "phone": "0000 000"})
    assert page.status == 422
    assert page.find("p", id="phone-error") is not None


def test_a_change_sends_only_what_differs_and_the_version_seen(
    enter: Callable[..., StrictClient], house: House
) -> None:
    """So a number keeps the way in which it was typed."""
    client = enter()
    page = client.get(f"/desk/customers/{ID}/edit")
    assert page.find("input", id="phone").get("value") == "0711 654321"
    fields = record_form(page)
    client.post(f"/desk/customers/{ID}/edit", fields | {"note": "Neu"})
    assert house.asked("booking.update_customer") == [{"id": ID, "note": "Neu", "country": "DE", "if_version": 2}]


def test_who_comes_second_sees_what_is_stored_and_keeps_the_entries(
    enter: Callable[..., StrictClient], house: House
) -> None:
    """Saving once more is then deliberate: it carries the new version."""
    client = enter()
    fields = record_form(client.get(f"/desk/customers/{ID}/edit"))
    house.answers["booking.update_customer"] = Refused("precondition_failed", {"version": 3})
    house.answers["booking.customer"] = {**ERIKA, "version": 3, "note": "Von Dora"}
    page = client.post(f"/desk/customers/{ID}/edit", fields | {"note": "Von Erik"})
    assert page.status == 412
    assert "Von Dora" in page.text
    assert page.find("textarea", id="note").text == "Von Erik"
    assert record_form(page)["version"] == "3"


def test_a_merge_is_shown_before_it_happens(enter: Callable[..., StrictClient], house: House) -> None:
    """Opening the page changes nothing; the confirmation carries the version."""
    client = enter()
    page = client.get(f"/desk/customers/{ID}/merge?duplicate={OTHER}")
    assert "2 Termine gehen" in page.text
    assert house.asked("booking.merge_customers") == [{"id": ID, "duplicate": OTHER, "preview": True}]
    action, fields = page.form("/merge")
    assert str(client.post(action, fields).location).startswith(f"/desk/customers/{ID}")
    assert house.asked("booking.merge_customers")[-1] == {"id": ID, "duplicate": OTHER, "if_version": 2}


def test_the_other_record_is_looked_for_by_hand(enter: Callable[..., StrictClient], house: House) -> None:
    """It is not offered to itself."""
    page = enter().get(f"/desk/customers/{ID}/merge?q=muell")
    links = [str(e.get("href")) for e in page.all("a") if "duplicate=" in str(e.get("href"))]
    assert links == [f"/desk/customers/{ID}/merge?duplicate={OTHER}"]


def test_a_merge_that_somebody_overtook_is_told(enter: Callable[..., StrictClient], house: House) -> None:
    """And shown anew."""
    client = enter()
    action, fields = client.get(f"/desk/customers/{ID}/merge?duplicate={OTHER}").form("/merge")
    refusals = iter([Refused("precondition_failed", {"version": 3})])

    def answer(payload: dict[str, Any]) -> dict[str, Any]:
        for refused in refusals:
            raise refused
        return {"customer": ERIKA, "duplicate": PHONE_ONLY, "moved": 2}

    house.answers["booking.merge_customers"] = answer
    page = client.post(action, fields)
    assert page.status == 412
    assert "inzwischen" in page.text or "geändert" in page.text


def test_an_appointment_is_linked_to_a_suggestion(enter: Callable[..., StrictClient], house: House) -> None:
    """The reasons are said; the version goes along."""
    client = enter()
    page = client.get(LINK)
    assert "gleiche Telefonnummer" in page.text
    assert "ähnlicher Name" in page.text
    action, fields = page.form("/customer")
    assert client.post(action, fields).status == 303
    assert house.asked("booking.link_customer") == [{"id": APPOINTMENT["id"], "customer_id": OTHER, "if_version": 3}]


def test_an_appointment_is_unlinked(enter: Callable[..., StrictClient], house: House) -> None:
    """By the button without a customer."""
    client = enter()
    house.answers["booking.appointment"] = {**APPOINTMENT, "customer_id": ID}
    forms = client.get(LINK).forms()
    action, fields = next((a, f) for a, f in forms if a.endswith("/customer") and "customer_id" not in f)
    assert client.post(action, fields).status == 303
    assert house.asked("booking.unlink_customer") == [{"id": APPOINTMENT["id"], "if_version": 3}]


def test_a_link_that_somebody_overtook_changes_nothing(enter: Callable[..., StrictClient], house: House) -> None:
    """It is told, and the choice shown anew."""
    client = enter()
    action, fields = client.get(LINK).form("/customer")
    house.answers["booking.link_customer"] = Refused("customer_merged", {"customer": ID})
    page = client.post(action, fields)
    assert page.status == 412
    assert "zusammengeführt" in page.text


def test_a_new_customer_starts_with_what_was_booked(enter: Callable[..., StrictClient], house: House) -> None:
    """Language, zone and the number as it was typed; the comment stands beside it."""
    client = enter()
    page = client.get(f"{LINK}/new")
    assert page.find("input", id="phone").get("value") == "0711 123456"
    assert "Krankenkasse: AOK" in page.text
    fields = record_form(page)
    assert client.post(f"{LINK}/new", fields | {"last_name": "Müller-Lang"}).status == 303
    [sent] = house.asked("booking.link_customer")
    assert (sent["if_version"], sent["create"]["last_name"], sent["create"]["country"]) == (3, "Müller-Lang", "DE")
    assert (sent["create"]["locale"], sent["create"]["time_zone"]) == ("fr", "Europe/Paris")


def test_the_appointment_page_gets_the_record_or_the_suggestions(
    enter: Callable[..., StrictClient], house: House, app: Any
) -> None:
    """One question either way, and none that keeps the page from opening."""
    enter()
    found: list[Any] = []
    with app.test_request_context("/desk"):
        from gateway.pages.desk import appointment_customer

        found.append(appointment_customer.block({**APPOINTMENT, "customer_id": ID}))
        house.answers["booking.customer"] = Unavailable("away")
        found.append(appointment_customer.block({**APPOINTMENT, "customer_id": ID}))
    assert found == [{"customer_record": ERIKA}, {}]
    assert appointment_customer.block in appointment_blocks.LOADERS


def block(app: Any, role: bool = True, **values: Any) -> str:
    """The customer's part of the appointment page, as that page includes it."""
    frame = {"may": lambda scope: role, "has_page": lambda endpoint: True, "csrf": "c", "zone": "Europe/Berlin"}
    with app.test_request_context("/desk?lang=de"):
        use_locale("de")
        html: str = app.jinja_env.get_template("desk/appointment_customer.html").render(**frame, **values)
    return re.sub(r"\s+", " ", html)


def test_the_block_offers_who_may_be_meant(app: Any) -> None:
    """To link, to create, to look for somebody else; to readers none of it."""
    html = block(app, appointment=APPOINTMENT, customer_suggestions=[SUGGESTION])
    assert "gleiche Telefonnummer" in html
    assert f'name="customer_id" value="{OTHER}"' in html
    assert f'action="{LINK}?' in html
    assert f'href="{LINK}/new?' in html
    assert "<form" not in block(app, role=False, appointment=APPOINTMENT, customer_suggestions=[])


def test_the_block_shows_whose_it_is_and_how_it_was_booked(app: Any) -> None:
    """With a link to the record, how often they came, and the way to unlink."""
    customer = {**APPOINTMENT["customer"], "email": "neu@example.org", "id": ID}
    linked = {**APPOINTMENT, "customer_id": ID, "customer": customer}
    html = block(app, appointment=linked, customer_record=ERIKA)
    assert f'href="/desk/customers/{ID}' in html
    assert "3 gebucht · 1 storniert" in html
    assert "Gebucht als:" in html
    assert "e@example.org" in html
    assert "Zuordnung aufheben" in html
    assert 'name="customer_id"' not in html
    assert "Gebucht als:" not in block(app, appointment={**linked, "customer": APPOINTMENT["customer"]})


def test_the_search_finds_people_and_appointments(enter: Callable[..., StrictClient], house: House) -> None:
    """From the top of every page; three questions."""
    client = enter()
    form = client.get("/desk/customers").find("form", class_="desk-search")
    assert form.get("action") == "/desk/search"
    before = len(house.calls)
    page = client.get("/desk/search?q=m%C3%BCller")
    assert [name for name, _ in house.calls[before:]] == [
        *("booking.customers", "booking.appointments", "booking.appointments", "booking.inbox_count")
    ]
    assert [e.text for e in page.all("h2") if e.get("id") != "keys-heading"] == [
        "Kunden",
        "Kommende Termine",
        "Frühere Termine",
    ]
    assert client.get("/desk/search?q=").status == client.get("/desk/search").status == 200
    house.answers["booking.customers"] = house.answers["booking.appointments"] = page_of()
    assert "weder ein Kunde noch ein Termin" in client.get("/desk/search?q=x").text


@pytest.mark.parametrize("language", LOCALES)
def test_every_page_speaks_every_language(enter: Callable[..., StrictClient], language: str) -> None:
    """And is well formed in each."""
    client = enter()
    addresses = ("", "/new", f"/{ID}", f"/{ID}/edit", f"/{ID}/merge", f"/{ID}/merge?duplicate={OTHER}")
    for address in (*(f"/desk/customers{end}" for end in addresses), LINK, f"{LINK}/new", "/desk/search?q=x"):
        page = client.get(f"{address}{'&' if '?' in address else '?'}lang={language}")
        assert (page.status, page.find("html").get("lang")) == (200, language)


def test_who_may_only_read_sees_no_button_and_no_form(enter: Callable[..., StrictClient], house: House) -> None:
    """The services would refuse it, too."""
    client = enter("booking:read")
    for address in ("/desk/customers", f"/desk/customers/{ID}"):
        html = client.get(address).html
        assert "/new" not in html
        assert "/edit" not in html
        assert "/merge" not in html
    for address in ("/desk/customers/new", f"/desk/customers/{ID}/edit", f"/desk/customers/{ID}/merge", LINK):
        assert client.get(address).status == 403
    assert not house.asked("booking.customer_suggestions")
