"""The live feed: who hears what, for how long, and on how many connections."""

import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway.api import examples, live
from gateway.context import EXTENSION
from gateway.live import TOLD, Feed, Pump, message_of, pump, stream
from gateway.tests.conftest import NOW, Stage, stage_with, token
from runtime.errors import Refused, Unavailable
from runtime.messages import Event
from runtime.testing import FakeClock

OTHER = "99999999-9999-4999-8999-999999999999"
PEOPLE = {"first_name": "Erika", "last_name": "Beispiel", "email": "erika@example.org", "phone": "+49711123456"}
BOOKED = {
    "status": "accepted", "start": examples.START, "end": examples.END, "online": True, "actor": "customer",
    "handled": False, "comment": "Erika Beispiel", "customer": PEOPLE, "calendar": examples.CALENDAR_FACE,
    "note": "heikel", "occupancies": [{"resource": examples.CALENDAR_ID}],
}  # fmt: skip


class Reader:
    """Reads a stream of the test client."""

    def __init__(self, client: FlaskClient, **headers: str):
        self.answer = client.get("/api/v1/live", headers=headers)
        self._parts = iter(self.answer.response)

    def next(self) -> str:
        part: Any = next(self._parts)
        return part.decode() if isinstance(part, bytes) else part

    def rest(self) -> list[str]:
        return [part.decode() for part in self._parts]  # type: ignore[union-attr]


@pytest.fixture(name="reader")
def _reader(client: FlaskClient, bearer: dict[str, str]) -> Iterator[Reader]:
    reader = Reader(client, **bearer)
    yield reader
    reader.answer.close()


def of(message: str) -> tuple[str, dict[str, Any]]:
    """The type and the data of the last message in a part of a stream."""
    lines = message.strip().split("\n\n")[-1].splitlines()
    fields = dict(line.split(": ", 1) for line in lines)
    return fields["event"], json.loads(fields["data"])


def test_a_stream_tells_what_happens_without_anybodys_data(stage: Stage, reader: Reader) -> None:
    """Ids, times and states only."""
    assert reader.answer.content_type.startswith("text/event-stream")
    assert of(reader.next())[0] == "ready"
    stage.tell("appointment.booked", **BOOKED)
    message = reader.next()
    type, data = of(message)
    assert (type, data["type"]) == ("appointment.booked", "appointment.booked")
    assert (data["id"], data["version"], data["calendar"]) == (examples.PRACTICE_ID, 1, examples.CALENDAR_ID)
    assert (data["start"], data["status"], data["online"]) == (examples.START, "accepted", True)
    assert not any(word in message for word in ("Erika", "example.org", "+49", "heikel", "Anna"))


def test_a_field_that_nobody_knows_yet_is_left_out(stage: Stage) -> None:
    """What is told is named, so nothing new slips through; nor does an object in a known field's place."""
    event = Event(
        "1", "booking", "appointment.booked", "a", NOW, "p", 1, {"diagnosis": "x", "status": [{"name": "Erika"}]}
    )
    assert message_of(event).data == {"id": "a", "version": 1}


def test_another_practice_hears_nothing(stage: Stage, client: FlaskClient, bearer: dict[str, str]) -> None:
    """Only its own events arrive: the next one is the next message."""
    reader = Reader(client, **bearer)
    reader.next()
    stage.tell("appointment.booked", OTHER, **BOOKED)
    stage.tell("appointment.cancelled", **BOOKED)
    assert of(reader.next())[0] == "appointment.cancelled"
    reader.answer.close()


def test_a_revoked_session_ends_its_streams_and_no_others(stage: Stage, client: FlaskClient) -> None:
    """At once, not with the next message."""
    ended = Reader(client, Authorization=f"Bearer {token(session='s1')}")
    stays = Reader(client, Authorization=f"Bearer {token(session='s2')}")
    ended.next(), stays.next()
    stage.tell("session.revoked", session="s1")
    assert ended.rest() == []
    stage.tell("appointment.missed", **BOOKED)
    assert of(stays.next())[0] == "appointment.missed"
    ended.answer.close(), stays.answer.close()


