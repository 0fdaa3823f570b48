"""Pages while a part is away: nothing typed is lost, trying again never books twice, old times are called old."""

from typing import Any

import pytest

from gateway.tests.pages.conftest import CUSTOMER, Limits, form_page
from gateway.tests.pages.house import House
from gateway.tests.pages.strict import Page, StrictClient
from runtime.errors import Refused, Unavailable
from runtime.testing import FakeClock

AWAY = Unavailable("no answer within 5 s")
TYPED = CUSTOMER | {"message": "Pfeift links."}


def sent(client: StrictClient, house: House, clock: FakeClock, **button: str) -> Page:
    """What answers the filled form."""
    action, fields = form_page(client, house).form("/book")
    clock.forward(seconds=20)
    return client.post(action, fields | TYPED | (button or {"action": "book"}))


def tried_again(client: StrictClient, page: Page, ending: str = "/book") -> Page:
    """The button that says so."""
    action, fields = page.form(ending)
    [button] = [b for b in page.all("button") if "".join(b.itertext()) == "Noch einmal versuchen"]
    name = button.get("name")
    return client.post(action, fields | ({name: str(button.get("value"))} if name else {}))


def check_kept(page: Page) -> None:
    """503, soon to be tried again, and every entry as it was typed."""
    assert (page.status, page.headers["Retry-After"]) == (503, "2")
    assert "Ihre Angaben bleiben erhalten." in page.text
    assert [page.find("input", id=name).get("value") for name in CUSTOMER] == list(CUSTOMER.values())
    assert page.find("textarea", id="message").text == TYPED["message"]


def test_a_booking_that_got_no_answer_is_tried_again_and_made_once(
    client: StrictClient, house: House, clock: FakeClock
) -> None:
    """Booking was there and did it, but its answer never came: the same key finds it."""
    made: list[Any] = []

    def lost(payload: dict[str, Any]) -> Any:
        made.append(house.booking_book(**payload))
        raise AWAY

    house.answers["booking.book"] = lost
    page = sent(client, house, clock)
    check_kept(page)
    del house.answers["booking.book"]
    again = tried_again(client, page)
    assert (again.status, again.location) == (303, f"/p/top-hearing/book/done?a={made[0]['manage_token']}")
    assert len(house.booked) == 1
    keys = [payload["idempotency_key"] for payload in house.asked("booking.book")]
    assert keys == [keys[0]] * 2


def test_a_booking_that_never_arrived_is_made_by_trying_again(
    client: StrictClient, house: House, clock: FakeClock
) -> None:
    """As often as it takes, with every entry."""
    house.answers["booking.book"] = AWAY
    page = sent(client, house, clock)
    for _ in range(5):
        check_kept(page)
        page = tried_again(client, page)
    check_kept(page)
    del house.answers["booking.book"]
    assert tried_again(client, page).status == 303
    [booked] = house.booked.values()
    assert booked["customer"] == CUSTOMER


@pytest.mark.parametrize("question", ["practice.by_slug", "availability.catalogue", "booking.form"])
def test_a_gateway_that_knows_nothing_yet_keeps_what_was_typed_all_the_same(
    client: StrictClient, house: House, clock: FakeClock, question: str
) -> None:
    """Not even the form can be made: the plain page carries the entries, and its button sends them again."""
    action, fields = form_page(client, house).form("/book")
    clock.forward(seconds=20)
    forgotten(client)
    house.answers[question] = AWAY
    page = client.post(action, fields | TYPED | {"action": "book"})
    assert page.status == 503
    assert page.heading == "Einen Moment, bitte"
    del house.answers[question]
    assert tried_again(client, page).status == 303
    assert house.asked("booking.book")[0]["message"] == TYPED["message"]


def forgotten(client: StrictClient) -> None:
    """As another gateway would be, that has just started."""
    from gateway.context import EXTENSION
    from gateway.practices import Practices

    parts = client.flask.application.extensions[EXTENSION]
    parts.practices = Practices(parts.services)


