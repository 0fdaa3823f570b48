"""The operator's commands on running systems."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import pika
import pytest
import requests
from sqlalchemy import func, insert, select

from deploy.ops.words import stamp
from runtime import tables
from runtime.clock import utc_now
from runtime.edge import Subscription
from runtime.ids import new_id
from tests.ops.conftest import PASSWORD, Operator
from tests.systems import until

READER = Subscription("booking", "appointment.booked", "notify", "appointment_changed")
LONG_AGO = "2020-01-01T00:00:00Z"


def put_before(operator: Operator, body: str) -> None:
    """Bytes in front of notify's handler."""
    if processes := operator.running.processes:
        connection = pika.BlockingConnection(pika.URLParameters(processes.amqp_uri))
        connection.channel().basic_publish("", READER.queue, body.encode(), pika.BasicProperties(message_id=new_id()))
        connection.close()
        return
    row = {"consumer": READER.consumer, "event_id": new_id(), "body": body, "not_before": utc_now()}
    with operator.running.engine("notify").begin() as database:
        database.execute(insert(tables.delivery), row)


def parked(operator: Operator) -> list[dict[str, Any]]:
    """What the list says."""
    found: list[dict[str, Any]] = operator.types("ops", "parked", "list", "--json").json
    return found


def rows(operator: Operator, service: str, table: str) -> int:
    """How many rows this table has, or this part of it."""
    with operator.running.engine(service).connect() as database:
        return int(database.exec_driver_sql(f"select count(*) from {table}").scalar_one())


def unpublished(operator: Operator, service: str) -> int:
    outbox = tables.outbox
    with operator.running.engine(service).connect() as database:
        todo = select(func.count()).select_from(outbox).where(outbox.c.published.is_(None))
        return database.execute(todo).scalar_one()


def told(operator: Operator) -> int:
    """How many events about appointments booking has told."""
    return rows(operator, "booking", "outbox where routing_key like 'appointment.%%'")


def handled(operator: Operator) -> int:
    """How many of them notify has handled."""
    return rows(operator, "notify", f"inbox where consumer = '{READER.consumer}'")


def test_a_parked_message_is_listed_shown_replayed_and_dropped(operator: Operator) -> None:
    """From the list to its end; what cannot be read is parked again after a replay."""
    put_before(operator, '{"Erika": "Mustermann"}')
    [found] = until(lambda: parked(operator), what="the list")
    assert found["reason"] == "undecodable"
    assert found["queue"].endswith("--notify.appointment_changed")
    assert abs(datetime.fromisoformat(found["first_failed"]) - datetime.now(UTC)) < timedelta(minutes=5)
    assert "Undecodable" in found["error"]

    assert found["id"] in operator.types("ops", "parked", "list", "--service", "notify").out
    assert operator.types("ops", "parked", "list", "--service", "availability", "--json").json == []

    shown = operator.types("ops", "parked", "show", found["id"])
    assert "Traceback" in shown.out
    assert "Mustermann" not in shown.out
    assert "Mustermann" in operator.types("ops", "parked", "show", found["id"], "--reveal").out

    assert operator.types("ops", "parked", "replay", found["id"]).out == "1 replayed\n"
    [again] = until(lambda: parked(operator), what="the second parking")
    assert again["id"] == found["id"]

    assert operator.types("ops", "parked", "drop", found["id"]).out == "1 dropped\n"
    assert parked(operator) == []
    gone = operator.types("ops", "parked", "show", found["id"])
    assert (gone.code, gone.err) == (1, f"there is no parked message {found['id']}\n")


def test_the_page_shows_and_drops_the_same_messages(operator: Operator) -> None:
    """Through the running gateway."""
    put_before(operator, '{"Paula": "Mustermann"}')
    [found] = until(lambda: parked(operator), what="the list")
    browser = requests.Session()
    page = Form(browser, f"{operator.running.url}/ops/login")
    assert found["id"] in page.send("login", password=PASSWORD).text
    page = Form(browser, f"{operator.running.url}/ops/parked/{found['id']}")
    assert "Mustermann" not in page.text
    page.send("drop").send("confirm")
    assert parked(operator) == []


class Form:
    """A page with forms, each with its hidden fields."""

    def __init__(self, browser: requests.Session, url: str, **sent: str):
        self.browser, self.url = browser, url
        answer = browser.post(url, data=sent, timeout=30) if sent else browser.get(url, timeout=30)
        self.text = answer.text

    def send(self, ending: str, **entries: str) -> "Form":
        """Send the form whose address ends so."""
        form = rf'action="([^"]*{ending})"[^>]*>\s*<input type="hidden" name="seal" value="([^"]+)"'
        action, seal = re.findall(form, self.text)[0]
        return Form(self.browser, urljoin(self.url, action), seal=seal, **entries)


