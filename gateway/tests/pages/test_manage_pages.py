"""A customer's own appointment: people change it in two clicks, machines that follow links and submit forms do not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from gateway.context import EXTENSION
from gateway.tests.pages.conftest import form_page
from gateway.tests.pages.house import CALENDARS, House
from gateway.tests.pages.strict import Page, StrictClient
from runtime.errors import Refused, Unavailable
from runtime.testing import FakeClock

Book = Callable[[], str]


def links_of(page: Page) -> list[str]:
    return [str(a.get("href")) for a in page.all("a") if str(a.get("href")).startswith("/a/")]


def test_the_link_shows_the_appointment(client: StrictClient, book: Book) -> None:
    """What, when, where, with whom; nothing has changed by looking."""
    page = client.get(f"/a/{book()}")
    assert page.heading == "Ihr Termin"
    for words in ("Servicetermin", "Montag, 23. März 2026, 09:00 – 09:30", "Königstraße 1", "Anna", "Bestätigt"):
        assert words in page.text


def test_no_cache_keeps_what_is_one_persons(client: StrictClient, house: House, book: Book) -> None:
    """Nor does the browser what a secret link opens; what was typed stays on the way back."""
    token = book()
    house.answers["practice.invited"] = {"kind": "reset", "email": "r@x.example", "name": "Rita", "locale": "de"}
    for path in (f"/a/{token}", f"/a/{token}/move", f"/p/top-hearing/book/done?a={token}", f"/login/reset/{token}"):
        page = client.get(path)
        assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")
    action, fields = form_page(client, house).form("/book")
    typed = client.post(action, fields | {"first_name": "Erika", "action": "book"})
    assert (typed.status, typed.headers["Cache-Control"]) == (422, "private, no-cache")


def test_the_link_says_where_a_video_call_is(client: StrictClient, house: House, book: Book) -> None:
    """K27: with the link to it, marked 📍."""
    token = book()
    place = {"kind": "video", "name": None, "address": None, "text": "Mit Kopfhörern", "url": "https://v.example/a"}
    house.booked[token]["place"] = place
    page = client.get(f"/a/{token}")
    assert "📍 Videogespräch" in page.text
    assert page.find("a", href="https://v.example/a") is not None


def test_an_unknown_link_is_a_friendly_404(client: StrictClient) -> None:
    """Mistyped or revoked."""
    assert client.get("/a/AAAAAAAAAAAAAAAAAAAAAA").status == 404


def test_a_person_cancels_in_two_clicks_and_can_undo(
    client: StrictClient, house: House, book: Book, clock: FakeClock
) -> None:
    """X2: visible button, question, done; a single further click takes it back."""
    token = book()
    action, fields = client.get(f"/a/{token}").form("/cancel")
    question = client.post(action, fields)
    assert question.heading == "Diesen Termin stornieren?"
    assert house.booked[token]["status"] == "accepted"
    clock.forward(seconds=3)
    action, fields = question.form("/cancel/confirm")
    cancelled = client.get(str(client.post(action, fields).location))
    assert house.booked[token]["status"] == "cancelled"
    assert "Per Link storniert am" in cancelled.text
    clock.forward(seconds=3)
    action, fields = cancelled.form("/undo/confirm")
    restored = client.get(str(client.post(action, fields).location))
    assert house.booked[token]["status"] == "accepted"
    assert "Ihr Termin gilt wieder" in restored.text


def test_an_undo_beyond_the_limit_of_open_bookings_is_said(
    client: StrictClient, house: House, book: Book, clock: FakeClock
) -> None:
    """Another was booked meanwhile."""
    token = book()
    house.booking_cancel_managed(token)
    action, fields = client.get(f"/a/{token}").form("/undo")
    action, fields = client.post(action, fields).form("/undo/confirm")
    clock.forward(seconds=3)
    house.answers["booking.undo_managed"] = Refused("too_many_open", {"limit": 1})
    page = client.post(action, fields)
    assert page.status == 409
    assert "Sie haben in dieser Praxis bereits so viele offene Termine" in page.text


@pytest.mark.parametrize("path", ["", "/cancel", "/cancel/confirm", "/undo", "/undo/confirm", "/move", "/move/confirm"])
def test_a_scanner_changes_nothing_at_any_address(client: StrictClient, house: House, book: Book, path: str) -> None:
    """HEAD, GET, prefetch and a blind POST, to the link and to every address behind it."""
    token = book()
    for method in ("head", "get", "post"):
        getattr(client.flask, method)(f"/a/{token}{path}", headers={"Sec-Purpose": "prefetch"})
    client.flask.post(f"/a/{token}{path}", data={"seal": "x", "start": "2026-03-24T09:00:00+01:00"})
    assert changes(house) == []


def test_submitting_every_form_of_the_page_changes_nothing(
    client: StrictClient, house: House, book: Book, clock: FakeClock
) -> None:
    """However long the scanner waits before: its first page holds no form that acts."""
    token = book()
    clock.forward(minutes=2)
    page = client.get(f"/a/{token}")
    assert len(page.forms()) + len(page.forms("get")) == 2
    for action, fields in page.forms():
        client.post(action, fields)
    for action, _ in page.forms("get"):
        client.get(action)
    assert changes(house) == []


def test_following_every_link_and_submitting_what_is_found_changes_nothing(
    client: StrictClient, house: House, book: Book, clock: FakeClock
) -> None:
    """A crawler goes two pages deep and submits each form at once: the grid, the questions."""
    token = book()
    first = client.get(f"/a/{token}")
    seen = [client.get(link) for link in links_of(first) if not link.endswith(".ics")]
    seen += [client.get(action) for action, _ in first.forms("get")]
    seen += [client.post(action, fields) for action, fields in first.forms()]
    for page in seen:
        for action, fields in page.forms():
            following = client.post(action, fields)
            for deeper, again in following.forms():
                client.post(deeper, again)
    assert changes(house) == []


def test_opening_the_link_of_a_cancelled_appointment_does_not_restore_it(
    client: StrictClient, house: House, book: Book, clock: FakeClock
) -> None:
    """The mail about the cancellation is scanned, too: from its link the undo takes two steps."""
    token = book()
    house.booking_cancel_managed(token)
    clock.forward(minutes=1)
    for action, fields in client.get(f"/a/{token}").forms():
        client.post(action, fields)
    assert house.booked[token]["status"] == "cancelled"


def test_a_hasty_second_click_is_asked_again(client: StrictClient, house: House, book: Book, clock: FakeClock) -> None:
    """A double click lands on the question; it is no answer to it. A moment later the same form is."""
    token = book()
    action, fields = client.get(f"/a/{token}").form("/cancel")
    action, fields = client.post(action, fields).form("/cancel/confirm")
    again = client.post(action, fields)
    assert again.status == 409
    assert "Noch ist nichts geändert" in again.text
    clock.forward(seconds=1)
    action, fields = again.form("/cancel/confirm")
    client.post(action, fields)
    assert house.booked[token]["status"] == "cancelled"


def test_a_seal_is_good_for_its_own_link_and_act_only(
    client: StrictClient, house: House, book: Book, clock: FakeClock
) -> None:
    """Neither another appointment's seal nor the first page's opens the second door."""
    token = book()
    action, fields = client.get(f"/a/{token}").form("/cancel")
    clock.forward(seconds=5)
    client.post(f"/a/{token}/cancel/confirm", fields)  # the asking seal
    _, doing = client.post(action, fields).form("/cancel/confirm")
    clock.forward(seconds=5)
    client.post("/a/another/cancel/confirm", doing)
    client.post(f"/a/{token}/undo/confirm", doing)
    clock.forward(hours=2)
    client.post(f"/a/{token}/cancel/confirm", doing)  # too old
    assert changes(house) == []


def test_a_person_moves_the_appointment(client: StrictClient, house: House, book: Book, clock: FakeClock) -> None:
    """X8: week grid, question with old and new time, moved."""
    token = book()
    grid = client.get(f"/a/{token}/move")
    action, fields = grid.form("/move")
    question = client.post(action, fields)
    assert question.heading == "Auf diese Zeit verschieben?"
    assert "Dienstag, 24. März 2026, 09:00 – 09:30" in question.text
    clock.forward(seconds=2)
    action, fields = question.form("/move/confirm")
    page = client.get(str(client.post(action, fields).location))
    assert "Ihr Termin ist verschoben" in page.text
    assert house.asked("booking.reschedule_managed")[0]["start"] == fields["start"]


@pytest.mark.parametrize(
    ("status", "told"),
    [("accepted", "Eine neue Bestätigung ist unterwegs"), ("pending", "Die Praxis bestätigt die neue Zeit")],
)
def test_a_moved_request_is_not_called_confirmed(
    client: StrictClient, house: House, book: Book, status: str, told: str
) -> None:
    """Decision 4: a service by request waits for the practice again."""
    house.booked[token := book()]["status"] = status
    assert told in client.get(f"/a/{token}?said=moved").text


def asked_to_move(client: StrictClient, token: str) -> tuple[str, dict[str, str]]:
    """The answer "yes" to the question of the first free time, not yet sent."""
    action, fields = client.get(f"/a/{token}/move").form("/move")
    return client.post(action, fields).form("/move/confirm")


def test_the_confirmed_time_is_the_one_that_was_shown(
    client: StrictClient, house: House, book: Book, clock: FakeClock
) -> None:
    """The seal is bound to the time of the question."""
    token = book()
    action, fields = asked_to_move(client, token)
    clock.forward(seconds=2)
    client.post(action, fields | {"start": "2026-03-25T09:00:00+01:00"})
    assert changes(house) == []


def test_a_time_lost_while_moving_shows_the_grid_again(
    client: StrictClient, house: House, book: Book, clock: FakeClock
) -> None:
    """The appointment stands as it was, and the page says so."""
    token = book()
    action, fields = asked_to_move(client, token)
    house.taken.add(datetime.fromisoformat(fields["start"]).astimezone(UTC))
    clock.forward(seconds=2)
    page = client.post(action, fields)
    assert page.status == 409
    assert "Ihr bisheriger Termin bleibt bestehen" in page.text


def test_undo_is_offered_for_ten_minutes(client: StrictClient, house: House, book: Book, clock: FakeClock) -> None:
    """Afterwards only a new booking is."""
    token = book()
    house.booking_cancel_managed(token)
    assert "Stornierung zurücknehmen" in client.get(f"/a/{token}").text
    clock.now += timedelta(minutes=11)
    page = client.get(f"/a/{token}")
    assert "Stornierung zurücknehmen" not in page.text
    assert "Neuen Termin buchen" in page.text


def test_the_link_works_while_practice_is_away(client: StrictClient, house: House, book: Book) -> None:
    """Its page needs the practice's name and colour only, which the gateway knows; `practice.changed` renews them."""
    token = book()
    house.answers["practice.by_id"] = house.answers["practice.by_slug"] = Unavailable("away")
    assert client.get(f"/a/{token}").heading == "Ihr Termin"
    action, fields = client.get(f"/a/{token}").form("/cancel")
    assert client.post(action, fields).heading == "Diesen Termin stornieren?"


