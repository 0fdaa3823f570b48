"""The list of invitations and the form for a new one, in the words that staff know (V1 to V6)."""

import pytest

from gateway.api import examples
from gateway.tests.pages.house import CALENDARS, House
from gateway.tests.pages.invitations.samples import (
    DELETED,
    FAILED,
    GOOD,
    ID,
    PENDING,
    READ,
    SENT,
    Enter,
    invite,
    page_of,
)
from runtime.errors import Refused, Unavailable
from runtime.ids import new_id


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
