"""One appointment: what it shows, what each of its forms asks, and what they say when it cannot be."""

import pytest

from gateway.tests.pages.appointments.samples import Json, SignIn, only
from gateway.tests.pages.house import CALENDARS, SERVICES, House
from gateway.tests.pages.planner import ACCOUNT, EUROS, ID, USER, appointment, step
from runtime.errors import Refused, Unavailable
from runtime.ids import stable_id


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


def test_an_appointment_that_is_not_there(sign_in: SignIn, house: House) -> None:
    """A foreign or unknown one is 404."""
    client = sign_in()
    house.answers["booking.appointment"] = Refused("not_found")
    assert client.get(f"/desk/appointments/{ID}").status == 404