def test_a_stream_ends_with_its_access_token(stage: Stage, client: FlaskClient, bearer: dict[str, str]) -> None:
    """The browser comes back with a fresh one."""
    reader = Reader(client, **bearer)
    reader.next()
    stage.clock.now = NOW + timedelta(minutes=10)
    assert reader.rest() == []
    reader.answer.close()


def test_who_is_not_signed_in_or_may_not_read_gets_no_stream(client: FlaskClient) -> None:
    """401, and 403 for a key without the scope."""
    assert client.get("/api/v1/live").status_code == 401
    headers = {"Authorization": f"Bearer {token(scopes=('notify:read',))}"}
    assert client.get("/api/v1/live", headers=headers).status_code == 403


def test_asking_for_the_head_opens_nothing(stage: Stage, client: FlaskClient, bearer: dict[str, str]) -> None:
    """The feed stays as empty as it was."""
    feed = stage.app.extensions[EXTENSION].feed
    before = len(feed)
    assert client.head("/api/v1/live", headers=bearer).status_code == 200
    assert len(feed) == before


def test_a_stream_that_comes_back_is_told_what_it_missed(stage: Stage, client: FlaskClient, bearer: Any) -> None:
    """From a little before its last message, since events may be told late."""
    last = NOW - timedelta(minutes=2)
    reader = Reader(client, **bearer, **{"Last-Event-ID": last.isoformat()})
    missed = reader.next()
    assert f'"id":"{examples.APPOINTMENT_ID}"' in missed
    assert missed.index("appointment.booked") < missed.index("event: ready")
    [(_, asked)] = [call for call in stage.rpc.calls if call[0] == "booking.changes_since"]
    assert asked["since"] == (last - live.MARGIN).isoformat()
    reader.answer.close()


@pytest.mark.parametrize(
    ("last", "answer"),
    [
        ("nonsense", examples.CHANGES),
        ("2030-03-20T07:59:00", examples.CHANGES),
        ((NOW - timedelta(hours=3)).isoformat(), examples.CHANGES),
        ((NOW + timedelta(days=1)).isoformat(), examples.CHANGES),
        ("9999-12-31T23:59:59+00:00", examples.CHANGES),
        ((NOW - timedelta(minutes=1)).isoformat(), {**examples.CHANGES, "complete": False}),
        ((NOW - timedelta(minutes=1)).isoformat(), Unavailable("booking")),
    ],
)
def test_where_it_cannot_be_told_the_page_looks_at_everything_anew(
    stage: Stage, client: FlaskClient, bearer: Any, last: str, answer: Any
) -> None:
    """For a moment that makes no sense or is long ago, too many changes, or a booking that does not answer."""
    stage.rpc.answers["booking.changes_since"] = answer
    reader = Reader(client, **bearer, **{"Last-Event-ID": last})
    assert "event: resync" in reader.next()
    reader.answer.close()


def test_a_gap_in_the_events_asks_every_page_to_look_anew(stage: Stage, reader: Reader) -> None:
    """The broker was away."""
    reader.next()
    stage.listener.on_gap()
    assert of(reader.next())[0] == "resync"


def test_beyond_the_budget_a_page_is_told_to_poll() -> None:
    """503 with the seconds after which to try again; a stream that ends makes room."""
    stage = stage_with(live_threads=1)
    client, headers = stage.client(), {"Authorization": f"Bearer {token()}"}
    first = Reader(client, **headers)
    refused = client.get("/api/v1/live", headers=headers)
    assert (refused.status_code, refused.json["code"], refused.headers["Retry-After"]) == (503, "live_full", "60")  # type: ignore[index]
    first.answer.close()
    again = Reader(client, **headers)
    assert again.answer.status_code == 200
    again.answer.close()


def test_a_page_that_polls_hears_the_same(stage: Stage, client: FlaskClient, bearer: dict[str, str]) -> None:
    """From a little earlier than it asks; not from long ago."""
    answer = client.get(f"/api/v1/live/changes?since={NOW.isoformat().replace('+', '%2B')}", headers=bearer)
    assert answer.json == examples.CHANGES
    long_ago = (NOW - timedelta(days=1)).isoformat().replace("+", "%2B")
    found = client.get(f"/api/v1/live/changes?since={long_ago}", headers=bearer).json
    assert (found["items"], found["complete"]) == ([], False)  # type: ignore[index]


