"""Invitations on the desk, and the guest's page behind the link: rows V1 to V6 in the words that staff know."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.api import examples
from gateway.tests.pages.house import CALENDARS, PRACTICE, House
from gateway.tests.pages.strict import Page, StrictClient
from runtime.errors import Refused, Unavailable
from runtime.identity import Caller, Signer
from runtime.ids import new_id
from runtime.testing import SEED, FakeClock

TOKEN = "n7Qk2vJw8sYh0bLx4dRfTg"
ID = examples.INVITED["id"]
TRY: dict[str, Any] = examples.INVITED["delivery"][0]  # type: ignore[index]
SENT = {
    **examples.INVITED,
    "last_name": "<b>Müller</b>",
    "start": "2026-03-25T09:00:00+00:00",
    "end": "2026-03-25T09:30:00+00:00",
}
FAILED = {
    **SENT,
    "mark": "failed",
    "delivery": [{**TRY, "state": "failed", "reason": "Diese E-Mail-Adresse gibt es nicht."}],
}
PENDING = {**SENT, "mark": "pending", "delivery": [{**TRY, "state": "queued"}]}
DELETED = {**SENT, "status": "deleted", "state": "void"}
GOOD = {
    "first_name": "Erika",
    "last_name": "Müller",
    "email": "erika@example.org",
    "by_email": "1",
    "date": "2026-03-25",
    "time": "10:00",
    "duration": "30",
    "consent": "1",
}
READ, WRITE = "invitations:read", "invitations:write"
Enter = Callable[..., StrictClient]


def page_of(*items: Any, next: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "next": next}


@pytest.fixture(name="enter")
def _enter(client: StrictClient, house: House, clock: FakeClock) -> Enter:
    """Sign in with these scopes, by default those of staff."""

    def enter(*scopes: str, zone: str = "Europe/Berlin") -> StrictClient:
        held = frozenset(scopes or (READ, WRITE, "notify:read", "notify:write"))
        caller = Caller(practice_id=PRACTICE["id"], user_id=new_id(), role="staff", scopes=held)
        house.answers |= {
            "practice.sign_in": {
                "access_token": Signer("practice", SEED).user_token(caller, clock.now),
                "expires_at": (clock.now + timedelta(minutes=10)).isoformat(),
                "session": "session-token",
                "user": {"id": caller.user_id, "name": "Dora", "role": "staff", "locale": "de", "time_zone": zone},
                "practice": {n: PRACTICE[n] for n in ("id", "slug", "name", "plan", "time_zone", "locale")},
            },
            "booking.inbox_count": {"count": 0},
            "notify.channels": {"email": {"possible": True, "reason": None}, "sms": {"possible": True, "reason": None}},
            "notify.messages": page_of(),
            "practice.names": {"items": []},
            "invitations.invitations": page_of(SENT),
            "invitations.invitation": SENT,
            "invitations.create_invitation": PENDING,
            "invitations.change_invitation": SENT,
            "invitations.resend_invitation": PENDING,
            "invitations.delete_invitation": DELETED,
        }
        action, fields = client.get("/login").form("/login")
        assert client.post(action, fields | {"email": "demo@top-hearing.example", "password": "right"}).status == 303
        return client

    return enter


def invite(client: StrictClient, **changes: str | None) -> Page:
    """Fill in the form as in GOOD but for these entries (None: left empty) and send it."""
    action, fields = client.get("/desk/invitations/new").form("/invitations/new")
    typed = {**fields, **GOOD, **changes}
    return client.post(action, {name: text for name, text in typed.items() if text is not None})


# --- the list


def test_the_list_shows_tick_and_mark_with_words(enter: Enter, house: House) -> None:
    """And asks once, however long it is."""
    client = enter()
    house.answers["invitations.invitations"] = page_of(
        *({**each, "id": new_id()} for each in (SENT, FAILED, PENDING, DELETED)), next="more"
    )
    page = client.get("/desk/invitations")
    for words in ("Zugestellt", "Nicht zugestellt", "Unterwegs", "Abgesagt", "Adresse korrigieren", "<b>Müller</b>"):
        assert words in page.text
    assert len(page.all("tr")) == 5
    assert page.find("a", rel="next") is not None
    assert len(house.asked("invitations.invitations")) == 1


@pytest.mark.parametrize(
    ("view", "asked"),
    [("upcoming", {"scope": "upcoming"}), ("past", {"scope": "past"}), ("failed", {"mark": "failed"}), ("x", {})],
)
def test_the_list_has_views(enter: Enter, house: House, view: str, asked: dict[str, str]) -> None:
    client = enter()
    house.answers["invitations.invitations"] = page_of()
    assert client.get(f"/desk/invitations?view={view}").status == 200
    assert house.asked("invitations.invitations") == [{**asked, "limit": 50, "cursor": None}]


def test_an_empty_list_says_what_will_be_here(enter: Enter, house: House) -> None:
    client = enter()
    house.answers["invitations.invitations"] = page_of()
    page = client.get("/desk/invitations")
    assert "ob die Einladung angekommen ist" in page.text
    assert page.all("a", href="/desk/invitations/new")


def test_a_broken_cursor_leads_to_the_beginning(enter: Enter, house: House) -> None:
    client = enter()
    house.answers["invitations.invitations"] = Refused("invalid", {"errors": {"cursor": ["Not a valid cursor."]}})
    assert client.get("/desk/invitations?cursor=x").location == "/desk/invitations"


def test_who_may_only_read_sees_no_button(enter: Enter, house: House) -> None:
    """Nor does the address help."""
    client = enter(READ)
    house.answers["invitations.invitation"] = FAILED
    assert not client.get("/desk/invitations").all("a", href="/desk/invitations/new")
    assert not [a for a, _ in client.get(f"/desk/invitations/{ID}").forms() if "/invitations/" in a]
    for path in ("new", f"{ID}/delete"):
        assert client.get(f"/desk/invitations/{path}").status == 403


def test_times_are_the_readers_with_the_hosts_beside_them(enter: Enter) -> None:
    page = enter(zone="America/New_York").get("/desk/invitations")
    assert "05:00 – 05:30" in page.text
    assert "dort: Mi 25. März, 10:00" in page.text


# --- "Termin erstellen"


def test_the_form_asks_in_the_words_of_the_trade(enter: Enter) -> None:
    """Whom, how, when, how long; what is required has its asterisk."""
    page = enter().get("/desk/invitations/new")
    assert page.heading == "Termin erstellen"
    for words in (
        "Einzelbesprechung",
        "Wen möchten Sie einladen?",
        "Wie möchten Sie die Einladung verschicken",
        "An welchem Tag ist der Termin *",
        "Um wie viel Uhr ist der Termin *",
        "Wie lange dauert der Termin *",
        "Vorname *",
        "Nachname *",
        "Der Nutzer hat eingewilligt, SMS- und E-Mail-Nachrichten von mir zu erhalten *",
        "Einladen",
    ):
        assert words in page.text


def test_a_guest_is_invited(enter: Enter, house: House) -> None:
    """Day and time are meant by the calendar's clock, wherever the reader sits."""
    client = enter(zone="America/New_York")
    answer = invite(client, calendar=CALENDARS[1]["id"], locale="fr")
    assert answer.location == f"/desk/invitations/{ID}"
    (asked,) = house.asked("invitations.create_invitation")
    assert asked | {"idempotency_key": ""} == {
        "first_name": "Erika",
        "last_name": "Müller",
        "email": "erika@example.org",
        "calendar": CALENDARS[1]["id"],
        "locale": "fr",
        "channels": ["email"],
        "start": "2026-03-25T09:00:00+00:00",
        "duration_minutes": 30,
        "consent": True,
        "idempotency_key": "",
    }


