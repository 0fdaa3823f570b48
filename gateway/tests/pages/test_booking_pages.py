"""Booking: form, done; what goes wrong on the way; nothing typed is ever lost."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from gateway.bell import Bell
from gateway.context import EXTENSION
from gateway.pages import give_back
from gateway.tests.pages.conftest import CUSTOMER, Limits, form_page, week_of
from gateway.tests.pages.house import CALENDARS, House
from gateway.tests.pages.strict import StrictClient
from runtime.errors import Refused, Unavailable
from runtime.ids import new_id
from runtime.testing import FakeClock


def test_choosing_a_slot_holds_it_and_shows_the_form(client: StrictClient, house: House) -> None:
    """X7: the form names the end of the hold and offers more time."""
    page = form_page(client, house)
    assert page.heading == "Ihre Angaben"
    assert "Für Sie reserviert bis 08:05" in page.text
    assert "Zeit verlängern" in page.text
    assert [page.find("input", id=name).get("autocomplete") for name in CUSTOMER] == [
        "given-name", "family-name", "email", "tel",
    ]  # fmt: skip


def test_the_way_back_gives_the_time_back(client: StrictClient, house: House) -> None:
    """X7 without JavaScript: the grid of that day, where the time is no x, or the services."""
    page = form_page(client, house)
    action, fields = page.form("/release")
    back = client.post(action, fields | {"change": "time"})
    assert back.status == 303
    assert not house.holds
    grid = client.get(str(back.location))
    assert grid.all("button", class_="slot")[0].get("value") == fields["start"]
    chosen = client.get(str(client.post(action, fields | {"change": "service"}).location))
    assert chosen.heading == "Worum geht es?"


@pytest.mark.parametrize("failure", [Refused("not_found"), Unavailable("booking")])
def test_no_failure_stops_the_way_back(client: StrictClient, house: House, failure: Exception) -> None:
    """Nor a hold that is none; looking at the form's address gives nothing back."""
    action, fields = form_page(client, house).form("/release")
    house.answers["booking.release_hold"] = failure
    for sent in (fields, fields | {"hold": "x", "start": "y"}):
        back = client.post(action, sent)
        assert back.status == 303
        assert client.get(str(back.location)).heading == "Wann möchten Sie kommen?"
    assert len(house.asked("booking.release_hold")) == 1