def test_a_day_that_is_full_is_said_over_the_grid(
    client: StrictClient, house: House, book: Book, clock: FakeClock
) -> None:
    """X6: a limit of the calendar stops a move; the appointment stands, and another day can be chosen at once."""
    token = book()
    action, fields = asked_to_move(client, token)
    clock.forward(seconds=2)
    house.answers["booking.reschedule_managed"] = Refused("limit_reached", {"per": "day"})
    page = client.post(action, fields)
    assert page.status == 409
    assert "Dieser Tag ist inzwischen ausgebucht" in page.text
    assert page.all("button", name="start")


def test_a_service_that_is_gone_cannot_be_moved_online(
    app: Flask, client: StrictClient, house: House, book: Book
) -> None:
    """No dead end: the appointment stands, and the page says whom to call."""
    token = book()
    del house.services[0]
    house.answers["availability.slots"] = Refused("not_found")
    app.extensions[EXTENSION].practices.forget_all()  # as an event makes it
    page = client.get(f"/a/{token}/move")
    assert page.heading == "Ihr Termin"
    assert "Dieser Termin lässt sich online nicht verschieben. Bitte rufen Sie uns an" in page.text


def test_a_service_that_is_off_the_page_is_moved_where_the_appointment_is(
    app: Flask, client: StrictClient, house: House, book: Book
) -> None:
    """Booked by staff, or before it was taken off: to its own professional's times, and it says who confirms."""
    house.booked[token := book()]["confirmation"] = "request"
    del house.services[0]
    app.extensions[EXTENSION].practices.forget_all()
    page = client.get(f"/a/{token}/move")
    asked = house.asked("availability.slots")[-1]
    assert (asked["mode"], asked["duration_minutes"], asked["calendar"]) == ("move", 30, CALENDARS[0]["id"])
    question = client.post(*page.form("/move"))
    assert "Die Praxis bestätigt die neue Zeit" in question.text


