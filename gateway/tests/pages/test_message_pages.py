"""What is told to customers and team: texts, reminders, notifications, and messages on demand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.pages.desk import appointment_messages
from gateway.pages.desk.settings.sms_length import SmsLength, measure
from gateway.tests.pages.house import CALENDARS, PRACTICE, TEXT, House
from gateway.tests.pages.strict import StrictClient
from gateway.tests.pages.test_customer_pages import APPOINTMENT, MESSAGE
from runtime.errors import Refused, Unavailable
from runtime.identity import Caller, Signer
from runtime.ids import new_id
from runtime.testing import SEED, FakeClock

Json = dict[str, Any]
ANNA = CALENDARS[0]["id"]
READ = ("notify:read", "booking:read")
RECEPTION = (*READ, "booking:write", "notify:write")
OWNER = (*RECEPTION, "notify:admin")
WORDS, RULES, HEARS = (
    "/desk/settings/texts/reminder?locale=de",
    "/desk/settings/reminders",
    "/desk/settings/notifications",
)
TELL = f"/desk/appointments/{APPOINTMENT['id']}/tell"
CHOSEN = {"channel_0": "email", "unit_0": "days", "channel_1": "sms", "unit_1": "hours"}  # by the selects
SEEN = {"subject": "Ihr Termin am Mi", "text": "Guten Tag Erika", "html": "<p>Guten Tag</p>", "sms": "Mi: https://x"}


@pytest.fixture(name="enter")
def _enter(client: StrictClient, house: House, clock: FakeClock) -> Callable[..., StrictClient]:
    """Signs somebody in who holds these scopes."""

    def enter(*scopes: str) -> StrictClient:
        caller = Caller(practice_id=PRACTICE["id"], user_id=new_id(), role="owner", scopes=frozenset(scopes))
        house.answers |= {
            "practice.sign_in": {
                "access_token": Signer("practice", SEED).user_token(caller, clock.now),
                "expires_at": (clock.now + timedelta(minutes=10)).isoformat(),
                "session": "s",
                "user": {"id": caller.user_id, "name": "Dora", "role": "owner", "locale": "de", "time_zone": None},
                "practice": {name: PRACTICE[name] for name in ("id", "slug", "name", "plan", "time_zone", "locale")},
            },
            "booking.inbox_count": {"count": 0},
            "practice.get": {**PRACTICE, "version": 3},
            "availability.list_calendars": {"items": [{**one, "active": True} for one in CALENDARS], "next": None},
            "notify.template": lambda asked: TEXT | {"locale": asked["locale"]},
            "notify.preview_template": SEEN,
            "booking.appointment": APPOINTMENT,
            "booking.announce": lambda asked: APPOINTMENT,
            "notify.require_channels": {},
        }
        action, fields = client.get("/login").form("/login")
        assert client.post(action, fields | {"email": "a@b.example", "password": "right"}).status == 303
        return client

    return enter


def asked(house: House, method: str) -> list[Json]:
    return [payload for name, payload in house.calls if name == method]


# --- texts


def test_texts_are_listed_in_a_language_and_say_which_are_the_practices_own(enter: Any, house: House) -> None:
    """Under the names that the reader has for them."""
    names = {"de": "Terminerinnerung", "fr": "Rappel de rendez-vous"}
    house.answers["notify.templates"] = lambda asked: {"items": [TEXT | {"title": names[asked["locale"]]}]}
    client = enter(*READ)
    page = client.get("/desk/settings/texts?locale=fr")
    assert ("eigene Worte" in page.text, "Terminerinnerung" in page.text) == (True, True)
    assert client.get(f"{WORDS}?locale=fr").heading == "Terminerinnerung"
    assert {"locale": "fr"} in asked(house, "notify.templates")


def test_an_sms_is_counted_with_its_link_as_long_as_it_will_be(enter: Any, house: House) -> None:
    """The preview's ellipsis is not sent, and makes nothing dearer."""
    client = enter(*OWNER)
    house.answers["notify.preview_template"] = SEEN | {"sms": "Mi: https://x.example/a/…"}
    page = client.get(WORDS)
    assert page.find("p", data_sms="").text.strip() == "46 Zeichen, 1 SMS"