def test_the_grid_has_heard_before_it_is_shown(
    client: StrictClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It learns of the time by an event, a moment later; not for ever, since somebody else may take the time."""
    action, fields = form_page(client, house).form("/release")
    house.answers["booking.release_hold"] = {"released": True}
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            house.taken.clear()

    monkeypatch.setattr(give_back, "sleep", pause)
    client.post(action, fields)
    assert len(pauses) == 3
    house.full.add(date(2026, 3, 23))
    assert client.post(action, fields).status == 303


def test_nobody_makes_the_gateway_wait_for_nothing(
    app: Flask, client: StrictClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither with a hold that is none, nor where as many wait already as may: a thread is held each time."""
    action, fields = form_page(client, house).form("/release")
    pauses: list[float] = []
    monkeypatch.setattr(give_back, "sleep", pauses.append)
    assert client.post(action, fields | {"hold": new_id()}).status == 303
    parts = app.extensions[EXTENSION]
    monkeypatch.setattr(parts, "bell", Bell(1))
    with parts.bell.place():
        assert client.post(action, fields).status == 303
    assert not house.holds
    assert not pauses


def test_the_whole_booking(client: StrictClient, house: House, clock: FakeClock) -> None:
    """What arrives at booking is what was typed, in the reader's language; the done page says what happens next."""
    action, fields = form_page(client, house).form("/book")
    clock.forward(seconds=20)
    sent = client.post(action, fields | CUSTOMER | {"message": "Pfeift links.", "action": "book"})
    assert sent.status == 303
    page = client.get(str(sent.location))
    assert page.heading == "Ihr Termin ist gebucht"
    assert "Montag, 23. März 2026, 09:00 – 09:30" in page.text
    assert "In den Kalender eintragen" in page.text
    [booking] = house.asked("booking.book")
    assert booking["customer"] == CUSTOMER
    assert booking["message"] == "Pfeift links."
    assert booking["hold"] in house.holds
    assert booking["locale"] == "de"
    assert booking["country"] == "DE"  # for phone numbers without prefix


def test_a_service_by_request_says_that_it_is_one(client: StrictClient, house: House, clock: FakeClock) -> None:
    """Decision 2: pending until the practice answers."""
    page = form_page(client, house, number=1)
    assert "Terminanfrage senden" in page.text
    action, fields = page.form("/book")
    clock.forward(seconds=20)
    done = client.get(str(client.post(action, fields | CUSTOMER | {"action": "book"}).location))
    assert done.heading == "Ihre Terminanfrage ist angekommen"
    assert "Ausstehend" in done.text


def test_errors_stand_on_top_and_beside_the_fields(client: StrictClient, house: House, clock: FakeClock) -> None:
    """The summary links each field; what was right stays."""
    action, fields = form_page(client, house).form("/book")
    clock.forward(seconds=20)
    page = client.post(action, fields | CUSTOMER | {"phone": "", "email": "j@", "action": "book"})
    assert page.status == 422
    assert "Bitte prüfen Sie 2 Angaben" in page.text
    links = [a.get("href") for a in page.find("div", id="errors").iter("a")]
    assert sorted(str(link) for link in links) == ["#email", "#phone"]
    assert page.find("input", id="first_name").get("value") == "Jürgen"
    assert page.find("input", id="email").get("value") == "j@"
    assert not house.asked("booking.book")


OWN = [
    {"name": "insurance", "label": "Krankenkasse", "kind": "choice", "required": True, "choices": ["A", "B"]},
    {"name": "device", "label": "Welches Gerät?", "kind": "text", "required": False, "choices": []},
    {"name": "agree", "label": "Ich bin einverstanden", "kind": "tick", "required": True, "choices": []},
]


def test_the_practices_own_fields_are_asked_and_sent(client: StrictClient, house: House, clock: FakeClock) -> None:
    """A3: text, choice, tick box; required or not."""
    house.fields = OWN
    action, fields = form_page(client, house).form("/book")
    clock.forward(seconds=20)
    wrong = client.post(action, fields | CUSTOMER | {"own_insurance": "C", "own_device": "Alt", "action": "book"})
    assert wrong.status == 422
    assert "Bitte setzen Sie hier ein Häkchen." in wrong.text
    assert wrong.find("input", id="own_device").get("value") == "Alt"
    good = {"own_insurance": "B", "own_agree": "1", "action": "book"}
    assert client.post(action, fields | CUSTOMER | good).status == 303
    assert house.asked("booking.book")[0]["answers"] == {"insurance": "B", "agree": True}


def test_what_booking_refuses_stands_beside_its_field(client: StrictClient, house: House, clock: FakeClock) -> None:
    """Booking has the last word about a phone number; its nested names find the input."""
    errors = {"customer": {"phone": ["Not a valid phone number."]}}
    house.answers["booking.book"] = Refused("invalid", {"errors": errors})
    action, fields = form_page(client, house).form("/book")
    clock.forward(seconds=20)
    page = client.post(action, fields | CUSTOMER | {"action": "book"})
    assert page.status == 422
    assert "vollständige Telefonnummer mit Vorwahl" in page.text
    assert page.find("input", id="phone").get("value") == CUSTOMER["phone"]


def test_extending_the_hold_keeps_what_was_typed(client: StrictClient, house: House, clock: FakeClock) -> None:
    """X7 without JavaScript: the same form, a later end."""
    action, fields = form_page(client, house).form("/book")
    clock.forward(minutes=4)
    page = client.post(action, fields | CUSTOMER | {"action": "extend"})
    assert "Verlängert." in page.text
    assert "08:09" in page.text
    assert page.find("input", id="last_name").get("value") == "Groß"


def test_another_language_keeps_what_was_typed(client: StrictClient, house: House) -> None:
    """K1: the switch sends the form along; time, hold and entries come back, in French."""
    page = form_page(client, house)
    _, fields = page.form("/book")
    [french] = [button for button in page.all("button", name="action", value="read") if button.get("lang") == "fr"]
    assert french.get("form") == "booking"
    again = client.post(str(french.get("formaction")), fields | {"first_name": "Zoë", "action": "read"})
    assert again.heading == "Vos coordonnées"
    assert again.find("input", id="first_name").get("value") == "Zoë"
    assert again.form("/book")[1]["hold"] == fields["hold"]
    assert not house.asked("booking.book")


def test_an_expired_hold_books_while_the_time_is_free(client: StrictClient, house: House, clock: FakeClock) -> None:
    """The hold is a courtesy, not a condition."""
    action, fields = form_page(client, house).form("/book")
    clock.forward(minutes=9)
    house.holds.clear()
    house.taken.clear()
    assert client.post(action, fields | CUSTOMER | {"action": "book"}).status == 303


def test_a_lost_slot_offers_others_and_keeps_the_entries(client: StrictClient, house: House, clock: FakeClock) -> None:
    """The choice of another time carries the entries along and holds that time."""
    action, fields = form_page(client, house).form("/book")
    clock.forward(minutes=9)
    house.holds.clear()
    page = client.post(action, fields | CUSTOMER | {"message": "Hallo", "action": "book"})
    assert page.status == 409
    assert "Ihre Angaben bleiben erhalten" in page.text
    assert len(page.all("button", name="choose")) == 3
    action, fields = page.form("/book")
    again = client.post(action, fields)
    assert again.status == 200
    assert "Mo 23. März, 09:30" in again.text
    assert again.find("input", id="first_name").get("value") == "Jürgen"
    assert again.find("textarea", id="message").text == "Hallo"
    assert "Für Sie reserviert bis" in again.text
    assert "Verlängert" not in again.text  # it is another time


def test_a_slot_lost_in_the_grid_is_said_there(client: StrictClient, house: House) -> None:
    """Somebody was faster between two clicks."""
    action, fields = client.get(week_of(house)).form("/hold")
    house.taken.add(datetime.fromisoformat(fields["start"]).astimezone(UTC))
    page = client.post(action, fields)
    assert page.status == 409
    assert "Diese Zeit wurde gerade vergeben" in page.text


def test_other_times_stand_in_their_order(client: StrictClient, house: House) -> None:
    """Booking proposes the nearest first; people read from early to late."""
    action, fields = client.get(week_of(house)).form("/hold")
    proposed = [{"start": f"2026-03-24T{hour}:00:00+01:00"} for hour in ("10", "11", "09")]
    house.answers["booking.hold"] = Refused("slot_taken", {"alternatives": proposed})
    offered = [
        str(button.get("value"))[11:13] for button in client.post(action, fields).all("button", class_="slot wide")
    ]
    assert offered == ["09", "10", "11"]


def test_a_double_submit_books_once(client: StrictClient, house: House, clock: FakeClock) -> None:
    """Both clicks carry the same key and reach the same appointment."""
    action, fields = form_page(client, house).form("/book")
    clock.forward(seconds=20)
    answers = [client.post(action, fields | CUSTOMER | {"action": "book"}) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert len({call["idempotency_key"] for call in house.asked("booking.book")}) == 1
    assert len(house.booked) == 1


def test_the_guard_speaks_and_lets_the_second_try_pass(client: StrictClient, house: House, clock: FakeClock) -> None:
    """Faster than a person: told so, nothing lost, and the same form goes through a moment later."""
    action, fields = form_page(client, house).form("/book")
    page = client.post(action, fields | CUSTOMER | {"action": "book"})
    assert page.status == 422
    assert "Das ging sehr schnell" in page.text
    assert page.find("input", id="email").get("value") == CUSTOMER["email"]
    assert not house.asked("booking.book")
    clock.forward(seconds=2)
    action, fields = page.form("/book")
    assert client.post(action, fields | {"action": "book"}).status == 303


def test_where_very_many_keep_times_one_books_without(
    client: StrictClient, house: House, clock: FakeClock, limits: Limits
) -> None:
    """A script at one address keeps only some of a practice's times; people of a large house book all the same."""
    limits("hold=1/h")
    form = form_page(client, house)
    action, fields = form.form("/book")
    waiting = client.post(action, fields | CUSTOMER | {"action": "extend"})
    assert waiting.status == 429
    assert waiting.find("input", id="first_name").get("value") == "Jürgen"
    action, fields = form_page(client, house).form("/book")
    assert len(house.holds) == 1
    assert "hold" not in fields
    clock.forward(seconds=20)
    assert client.post(action, fields | CUSTOMER | {"action": "book"}).status == 303
    [booking] = house.asked("booking.book")
    assert "hold" not in booking


def test_page_bookings_count_against_the_practices_limit(
    client: StrictClient, house: House, clock: FakeClock, limits: Limits
) -> None:
    """As the API's do: a hold, then the booking; what was typed into the form stays."""
    limits("practice=1/h")
    action, fields = form_page(client, house).form("/book")
    clock.forward(seconds=20)
    page = client.post(action, fields | CUSTOMER | {"action": "book"})
    assert page.status == 429
    assert "Bitte warten Sie einen Moment" in page.text
    assert page.find("input", id="first_name").get("value") == "Jürgen"
    assert not house.asked("booking.book")
    action, fields = client.get(week_of(house)).form("/hold")
    assert client.post(action, fields).status == 429
    assert len(house.asked("booking.hold")) == 1


def test_the_trap_becomes_visible_when_caught(client: StrictClient, house: House, clock: FakeClock) -> None:
    """An over-eager autofill can be undone; nobody is blocked in silence."""
    action, fields = form_page(client, house).form("/book")
    clock.forward(seconds=20)
    page = client.post(action, fields | CUSTOMER | {"website": "http://spam", "action": "book"})
    assert "Bitte lassen Sie das Feld „Website“ leer" in page.text
    assert page.find("input", id="website").get("tabindex") is None
    assert client.post(action, fields | CUSTOMER | {"website": "", "action": "book"}).status == 303


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (Refused("too_many_open", {"limit": 2}), "so viele offene Termine"),
        (Refused("limit_reached", {"per": "day"}), "inzwischen ausgebucht"),
        (Refused("idempotency_conflict"), "bereits gebucht"),
        (Refused("slot_not_offered", {"reason": "notice"}), "nicht mehr frei"),
    ],
)
def test_each_refusal_has_words(
    client: StrictClient, house: House, clock: FakeClock, refused: Refused, words: str
) -> None:
    """X6: limits are explained, and the entries stay."""
    house.answers["booking.book"] = refused
    action, fields = form_page(client, house).form("/book")
    clock.forward(seconds=20)
    page = client.post(action, fields | CUSTOMER | {"action": "book"})
    assert page.status == 409
    assert words in page.text
    assert page.find("input", id="first_name").get("value") == "Jürgen"


