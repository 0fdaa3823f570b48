"""What must not come in, through the real front door: a clear problem in the reader's language, and nothing stored."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import requests
from sqlalchemy import text

from runtime.clock import utc_now
from tests.end_to_end.practice import BASE, Practice, at
from tests.systems import Running

PROBLEM = "application/problem+json"
LANGUAGES = ("de", "en", "fr", "ru")
TITLES = {
    "de": "Einige Angaben sind nicht gültig",
    "en": "Some entries are not valid",
    "fr": "Certaines saisies ne sont pas valides",
    "ru": "Некоторые данные указаны неверно",
}
UNKNOWN = "6b1f8d2c-3a4e-4f5b-9c6d-7e8f9a0b1c2d"  # nobody has it
STORED = ("appointments", "appointment_history", "occupancies", "holds", "idempotency", "outbox")
Json = dict[str, Any]


class Wish:
    """A booking that would be taken, to be spoilt in one place at a time."""

    def __init__(self, practice: Practice):
        self.practice = practice
        self.start = practice.slots("Servicetermin", "Ben", practice.day("Ben"))[0]
        self.body = practice.body("Servicetermin", "Ben", self.start)

    def but(self, **changes: Any) -> Json:
        return {**self.body, **changes}

    def without(self, name: str) -> Json:
        return {key: value for key, value in self.body.items() if key != name}

    def by(self, **changes: Any) -> Json:
        return self.but(customer={**self.body["customer"], **changes})


@pytest.fixture(name="wish", scope="module")
def _wish(running: Running) -> Wish:
    return Wish(Practice(running))


@pytest.fixture(name="nothing_stored")
def _nothing_stored(running: Running) -> Iterator[None]:
    """Around a test: the same rows before and after."""
    before = rows(running)
    yield
    assert rows(running) == before


def rows(running: Running) -> dict[str, int]:
    """How many rows each table has that a booking writes to; without a row in the outbox there is no mail either."""
    engine = running.engine("booking")
    with engine.connect() as connection:
        found = {table: connection.execute(text(f"select count(*) from {table}")).scalar_one() for table in STORED}
    engine.dispose()
    return found


def send(running: Running, method: str, path: str, body: Any, language: str = "de", **more: Any) -> requests.Response:
    """One request; a body that is no JSON value yet goes out as it is."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Accept-Language": language, **more}
    return requests.request(method, running.url + path, data=data, headers=headers, timeout=120)