def test_more_time_and_another_time_keep_what_was_typed(client: StrictClient, house: House, clock: FakeClock) -> None:
    """Both are tried again as what they were."""
    house.answers["booking.extend_hold"] = AWAY
    page = sent(client, house, clock, action="extend")
    check_kept(page)
    del house.answers["booking.extend_hold"]
    assert "Verlängert." in tried_again(client, page).text
    house.answers["booking.hold"] = AWAY
    action, fields = page.form("/book")
    page = client.post(action, fields | TYPED | {"choose": "2026-03-24T09:00:00+01:00"})
    check_kept(page)
    del house.answers["booking.hold"]
    again = tried_again(client, page)
    assert "Für Sie reserviert bis" in again.text
    assert "Di 24. März, 09:00" in again.text
    assert not house.booked


def test_a_hold_that_got_no_answer_is_tried_again(client: StrictClient, house: House) -> None:
    """The chosen time is in the button's form, and the key with it: the slot is not lost to one's own first try."""

    def lost(payload: dict[str, Any]) -> Any:
        house.booking_hold(**payload)
        raise AWAY

    house.answers["booking.hold"] = lost
    action, fields = week(client, house).form("/hold")
    page = client.post(action, fields)
    assert (page.status, page.headers["Retry-After"]) == (503, "2")
    del house.answers["booking.hold"]
    assert tried_again(client, page, "/hold").status == 303
    assert len(house.holds) == 1


def week(client: StrictClient, house: House) -> Page:
    return client.get(f"/p/top-hearing/book?service={house.services[0]['id']}")


def test_a_double_click_on_a_time_keeps_it_once(client: StrictClient, house: House) -> None:
    """Both clicks lead to the same form; another time on the same page is another hold."""
    page = week(client, house)
    action, fields = page.form("/hold")
    first, second = (client.post(action, fields) for _ in range(2))
    assert (first.status, first.location) == (second.status, second.location) == (303, first.location)
    other = str(page.all("button", name="start")[1].get("value"))
    assert client.post(action, fields | {"start": other}).location != first.location
    assert len(house.holds) == 2


def test_a_page_left_open_holds_anew(client: StrictClient, house: House, clock: FakeClock) -> None:
    """The hold of an hour ago is nobody's; the same click gets one that lasts."""
    action, fields = week(client, house).form("/hold")
    client.post(action, fields)
    clock.forward(hours=1)
    house.taken.clear()
    kept = client.post(action, fields)
    assert "Für Sie reserviert bis 09:05" in client.get(str(kept.location)).text


def test_a_time_that_was_kept_often_enough_can_still_be_booked(
    client: StrictClient, house: House, clock: FakeClock
) -> None:
    """Not "fully booked": the limit is that of the hold."""
    house.answers["booking.extend_hold"] = Refused("limit_reached", {"per": "hold", "limit": 3})
    page = sent(client, house, clock, action="extend")
    assert page.status == 409
    assert "Länger können wir Ihnen diese Zeit nicht freihalten." in page.text
    action, fields = page.form("/book")
    assert client.post(action, fields | {"action": "book"}).status == 303


def test_a_field_that_the_practice_has_just_added_is_asked_for(
    client: StrictClient, house: House, clock: FakeClock
) -> None:
    """The form was remembered without it: booking refuses, and the page shows the form as it is now."""
    action, fields = form_page(client, house).form("/book")
    clock.forward(seconds=20)
    house.fields = [{"name": "agree", "label": "Einverstanden", "kind": "tick", "required": True, "choices": []}]
    house.answers["booking.book"] = Refused("invalid", {"errors": {"answers": {"agree": ["Missing data."]}}})
    page = client.post(action, fields | TYPED | {"action": "book"})
    assert page.status == 422
    assert page.find("input", id="own_agree").get("aria-invalid") == "true"
    assert page.find("textarea", id="message").text == TYPED["message"]


OLD = "Diese Zeiten sind vielleicht nicht ganz aktuell."