def test_a_service_that_is_away_gives_a_friendly_page(client: StrictClient, house: House) -> None:
    """503 with a way to try again, in the reader's language."""
    house.answers["availability.catalogue"] = Unavailable("away")
    page = client.get("/p/top-hearing/book?lang=fr")
    assert page.status == 503
    assert page.heading == "Un instant, s’il vous plaît"
    assert "Réessayer" in page.text


def test_language_and_frame_travel_in_every_link(client: StrictClient, house: House) -> None:
    """No cookie remembers them."""
    page = client.get("/p/top-hearing/book?lang=ru&embed=1")
    links = [str(a.get("href")) for a in page.all("a", class_="choice")]
    assert links
    assert all("lang=ru" in link and "embed=1" in link for link in links)
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize(("header", "lang"), [("fr-CH, de;q=0.5", "fr"), ("ja", "de"), ("", "de"), ("ru", "ru")])
def test_the_browser_chooses_the_language(client: StrictClient, header: str, lang: str) -> None:
    """K1; German when none of ours is wanted."""
    page = client.get("/p/top-hearing", headers={"Accept-Language": header} if header else {})
    assert page.tree.get("lang") == lang


def test_only_embedded_pages_may_be_framed(client: StrictClient) -> None:
    """X13: the practice's own homepages, and only with embed=1."""
    plain = client.get("/p/top-hearing/book").headers["Content-Security-Policy"]
    framed = client.get("/p/top-hearing/book?embed=1").headers
    assert "frame-ancestors 'none'" in plain
    assert "https://www.top-hearing.example" in framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed


def test_an_embedded_error_may_be_framed_as_well(client: StrictClient, house: House) -> None:
    """A frame that breaks in silence helps nobody."""
    house.answers["availability.catalogue"] = Unavailable("away")
    answer: Any = client.get("/p/top-hearing/book?embed=1")
    assert "https://www.top-hearing.example" in answer.headers["Content-Security-Policy"]


def test_a_hold_that_is_over_is_not_called_kept(client: StrictClient, house: House, clock: FakeClock) -> None:
    """X7 without JavaScript: the form's address, loaded anew after a while."""
    action, fields = client.get(week_of(house)).form("/hold")
    address = str(client.post(action, fields).location)
    clock.forward(minutes=6)
    page = client.get(address)
    assert "nicht mehr für Sie reserviert" in page.text
    assert "Für Sie reserviert bis" not in page.text


def test_the_address_of_a_lost_time_shows_the_grid(client: StrictClient, house: House) -> None:
    """Loaded once more, or in another language."""
    action, _ = client.get(week_of(house)).form("/hold")
    again = client.get(f"{action}&lang=en")
    assert client.get(str(again.location)).heading == "When would you like to come?"


def test_a_professional_without_times_leads_to_the_others(client: StrictClient, house: House) -> None:
    """No dead end, and the right words: it is one person who is booked out."""
    house.window_days = -1
    page = client.get(f"{week_of(house)}&calendar={CALENDARS[0]['id']}")
    assert "Bei Anna sind zurzeit online keine Termine frei." in page.text
    [way] = [a for a in page.all("a", class_="button") if "bei allen" in "".join(a.itertext())]
    others = client.get(str(way.get("href")))
    assert "Zurzeit sind online keine Termine frei. Bitte rufen Sie uns an: 0711 123456" in others.text


def test_a_practice_without_a_telephone_names_its_address(client: StrictClient, house: House) -> None:
    house.window_days = -1
    house.practice["phone"] = ""
    page = client.get(week_of(house))
    assert "Bitte schreiben Sie uns: praxis@top-hearing.example" in page.text


def test_a_service_that_is_gone_leads_to_the_others(client: StrictClient) -> None:
    """An old link or bookmark, also on the practice's homepage."""
    page = client.get("/p/top-hearing/book?service=11111111-1111-4111-8111-111111111111")
    assert page.find("a", class_="button").get("href") == "/p/top-hearing/book"