def test_a_guest_far_away_reads_the_own_clock(enter: Enter, house: House) -> None:
    """The zone stands behind the form, open once it is not the practice's; typed is the host's time all the same."""
    client = enter()
    page = client.get("/desk/invitations/new")
    assert page.find("details").get("open") is None
    assert [each.text for each in page.all("option", value="")] == ["Deutsch", "Wie die Praxis (Berlin)"]
    record = {**examples.CUSTOMER_RECORD, "time_zone": "Asia/Tbilisi"}  # none of the usual ones
    house.answers["booking.customer"] = record
    page = client.get(f"/desk/invitations/new?customer={new_id()}")
    assert page.find("details").get("open") is not None
    assert "Asia/Tbilisi" in [each.get("value") for each in page.all("option", selected="")]
    assert invite(client, time_zone="America/New_York").status == 303
    (asked,) = house.asked("invitations.create_invitation")
    assert (asked["time_zone"], asked["start"]) == ("America/New_York", "2026-03-25T09:00:00+00:00")
    house.answers["invitations.invitation"] = {**SENT, "time_zone": "America/New_York"}
    page = client.get(f"/desk/invitations/{ID}")
    assert "10:00 – 10:30" in page.text
    assert "05:00 – 05:30" in page.text
    assert "Zeit in New York" in page.text