def test_only_what_was_changed_is_saved(enter: Any, house: House) -> None:
    """What was not touched stays ours, and follows when ours is improved."""
    house.answers["notify.update_template"] = TEXT
    client = enter(*OWNER)
    action, fields = client.get(WORDS).form("/desk/settings/texts/reminder")
    answer = client.post(action, fields | {"action": "save", "text": "Hallo {name},\r\n\r\nbis bald"})
    assert answer.status == 303
    assert asked(house, "notify.update_template") == [
        {"name": "reminder", "locale": "de", "text": "Hallo {name},\n\nbis bald", "if_version": TEXT["version"]}
    ]


def test_a_wrong_placeholder_stands_beside_its_field_and_nothing_typed_is_lost(enter: Any, house: House) -> None:
    wrong = Refused("invalid", {"errors": {"text": ["Den Platzhalter {vorname} gibt es nicht."]}})
    house.answers["notify.update_template"] = wrong
    client = enter(*OWNER)
    action, fields = client.get(WORDS).form("/desk/settings/texts/reminder")
    page = client.post(action, fields | {"action": "save", "text": "Hallo {vorname}"})
    assert page.status == 422
    assert "Den Platzhalter {vorname} gibt es nicht." in page.text
    assert page.form("/desk/settings/texts/reminder")[1]["text"] == "Hallo {vorname}"


def test_the_preview_shows_what_is_typed_and_stores_nothing(enter: Any, house: House) -> None:
    client = enter(*OWNER)
    action, fields = client.get(WORDS).form("/desk/settings/texts/reminder")
    page = client.post(action, fields | {"action": "preview", "subject": "Bis {when_short}"})
    assert "13 Zeichen, 1 SMS" in page.text
    assert asked(house, "notify.preview_template")[-1]["subject"] == "Bis {when_short}"
    assert asked(house, "notify.update_template") == []


def test_ours_comes_back_for_every_field(enter: Any, house: House) -> None:
    house.answers["notify.update_template"] = TEXT
    client = enter(*OWNER)
    action, fields = client.get(WORDS).form("/desk/settings/texts/reminder")
    assert client.post(action, fields | {"action": "reset"}).status == 303
    [payload] = asked(house, "notify.update_template")
    assert {payload[name] for name in ("subject", "text", "button", "closing", "sms")} == {None}
    assert payload["if_version"] == TEXT["version"]


@pytest.mark.parametrize("action", ["save", "reset"])
def test_words_that_somebody_changed_meanwhile_are_not_overwritten_unseen(
    enter: Any, house: House, action: str
) -> None:
    """What was typed stays; sending it again, with the version of now, is a decision."""
    house.answers["notify.update_template"] = Refused("precondition_failed", {"version": 444})
    client = enter(*OWNER)
    address, fields = client.get(WORDS).form("/desk/settings/texts/reminder")
    page = client.post(address, fields | {"action": action, "text": "Meine Worte"})
    assert (page.status, "Inzwischen hat jemand anderes dies geändert" in page.text) == (412, True)
    _, again = page.form("/desk/settings/texts/reminder")
    assert (again["text"], again["version"]) == ("Meine Worte", "444")
    assert "Text: Guten Tag {name}" in " ".join(page.text.split())


def test_the_mail_is_shown_where_nothing_in_it_can_run(enter: Any) -> None:
    client = enter(*OWNER)
    _action, fields = client.get(WORDS).form("/desk/settings/texts/reminder")
    answer = client.flask.post("/desk/settings/texts/reminder/mail?locale=de", data=fields)
    assert answer.text == "<p>Guten Tag</p>"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, SmsLength(160, 1, "")),
        ("a" * 161, SmsLength(161, 2, "")),
        ("ä" * 306, SmsLength(306, 2, "")),
        ("€" * 80, SmsLength(160, 1, "")),
        ("я" * 70, SmsLength(70, 1, "я")),
        ("я" * 71, SmsLength(71, 2, "я")),
        ("😀", SmsLength(2, 1, "😀")),
    ],
)
def test_an_sms_is_measured_as_the_network_does(text: str, expected: SmsLength) -> None:
    assert measure(text) == expected