def test_an_appointment_made_longer_is_shown_the_times_that_are_long_enough(
    client: StrictClient, house: House, book: Book
) -> None:
    """K39: in the grid, and when somebody free is looked for; everybody else's times come as ever, without a length."""
    token, other = book(), book()
    house.booked[token]["service"] = {**house.booked[token]["service"], "duration_minutes": 90}
    client.post(*client.get(f"/a/{token}/move?calendar=any").form("/move"))
    assert {asked.get("duration_minutes") for asked in house.asked("availability.slots")[-2:]} == {90}
    client.get(f"/a/{other}/move?calendar=any&duration_minutes=45")
    assert {"mode", "duration_minutes"}.isdisjoint(house.asked("availability.slots")[-1])


def test_whoever_has_no_preference_moves_to_somebody_who_is_free(
    client: StrictClient, house: House, book: Book, clock: FakeClock
) -> None:
    """A2, X8: the time of another professional is asked for there, and the question names them."""
    token = book()
    ben = CALENDARS[1]["id"]
    house.only = [ben]
    grid = client.get(f"/a/{token}/move?calendar=any")
    action, fields = grid.form("/move")
    question = client.post(action, fields)
    assert "diesmal bei Ben" in question.text
    clock.forward(seconds=2)
    client.post(*question.form("/move/confirm"))
    assert house.asked("booking.reschedule_managed")[0]["calendar"] == ben