def test_the_outboxes_are_empty_and_say_so(operator: Operator) -> None:
    """Every service; one alone."""
    until(lambda: not any(each["waiting"] for each in operator.types("ops", "outbox", "--json").json))
    table = operator.types("ops", "outbox").out.splitlines()
    assert [line.split()[0] for line in table] == [
        "service", "practice", "availability", "booking", "notify", "invitations",
    ]  # fmt: skip
    assert len(operator.types("ops", "outbox", "--service", "booking", "--json").json) == 1


def test_a_waiting_event_is_told_with_its_age_and_error(operator: Operator) -> None:
    """One that no queue takes; in one process there is no such thing, and it goes its way."""
    told_at = utc_now() - timedelta(hours=2, minutes=5)
    row = {"id": new_id(), "exchange": "invitations.events", "routing_key": "none", "body": "{}", "created": told_at}
    with operator.running.engine("invitations").begin() as database:
        database.execute(insert(tables.outbox), row)
    if not operator.running.processes:
        until(lambda: unpublished(operator, "invitations") == 0)
        return
    words = ("ops", "outbox", "--service", "invitations", "--json")
    [told] = until(lambda: [each for each in operator.types(*words).json if each["error"]], what="an error")
    assert (told["waiting"], told["oldest"]) == (1, stamp(told_at))
    assert told["tries"] > 0
    assert told["error"].startswith("unroutable")
    assert operator.types(*words[:-1]).out.splitlines()[1].split()[:4] == ["invitations", "1", "2", "h"]
    with operator.running.engine("invitations").begin() as database:
        database.execute(tables.outbox.delete())


def test_events_are_published_again_and_have_no_second_effect(operator: Operator) -> None:
    """Counted first; then published under their old ids, which the readers know."""
    until(lambda: handled(operator) == told(operator), what="the quiet")
    before = rows(operator, "notify", "messages")
    counted = operator.types("ops", "replay", "--service", "booking", "--since", LONG_AGO)
    assert "appointment.booked" in counted.out
    assert "--yes publishes them again, for all readers" in counted.out
    since = utc_now()
    done = operator.types("ops", "replay", "--service", "booking", "--since", LONG_AGO, "--yes")
    assert "handed to the relay" in done.out
    until(lambda: unpublished(operator, "booking") == 0)
    with operator.running.engine("booking").connect() as database:
        published = database.execute(select(func.min(tables.outbox.c.published))).scalar_one()
    assert published > since
    assert rows(operator, "notify", "messages") == before
    assert parked(operator) == []


def test_events_are_given_to_one_reader_alone(operator: Operator) -> None:
    """One that has forgotten them handles them once more; the outbox stays as it is."""
    with operator.running.engine("notify").begin() as database:
        database.execute(tables.inbox.delete().where(tables.inbox.c.consumer == READER.consumer))
    words = ("ops", "replay", "--service", "booking", "--since", LONG_AGO, "--to", READER.queue)
    counted = operator.types(*words)
    assert "appointment.cancelled" not in counted.out
    number = int(counted.out.split()[0])
    assert number > 0
    assert f"{number} given to {READER.queue}" in operator.types(*words, "--yes").out
    until(lambda: handled(operator) == number)


def test_a_new_practice_can_be_signed_in_to_and_booked(operator: Operator) -> None:
    """Its page is there, and its owner signs in with the printed password."""
    words = ["practice", "add", "--slug", "neue-praxis", "--name", "Neue Praxis", "--email", "info@neu.example"]
    words += ["--owner-email", "chefin@neu.example"]
    made = operator.types(*words, "--json")
    assert made.code == 0, made.err
    credentials = {"email": "chefin@neu.example", "password": made.json["password"]}
    assert operator.running.call("POST", "/api/v1/auth/token", credentials).status == 200
    until(lambda: operator.running.call("GET", "/api/v1/practices/neue-praxis").status == 200)

    again = operator.types(*words)
    assert (again.code, again.err) == (2, "--slug: there is a practice neue-praxis already\n")
    other = operator.types(*[word.replace("neue-praxis", "andere") for word in words])
    assert (other.code, other.err) == (2, "--owner-email: somebody signs in with this address already\n")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--slug", "Not OK"], "--slug: Lower-case letters, digits, single hyphens."),
        (["--email", "nobody"], "--email: Not a valid email address."),
        (["--owner-email", "nobody"], "--owner-email: Not a valid email address."),
        (["--time-zone", "Mars/Olympus"], "--time-zone: Unknown time zone."),
    ],
)
def test_wrong_input_is_one_line_that_names_the_option(operator: Operator, words: list[str], complaint: str) -> None:
    """Exit code 2, and nothing is made."""
    good = {"--slug": "gut", "--name": "Gut", "--email": "a@b.example", "--owner-email": "c@b.example"}
    wanted = {**good, **dict([words])}
    ended = operator.types("practice", "add", *[word for pair in wanted.items() for word in pair])
    assert (ended.code, ended.err) == (2, complaint + "\n")