# --- reminders


def test_the_rules_are_shown_in_the_largest_unit_and_saved_with_their_version(enter: Any, house: House) -> None:
    house.answers["notify.update_reminder_rules"] = {"version": 3, "rules": []}
    client = enter(*OWNER)
    action, fields = client.get(RULES).form(RULES)
    assert (fields["amount_0"], fields["amount_1"]) == ("1", "3")
    assert client.post(action, fields | CHOSEN | {"action": "save", "amount_1": "5"}).status == 303
    assert asked(house, "notify.update_reminder_rules") == [
        {
            "rules": [{"channel": "email", "before": 1440}, {"channel": "sms", "before": 300}],
            "if_version": 2,
        }
    ]


def test_lines_are_added_and_removed_without_storing(enter: Any, house: House) -> None:
    client = enter(*OWNER)
    action, fields = client.get(RULES).form(RULES)
    _, more = client.post(action, fields | CHOSEN | {"action": "add"}).form(RULES)
    assert "amount_2" in more
    page = client.post(action, more | CHOSEN | {"action": "remove:0"})
    assert page.form(RULES)[1]["amount_0"] == "3"
    assert [e.get("value") for e in page.find("select", id="channel_0") if e.get("selected") is not None] == ["sms"]
    assert asked(house, "notify.update_reminder_rules") == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount_0": "bald"}, "Bitte geben Sie eine Zahl ein"),
        ({"amount_0": ""}, "Bitte geben Sie eine Zahl ein"),
        ({"amount_0": "99"}, "Bitte geben Sie eine Zahl ein"),
        ({"channel_1": "email", "amount_1": "1", "unit_1": "days"}, "steht schon in der Liste"),
    ],
)
def test_a_wrong_rule_is_named_beside_its_line(enter: Any, house: House, typed: Json, said: str) -> None:
    client = enter(*OWNER)
    action, fields = client.get(RULES).form(RULES)
    page = client.post(action, fields | CHOSEN | {"action": "save"} | typed)
    assert (page.status, said in page.text) == (422, True)
    assert asked(house, "notify.update_reminder_rules") == []


def test_rules_that_somebody_else_changed_are_not_overwritten_unseen(enter: Any, house: House) -> None:
    house.answers["notify.update_reminder_rules"] = Refused("precondition_failed", {"version": 4})
    client = enter(*OWNER)
    action, fields = client.get(RULES).form(RULES)
    page = client.post(action, fields | CHOSEN | {"action": "save", "amount_0": "2"})
    _, again = page.form(RULES)
    assert (page.status, again["version"], again["amount_0"]) == (412, "4", "2")
    assert "Gespeichert ist jetzt:" in page.text


def test_without_sms_the_page_says_why(enter: Any, house: House) -> None:
    house.answers["notify.channels"] = {"sms": {"possible": False, "reason": "plan_required"}}
    assert "Ihr Tarif enthält keine SMS" in enter(*OWNER).get(RULES).text


# --- notifications


def test_each_calendar_has_its_addresses_with_the_hint(enter: Any, house: House) -> None:
    """All of them by one question."""
    page = enter(*RECEPTION).get(HEARS)
    assert "Spam-Ordner prüfen" in page.text
    assert "geheim@top-hearing.example" in page.text
    assert len(asked(house, "notify.all_notification_settings")) == 1
    assert asked(house, "notify.notification_settings") == []


