"""Killed in the middle of a rush of bookings: nothing that was promised is lost, and nothing happens twice.

Customers' programs do what ours do: whoever gets no answer asks again under the same Idempotency-Key. In the end each
wish is one appointment, one confirmation mail, one taken slot, whatever died on the way.
"""

import http.client
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from threading import Event
from typing import Any

import psutil
import pytest
from sqlalchemy import create_engine, make_url, text

from deploy.processes import Processes
from runtime.clock import utc_now
from runtime.ids import new_id
from tests.end_to_end.practice import BASE, Practice
from tests.systems import Answer, Running, system, until

pytestmark = pytest.mark.slow
CUSTOMERS = 6  # who book at the same time
VICTIMS = ("booking", "availability", "notify")
PATIENCE = 120  # seconds until the last one must have an answer
MAILED = 150  # seconds until the last mail must be there; what failed for the moment is tried again after sixty


@dataclass
class Wish:
    """One customer's booking: its body, and every 201 that came back for it."""

    body: dict[str, Any]
    key: str = field(default_factory=new_id)
    ids: list[str] = field(default_factory=list)

    @property
    def email(self) -> str:
        return str(self.body["customer"]["email"])


class Rush:
    """Wishes for different slots, worked off by several customers at once until each has its 201."""

    def __init__(self, practice: Practice, number: int):
        self.practice = practice
        self.wishes = [Wish(practice.body("Servicetermin", who, start)) for who, start in _free(practice, number)]
        self.answered = 0
        self._stop = Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """While the block runs, people book; afterwards everybody has been served."""
        with ThreadPoolExecutor(CUSTOMERS) as pool:
            served = [pool.submit(self._serve, wish) for wish in self.wishes]
            try:
                yield
            except BaseException:
                self._stop.set()
                raise
            for each in served:
                each.result()

    def _serve(self, wish: Wish) -> None:
        end = time.monotonic() + PATIENCE
        while not self._stop.is_set():
            answer = self._try(wish)
            if answer and answer.status == 201:
                wish.ids.append(answer.json["id"])
                self.answered += 1
                return
            assert answer is None or answer.status in (503,), answer
            assert time.monotonic() < end, f"no answer within {PATIENCE} s"
            time.sleep(0.3)

    def _try(self, wish: Wish) -> Answer | None:
        try:
            return self.practice.running.call("POST", f"{BASE}/appointments", wish.body, idempotency_key=wish.key)
        except (OSError, http.client.HTTPException):
            return None  # the other end died

    def wait_for(self, number: int) -> None:
        """Until so many have been served: the middle of the rush."""
        until(lambda: self.answered >= number, PATIENCE, f"{number} bookings")


def _free(practice: Practice, number: int) -> list[tuple[str, str]]:
    """Professional and start of that many free slots, no two the same."""
    found: list[tuple[str, str]] = []
    day: date = utc_now().date() + timedelta(days=7)
    while len(found) < number:
        day += timedelta(days=1)
        found += [(who, start) for who in practice.calendars for start in practice.slots("Servicetermin", who, day)]
    return found[:number]


def check(rush: Rush) -> None:
    """Every 201 is an appointment, every wish is one, with one taken slot and one mail."""
    running = rush.practice.running
    booked = _rows(running, "booking", "select id, email, version from appointments")
    emails = {wish.email for wish in rush.wishes}
    ours = [row for row in booked if row.email in emails]
    assert Counter(row.email for row in ours) == dict.fromkeys(emails, 1)
    assert {row.version for row in ours} == {1}
    stored = {str(row.id).replace("-", "") for row in ours}
    assert {id.replace("-", "") for wish in rush.wishes for id in wish.ids} == stored
    once = dict.fromkeys(emails, 1)
    until(lambda: _mails(running, set(once)) == once, MAILED, "one mail each")
    until(lambda: not _waiting(running), 60, "the end of all events")
    time.sleep(1.5)
    assert _mails(running, set(once)) == once  # nothing came after it
    until(lambda: _all_taken(rush), 60, "a grid without the booked slots")


