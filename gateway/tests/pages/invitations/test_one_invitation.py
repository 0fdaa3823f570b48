"""One invitation: whether it arrived, what may be corrected, moved, sent again and deleted."""

import pytest

from gateway.api import examples
from gateway.tests.pages.house import House
from gateway.tests.pages.invitations.samples import (
    DELETED,
    FAILED,
    GOOD,
    ID,
    PENDING,
    READ,
    SENT,
    TOKEN,
    Enter,
    page_of,
)
from runtime.errors import Refused, Unavailable


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
    assert [each.get("open") is not None for each in page.all("details")] == [True, False]  # the way, the language
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


def test_a_guests_language_and_zone_are_corrected(enter: Enter, house: House) -> None:
    """What holds is chosen already; no zone is the host's; a page of before, without the choice, changes neither."""
    client = enter()
    house.answers["invitations.invitation"] = SENT | {"locale": "ru", "time_zone": "Asia/Almaty"}
    page = client.get(f"/desk/invitations/{ID}")
    chosen = {option.get("value") for option in page.all("option") if option.get("selected") is not None}
    assert chosen == {"ru", "Asia/Almaty"}
    action, fields = page.form("/change")
    before = {name: text for name, text in fields.items() if name not in ("locale", "time_zone")}
    for typed in ({"locale": "fr", "time_zone": ""}, {}):
        assert client.post(action, before | typed).status == 303
    corrected, same = house.asked("invitations.change_invitation")
    assert (corrected["locale"], corrected["time_zone"]) == ("fr", None)
    assert not same.keys() & {"locale", "time_zone"}


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
