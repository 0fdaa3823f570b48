"""The lists, one appointment, booking on behalf and the figures, as the pages show them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.api import examples
from gateway.pages.desk.batch import packed
from gateway.tests.pages.house import CALENDARS, PRACTICE, SERVICES, House
from gateway.tests.pages.planner import ACCOUNT, EUROS, ID, USER, appointment, step
from gateway.tests.pages.strict import StrictClient
from runtime.errors import Refused, Unavailable
from runtime.identity import Caller, Signer
from runtime.ids import new_id, stable_id
from runtime.testing import SEED, FakeClock

Json = dict[str, Any]
SCOPES = ("booking:read", "booking:write", "practice:admin", "availability:read")
CHANGED = {"version": 4}
SignIn = Callable[..., StrictClient]


@pytest.fixture(name="sign_in")
def _sign_in(client: StrictClient, house: House, clock: FakeClock) -> SignIn:
    """Signs somebody with these scopes in."""

    def sign_in(*scopes: str, zone: str = "Europe/Berlin") -> StrictClient:
        caller = Caller(PRACTICE["id"], USER, "s1", "owner", frozenset(scopes or SCOPES))
        user = {"id": USER, "name": "Dora Winter", "role": "owner", "locale": "de", "time_zone": zone}
        house.answers |= {
            "practice.sign_in": {
                "access_token": Signer("practice", SEED).user_token(caller, clock.now),
                "expires_at": (clock.now + timedelta(minutes=10)).isoformat(),
                "session": "session-token",
                "user": user,
                "practice": {name: PRACTICE[name] for name in ("id", "slug", "name", "plan", "time_zone", "locale")},
            },
            "practice.names": {"items": [{"id": stable_id("other"), "name": "Karl Kurz"}]},
            "booking.inbox_count": {"count": 1},
            "booking.inbox": {"items": [appointment()], "next": None},
            "booking.appointments": {"items": [appointment()], "next": None},
            "booking.appointment": appointment(),
            "booking.payments": ACCOUNT,
            "booking.analytics": FIGURES,
            "availability.list_services": {"items": SERVICES, "next": None},
            "availability.list_calendars": {"items": CALENDARS, "next": None},
            **{f"booking.{name}": {**appointment(), **CHANGED} for name in CHANGES},
            "booking.bulk": {"items": [appointment(version=4)]},
            "booking.customer_suggestions": {"items": []},
            "notify.messages": {"items": [], "next": None},
            "notify.require_channels": {},
            **{
                f"booking.{name}": {**ACCOUNT, **CHANGED}
                for name in ("add_payment", "change_payment", "remove_payment")
            },
            "booking.book_for": {"id": ID},
        }
        action, fields = client.get("/login").form("/login")
        assert client.post(action, fields | {"email": "demo@top-hearing.example", "password": "right"}).status == 303
        house.calls.clear()
        return client

    return sign_in


CHANGES = ("change_status", "undo", "acknowledge", "reschedule", "set_place", "change_details", "set_price")
FIGURES = {**examples.ANALYTICS, "from": "2026-03-01", "to": "2026-03-31", "periods": [
    {**examples.ANALYTICS["periods"][0], "from": f"2026-03-{day:02}", "to": f"2026-03-{day:02}"} for day in range(1, 32)
]}  # fmt: skip


def only(house: House, name: str) -> Json:
    """The one call of this method."""
    [payload] = house.asked(name)
    return payload


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


def test_several_are_decided_together_without_scripts(sign_in: SignIn, house: House) -> None:
    """K21: the boxes belong to the form by its id; versions go along; the filters stay."""
    client = sign_in()
    page = client.get("/desk/appointments?status=pending")
    box = page.find("input", name="pick")
    assert (box.get("form"), box.get("value")) == ("together", f"{ID}:3")
    action, fields = page.form("/bulk")
    answer = client.post(action, {**fields, "pick": f"{ID}:3", "action": "decline", "notify": "1"})
    expected = {"ids": [ID], "action": "decline", "notify": True, "if_versions": {ID: 3}}
    assert only(house, "booking.bulk") == expected
    assert str(answer.location).startswith("/desk/appointments?did=bulk&status=pending&batch=")
    assert "quiet" not in str(answer.location)


@pytest.mark.parametrize("notify", [True, False])
def test_what_was_done_with_several_is_taken_back_with_one_button(sign_in: SignIn, house: House, notify: bool) -> None:
    """With the versions that the decision made, and silently where that was silent; the filters stay."""
    client = sign_in()
    other = stable_id("another")
    house.answers["booking.bulk"] = {"items": [appointment(version=4), appointment(id=other, version=9)]}
    house.answers["booking.undo_all"] = {"items": [appointment(), appointment(id=other)], "refused": []}
    action, fields = client.get("/desk/appointments?status=pending").form("/bulk")
    fields.pop("notify")
    told = {"notify": "1"} if notify else {}
    answer = client.post(action, {**fields, **told, "pick": f"{ID}:3", "action": "cancel"})
    action, fields = client.get(str(answer.location)).form("/bulk/undo")
    after = client.post(action, fields)
    expected = {"ids": [ID, other], "if_versions": {ID: 4, other: 9}, "notify": notify}
    assert only(house, "booking.undo_all") == expected
    assert after.location == "/desk/appointments?did=bulk_undone&status=pending"
    assert "Alles ist zurückgenommen." in client.get(str(after.location)).text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("slot_taken", "Die Zeit ist inzwischen vergeben."),
        ("too_late", "Die zehn Minuten sind vorbei."),
        ("precondition_failed", "Jemand hat ihn seither geändert."),
        ("invalid_transition", "Es gibt nichts zurückzunehmen."),
    ],
)
def test_what_could_not_be_taken_back_is_named_with_the_reason(
    sign_in: SignIn, house: House, code: str, words: str
) -> None:
    """By customer and time, with a way to the appointment."""
    client = sign_in()
    refused = [{"code": code, "appointment": appointment()}]
    house.answers["booking.undo_all"] = {"items": [appointment(), appointment()], "refused": refused}
    action, fields = client.get(f"/desk/past?did=bulk&batch={packed([appointment()])}").form("/bulk/undo")
    page = client.post(action, fields)
    assert page.status == 409
    for said in (words, "Zurückgenommen: 2. Unverändert: 1.", "Groß"):
        assert said in page.text
    assert page.find("a", href=f"/desk/appointments/{ID}") is not None
    assert page.find("a", href="/desk/past") is not None
    assert "Neu laden" not in page.text  # the address takes a form only


@pytest.mark.parametrize("batch", ["", "x", "!!!!", "AAAA"])
def test_a_batch_that_nobody_made_takes_nothing_back(sign_in: SignIn, house: House, batch: str) -> None:
    """And is no error page."""
    client = sign_in()
    action, fields = client.get(f"/desk/appointments?did=bulk&batch={packed([appointment()])}").form("/bulk/undo")
    answer = client.post(action, fields | {"batch": batch})
    assert (answer.status, "did=nothing" in str(answer.location)) == (303, True)
    assert house.asked("booking.undo_all") == []


def test_several_customers_are_reminded_from_the_list(sign_in: SignIn, house: House) -> None:
    """K29: whatever their status; the page says so."""
    client = sign_in()
    house.answers["booking.remind_all"] = {"items": []}
    action, fields = client.get("/desk/appointments").form("/bulk")
    answer = client.post(action, {**fields, "pick": f"{ID}:3", "action": "remind"})
    assert only(house, "booking.remind_all") == {"ids": [ID]}
    assert "Die Erinnerungen sind unterwegs" in client.get(str(answer.location)).text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("mixed_status", "alle ausgewählten Termine müssen denselben Status haben"),
        ("precondition_failed", "Inzwischen hat jemand anderes"),
        ("invalid_transition", "Das war nicht mehr möglich"),
    ],
)
def test_several_that_do_not_fit_stay_as_they_are(sign_in: SignIn, house: House, code: str, words: str) -> None:
    """And the page says why; so it does when nothing was chosen."""
    client = sign_in()
    house.answers["booking.bulk"] = Refused(code)
    action, fields = client.get("/desk/appointments").form("/bulk")
    answer = client.post(action, {**fields, "pick": f"{ID}:3", "action": "accept"})
    assert words in client.get(str(answer.location)).text
    answer = client.post(action, {**fields, "action": "accept"})
    assert "mindestens einen Termin" in client.get(str(answer.location)).text


def test_an_appointment_shows_everything(sign_in: SignIn, house: House) -> None:
    """K28: when, what, whom, where 📍, money, comment, history with who and when; names in one question."""
    client = sign_in()
    steps = [
        step(),
        step(version=2, what="accepted", actor="staff", via="desk", user_id=USER, note="Bis bald"),
        step(version=3, what="updated", actor="staff", via="desk", user_id=stable_id("other"),
             changed={"payment": {"from": None, "to": {**EUROS, "method": "cash", "note": None}},
                      "place": {"from": None, "to": {"kind": "video", "url": "https://video.example"}}}),
        step(version=4, what="cancelled", actor="customer", via="link"),
    ]  # fmt: skip
    house.answers["booking.appointment"] = appointment(history=steps)
    page = client.get(f"/desk/appointments/{ID}")
    for words in ("Dienstag, 24. März 2026, 09:00 – 10:00", "📍", "Königstraße 1", "49,00 €", "29,00 €", "Dora Winter",
                  "Karl Kurz", "Zahlung: 49,00 € (Bar)", "Kunde, über den Link", "Bis bald"):  # fmt: skip
        assert words in page.text, words
    assert "&lt;i&gt;Bitte" in page.html
    assert len(house.asked("practice.names")) == 1


@pytest.mark.parametrize("scopes", [("booking:read",), ("booking:read", "booking:write")])
def test_whoever_may_read_an_appointment_sees_who_changed_it(
    sign_in: SignIn, house: House, scopes: tuple[str, ...]
) -> None:
    """Not the owner alone; while practice does not answer, the page is there all the same."""
    client = sign_in(*scopes)
    house.answers["booking.appointment"] = appointment(
        history=[step(), step(version=2, what="accepted", actor="staff", via="desk", user_id=stable_id("other"))]
    )
    assert "Karl Kurz" in client.get(f"/desk/appointments/{ID}").text
    house.answers["practice.names"] = Unavailable("away")
    page = client.get(f"/desk/appointments/{ID}")
    assert (page.status, "Karl Kurz" in page.text) == (200, False)


FORMS: list[tuple[str, Json, str, Json]] = [
    ("cancel", {"note": "Krank", "ways": "1", "channels": "sms"}, "change_status",
     {"action": "cancel", "notify": True, "channels": ["sms"], "note": "Krank"}),
    ("decline", {"ways": "1"}, "change_status", {"action": "decline", "notify": False}),
    ("place", {"kind": "video", "url": "https://v.example/a", "text": "", "ways": "1",
               "channels": "email"}, "set_place",
     {"kind": "video", "url": "https://v.example/a", "text": None, "notify": True,
      "channels": ["email"]}),
    ("details", {"service": SERVICES[0]["id"], "duration_minutes": "60", "service_before": SERVICES[1]["id"],
                 "minutes_before": "60"}, "change_details",
     {"service": SERVICES[0]["id"], "notify": False, "force": False}),
    ("details", {"service": SERVICES[1]["id"], "duration_minutes": "45", "service_before": SERVICES[1]["id"],
                 "minutes_before": "60", "notify": "1"}, "change_details",
     {"duration_minutes": 45, "notify": True, "force": False}),
    ("note", {"note": "Bringt den Hund mit"}, "change_details", {"note": "Bringt den Hund mit"}),
    ("price", {"amount": "1.049,90"}, "set_price", {"price": {"amount": "1049.90", "currency": "EUR"}}),
    ("price", {"amount": ""}, "set_price", {"price": None}),
    ("move", {"start": "2026-03-25T09:00:00+01:00", "calendar": CALENDARS[1]["id"], "ways": "1",
              "channels": "email"}, "reschedule",
     {"start": "2026-03-25T09:00:00+01:00", "calendar": CALENDARS[1]["id"], "notify": True, "channels": ["email"],
      "force": False, "note": None}),
    ("move", {"day": "2026-03-25", "time": "18:30", "force": "1", "calendar": "", "note": "Wie besprochen"},
     "reschedule", {"start": "2026-03-25T18:30:00+01:00", "calendar": None, "notify": False, "force": True,
                    "note": "Wie besprochen"}),
    ("payments", {"amount": "20", "currency": "EUR", "method": "card", "note": "", "key": "k"}, "add_payment",
     {"amount": {"amount": "20.00", "currency": "EUR"}, "method": "card", "note": None, "idempotency_key": "k"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "typed", "method", "expected"), FORMS)
def test_each_form_asks_what_it_says(
    sign_in: SignIn, house: House, path: str, typed: Json, method: str, expected: Json
) -> None:
    """With the version that was shown; back on the page it says what was done."""
    client = sign_in()
    _, fields = client.get(f"/desk/appointments/{ID}").form("/note")
    token = {name: fields[name] for name in ("csrf_token", "version")}
    answer = client.post(f"/desk/appointments/{ID}/{path}", {**token, **typed})
    assert answer.status == 303, answer.text
    assert only(house, f"booking.{method}") == {"id": ID, "if_version": 3, **expected}
    after = client.get(str(answer.location))
    assert after.find("div", role="alert") is not None
    undo = [(action, fields) for action, fields in after.forms() if action.endswith("/undo")]
    assert bool(undo) == (method == "change_status")
    for action, fields in undo:
        client.post(action, fields)
        silent = {} if expected["notify"] else {"notify": False}
        assert only(house, "booking.undo") == {"id": ID, "if_version": 4, **silent}


TAKEN, FASTER = Refused("slot_taken"), "Jemand anderes war schneller"


@pytest.mark.parametrize(
    ("path", "typed", "method", "refused", "words"),
    [
        ("cancel", {"note": "Krank"}, "change_status", Refused("precondition_failed"), "Inzwischen hat jemand anderes"),
        ("place", {"kind": "video", "url": "http://x"}, "set_place",
         Refused("invalid", {"errors": {"url": ["Not a valid https address."]}}), "Keine gültige https-Adresse."),
        ("details", {"duration_minutes": "lang"}, None, None, "Minuten ein, zum Beispiel 45"),
        ("details", {"duration_minutes": "90"}, "change_details", TAKEN, FASTER),
        ("price", {"amount": "zwanzig"}, None, None, "Betrag ein, zum Beispiel 49,00"),
        ("payments", {"amount": "100", "currency": "EUR"}, "add_payment", Refused("overpaid"), "nicht höher sein"),
        ("move", {"start": "2026-03-25T09:00:00+01:00"}, "reschedule", TAKEN, FASTER),
        ("move", {"note": "Hallo"}, None, None, "Bitte wählen Sie eine Zeit."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_its_form_and_nothing_typed_is_lost(
    sign_in: SignIn, house: House, path: str, typed: Json, method: str | None, refused: Refused | None, words: str
) -> None:
    """The form stands open."""
    client = sign_in()
    _, fields = client.get(f"/desk/appointments/{ID}").form("/note")
    if method:
        house.answers[f"booking.{method}"] = refused
    page = client.post(f"/desk/appointments/{ID}/{path}", {**fields, **typed})
    assert page.status in (409, 412, 422)
    assert words in page.text
    values = {e.get("value") for e in page.tree.iter("input")} | {e.text for e in page.tree.iter("textarea")}
    kept = {name: value for name, value in typed.items() if name in ("note", "url", "duration_minutes", "amount")}
    assert set(kept.values()) <= values


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("cancel", "change_status", "cancelled"), ("decline", "change_status", "accepted"),
     ("move", "reschedule", "declined"), ("place", "set_place", "cancelled")],
)  # fmt: skip
def test_who_was_overtaken_is_told_where_the_form_is_gone(
    sign_in: SignIn, house: House, path: str, method: str, status: str
) -> None:
    """A colleague was faster: the appointment's state allows the form no more."""
    client = sign_in()
    _, fields = client.get(f"/desk/appointments/{ID}").form("/note")
    house.answers[f"booking.{method}"] = Refused("precondition_failed")
    house.answers["booking.appointment"] = appointment(status=status)
    page = client.post(f"/desk/appointments/{ID}/{path}", {**fields, "start": "2026-03-25T09:00:00+01:00"})
    assert "Inzwischen hat jemand anderes" in "".join(page.find("div", role="alert").itertext())