def _mails(running: Running, emails: set[str]) -> Counter[str]:
    """How many captured mails each customer has. The same Message-ID twice would be the same mail: there is none."""
    rows = _rows(running, "notify", "select message_id, recipient from mailbox")
    assert len({row.message_id for row in rows}) == len(rows)
    addresses = [parseaddr(row.recipient)[1] for row in rows]
    return Counter(address for address in addresses if address in emails)


def _waiting(running: Running) -> list[Any]:
    """Events that have not been handed on, or not been handled."""
    services = ("booking", "availability", "notify")
    outbox = "select 1 from outbox where published is null and error is null"
    found = [row for service in services for row in _rows(running, service, outbox)]
    if running.kind == "embedded":
        found += [row for service in services for row in _rows(running, service, "select 1 from delivery")]
    return found


def _all_taken(rush: Rush) -> bool:
    names = {id: who for who, id in rush.practice.calendars.items()}
    for wish in rush.wishes:
        day = datetime.fromisoformat(wish.body["start"]).date()
        if wish.body["start"] in rush.practice.slots("Servicetermin", names[wish.body["calendar"]], day):
            return False
    return True


def _rows(running: Running, service: str, query: str) -> list[Any]:
    engine = running.engine(service)
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(query)))
    finally:
        engine.dispose()


def test_one_process_killed_in_a_rush_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """SIGKILL three times, started again at once."""
    with system("embedded", tmp_path) as running:
        rush = Rush(Practice(running), 60)
        with rush.running():
            for number in (10, 25, 40):
                rush.wait_for(number)
                running.restart()
        check(rush)


@pytest.fixture(name="house", scope="module")
def _house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A process per service, for the faults below."""
    with system("distributed", tmp_path_factory.mktemp("faults")) as running:
        yield running


def test_workers_and_senders_killed_in_a_rush_lose_and_double_nothing(house: Running) -> None:
    """kill -9 of every child process of booking, availability and notify, one after the other, twice."""
    rush = Rush(Practice(house), 40)
    with rush.running():
        for number, victim in enumerate(VICTIMS * 2, start=1):
            rush.wait_for(5 * number)
            for child in _children(house, victim):
                child.kill()
    check(rush)


def test_relays_killed_in_a_rush_lose_and_double_nothing(house: Running) -> None:
    """kill -9 of the process that carries the outbox; what it left behind ends by itself, and a new one takes over."""
    rush, processes = Rush(Practice(house), 40), _processes(house)
    left: list[psutil.Process] = []
    try:
        with rush.running():
            for number, victim in enumerate(VICTIMS, start=1):
                rush.wait_for(10 * number)
                left += _children(house, victim)
                processes.running[victim].kill()
                processes.running[victim].wait()
                processes.start_one(victim)
        check(rush)
        _, alive = psutil.wait_procs(left, 15)
        assert not alive, "a worker lives on without its supervisor"
    finally:
        for orphan in left:
            if orphan.is_running():
                orphan.kill()


def test_database_connections_cut_in_a_rush_lose_and_double_nothing(house: Running) -> None:
    """pg_terminate_backend on every connection to this system's databases, three times."""
    rush = Rush(Practice(house), 40)
    with rush.running():
        for number in (8, 18, 28):
            rush.wait_for(number)
            until(lambda: _cut(house), 60, "connections to cut")  # those cut before may not be back yet
    check(rush)


def _processes(house: Running) -> Processes:
    assert house.processes
    return house.processes


def _children(house: Running, service: str) -> list[psutil.Process]:
    """The worker of a service that this test started, and its background loops."""
    supervisor = psutil.Process(_processes(house).running[service].pid)
    return until(lambda: supervisor.children(recursive=True), 60, f"a worker of {service}")  # type: ignore[no-any-return]


def _cut(house: Running) -> int:
    """End all connections to this system's databases; how many there were."""
    names = [str(make_url(house.database_url(service)).database) for service in VICTIMS]
    engine = create_engine(_processes(house).server)
    query = "select pg_terminate_backend(pid) from pg_stat_activity where datname = any(:names)"
    with engine.connect() as connection:
        ended = connection.execute(text(query), {"names": names}).all()
    engine.dispose()
    return len(ended)
