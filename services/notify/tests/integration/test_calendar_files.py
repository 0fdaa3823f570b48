"""Calendar files, read by two foreign parsers: Python's `ical` and npm's `ical.js`."""

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ical.calendar_stream import IcsCalendarStream

from runtime.testing import Databases
from services.notify.tests.builders import APPOINTMENT, START, Desk, calendar_of

HERE = Path(__file__).parent
LONG = "Hörgeräteakustikmeisterleistung mit Erstanpassung, Feinjustierung; Nachkontrolle \\ Ohrpassstück 🦻👂 " * 3


def with_python(texts: list[str]) -> list[dict[str, Any]]:
    """What PyPI's `ical` understands."""
    return [_python(text) for text in texts]


def _python(words: str) -> dict[str, Any]:
    calendar = IcsCalendarStream.calendar_from_ics(words)
    (event,) = calendar.events
    return {
        "method": calendar.method,
        "uid": event.uid,
        "sequence": event.sequence,
        "status": str(event.status.value),
        "summary": event.summary,
        "location": event.location,
        "description": event.description,
        "start": event.dtstart.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "end": event.dtend.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "zone": str(event.dtstart.tzinfo),
        "zones": [zone.tz_id for zone in calendar.timezones],
        "organizer": str(event.organizer.uri),
        "attendee": str(event.attendees[0].uri),
        "rsvp": "TRUE" if event.attendees[0].rsvp else "FALSE",
    }


def with_node(texts: list[str]) -> list[dict[str, Any]]:
    """What npm's `ical.js` understands."""
    if not shutil.which("node"):
        pytest.skip("needs node")
    if not (HERE / "node_modules" / "ical.js").exists():
        if not shutil.which("npm"):
            pytest.skip("needs npm")
        how = ["--no-audit", "--no-fund", "--fetch-retries=5"]
        install = subprocess.run(["npm", "ci", *how], cwd=HERE, capture_output=True, timeout=600)
        if install.returncode:
            pytest.skip("npm could not install ical.js")
    script = str(HERE / "read_calendar.mjs")
    done = subprocess.run(["node", script], input=json.dumps(texts), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


Reader = Callable[[list[str]], list[dict[str, Any]]]
both = pytest.mark.parametrize("read", [with_python, with_node])


def story(desk: Desk) -> list[str]:
    """The calendar files of a customer who requests, is accepted, moves and cancels."""
    changes: list[tuple[str, dict[str, Any]]] = [
        ("booked", {"status": "pending"}),
        ("accepted", {"actor": "staff"}),
        ("rescheduled", {"start": START + timedelta(days=5), "previous_start": START}),
        ("cancelled", {"start": START + timedelta(days=5), "status": "cancelled"}),
    ]
    files = []
    for version, (change, facts) in enumerate(changes, 1):
        desk.clock.forward(minutes=1)
        desk.happens(change, version, **facts)
        desk.sender.drain()
        files.append(calendar_of(desk.mail_to("juergen@example.com")))
    return files


@both
def test_request_confirmation_move_and_cancellation_are_one_entry(sqlite: Databases, read: Reader) -> None:
    """Same UID, rising SEQUENCE, the right method and status each time."""
    seen = read(story(Desk(sqlite).ready()))
    assert {event["uid"] for event in seen} == {f"{APPOINTMENT}@terminfluss"}
    assert [event["sequence"] for event in seen] == [1, 2, 3, 4]
    assert [event["method"] for event in seen] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert [event["status"] for event in seen] == ["TENTATIVE", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    starts = ["2018-10-24", "2018-10-24", "2018-10-29", "2018-10-29"]
    assert [event["start"][:10] for event in seen] == starts


@both
def test_a_mail_programs_calendar_holds_one_entry_then_none(sqlite: Databases, read: Reader) -> None:
    """Played the way RFC 5546 says: newest SEQUENCE wins, CANCEL removes; also when a mail comes late."""
    events = read(story(Desk(sqlite).ready()))
    for order in (events, [events[0], events[2], events[1], events[3]]):
        shelf: dict[str, dict[str, Any]] = {}
        for event in order[:3]:
            if event["sequence"] > shelf.get(event["uid"], {"sequence": -1})["sequence"]:
                shelf[event["uid"]] = event
        assert [entry["start"][:10] for entry in shelf.values()] == ["2018-10-29"]
        assert order[3]["method"] == "CANCEL"
        assert order[3]["sequence"] > shelf.pop(order[3]["uid"])["sequence"]
        assert shelf == {}


@both
def test_the_entry_says_what_where_and_who(sqlite: Databases, read: Reader) -> None:
    (event,) = read(story(Desk(sqlite).ready())[1:2])
    assert event["summary"] == "Online-Termin bei Top Hearing"
    assert event["location"] == "Top Hearing (S), Hauptstraße 1, 10115 Berlin"
    assert event["zones"] == [event["zone"]] == ["Europe/Berlin"]
    assert event["start"] == "2018-10-24T13:30:00.000Z"
    assert event["end"] == "2018-10-24T15:00:00.000Z"
    assert event["organizer"] == "mailto:praxis@top-hearing.example"
    assert (event["attendee"], event["rsvp"]) == ("mailto:juergen@example.com", "FALSE")
    assert "https://termine.example/a/" in event["description"]


@both
def test_long_titles_commas_and_emoji_survive_folding(sqlite: Databases, read: Reader) -> None:
    desk = Desk(sqlite).ready(name=LONG.strip())
    files = story(desk)[:1]
    (event,) = read(files)
    assert event["summary"] == f"Online-Termin bei {LONG.strip()}"
    lines = files[0].replace("\r\n", "\n").split("\n")
    assert max(len(line.encode()) for line in lines) <= 75


@both
@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Berlin", datetime(2027, 3, 27, 23, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 26, 9, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 2, 15, 0, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 22, 0, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 6, 22, 0, tzinfo=UTC)),
        ("Africa/Casablanca", datetime(2026, 2, 20, 10, 0, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 2, 20, 10, 0, tzinfo=UTC)),
    ],
)
def test_the_instant_is_the_same_for_every_parser(sqlite: Databases, read: Reader, zone: str, start: datetime) -> None:
    """VTIMEZONE says what the zone's clocks do, around DST changes, too."""
    desk = Desk(sqlite).ready()
    desk.clock.now = start - timedelta(days=3)
    desk.happens("booked", start=start, time_zone=zone)
    desk.sender.drain()
    (event,) = read([calendar_of(desk.mail_to("juergen@example.com"))])
    assert event["start"] == start.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def test_a_longer_appointment_is_the_same_entry_with_a_later_end(sqlite: Databases) -> None:
    """K39: what staff change of service, duration or place reaches the customer's calendar, with a higher SEQUENCE."""
    desk = Desk(sqlite).ready()
    files = []
    for version, facts in enumerate(({}, {"actor": "staff", "changed": ["duration_minutes"], "hours": 3}), 1):
        hours = facts.pop("hours", 1)
        desk.happens("updated" if facts else "booked", version, end=START + timedelta(hours=hours), **facts)
        desk.sender.drain()
        files.append(calendar_of(desk.mail_to("juergen@example.com")))
    first, second = with_python(files)
    assert (first["uid"], first["sequence"], second["sequence"]) == (second["uid"], 1, 2)
    assert second["end"] == "2018-10-24T16:30:00.000Z"
    desk.happens("updated", 3, actor="staff", changed=["payment"], notify=False)
    desk.sender.drain()
    assert len([mail for mail in desk.mails() if "juergen" in str(mail["To"])]) == 2