def test_a_payment_is_corrected_and_removed(sign_in: SignIn, house: House) -> None:
    """Two buttons of one form."""
    client = sign_in()
    payment = ACCOUNT["items"][0]["id"]
    action, fields = client.get(f"/desk/appointments/{ID}").form(f"/payments/{payment}")
    assert fields["amount"] == "20,00"
    client.post(action, {**fields, "amount": "2,50", "method": "cash", "do": "correct"})
    client.post(action, {**fields, "do": "remove"})
    changed = {"amount": {**EUROS, "amount": "2.50"}, "method": "cash", "note": "Anzahlung"}
    assert only(house, "booking.change_payment") == {"id": ID, "payment": payment, "if_version": 3, **changed}
    assert only(house, "booking.remove_payment") == {"id": ID, "payment": payment, "if_version": 3}


def test_moving_offers_days_with_free_times_only(sign_in: SignIn, house: House) -> None:
    """K24, K25: what staff may book, in the length that the appointment has."""
    client = sign_in()
    page = client.get(f"/desk/appointments/{ID}?do=move")
    assert "2026-03-24" in str(page.find("a", class_="day-chip", aria_current="date").get("href"))  # its own day
    house.calls.clear()
    page = client.get(f"/desk/appointments/{ID}?do=move&day=2026-03-26")
    asked = only(house, "availability.slots")
    assert (asked["mode"], asked["duration_minutes"], asked["days"]) == ("staff", 60, 21)
    days = [str(a.get("href")).rpartition("&day=")[2] for a in page.all("a", class_="day-chip")]
    assert "2026-03-26" in days
    assert not {"2026-03-28", "2026-03-29"} & set(days)
    assert len(page.all("input", name="start")) == 12