def test_everything_told_is_listened_for_by_the_page() -> None:
    """The page's script names each type."""
    script = (Path(__file__).parents[1] / "static" / "desk" / "live.js").read_text()
    assert all(f'"{type}"' in script for type in TOLD)


# -- the pump: streams without a thread each ------------------------------------------------------------------------


class Wire:
    """A connection in the hands of a pump, and its reader's end."""

    def __init__(self, feed: Feed, carrier: Pump, *, chunked: bool = False, practice: str = "p", session: str = "s"):
        self.server, self.client = socket.socketpair()
        self.client.settimeout(60)
        self.stream = feed.open(practice, session, NOW + timedelta(minutes=10), thread=False)
        carrier.take(self.stream, self.server, chunked=chunked)

    def read(self, length: int = 65_536) -> bytes:
        return self.client.recv(length)


@pytest.fixture(name="feed")
def _feed() -> Feed:
    return Feed(3, 0, FakeClock(NOW))


@pytest.fixture(name="carrier")
def _carrier(feed: Feed) -> Pump:
    return Pump(feed)


def told(feed: Feed, practice: str = "p") -> None:
    feed.tell(practice, message_of(Event("1", "booking", "appointment.booked", "a", NOW, practice, 1, {})))


def eventually(condition: Any) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("not in time")


@pytest.mark.parametrize("chunked", [True, False])
def test_the_pump_carries_messages_on_a_connection_that_its_server_has_closed(
    feed: Feed, carrier: Pump, chunked: bool
) -> None:
    """Whatever the server still writes or closes goes nowhere."""
    wire = Wire(feed, carrier, chunked=chunked)
    with pytest.raises(BrokenPipeError):
        wire.server.send(b"0\r\n\r\n")
    wire.server.close()
    told(feed)
    got = wire.read()
    text = b'"id":"a"'
    assert text in got
    assert got.startswith(b"id:") != chunked
    if chunked:
        size, _, rest = got.partition(b"\r\n")
        assert len(rest) == int(size, 16) + 2


def test_a_reader_that_hangs_up_makes_room(feed: Feed, carrier: Pump) -> None:
    """The budget counts open streams."""
    wires = [Wire(feed, carrier) for _ in range(3)]
    with pytest.raises(Refused):
        Wire(feed, carrier)
    wires[0].client.close()
    eventually(lambda: len(feed) == 2)
    assert Wire(feed, carrier)


def test_a_reader_that_does_not_read_is_let_go_and_the_others_hear_on(
    feed: Feed, carrier: Pump, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it owes is bounded."""
    monkeypatch.setattr(pump, "MOST_WAITING", 1000)
    slow, quick = Wire(feed, carrier), Wire(feed, carrier, practice="q")
    slow.server.close()
    for _ in range(5000):
        told(feed)
    eventually(lambda: len(feed) == 1)
    told(feed, "q")
    assert b'"id":"a"' in quick.read()


def test_a_revoked_session_ends_its_connection(feed: Feed, carrier: Pump) -> None:
    """Properly: with the last chunk."""
    wire = Wire(feed, carrier, chunked=True)
    feed.sign_out("s")
    assert wire.read() == b"0\r\n\r\n"
    assert wire.read() == b""
    assert len(feed) == 0


def test_each_beat_shows_life_and_ends_what_has_expired(
    feed: Feed, carrier: Pump, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proxies cut connections on which nothing moves."""
    monkeypatch.setattr(pump, "BEAT", 0.05)
    wire = Wire(feed, carrier)
    assert wire.read(4).startswith(b":")
    feed._clock.now = NOW + timedelta(hours=1)  # type: ignore[attr-defined]
    eventually(lambda: len(feed) == 0)


def test_a_stream_on_a_thread_shows_life_too(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """And ends with its token."""
    monkeypatch.setattr(stream, "BEAT", 0.01)
    monkeypatch.setattr(stream, "LOOK", 0.01)
    one = Feed(1, 1, FakeClock(NOW)).open("p", "s", NOW, thread=True)
    ends = iter([False, False, True])
    assert list(one.each(lambda: next(ends))) == [b": still here\n\n"] * 2