def test_a_second_click_carries_the_same_key(enter: Enter, house: House) -> None:
    client = enter()
    action, fields = client.get("/desk/invitations/new").form("/invitations/new")
    for _ in range(2):
        client.post(action, {**fields, **GOOD})
    first, second = house.asked("invitations.create_invitation")
    assert first["idempotency_key"] == second["idempotency_key"] != ""


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"first_name": ""}, "Bitte geben Sie den Vornamen des Gastes ein."),
        ({"last_name": " "}, "Bitte geben Sie den Nachnamen des Gastes ein."),
        ({"email": ""}, "Bitte geben Sie die E-Mail-Adresse des Gastes ein."),
        ({"email": "erika"}, "Bitte geben Sie eine vollständige E-Mail-Adresse ein"),
        ({"by_email": None}, "Bitte wählen Sie, wie die Einladung verschickt wird."),
        ({"by_sms": "1"}, "Bitte geben Sie die Mobilnummer des Gastes ein."),
        ({"date": "31.2."}, "Bitte geben Sie den Tag des Termins ein."),
        ({"time": "25:00"}, "Bitte geben Sie eine Uhrzeit ein"),
        ({"duration": "eine Stunde"}, "Bitte geben Sie die Dauer in Minuten ein"),
        ({"duration": "9999"}, "Bitte geben Sie die Dauer in Minuten ein"),
        ({"consent": None}, "Bitte bestätigen Sie, dass der Gast eingewilligt hat."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    enter: Enter, house: House, wrong: dict[str, str | None], sentence: str
) -> None:
    page = invite(enter(), **wrong)
    assert page.status == 422
    assert page.text.count(sentence) == 2  # in the summary, too
    assert house.asked("invitations.create_invitation") == []
    kept = page.form("/invitations/new")[1]
    assert all(kept[name] == GOOD[name] for name in GOOD if name not in wrong and name in kept)


@pytest.mark.parametrize(
    ("refused", "sentence"),
    [
        (Refused("invalid", {"errors": {"start": ["This time has passed."]}}), "Diese Zeit ist "),
        (Refused("invalid", {"errors": {"phone": ["This number cannot receive SMS."]}}), "keine SMS empfangen"),
        (Refused("plan_required", {"plan": "standard"}), "SMS gehören zu den Tarifen Standard und Premium."),
        (
            Refused("too_many_invitations", {"per": "address", "limit": 20}),
            "Diese Adresse hat in den letzten 24 Stunden",
        ),
        (Refused("idempotency_conflict"), "Idempotency-Key"),
    ],
)
def test_the_services_verdict_is_said_in_words(enter: Enter, house: House, refused: Refused, sentence: str) -> None:
    client = enter()
    house.answers["invitations.create_invitation"] = refused
    page = invite(client)
    assert (page.status, sentence in page.text) == (422, True)


def test_on_basic_the_sms_box_is_disabled_with_the_way_to_the_plans(enter: Enter, house: House) -> None:
    """A number can still be stored."""
    client = enter()
    house.answers["notify.channels"] = {"email": {}, "sms": {"possible": False, "reason": "plan_required"}}
    page = client.get("/desk/invitations/new")
    assert page.find("input", id="by_sms").get("disabled") is not None
    assert page.find("a", href="/desk/settings/plan").text == "Tarife und Abrechnung"
    assert page.find("input", id="phone") is not None


def test_while_notify_is_away_the_plan_decides(enter: Enter, house: House) -> None:
    client = enter()
    house.answers["notify.channels"] = Unavailable("away")
    assert client.get("/desk/invitations/new").find("input", id="by_sms").get("disabled") is None


def test_a_customers_record_fills_the_form(enter: Enter, house: House) -> None:
    """One that is not there fills nothing."""
    client = enter()
    house.answers["booking.customer"] = {**examples.CUSTOMER_RECORD, "first_name": "Paul", "email": "paul@example.org"}
    fields = client.get(f"/desk/invitations/new?customer={new_id()}").form("/invitations/new")[1]
    assert (fields["first_name"], fields["email"]) == ("Paul", "paul@example.org")
    house.answers["booking.customer"] = Refused("not_found")
    for id in (new_id(), "x"):
        assert client.get(f"/desk/invitations/new?customer={id}").form("/invitations/new")[1]["first_name"] == ""


# --- one meeting


def test_success_is_said_in_the_words_of_the_trade(enter: Enter) -> None:
    page = enter().get(f"/desk/invitations/{ID}")
    assert "E-Mail erfolgreich zugestellt an Erika <b>Müller</b>" in page.text
    assert "Einladung erfolgreich versendet" in page.text
    assert "http://127.0.0.1:8080/join/" + TOKEN in page.text
    assert "gültig bis" in page.text