def test_staff_book_for_a_customer(sign_in: SignIn, house: House) -> None:
    """K24: service, calendar, day, time, customer; told or not; a second click books once."""
    client = sign_in()
    page = client.get(f"/desk/book?service={SERVICES[0]['id']}&calendar={CALENDARS[1]['id']}&day=2026-03-25")
    action, fields = page.form("/desk/book")
    person = {"first_name": "Karl", "last_name": "Kurz", "phone": "0171 2345678"}
    told = {"channels": "sms", "note": "Hört schlecht"}
    answer = client.post(action, {**fields, **person, **told, "start": "2026-03-25T09:00:00+01:00"})
    assert answer.location == f"/desk/appointments/{ID}?did=book"
    asked = only(house, "booking.book_for")
    assert (asked["service"], asked["calendar"]) == (SERVICES[0]["id"], CALENDARS[1]["id"])
    assert (asked["start"], asked["customer"]) == ("2026-03-25T09:00:00+01:00", person)
    assert (asked["notify"], asked["channels"], asked["note"]) == (True, ["sms"], "Hört schlecht")
    assert (asked["force"], asked["idempotency_key"]) == (False, fields["key"])
    assert "Der Kunde wird benachrichtigt." in client.get(str(answer.location)).text
    del fields["channels"]
    silent = client.post(action, {**fields, **person, "start": "2026-03-25T09:00:00+01:00"})
    assert "Der Kunde wird nicht benachrichtigt." in client.get(str(silent.location)).text
    assert house.asked("booking.book_for")[1]["notify"] is False