def test_addresses_are_saved_and_emptied(enter: Any, house: House) -> None:
    stored = {"email": "anna@b.example", "phone": None, "copy_to": "c@b.example", "version": 12345}
    house.answers |= {"notify.notification_settings": stored, "notify.update_notification_settings": stored}
    client = enter(*RECEPTION)
    action, fields = client.get(f"{HEARS}/{ANNA}").form(f"{HEARS}/{ANNA}")
    assert client.post(action, fields | {"copy_to": "", "phone": "0170 1234567"}).status == 303
    assert asked(house, "notify.update_notification_settings") == [
        {"calendar": ANNA, "email": "anna@b.example", "phone": "0170 1234567", "copy_to": None, "if_version": 12345}
    ]


def test_addresses_that_somebody_changed_meanwhile_are_not_overwritten_unseen(enter: Any, house: House) -> None:
    stored = {"email": None, "phone": None, "copy_to": None, "version": 12345}
    faster = Refused("precondition_failed", {"version": 444})
    house.answers |= {"notify.notification_settings": stored, "notify.update_notification_settings": faster}
    client = enter(*RECEPTION)
    action, fields = client.get(f"{HEARS}/{ANNA}").form(f"{HEARS}/{ANNA}")
    house.answers["notify.notification_settings"] = {**stored, "email": "anders@b.example", "version": 444}
    page = client.post(action, fields | {"email": "neu@b.example"})
    assert "E-Mail-Adresse: anders@b.example" in " ".join(page.text.split())
    _, again = page.form(f"{HEARS}/{ANNA}")
    assert (page.status, again["email"], again["version"]) == (412, "neu@b.example", "444")


def test_a_wrong_address_stands_beside_its_field(enter: Any, house: House) -> None:
    stored = {"email": None, "phone": None, "copy_to": None, "version": 12345}
    wrong = Refused("invalid", {"errors": {"email": ["Bitte geben Sie eine gültige E-Mail-Adresse ein."]}})
    house.answers |= {"notify.notification_settings": stored, "notify.update_notification_settings": wrong}
    client = enter(*RECEPTION)
    action, fields = client.get(f"{HEARS}/{ANNA}").form(f"{HEARS}/{ANNA}")
    page = client.post(action, fields | {"email": "keine"})
    assert (page.status, "gültige E-Mail-Adresse" in page.text) == (422, True)
    assert page.form(f"{HEARS}/{ANNA}")[1]["email"] == "keine"


@pytest.mark.parametrize("path", [WORDS, RULES, f"{HEARS}/{ANNA}"])
def test_whoever_may_only_look_changes_nothing(enter: Any, house: House, path: str) -> None:
    house.answers["notify.notification_settings"] = {"email": None, "phone": None, "copy_to": None, "version": 12345}
    client = enter(*READ)
    page = client.get(path)
    assert any(e.get("disabled") is not None for e in page.all("fieldset"))
    _, fields = page.form(path.split("?")[0])
    assert client.post(path, {"csrf_token": fields["csrf_token"]}).status == 403


# --- messages of an appointment


def test_a_customer_is_reminded_with_words_and_version(enter: Any, house: House) -> None:
    client = enter(*RECEPTION)
    action, fields = client.get(f"{TELL}?kind=reminder").form(TELL)
    answer = client.post(action, fields | {"channels": "email", "text": "Bis bald"})
    assert (answer.status, "did=reminded" in answer.location) == (303, True)
    wanted = {"id": APPOINTMENT["id"], "kind": "reminder", "channels": ["email"], "text": "Bis bald", "if_version": 3}
    [command] = asked(house, "booking.announce")
    assert command == wanted | {"idempotency_key": command["idempotency_key"]}


def test_a_message_sent_twice_by_one_form_is_one_wish_and_other_words_are_another(enter: Any, house: House) -> None:
    client = enter(*RECEPTION)
    action, fields = client.get(f"{TELL}?kind=reminder").form(TELL)
    for text in ("Bis bald", "Bis bald", "Bis morgen"):
        client.post(action, fields | {"channels": "email", "text": text})
    first, again, other = (each["idempotency_key"] for each in asked(house, "booking.announce"))
    assert (first == again, first == other) == (True, False)


