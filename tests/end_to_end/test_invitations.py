"""From "Einladen" to the tick; from an instant 550 to the red mark, the corrected address and the tick: V1 to V6."""

from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.clock import utc_now
from tests.end_to_end.mailserver import MailServer
from tests.end_to_end.practice import Practice
from tests.systems import Running, until

API = "/api/v1/invitations"
START = (utc_now() + timedelta(days=30)).replace(hour=9, minute=0, second=0, microsecond=0)


def invite(running: Running, email: str, **more: Any) -> dict[str, Any]:
    """A guest is invited, by e-mail unless more is said."""
    guest = {"first_name": "Gerda", "last_name": "Gast", "email": email}
    when = {"start": START.isoformat(), "duration_minutes": 30}
    answer = running.call(
        "POST", API, {**guest, **when, "channels": ["email"], "consent": True, **more}, **running.staff()
    )
    assert answer.status == 201, answer
    found: dict[str, Any] = answer.json
    return found


def address(running: Running, name: str) -> str:
    """An address of this system's guest: all systems send to one mail server."""
    return f"{name}@{running.kind}.example"


def show(running: Running, id: str) -> dict[str, Any]:
    found: dict[str, Any] = running.call("GET", f"{API}/{id}", **running.staff()).json
    return found


def marked(running: Running, id: str, mark: str) -> dict[str, Any]:
    """The invitation as soon as it has this mark."""
    until(lambda: show(running, id)["mark"] == mark, what=f"the mark {mark}")
    return show(running, id)


def state(running: Running, url: str) -> str:
    """What the link is good for, as the guest's browser learns it."""
    answer = running.call("GET", f"/api/v1/join/{url.rsplit('/', 1)[1]}")
    return str(answer.json["state"])


def test_the_guest_gets_the_link_and_staff_the_tick(running: Running, practice: Practice, server: MailServer) -> None:
    """Moved: same link, same entry, new time; deleted: void at once, and the entry goes."""
    made = invite(running, address(running, "gerda"), calendar=practice.calendars["Ben"])
    mail = server.wait(address(running, "gerda"))
    assert made["url"] in mail.text
    assert mail.method_of_the_body == "REQUEST"
    assert str(mail.event["LOCATION"]) == made["url"]
    assert "Norbert" not in mail.message.as_string()  # Ben's real name
    assert marked(running, made["id"], "delivered")["delivery"][0]["state"] == "sent"
    assert state(running, made["url"]) == "open"

    later = (START + timedelta(days=1)).isoformat()
    moved = running.call("PATCH", f"{API}/{made['id']}", {"start": later}, **running.staff()).json
    assert moved["url"] == made["url"]
    second = server.wait(address(running, "gerda"), 2)
    assert second.event["UID"] == mail.event["UID"]
    assert second.event["SEQUENCE"] > mail.event["SEQUENCE"]
    assert second.event["DTSTART"].dt.astimezone(UTC) == datetime.fromisoformat(later)

    assert running.call("DELETE", f"{API}/{made['id']}", **running.staff()).status == 204
    assert server.wait(address(running, "gerda"), 3).method_of_the_body == "CANCEL"
    assert state(running, made["url"]) == "void"


def test_from_a_550_to_the_red_mark_and_back_to_the_tick(running: Running, server: MailServer) -> None:
    """The mail server refuses the address at once; corrected and sent again, with the same link."""
    server.unknown.add(address(running, "typo"))
    made = invite(running, address(running, "typo"))
    red = marked(running, made["id"], "failed")
    assert red["delivery"][0]["reason"] == "Diese E-Mail-Adresse gibt es nicht."
    again = {"email": address(running, "right")}
    staff = {**running.staff(), "if_match": f'"{red["version"]}"'}
    assert running.call("POST", f"{API}/{made['id']}/resend", again, **staff).status == 200
    assert made["url"] in server.wait(address(running, "right")).text
    green = marked(running, made["id"], "delivered")
    assert green["url"] == made["url"]
    history = [(each["address"], each["state"]) for each in green["delivery"]]
    assert history == [(address(running, "typo"), "failed"), (address(running, "right"), "sent")]
    assert server.to(address(running, "typo")) == []


def test_an_invitation_stands_in_the_message_log(running: Running, server: MailServer) -> None:
    """With its state, found by the invitation."""
    made = invite(running, address(running, "log"))
    marked(running, made["id"], "delivered")
    found = running.call("GET", f"/api/v1/messages?invitation={made['id']}", **running.staff()).json["items"]
    assert [(each["purpose"], each["recipient"], each["state"]) for each in found] == [
        ("invitation", address(running, "log"), "sent")
    ]


def test_what_makes_no_sense_is_refused(running: Running) -> None:
    """By name and field, never by a 500."""
    body = {"first_name": "G", "last_name": "G", "start": START.isoformat(), "duration_minutes": 30, "consent": True}
    bad: list[tuple[dict[str, Any], int, str]] = [
        ({**body, "channels": []}, 422, "invalid"),
        ({**body, "channels": ["email"]}, 422, "invalid"),
        ({**body, "channels": ["fax"], "email": "g@guest.example"}, 422, "invalid"),
        ({**body, "channels": ["email"], "email": "g@guest.example", "consent": False}, 422, "invalid"),
        ({**body, "channels": ["email"], "email": "g@guest.example", "duration_minutes": 0}, 422, "invalid"),
        ({**body, "channels": ["email"], "email": "g@guest.example", "start": "2001-01-01T10:00:00Z"}, 422, "invalid"),
        ({**body, "channels": ["email"], "email": "g@guest.example", "calendar": "7" * 8}, 422, "invalid"),
        ({**body, "channels": ["email", "sms"], "email": "g@guest.example", "phone": "x"}, 422, "invalid"),
    ]
    for wrong, status, code in bad:
        answer = running.call("POST", API, wrong, **running.staff())
        assert (answer.status, answer.json["code"]) == (status, code), wrong
    nobody = "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a10"
    for method, path, sent in (("GET", "", None), ("PATCH", "", {"first_name": "X"}), ("POST", "/resend", {})):
        assert running.call(method, f"{API}/{nobody}{path}", sent, **running.staff()).status == 404
    assert running.call("GET", "/api/v1/join/" + "T" * 22).status == 404
    assert running.call("GET", f"{API}?cursor=x", **running.staff()).status == 422