@pytest.mark.parametrize(
    ("channels", "said", "field", "why"),
    [
        (["email"], None, "email", "Es ist keine E-Mail-Adresse bekannt."),
        (["sms"], {"possible": False, "reason": "no_mobile"}, "phone", "Die Nummer gehört zu keinem Mobiltelefon."),
    ],
)
def test_a_way_that_does_not_lead_to_a_new_customer_is_said_before_it_is_booked(
    sign_in: SignIn, house: House, channels: list[str], said: Json | None, field: str, why: str
) -> None:
    """Beside the field at fault; what was typed and ticked stays."""
    client = sign_in()
    if said:
        house.answers["notify.channels"] = {"sms": said}
    action, fields = client.get("/desk/book?day=2026-03-25").form("/desk/book")
    person = {"first_name": "Karl", "last_name": "Kurz", "phone": "0711 2345", "start": "2026-03-25T09:00:00+01:00"}
    page = client.post(action, {**fields, **person, "channels": channels})
    assert page.status == 422
    assert why in "".join(page.find("p", id=f"{field}-error").itertext())
    assert [e.get("value") for e in page.all("input", name="channels") if "checked" in e.attrib] in (channels, [])
    assert house.asked("booking.book_for") == []


def test_a_known_customer_is_found_and_booked_for(sign_in: SignIn, house: House) -> None:
    """By a search; what booking knows of the customer is used."""
    client = sign_in()
    known = {"id": stable_id("customer"), "first_name": "Lena", "last_name": "Groß", "email": None, "phone": "+4915"}
    house.answers |= {"booking.customers": {"items": [known], "next": None}, "booking.customer": known}
    page = client.get("/desk/book?day=2026-03-25&q=Lena")
    [link] = [a for a in page.all("a", class_="whole") if "customer=" in str(a.get("href"))]
    page = client.get(str(link.get("href")))
    assert "Lena Groß" in page.text
    action, fields = page.form("/desk/book")
    client.post(action, {**fields, "start": "2026-03-25T09:00:00+01:00"})
    asked = only(house, "booking.book_for")
    assert asked["customer_id"] == known["id"]
    assert "customer" not in asked


