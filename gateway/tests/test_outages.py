"""What the gateway answers while a part is away: what it remembers, marked where that may be old, and in time."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway.api import examples
from gateway.context import EXTENSION
from gateway.practices import LIFE, PAUSE, Practices
from gateway.readiness import Readiness
from gateway.tests.conftest import FREE, Stage, stage_with
from runtime.errors import Refused, Unavailable
from runtime.testing import FakeRpc

FACE = "/api/v1/practices/top-hearing"
SLOTS = f"{FACE}/slots?service={examples.SERVICE_ID}&from=2030-03-25&days=7"
AWAY = Unavailable("away")
KNOWN = {"slug": "practice.by_slug", "catalogue": "availability.catalogue", "form": "booking.form"}


class Time:
    """A monotonic clock to turn."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(name="time")
def _time(stage: Stage) -> Time:
    """The clock by which the gateway remembers practices."""
    time, parts = Time(), stage.app.extensions[EXTENSION]
    parts.practices = Practices(parts.services, time)
    return time


@pytest.mark.parametrize(("kind", "question"), KNOWN.items())
def test_the_profile_shows_while_a_service_that_it_is_made_of_is_away(
    kind: str, question: str, stage: Stage, client: FlaskClient, time: Time
) -> None:
    """Long after its life; nobody waits for the service more than once in a while; then what is new is shown."""
    fresh = client.get(FACE).get_json()
    stage.rpc.answers[question] = AWAY
    for _ in range(3):
        time.seconds += LIFE[kind] + 1
        for _ in range(3):
            assert client.get(FACE).get_json() == fresh
    assert stage.rpc.count(question) == 1 + 3
    stage.rpc.answers[question] = Refused("not_found")
    time.seconds += PAUSE + 1
    assert client.get(FACE).status_code == 404


@pytest.mark.parametrize("question", KNOWN.values())
def test_what_was_never_known_is_not_made_up(question: str, stage: Stage, client: FlaskClient) -> None:
    """503 with Retry-After."""
    stage.rpc.answers[question] = AWAY
    answer = client.get(FACE)
    assert (answer.status_code, answer.get_json()["code"], answer.headers["Retry-After"]) == (503, "unavailable", "2")


CHANGES = {"practice.changed": "slug", "service.changed": "catalogue", "calendar.changed": "catalogue"}


@pytest.mark.parametrize(("event", "kind"), CHANGES.items())
def test_an_event_makes_the_profile_new(event: str, kind: str, stage: Stage, client: FlaskClient) -> None:
    """Only what it tells of is asked for again; while that is not to be had, the old is shown."""
    client.get(FACE)
    stage.tell(event)
    client.get(FACE)
    assert {one: stage.rpc.count(question) for one, question in KNOWN.items()} == dict.fromkeys(KNOWN, 1) | {kind: 2}
    stage.tell(event)
    stage.rpc.answers[KNOWN[kind]] = AWAY
    assert client.get(FACE).status_code == 200


def test_a_gap_in_the_events_loses_nothing_that_is_needed_in_an_outage(stage: Stage, client: FlaskClient) -> None:
    """The broker comes back before a service does: everything is asked for again, and what fails stays as it was."""
    fresh = client.get(FACE).get_json()
    stage.listener.on_gap()
    for question in KNOWN.values():
        stage.rpc.answers[question] = AWAY
    assert client.get(FACE).get_json() == fresh


def test_a_changed_form_shows_at_once_where_it_was_changed(
    stage: Stage, client: FlaskClient, bearer: dict[str, str]
) -> None:
    """Elsewhere after some seconds: no event tells of it."""
    client.get(FACE)
    fields = [{"name": "device", "label": "Gerät", "kind": "text", "required": False, "choices": []}]
    assert client.put("/api/v1/booking-form", json={"fields": fields}, headers=bearer).status_code == 200
    stage.rpc.answers["booking.form"] = {"fields": fields, "max_open_bookings": None}
    assert client.get(FACE).get_json()["booking_form"]["fields"] == fields


@pytest.mark.parametrize("away", [AWAY, Refused("unavailable"), Refused("deadline_exceeded")])
def test_a_service_without_its_database_is_away_like_one_that_is_silent(
    away: Exception, stage: Stage, client: FlaskClient
) -> None:
    """The last slots are served, marked as old."""
    stage.rpc.answers["availability.slots"] = FREE
    client.get(SLOTS)
    stage.tell("slots.changed")
    stage.rpc.answers["availability.slots"] = away
    old = client.get(SLOTS)
    assert (old.status_code, old.get_json()["stale"]) == (200, True)
    assert old.headers["Warning"].startswith("110 ")


