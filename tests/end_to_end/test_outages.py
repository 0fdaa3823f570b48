"""What the table of docs/outages.md cannot show: mails that come later, a crowd, workers and replicas that die."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import psutil
import pytest
import requests
from sqlalchemy import text

from deploy import demo
from deploy.processes import ROOT, free_port
from tests.end_to_end.outages import Fragile, fragile
from tests.end_to_end.pages import Form, form
from tests.end_to_end.practice import BASE, Practice
from tests.systems import PASSWORD, ready, until

pytestmark = pytest.mark.slow
PATIENCE = 60
CROWD = 16
WORKERS, THREADS = 2, 4


@pytest.fixture(scope="module", name="house")
def _house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fragile]:
    """A gateway with few threads, so that a crowd can fill them."""
    settings = {"WEB_WORKERS": str(WORKERS), "WEB_THREADS": str(THREADS)}
    with fragile(tmp_path_factory.mktemp("stories"), **settings) as house:
        yield house


@pytest.fixture(name="practice")
def _practice(house: Fragile) -> Practice:
    return Practice(house.running)


def starts(practice: Practice) -> list[str]:
    """Free times of a day that no other test uses."""
    return practice.slots("Servicetermin", "Ben", practice.day("Ben"))


def appointments(house: Fragile, email: str) -> int:
    """How many this customer has."""
    engine = house.running.engine("booking")
    with engine.connect() as connection:
        found = connection.execute(text("select count(*) from appointments where email = :email"), {"email": email})
        number = int(found.scalar_one())
    engine.dispose()
    return number


def test_mails_of_an_outage_follow_once(house: Fragile, practice: Practice) -> None:
    """Booked while notify is away, and while the mail server is: booking works, and each customer gets one mail."""
    first, second, *_ = (practice.body("Servicetermin", "Ben", start) for start in starts(practice))
    with house.stopped("notify"):
        assert house.running.call("POST", f"{BASE}/appointments", first).status == 201
    with house.without_mail_server():
        assert house.running.call("POST", f"{BASE}/appointments", second).status == 201
        time.sleep(4)  # several attempts fail
    emails = [body["customer"]["email"] for body in (first, second)]
    for email in emails:
        house.mail.wait(email, seconds=60)
    time.sleep(4)  # nothing comes after it
    assert [len(house.mail.to(email)) for email in emails] == [1, 1]


class Crowd(ThreadPoolExecutor):
    """People who ask for the same address again and again."""

    def __init__(self, address: str):
        super().__init__(CROWD)
        self.address, self.answers, self._stop = address, Counter[int](), Event()

    @contextmanager
    def asking(self) -> Iterator[None]:
        with self:
            for _ in range(CROWD):
                self.submit(self._ask)
            try:
                yield
            finally:
                self._stop.set()

    def _ask(self) -> None:
        while not self._stop.is_set():
            self.answers[requests.get(self.address, timeout=60).status_code] += 1


def test_a_crowd_at_a_service_that_hangs_does_not_starve_the_others(house: Fragile, practice: Practice) -> None:
    """More people than threads want what booking knows: they hear 503 soon, and everybody else is served meanwhile."""
    booked = practice.book("Servicetermin", "Ben", starts(practice)[0])
    token = booked.json["manage_url"].rsplit("/", 1)[1]
    crowd = Crowd(f"{house.running.url}/api/v1/manage/{token}")
    with house.frozen("booking"), crowd.asking():
        # A hundred waits of five seconds on so few threads would take a minute.
        until(lambda: sum(crowd.answers.values()) >= 100, 30, "a hundred answers")
        for path in ("/p/top-hearing", f"{BASE}/slots?service={booked.json['service']['id']}", "/login"):
            for _ in range(8):
                assert requests.get(house.running.url + path, timeout=PATIENCE).status_code == 200
        assert set(crowd.answers) == {503}
    until(lambda: requests.get(crowd.address, timeout=PATIENCE).ok, 60, "the link to work again")


class Person:
    """Somebody with a browser, who signs in or fills a form."""

    def __init__(self, url: str, practice: Practice):
        self.url, self.practice, self.browser = url, practice, requests.Session()

    def get(self, path: str) -> requests.Response:
        return self.browser.get(self.url + path, timeout=PATIENCE)

    def sign_in(self) -> None:
        login = form(self.get("/login"), "/login")
        login.fields.update(email=demo.OWNER, password=PASSWORD)
        assert login.submit(self.browser).ok

    def filled(self, start: str) -> tuple[Form, str]:
        """The booking form with everything in it, read for a while; and the e-mail address in it."""
        body = self.practice.body("Servicetermin", "Ben", start)
        choice = f"service={body['service']}&calendar={body['calendar']}"
        grid = form(self.get(f"/p/top-hearing/book?{choice}"), "/hold")
        grid.fields["start"] = start
        found = form(until(lambda: self._answered(grid), what="an answer"), "/book")
        found.fields.update(body["customer"], action="book", website="")
        time.sleep(2.1)
        return found, body["customer"]["email"]

    def _answered(self, sent: Form) -> requests.Response | None:
        """None where the page says to try again in a moment: a worker of the gateway may not know yet that what was
        away is back."""
        answer = sent.submit(self.browser)
        return None if answer.status_code == 503 else answer

    def submit(self, filled: Form) -> bool:
        try:
            return filled.submit(self.browser).ok
        except requests.ConnectionError:
            return False  # the worker died with the request in its hands


def test_a_worker_that_dies_loses_no_form(house: Fragile, practice: Practice) -> None:
    """kill -9 of each gateway worker in turn: new ones come, the form still counts, and books once however often."""
    person = Person(house.running.url, practice)
    filled, email = person.filled(starts(practice)[0])
    gateway = psutil.Process(house.processes.running["gateway"].pid)
    for worker in gateway.children():
        worker.kill()
        until(lambda: person.submit(filled), 60, "a page that says that it is booked")
        until(lambda: len(_living(gateway)) == WORKERS, 60, "a new worker")
    assert appointments(house, email) == 1


def _living(gateway: psutil.Process) -> list[psutil.Process]:
    return [child for child in gateway.children() if child.status() != psutil.STATUS_ZOMBIE]


def test_a_replica_takes_over_what_another_began(house: Fragile, practice: Practice) -> None:
    """The form and the session of the one that has gone are good at the other."""
    person = Person(house.running.url, practice)
    filled, email = person.filled(starts(practice)[0])
    person.sign_in()
    with another_gateway(house) as url, house.stopped("gateway"):
        person.url, filled = url, Form(filled.method, filled.address.replace(house.running.url, url), filled.fields)
        assert [person.submit(filled) for _ in range(2)] == [True, True]
        assert person.get("/desk").url == f"{url}/desk/today"
    ready(house.running.url)
    assert appointments(house, email) == 1


@contextmanager
def another_gateway(house: Fragile) -> Iterator[str]:
    """A second replica of it, with the same settings on a port of its own; its address."""
    port = free_port()
    environment: dict[str, Any] = {**house.processes.environment("gateway"), "PORT": str(port)}
    with (house.processes.home / "replica.log").open("ab") as log:
        command = [sys.executable, "-m", "gateway", "run"]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        ready(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