def test_a_click_in_the_calendar_brings_its_time_along(sign_in: SignIn, house: House) -> None:
    """A free one is chosen; another stands in the field for other times."""
    client = sign_in()
    where = f"/desk/book?service={SERVICES[0]['id']}&calendar={CALENDARS[0]['id']}"
    page = client.get(f"{where}&start=2026-03-25T08:00:00%2B00:00")
    [chosen] = [e for e in page.all("input", name="start") if "checked" in e.attrib]
    assert chosen.get("value") == "2026-03-25T09:00:00+01:00"
    page = client.get(f"{where}&start=2026-03-25T17:10:00%2B00:00")
    assert page.find("input", id="time").get("value") == "18:10"


def test_a_booking_that_cannot_be_keeps_what_was_typed(sign_in: SignIn, house: House) -> None:
    """Errors beside their fields and in the summary; a taken slot is said."""
    client = sign_in()
    action, fields = client.get("/desk/book?day=2026-03-25").form("/desk/book")
    empty = client.post(action, {**fields, "first_name": "Karl", "start": ""})
    assert empty.status == 422
    assert empty.find("input", id="first_name").get("value") == "Karl"
    assert "E-Mail-Adresse oder eine Telefonnummer" in empty.text
    house.answers["booking.book_for"] = Refused("slot_taken")
    full = {**fields, "first_name": "Karl", "last_name": "Kurz", "email": "k@example.org", "start": fields["start"]}
    page = client.post(action, full)
    assert page.status == 409
    assert FASTER in page.text
    house.answers["booking.book_for"] = Refused(
        "invalid", {"errors": {"customer": {"phone": ["Not a valid phone number."]}}}
    )
    page = client.post(action, full | {"phone": "1"})
    assert page.find("p", id="phone-error") is not None


@pytest.mark.parametrize(("zone", "told"), [("America/New_York", True), ("Europe/Paris", False)])
def test_who_is_far_away_reads_whose_clock_it_is(sign_in: SignIn, house: House, zone: str, told: bool) -> None:
    """K2: the own zone's times, and where the calendar's clock shows another; nothing where both show the same."""
    client = sign_in(zone=zone)
    calendars = [{**one, "active": True} for one in CALENDARS]
    house.answers["availability.list_calendars"] = {"items": calendars, "next": None}
    for path in ("book", "calendar/slot", f"calendar/appointments/{ID}/move", f"calendar/appointments/{ID}/cancel"):
        assert ("Berlin" in client.get(f"/desk/{path}").text) == told, path


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


def test_an_appointment_that_is_not_there(sign_in: SignIn, house: House) -> None:
    """A foreign or unknown one is 404."""
    client = sign_in()
    house.answers["booking.appointment"] = Refused("not_found")
    assert client.get(f"/desk/appointments/{ID}").status == 404