def test_no_preference_stays_while_paging(client: StrictClient, book: Book) -> None:
    """The next page shows everybody's times, too."""
    page = client.get(f"/a/{book()}/move?calendar=")
    later = client.get(str(page.find("a", data_swap="later").get("href")))
    assert not [option for option in later.find("select", id="calendar") if option.get("selected") is not None]


def test_a_page_that_stood_open_for_long_says_that_nothing_happened(
    client: StrictClient, book: Book, clock: FakeClock
) -> None:
    """Of the appointment a whole day, of a question an hour: never in silence."""
    token = book()
    ask, sealed = client.get(f"/a/{token}").form("/cancel")
    clock.forward(hours=20)
    question = client.post(ask, sealed)
    assert question.heading == "Diesen Termin stornieren?"
    clock.forward(hours=2)
    page = client.get(str(client.post(*question.form("/cancel/confirm")).location))
    assert "deshalb wurde nichts geändert" in page.text
    clock.forward(hours=25)
    assert "deshalb wurde nichts geändert" in client.get(str(client.post(ask, sealed).location)).text


@pytest.mark.parametrize("status", ["accepted", "pending", "completed", "missed", "declined"])
def test_what_is_over_leads_to_a_new_booking(
    client: StrictClient, house: House, book: Book, clock: FakeClock, status: str
) -> None:
    """The link of an old mail is no dead end, and offers nothing that cannot be done."""
    house.booked[token := book()]["status"] = status
    clock.forward(days=3)
    page = client.get(f"/a/{token}")
    assert "Neuen Termin buchen" in page.text
    for words in ("verschieben", "stornieren", "In den Kalender", "noch nicht bestätigt"):
        assert words not in page.text


def test_what_can_be_done_until_when_is_said_for_each(client: StrictClient, house: House, book: Book) -> None:
    """X6: notices of moving and cancelling may differ."""
    found = house.booked[token := book()]
    found["limits"] = {"can_move": False, "cancel_until": "2026-03-23T08:00:00+01:00"}
    page = client.get(f"/a/{token}")
    assert "Zum Verschieben ist es online zu spät. Online stornieren können Sie ihn bis Mo 23. März, 08:00" in page.text


def changes(house: House) -> list[str]:
    """Every write to an existing appointment that booking was asked for."""
    writes = ("booking.cancel_managed", "booking.undo_managed", "booking.reschedule_managed")
    return [name for name, _ in house.calls if name in writes]