def test_who_noted_the_consent_is_said(enter: Enter, house: House) -> None:
    """With the time; while the names are not to be had, the time alone."""
    client = enter()
    user = examples.INVITED["consent"]["user"]  # type: ignore[index]
    house.answers["practice.names"] = {"items": [{"id": user, "name": "Rita Reception"}]}
    assert "vermerkt von Rita Reception, " in client.get(f"/desk/invitations/{ID}").text
    house.answers["practice.names"] = Unavailable("practice")
    assert "vermerkt am " in client.get(f"/desk/invitations/{ID}").text


def test_failure_asks_for_the_corrected_address(enter: Enter, house: House) -> None:
    """With the reason, the history, and the button "Erneut senden"; the link stays."""
    client = enter()
    house.answers["invitations.invitation"] = FAILED
    page = client.get(f"/desk/invitations/{ID}")
    assert "E-Mail konnte nicht zugestellt werden Erika <b>Müller</b>" in page.text
    assert "Diese E-Mail-Adresse gibt es nicht." in page.text
    assert "Einladung erfolgreich versendet" not in page.text
    action, fields = page.form("/resend")
    assert "Erneut senden" in page.text
    answer = client.post(action, {**fields, "email": "erika.mueller@example.org"})
    assert str(answer.location).startswith(f"/desk/invitations/{ID}?did=resent")
    (asked,) = house.asked("invitations.resend_invitation")
    key = asked.pop("idempotency_key")
    assert (asked, bool(key)) == ({"id": ID, "email": "erika.mueller@example.org", "if_version": 1}, True)


def test_a_guest_whom_sms_do_not_reach_gets_a_mail_instead(enter: Enter, house: House) -> None:
    """With the same link; SMS are offered where the plan has them, and what is refused is said."""
    client = enter()
    by_sms = {**FAILED, "channels": ["sms"], "email": None, "phone": "+4915112345678"}
    house.answers["invitations.invitation"] = by_sms
    again, other = [fields for a, fields in client.get(f"/desk/invitations/{ID}").forms() if "/resend" in a]
    assert ("way" in again, other["way"]) == (False, "email")
    answer = client.post(f"/desk/invitations/{ID}/resend", {**other, "email": "erika@example.org"})
    assert str(answer.location).startswith(f"/desk/invitations/{ID}?did=resent")
    (asked,) = house.asked("invitations.resend_invitation")
    assert (asked["channels"], asked["email"], "phone" in asked) == (["email"], "erika@example.org", False)

    house.answers["invitations.resend_invitation"] = Refused("invalid", {"errors": {"email": ["Not valid"]}})
    page = client.post(f"/desk/invitations/{ID}/resend", {**other, "email": ""})
    assert page.status == 422
    assert page.find("details").get("open") is not None
    house.answers["notify.require_channels"] = Refused("sms_unavailable")
    house.answers["invitations.invitation"] = FAILED
    _, other = [fields for a, fields in client.get(f"/desk/invitations/{ID}").forms() if "/resend" in a]
    page = client.post(f"/desk/invitations/{ID}/resend", {**other, "phone": "0151 2345678"})
    assert (other["way"], page.status, len(page.all("div", role="alert"))) == ("sms", 422, 1)


def test_a_message_on_its_way_is_looked_after(enter: Enter, house: House) -> None:
    """The script sees by it that something is still to come."""
    client = enter()
    house.answers["invitations.invitation"] = PENDING
    page = client.get(f"/desk/invitations/{ID}")
    assert "ist unterwegs" in page.text
    assert page.all("p", data_pending="")


def test_a_message_that_waits_says_why(enter: Enter, house: House) -> None:
    """notify knows; nobody is kept from the page while it does not answer, or from asking where nothing waits."""
    client = enter(READ, "notify:read")
    why = "Die Praxis hat heute so viele SMS gesendet, wie sie darf; die übrigen folgen morgen."
    waiting = {**examples.MESSAGE, "state": "queued", "reason": why}
    house.answers |= {"invitations.invitation": PENDING, "notify.messages": page_of(waiting)}
    assert why in client.get(f"/desk/invitations/{ID}").text
    house.answers["notify.messages"] = Unavailable("notify")
    assert "ist unterwegs" in client.get(f"/desk/invitations/{ID}").text
    house.answers["invitations.invitation"] = SENT
    client.get(f"/desk/invitations/{ID}")
    assert len(house.asked("notify.messages")) == 2


