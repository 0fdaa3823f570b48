"""The live feed of two gateway processes on one broker, as gunicorn really serves it. Services are not needed: the test
tells their events itself."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pika
import pytest

from deploy.house import SERVICES, all_subscriptions
from deploy.processes import ROOT, free_port
from runtime.identity import Caller, Signer
from runtime.ids import new_id
from runtime.messages import Event
from runtime.testing import SEED, broker_uri, virtual_host
from runtime.topology import declare, events_exchange, system
from tests.end_to_end.line import Line

PRACTICE, FOREIGN = new_id(), new_id()


class Gateway:
    """A gateway process with one worker of two threads."""

    def __init__(self, amqp_uri: str, log: Path):
        self.port = free_port()
        keys = {one: Signer(one, SEED).public_key() for one in ("practice", "booking")}
        settings = {
            "AMQP_URI": amqp_uri, "SECRET_KEY": "a secret of the tests, long enough", "WEB_WORKERS": "1",
            "WEB_THREADS": "2", "HOST": "127.0.0.1", "PORT": str(self.port), "IDENTITY_KEYS": json.dumps(keys),
            "RATE_LIMITS": "", "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "run"], cwd=ROOT, env=os.environ | settings, stderr=log.open("wb")
        )

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


class Stream:
    """A browser's connection to the feed."""

    def __init__(self, gateway: Gateway, practice: str = PRACTICE, session: str = "s1", version: str = "1.1"):
        caller = Caller(practice, new_id(), session, "owner", frozenset({"booking:read"}))
        token = Signer("practice", SEED).user_token(caller, datetime.now(UTC))
        self.connection = socket.create_connection(("127.0.0.1", gateway.port), timeout=60)
        head = f"GET /api/v1/live HTTP/{version}\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        self.connection.sendall(head.encode())
        self.text = ""
        self.until("event: ready")

    def until(self, words: str) -> str:
        """Read on until these words have come; everything up to there."""
        while words not in self.text:
            part = self.connection.recv(65_536)
            assert part, f"ended before {words!r}: {self.text}"
            self.text += part.decode()
        found, _, self.text = self.text.partition(words)
        return found

    def ended(self) -> bool:
        """Read on until the server hangs up."""
        while self.connection.recv(65_536):
            pass
        return True

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


class House:
    """A broker, two gateways, and a line between the second and the broker that can be cut."""

    def __init__(self, amqp_uri: str, folder: Path):
        self.uri = amqp_uri
        declare(amqp_uri, system([service.name for service in SERVICES], all_subscriptions()))
        parameters = pika.URLParameters(amqp_uri)
        self.line = Line(parameters.host, parameters.port)
        self.line.__enter__()
        cuttable = amqp_uri.replace(f":{parameters.port}/", f":{self.line.port}/")
        self.gateways = [Gateway(amqp_uri, folder / "one.log"), Gateway(cuttable, folder / "two.log")]
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        for gateway in self.gateways:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", gateway.port), timeout=1).close()
                    break
                except OSError:
                    assert time.monotonic() < deadline
                    assert gateway.process.poll() is None
                    time.sleep(0.1)

    def listen(self) -> None:
        """Returns when both gateways hear events."""
        with Stream(self.gateways[0], "p1") as one, Stream(self.gateways[1], "p1") as two:
            for stream in (one, two):
                stream.connection.settimeout(0.2)
                for attempt in range(300):
                    self.tell("appointment.updated", "p1")
                    try:
                        stream.until("appointment.updated")
                        break
                    except TimeoutError:
                        assert attempt < 299

    def tell(self, type: str, practice: str = PRACTICE, source: str = "booking", **data: Any) -> str:
        """Publish an event as its service would; its subject."""
        event = Event(new_id(), source, type, new_id(), datetime.now(UTC), practice, 1, data)
        with pika.BlockingConnection(pika.URLParameters(self.uri)) as connection:
            connection.channel().basic_publish(events_exchange(source), type, event.to_json().encode())
        return event.subject

    def stop(self) -> None:
        for gateway in self.gateways:
            gateway.stop()
        self.line.__exit__()


@pytest.fixture(name="house", scope="module")
def _house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if not broker_uri():
        pytest.skip("needs RabbitMQ: run `make services`, or set TEST_AMQP_URI")
    with virtual_host() as uri:
        house = House(uri, tmp_path_factory.mktemp("live"))
        try:
            house.listen()
            yield house
        finally:
            house.stop()


def test_both_gateways_tell_and_only_the_practice_hears(house: House) -> None:
    """Whatever HTTP the reader speaks."""
    one, two = house.gateways
    with Stream(one) as first, Stream(two, version="1.0") as second, Stream(two, FOREIGN) as foreign:
        theirs = house.tell("appointment.cancelled", FOREIGN)
        ours = house.tell("appointment.booked", comment="Erika Beispiel", customer={"email": "erika@example.org"})
        for stream in (first, second):
            before = stream.until(ours)
            assert "event: appointment.booked" in before
            assert theirs not in before
            assert "rika" not in before + stream.text
        assert ours not in foreign.until(theirs)


def test_more_streams_than_threads_leave_the_gateway_free(house: House) -> None:
    """Twenty streams on two threads; the 21st request is answered, and each stream hears."""
    streams = [Stream(house.gateways[0]) for _ in range(20)]
    subject = house.tell("slot.held")
    for stream in streams:
        stream.until(subject)
        stream.connection.close()


def test_a_revoked_session_ends_its_streams_on_every_gateway(house: House) -> None:
    """And no other's."""
    one, two = (Stream(gateway, session="gone") for gateway in house.gateways)
    with one, two, Stream(house.gateways[0], session="stays") as other:
        house.tell("session.revoked", source="practice", session="gone")
        assert one.ended()
        assert two.ended()
        other.until(house.tell("appointment.missed"))


def test_a_broker_that_was_away_asks_every_page_to_look_anew(house: House) -> None:
    """The line of one gateway is cut; afterwards it hears again."""
    with Stream(house.gateways[1]) as stream:
        with house.line.cut():
            time.sleep(0.3)
        stream.until("event: resync")
        stream.until(house.tell("appointment.accepted"))


def test_a_reader_who_hangs_up_is_missed_by_nobody(house: House) -> None:
    """The next ones are served, and nothing was logged as an error."""
    for _ in range(5):
        Stream(house.gateways[0]).connection.close()
        house.tell("appointment.booked")
    with Stream(house.gateways[0]) as stream:
        stream.until(house.tell("appointment.accepted"))