def test_old_times_are_shown_and_called_old(client: StrictClient, house: House) -> None:
    """In the grid of a booking; where times are new nothing is said."""
    fresh = week(client, house)
    house.answers["availability.slots"] = house.answers["availability.catalogue"] = AWAY
    old = week(client, house)
    assert OLD not in fresh.text
    assert (old.status, OLD in old.text) == (200, True)
    assert len(old.all("button", class_="slot")) == len(fresh.all("button", class_="slot"))


def test_the_move_grid_shows_old_times_too(client: StrictClient, house: House, book: Any) -> None:
    """The same grid, the same word."""
    token = book()
    client.get(f"/a/{token}/move")
    house.answers["availability.slots"] = AWAY
    assert OLD in client.get(f"/a/{token}/move").text


def test_a_lost_time_is_told_even_if_no_other_can_be_proposed(
    client: StrictClient, house: House, clock: FakeClock
) -> None:
    """Booking says no, availability says nothing."""
    action, fields = form_page(client, house).form("/book")
    clock.forward(minutes=9)
    house.holds.clear()
    house.answers["availability.slots"] = AWAY
    never_asked = action + "&tz=Asia/Tokyo"
    page = client.post(never_asked, fields | TYPED | {"action": "book"})
    assert page.status == 409
    assert "Diese Zeit ist nicht mehr frei" in page.text


def test_a_cancellation_that_got_no_answer_is_tried_again(
    client: StrictClient, house: House, clock: FakeClock, book: Any
) -> None:
    """The question's seal goes along; a repeat finds it done."""
    token = book()
    action, fields = client.get(f"/a/{token}").form("/cancel")
    action, fields = client.post(action, fields).form("/cancel/confirm")
    clock.forward(seconds=5)
    house.answers["booking.cancel_managed"] = AWAY
    page = client.post(action, fields)
    assert page.status == 503
    del house.answers["booking.cancel_managed"]
    assert tried_again(client, page, "/cancel/confirm").status == 303
    assert house.booked[token]["status"] == "cancelled"


def test_a_calendar_file_that_cannot_be_made_is_a_page_not_a_document(
    client: StrictClient, house: House, book: Any
) -> None:
    """A person clicked on it."""
    token = book()
    [link] = [a for a in client.get(f"/a/{token}").all("a") if str(a.get("href")).endswith("/calendar.ics")]
    house.answers["notify.calendar_file"] = AWAY
    page = client.get(str(link.get("href")))
    assert (page.status, page.heading) == (503, "Einen Moment, bitte")
    house.answers["notify.calendar_file"] = {"filename": "Terminanhang.ics", "content": "BEGIN:VCALENDAR\r\n"}
    assert client.flask.get(str(link.get("href"))).mimetype == "text/calendar"


def test_sign_in_keeps_the_address_and_never_the_password(client: StrictClient, house: House) -> None:
    """The password is typed again."""
    action, fields = client.get("/login").form("/login")
    house.answers["practice.sign_in"] = AWAY
    page = client.post(action, fields | {"email": "demo@top-hearing.example", "password": "geheim-geheim"})
    assert (page.status, page.headers["Retry-After"]) == (503, "2")
    assert page.find("input", id="email").get("value") == "demo@top-hearing.example"
    assert "geheim-geheim" not in page.html
    assert "Die Anmeldung ist gerade nicht möglich." in page.text


def test_too_many_sign_ins_do_not_show_the_password_either(client: StrictClient, limits: Limits) -> None:
    """Other forms are carried along by a page that says "later"; this one is not."""
    action, fields = client.get("/login").form("/login")
    limits("sign_in=1/h")
    typed = fields | {"email": "demo@top-hearing.example", "password": "geheim-geheim"}
    for _ in range(2):
        page = client.post(action, typed)
    assert page.status == 429
    assert "geheim-geheim" not in page.html


def test_the_way_on_never_leads_to_another_host(client: StrictClient, limits: Limits) -> None:
    """An address that begins with two slashes is one of ours all the same."""
    limits("read=1/h")
    for _ in range(2):
        page = client.get("/", environ_overrides={"PATH_INFO": "//evil.example/x"})
    assert page.status == 429
    assert page.find("a", class_="button").get("href") == "/evil.example/x"