def test_a_meeting_is_moved_by_the_hosts_clock(enter: Enter, house: House) -> None:
    client = enter(zone="America/New_York")
    action, fields = client.get(f"/desk/invitations/{ID}").form("/change")
    assert (fields["date"], fields["time"], fields["duration"]) == ("2026-03-25", "10:00", "30")
    answer = client.post(action, {**fields, "date": "2026-03-30", "duration": "45"})
    assert str(answer.location).startswith(f"/desk/invitations/{ID}?did=changed")
    (asked,) = house.asked("invitations.change_invitation")
    assert (asked["start"], asked["duration_minutes"], asked["if_version"]) == ("2026-03-30T08:00:00+00:00", 45, 1)


def test_who_was_overtaken_is_told_and_keeps_what_was_typed(enter: Enter, house: House) -> None:
    client = enter()
    house.answers["invitations.change_invitation"] = Refused("precondition_failed", {"version": 2})
    action, fields = client.get(f"/desk/invitations/{ID}").form("/change")
    page = client.post(action, {**fields, "first_name": "Erica"})
    assert page.status == 422
    assert "Seit Sie es geladen haben, wurde es geändert." in page.text
    assert page.form("/change")[1]["first_name"] == "Erica"


@pytest.mark.parametrize(
    ("form_of", "method", "typed", "refused"),
    [
        ("/change", "change_invitation", {"date": "x"}, None),
        ("/change", "change_invitation", {}, Refused("invalid", {"errors": {"start": ["This time has passed."]}})),
        ("/resend", "resend_invitation", {"email": "x"}, Refused("invalid", {"errors": {"email": ["Not valid"]}})),
        ("/resend", "resend_invitation", {}, Refused("too_many_invitations", {"per": "practice", "limit": 500})),
    ],
)
def test_what_cannot_be_saved_is_said(
    enter: Enter, house: House, form_of: str, method: str, typed: dict[str, str], refused: Refused | None
) -> None:
    client = enter()
    house.answers[f"invitations.{method}"] = refused or SENT
    action, fields = client.get(f"/desk/invitations/{ID}").form(form_of)
    page = client.post(action, {**fields, **typed})
    assert page.status == 422
    assert page.all("div", role="alert")


def test_deleting_takes_a_question(enter: Enter, house: House) -> None:
    """The page itself deletes nothing."""
    client = enter()
    page = client.get(f"/desk/invitations/{ID}/delete")
    assert page.heading == "Diesen Termin wirklich löschen?"
    assert house.asked("invitations.delete_invitation") == []
    action, fields = page.form("/delete")
    answer = client.post(action, fields)
    assert answer.location == "/desk/invitations?did=deleted"
    assert house.asked("invitations.delete_invitation") == [{"id": ID, "if_version": 1}]
    assert "Der Link gilt nicht mehr" in client.get(str(answer.location)).text


def test_a_deleted_meeting_has_nothing_to_press(enter: Enter, house: House) -> None:
    client = enter()
    house.answers["invitations.invitation"] = DELETED
    page = client.get(f"/desk/invitations/{ID}")
    assert "Abgesagt" in page.text
    assert not [a for a, _ in page.forms() if "/invitations/" in a]
    assert client.get(f"/desk/invitations/{ID}/delete").location == f"/desk/invitations/{ID}"


def test_every_change_needs_the_pages_token(enter: Enter, house: House) -> None:
    client = enter()
    for path in ("new", f"{ID}/change", f"{ID}/resend", f"{ID}/delete"):
        assert client.post(f"/desk/invitations/{path}", dict(GOOD)).status == 403
    assert not [name for name, _ in house.calls if name.startswith("invitations.")]


def test_a_reception_corrects_and_sends_again_and_changes_nothing_else(enter: Enter, house: House) -> None:
    """As with any message that did not arrive."""
    client = enter(READ, "notify:read", "notify:write")
    house.answers["invitations.invitation"] = FAILED
    page = client.get(f"/desk/invitations/{ID}")
    assert {a.split("?")[0].rsplit("/", 1)[1] for a, _ in page.forms() if "/invitations/" in a} == {"resend"}
    assert not page.all("a", href=f"/desk/invitations/{ID}/delete")
    action, fields = page.form("/resend")
    assert client.post(action, {**fields, "email": "erika.mueller@example.org"}).status == 303
    assert client.post(f"/desk/invitations/{ID}/change", fields).status == 403


# --- the guest's page


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
    assert page.all("a", href="tel:0711123456")
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