def test_what_can_be_done_without_is_not_waited_for_long(stage: Stage, client: FlaskClient) -> None:
    """Five seconds for what nobody knows, two where an old answer is at hand."""
    never_asked = SLOTS.replace("2030-03-25", "2030-07-01")
    client.get(never_asked)
    assert 4 < stage.rpc.timeouts["availability.slots"] <= 5
    stage.tell("slots.changed")
    client.get(never_asked)
    assert 1 < stage.rpc.timeouts["availability.slots"] <= 2
    client.get(FACE)
    stage.tell("service.changed")
    client.get(FACE)
    assert 1 < stage.rpc.timeouts["availability.catalogue"] <= 2


def test_a_request_that_asks_two_services_has_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first question takes is missing for the second; once it is used up nobody is asked at all."""
    stage, now = stage_with(request_timeout=6.0), Time()
    monkeypatch.setattr("gateway.context.time", SimpleNamespace(monotonic=now))

    answers = stage.rpc.answers
    answers["practice.by_slug"] = lambda payload: _late(now, 4.5, examples.OWN_PRACTICE)
    answers["availability.catalogue"] = lambda payload: _late(now, 2, {"services": [], "calendars": []})
    assert stage.client().get(FACE).status_code == 503
    assert stage.rpc.timeouts["practice.by_slug"] == pytest.approx(5)
    assert stage.rpc.timeouts["availability.catalogue"] == pytest.approx(1.5)
    assert stage.rpc.count("booking.form") == 0


def _late(now: Time, seconds: float, answer: Any) -> Any:
    now.seconds += seconds
    return answer


def test_an_appointment_shows_without_its_messages_while_notify_is_away(
    stage: Stage, client: FlaskClient, bearer: dict[str, str]
) -> None:
    """They are left out, and the rest is there."""
    address = f"/api/v1/appointments/{examples.APPOINTMENT_ID}"
    assert client.get(address, headers=bearer).get_json()["messages"]
    stage.rpc.answers["notify.messages"] = AWAY
    found = client.get(address, headers=bearer)
    assert (found.status_code, found.get_json()["id"]) == (200, examples.APPOINTMENT_ID)
    assert "messages" not in found.get_json()


NAMES = ("practice", "availability", "booking", "notify", "invitations")


def test_a_gateway_is_fit_from_its_first_answer_on() -> None:
    """Starting while nobody answers; then 200 whatever goes away, with each part by name. It lives all the time."""
    stage = stage_with()
    pings = {f"{name}.ping": AWAY for name in NAMES}
    stage.rpc.answers |= pings
    assert _state(stage) == (503, "starting", dict.fromkeys(NAMES, "away"))
    stage.rpc.answers["practice.ping"] = Refused("unknown_method")
    assert _state(stage) == (200, "degraded", dict.fromkeys(NAMES, "away") | {"practice": "ok"})
    stage.rpc.answers |= dict.fromkeys(pings, Refused("unknown_method"))
    assert _state(stage) == (200, "ok", dict.fromkeys(NAMES, "ok"))
    stage.rpc.answers |= pings
    assert _state(stage) == (200, "degraded", dict.fromkeys(NAMES, "away"))
    assert stage.client().get("/healthz").get_json() == {"status": "ok"}


def test_whoever_asks_during_a_look_gets_what_was_seen_last() -> None:
    """Each look may hold a thread for as long as a part is away, and anybody may ask for one."""
    asked: list[str] = []
    meanwhile: list[str] = []

    class Asked(FakeRpc):
        def call(self, service: str, *question: Any) -> Any:
            asked.append(service)
            if len(asked) <= 2 * len(NAMES):
                meanwhile.append(readiness.look()[1]["status"])
            return {}

    readiness = Readiness(Asked())
    assert [readiness.look()[1]["status"] for _ in range(2)] == ["ok", "ok"]
    assert meanwhile == ["starting"] * len(NAMES) + ["ok"] * len(NAMES)
    assert len(asked) == 2 * len(NAMES)


def _state(stage: Stage) -> tuple[int, str, dict[str, str]]:
    answer = stage.client().get("/readyz")
    parts = answer.get_json()["parts"]
    assert parts.pop("broker") == "ok"
    return answer.status_code, answer.get_json()["status"], parts


def test_without_the_broker_no_service_is_asked_whether_it_is_there(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for what cannot come."""
    monkeypatch.setattr(stage.rpc, "ready", False, raising=False)
    parts = stage.client().get("/readyz").get_json()["parts"]
    assert parts == dict.fromkeys(("broker", *NAMES), "away")
    assert not stage.rpc.calls


def test_only_an_extended_hold_can_have_expired(client: FlaskClient) -> None:
    """A booking's hold is a courtesy: when it is over the time decides, so no other route promises `hold_expired`."""
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]
    conflicts = {
        path: operation["responses"].get("409", {}).get("content", {})
        for path, operations in paths.items()
        for operation in operations.values()
        if isinstance(operation, dict) and "responses" in operation
    }
    expired = [path for path, content in conflicts.items() if "hold_expired" in str(content)]
    assert expired == ["/api/v1/practices/{slug}/holds/{hold}/extend"]