def check(answer: requests.Response, status: int, code: str, language: str) -> Json:
    """A problem as the contract says, worded in this language."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.headers["Content-Language"] == language
    problem: Json = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= set(problem)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["title"]
    assert problem["detail"]
    return problem


FIELDS: dict[str, tuple[Callable[[Wish], Json], str]] = {
    "the service is a number": (lambda w: w.but(service=7), "service"),
    "the service is a list": (lambda w: w.but(service=[w.body["service"]]), "service"),
    "the service is no UUID": (lambda w: w.but(service="Servicetermin"), "service"),
    "no service": (lambda w: w.without("service"), "service"),
    "the calendar is an object": (lambda w: w.but(calendar={}), "calendar"),
    "an unknown field": (lambda w: w.but(price="0.00"), "price"),
    "an unknown field of the customer": (lambda w: w.by(vip=True), "customer.vip"),
    "no start": (lambda w: w.without("start"), "start"),
    "the start is null": (lambda w: w.but(start=None), "start"),
    "the start is a number": (lambda w: w.but(start=1893488400), "start"),
    "the start has no offset": (lambda w: w.but(start=w.start[:19]), "start"),
    "the 30th of February": (lambda w: w.but(start="2030-02-30T09:00:00+01:00"), "start"),
    "the 25th hour": (lambda w: w.but(start="2030-03-25T25:00:00+01:00"), "start"),
    "the year zero": (lambda w: w.but(start="0000-01-01T09:00:00+01:00"), "start"),
    "beyond the end of the calendar": (lambda w: w.but(start="9999-12-31T23:59:59-14:00"), "start"),
    "no customer": (lambda w: w.without("customer"), "customer"),
    "the customer is a text": (lambda w: w.but(customer="Rita"), "customer"),
    "no first name": (lambda w: w.by(first_name=""), "customer.first_name"),
    "a name of spaces": (lambda w: w.by(last_name=" \t "), "customer.last_name"),
    "an over-long name": (lambda w: w.by(last_name="x" * 101), "customer.last_name"),
    "a name with a control character": (lambda w: w.by(first_name="Ri\x00ta"), "customer.first_name"),
    "a name with a line break": (lambda w: w.by(first_name="Rita\r\nBcc: all@example.org"), "customer.first_name"),
    "the name is a number": (lambda w: w.by(first_name=5), "customer.first_name"),
    "no e-mail": (lambda w: w.by(email=None), "customer.email"),
    "an e-mail without a host": (lambda w: w.by(email="rita"), "customer.email"),
    "two e-mails": (lambda w: w.by(email="a@example.org, b@example.org"), "customer.email"),
    "an e-mail with a header": (lambda w: w.by(email="a@example.org\nCc: b@example.org"), "customer.email"),
    "an over-long e-mail": (lambda w: w.by(email=f"{'x' * 250}@example.org"), "customer.email"),
    "no phone": (lambda w: w.by(phone=""), "customer.phone"),
    "a phone of letters": (lambda w: w.by(phone="ruf mich an"), "customer.phone"),
    "a phone that cannot be": (lambda w: w.by(phone="+49 1"), "customer.phone"),
    "answers as a list": (lambda w: w.but(answers=[]), "answers"),
    "an answer to what nobody asked": (lambda w: w.but(answers={"weight": "80"}), "answers.weight"),
    "an over-long message": (lambda w: w.but(message="x" * 2001), "message"),
    "a message with a control character": (lambda w: w.but(message="a\x07b"), "message"),
    "a language we do not speak": (lambda w: w.but(locale="tlh"), "locale"),
    "a zone that does not exist": (lambda w: w.but(time_zone="Europe/Atlantis"), "time_zone"),
    "a hold that is no UUID": (lambda w: w.but(hold="mine"), "hold"),
}


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("name", FIELDS)
def test_a_bad_field_is_named_in_four_languages(running: Running, wish: Wish, name: str) -> None:
    """422, the field by its path with a text, never the same text in two languages for all of it."""
    spoil, path = FIELDS[name]
    said = set()
    for language in LANGUAGES:
        problem = check(send(running, "POST", f"{BASE}/appointments", spoil(wish), language), 422, "invalid", language)
        assert problem["title"] == TITLES[language]
        found = problem["errors"]
        for part in path.split("."):
            assert part in found, f"{path} is not named in {problem['errors']}"
            found = found[part]
        assert found
        said.add(json.dumps(found, ensure_ascii=False))
    assert len(said) == len(LANGUAGES), said


BODIES: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "no JSON": (b"{'start': 1", {}, 400, "malformed"),
    "no UTF-8": (b'{"start": "\xff"}', {}, 400, "malformed"),
    "a name twice": (b'{"start": 1, "start": 2}', {}, 400, "malformed"),
    "not a number": (b'{"start": NaN}', {}, 400, "malformed"),
    "half a character": (b'{"message": "\\ud800"}', {}, 400, "malformed"),
    "endless nesting": (b'{"answers":' + b"[" * 50_000, {}, 400, "malformed"),
    "a list": (b"[]", {}, 422, "invalid"),
    "nothing": (b"", {}, 422, "invalid"),
    "over 64 KiB": (b'{"message": "' + b"x" * 70_000 + b'"}', {}, 413, "too_large"),
    "a megabyte": (b'{"message": "' + b"x" * 1_000_000 + b'"}', {}, 413, "too_large"),
    "a form": (b"service=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
    "plain text": (b"{}", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
    "a key that is too long": (b"{}", {"Idempotency-Key": "k" * 201}, 422, "invalid"),
}


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused_in_four_languages(running: Running, name: str) -> None:
    """By what is wrong with it, before any field is looked at."""
    body, headers, status, code = BODIES[name]
    titles = set()
    for language in LANGUAGES:
        answer = send(running, "POST", f"{BASE}/appointments", body, language, **headers)
        titles.add(check(answer, status, code, language)["title"])
    assert len(titles) == len(LANGUAGES)


REFUSED: dict[str, tuple[Callable[[Wish], Json], int, str]] = {
    "an unknown service": (lambda w: w.but(service=UNKNOWN), 404, "not_found"),
    "an unknown calendar": (lambda w: w.but(calendar=UNKNOWN), 404, "not_found"),
    "the past": (lambda w: w.but(start=at(w.start, -60 * 24 * 90)), 409, "slot_not_offered"),
    "this very minute": (
        lambda w: w.but(start=utc_now().replace(second=0, microsecond=0).isoformat()),
        409,
        "slot_not_offered",
    ),
    "years ahead": (lambda w: w.but(start=at(w.start, 60 * 24 * 7 * 150)), 409, "slot_not_offered"),
    "midnight": (lambda w: w.but(start=at(w.start, -60 * 9)), 409, "slot_not_offered"),
    "between two slots": (lambda w: w.but(start=at(w.start, 7)), 409, "slot_not_offered"),
    "a Sunday": (lambda w: w.but(start=at(w.start, 60 * 24 * _to_sunday(w.start))), 409, "slot_not_offered"),
}


def _to_sunday(start: str) -> int:
    return 6 - datetime.fromisoformat(start).weekday()


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_booked_is_refused_in_four_languages(running: Running, wish: Wish, name: str) -> None:
    """Well-formed, and still no booking."""
    spoil, status, code = REFUSED[name]
    titles = set()
    for language in LANGUAGES:
        answer = send(running, "POST", f"{BASE}/appointments", spoil(wish), language)
        titles.add(check(answer, status, code, language)["title"])
    assert len(titles) == len(LANGUAGES)


TOKEN = "AAAAAAAAAAAAAAAAAAAAAA"
PLACES = [
    ("POST", "/api/v1/practices/no-such-practice/appointments", 404),
    ("POST", "/api/v1/practices/no-such-practice/holds", 404),
    ("POST", f"{BASE}/holds/{UNKNOWN}/extend", 409),
    ("GET", f"/api/v1/manage/{TOKEN}", 404),
    ("POST", f"/api/v1/manage/{TOKEN}/cancel", 404),
    ("POST", f"/api/v1/manage/{TOKEN}/undo", 404),
    ("GET", f"/api/v1/manage/{TOKEN}/calendar.ics", 404),
    ("GET", f"/api/v1/manage/{'x' * 500}", 404),
    ("GET", f"{BASE}/slots?service={UNKNOWN}", 404),
    ("GET", f"{BASE}/slots?service=x", 422),
    ("GET", f"{BASE}/slots?service={UNKNOWN}&days=1000", 422),
    ("GET", f"{BASE}/slots?service={UNKNOWN}&from=2030-02-30", 422),
    ("GET", f"{BASE}/slots?service={UNKNOWN}&tz=Mars/Olympus", 422),
    ("GET", f"{BASE}/slots?service={UNKNOWN}&colour=red", 422),
    ("GET", f"/api/v1/appointments/{UNKNOWN}", 401),
    ("GET", "/api/v1/practices/%00", 404),
    ("GET", "/api/v1/practices/..%2f..%2fetc", 404),
    ("PUT", f"{BASE}/appointments", 405),
]


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize(("method", "path", "status"), PLACES)
def test_what_is_not_there_is_said_in_four_languages(
    running: Running, wish: Wish, method: str, path: str, status: int
) -> None:
    """Unknown practices, holds, links and services; bad questions; foreign doors."""
    body: Any = {"cancel": {}, "undo": {}, "extend": {}}.get(path.rsplit("/", 1)[-1])
    if method == "POST" and body is None:
        keys = ("service", "calendar", "start") if path.endswith("holds") else tuple(wish.body)
        body = {key: wish.body[key] for key in keys}
    titles = set()
    for language in LANGUAGES:
        answer = send(running, method, path, b"" if method == "GET" else body, language, **_typed(method))
        problem = answer.json()
        check(answer, status, problem["code"], language)
        titles.add(problem["title"])
    assert len(titles) == len(LANGUAGES)


def _typed(method: str) -> dict[str, Any]:
    return {"Content-Type": None} if method == "GET" else {}


@pytest.mark.parametrize("hold", ["expired", "unknown"])
def test_a_hold_that_is_no_more_keeps_no_time(running: Running, practice: Practice, hold: str) -> None:
    """It cannot be extended, and who books with it after somebody else did is told that the time is taken."""
    start = practice.slots("Servicetermin", "Ben", practice.day("Ben"))[0]
    id = _expired(practice, start) if hold == "expired" else UNKNOWN
    assert practice.book("Servicetermin", "Ben", start).status == 201
    before = rows(running)
    check(send(running, "POST", f"{BASE}/holds/{id}/extend", {}), 409, "hold_expired", "de")
    body = practice.body("Servicetermin", "Ben", start, hold=id)
    problem = check(send(running, "POST", f"{BASE}/appointments", body), 409, "slot_taken", "de")
    assert problem["alternatives"]
    assert rows(running) == before


def _expired(practice: Practice, start: str) -> str:
    """A hold of this slot whose five minutes are over."""
    hold = practice.hold("Servicetermin", "Ben", start)
    assert hold.status == 201
    engine = practice.running.engine("booking")
    over = "update holds set expires_at = '2020-01-01 00:00:00.000000' where calendar_id = :calendar"
    calendar = practice.calendars["Ben"]
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            calendar = calendar.replace("-", "")
        assert connection.execute(text(over), {"calendar": calendar}).rowcount == 1
    engine.dispose()
    return str(hold.json["hold"])