def test_no_way_chosen_is_named(enter: Any, house: House) -> None:
    client = enter(*RECEPTION)
    action, fields = client.get(f"{TELL}?kind=reminder").form(TELL)
    fields.pop("channels", None)
    page = client.post(action, fields | {"text": "Bis bald"})
    assert (page.status, "mindestens einen Weg" in page.text, "Bis bald" in page.text) == (422, True, True)
    assert asked(house, "booking.announce") == []


@pytest.mark.parametrize("code", [*appointment_messages.WORDED, "precondition_failed"])
def test_why_it_was_refused_is_said_and_the_words_stay(enter: Any, house: House, code: str) -> None:
    client = enter(*RECEPTION)
    house.answers["booking.announce"] = Refused(code, {"version": 5})
    action, fields = client.get(f"{TELL}?kind=notice").form(TELL)
    page = client.post(action, fields | {"channels": "email", "text": "Bitte lesen"})
    assert (page.status, "Bitte lesen" in page.text) == (412 if code == "precondition_failed" else 422, True)


def test_an_sms_that_the_plan_does_not_include_is_not_even_asked_for(enter: Any, house: House) -> None:
    client = enter(*RECEPTION)
    house.answers["notify.require_channels"] = Refused("plan_required")
    action, fields = client.get(f"{TELL}?kind=reminder").form(TELL)
    assert client.post(action, fields | {"channels": "sms"}).status == 422
    assert asked(house, "booking.announce") == []


def test_who_may_only_read_reminds_nobody(enter: Any) -> None:
    assert enter(*READ).get(f"{TELL}?kind=reminder").status == 403


def test_the_block_offers_what_is_possible(enter: Any, house: House, client: StrictClient) -> None:
    """A reminder while it is to come, a notice to a linked customer only, SMS where it leads somewhere."""
    enter(*RECEPTION)
    house.answers["notify.messages"] = {"items": [MESSAGE], "next": None}
    app = client.flask.application
    linked = {**APPOINTMENT, "customer_id": new_id()}
    over = {**linked, "start": "2020-01-01T08:00:00+00:00", "end": "2020-01-01T09:00:00+00:00"}
    with app.test_request_context("/desk"):
        assert appointment_messages.kinds(APPOINTMENT) == ["reminder"]
        assert appointment_messages.kinds(linked) == ["reminder", "notice"]
        assert appointment_messages.kinds({**linked, "status": "cancelled"}) == ["notice"]
        assert appointment_messages.kinds(over) == []
    no_sms = {"sms": {"possible": False, "reason": "plan_required"}}
    assert appointment_messages.offered(APPOINTMENT, no_sms) == ["email"]
    assert appointment_messages.offered(APPOINTMENT, house.notify_channels()) == ["email", "sms"]


def test_the_page_stands_while_notify_is_away(enter: Any, house: House, client: StrictClient) -> None:
    enter(*RECEPTION)
    house.answers["notify.messages"] = Unavailable("away")
    with client.flask.application.test_request_context("/desk"):
        found = appointment_messages.block(APPOINTMENT)
    assert found["appointment_messages"] is None


def test_several_are_reminded_from_the_list(enter: Any, house: House) -> None:
    """Whatever their states are: by its own question, without the rule of the same state."""
    client = enter(*RECEPTION)
    house.answers |= {
        "booking.appointments": {"items": [APPOINTMENT], "next": None},
        "booking.remind_all": {"items": [APPOINTMENT]},
    }
    action, fields = client.get("/desk/appointments").form("/bulk")
    answer = client.post(action, fields | {"pick": f"{APPOINTMENT['id']}:3", "action": "remind"})
    assert (answer.status, "did=remind" in answer.location) == (303, True)
    assert asked(house, "booking.remind_all") == [{"ids": [APPOINTMENT["id"]]}]
    assert asked(house, "booking.bulk") == []
