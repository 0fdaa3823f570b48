"""The cache of slot answers: never asked twice for nothing, never kept once it may be wrong."""

import gc
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway import slots
from gateway.api import examples
from gateway.slots import MOST, Change, Key, SlotCache
from gateway.tests.conftest import FREE, WEEK, Stage, stage_with
from runtime.errors import Unavailable

SERVICE, OTHER = examples.SERVICE_ID, "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2aff"
URL = f"/api/v1/practices/top-hearing/slots?service={SERVICE}&from=2030-03-25&days=7"
ASKED = "availability.slots"


@pytest.fixture
def warm(stage: Stage, client: FlaskClient) -> FlaskClient:
    """A client whose answer is cached; it speaks of times until the 31st."""
    stage.rpc.answers[ASKED] = FREE
    assert client.get(URL).status_code == 200
    return client


def test_the_same_request_is_answered_without_asking_again(stage: Stage, warm: FlaskClient) -> None:
    """Same bytes, no RPC."""
    assert warm.get(URL).text == FREE
    assert stage.rpc.count(ASKED) == 1


def test_a_remembered_answer_looks_like_a_fresh_one(stage: Stage, client: FlaskClient) -> None:
    """Same headers whether Flask was asked or not: security headers, ETag, type, trace."""
    fresh, remembered = client.get(URL), client.get(URL)
    assert stage.rpc.count(ASKED) == 1
    assert set(fresh.headers) - {("X-Request-Id", fresh.headers["X-Request-Id"])} == set(remembered.headers) - {
        ("X-Request-Id", remembered.headers["X-Request-Id"])
    }


def test_a_remembered_answer_counts_against_the_limit() -> None:
    """The fast way is no way around it."""
    stage = stage_with(rate_limits="read=2/h")
    assert [stage.client().get(URL).status_code for _ in range(3)] == [200, 200, 429]


def test_another_spelling_of_the_same_question_is_not_asked_again(stage: Stage, warm: FlaskClient) -> None:
    """Order of parameters and defaults do not matter."""
    assert warm.get(f"/api/v1/practices/top-hearing/slots?days=7&from=2030-03-25&service={SERVICE}&tz=Europe/Berlin")
    assert stage.rpc.count(ASKED) == 1


@pytest.mark.parametrize("more", ["&tz=Asia/Tokyo", "&days=8", f"&calendar={examples.CALENDAR_ID}", "&from=2030-03-26"])
def test_another_question_is_asked(more: str, stage: Stage, warm: FlaskClient) -> None:
    """Zone, days, calendar and first day belong to the key."""
    base = f"/api/v1/practices/top-hearing/slots?service={SERVICE}"
    warm.get(base + more + ("" if "from" in more else "&from=2030-03-25"))
    assert stage.rpc.count(ASKED) == 2


TOUCHING: list[dict[str, Any]] = [
    {},
    {"calendars": None, "services": None, "from": None, "until": None},
    {"calendars": [examples.CALENDAR_ID], "from": "2030-03-25T08:00:00+00:00", "until": "2030-03-25T09:00:00+00:00"},
    {"services": [SERVICE]},
    {"from": "2030-03-31T12:00:00+00:00"},
    {"until": "2030-03-25T00:00:00+00:00"},
    {"from": "unreadable", "until": 7, "services": "all"},
]
DISTANT: list[dict[str, Any]] = [
    {"services": [OTHER]},
    {"services": []},
    {"from": "2030-04-10T00:00:00+00:00"},
    {"until": "2030-03-20T00:00:00+00:00"},
]


@pytest.mark.parametrize("change", TOUCHING)
def test_a_change_that_can_touch_the_answer_drops_it(change: dict[str, Any], stage: Stage, warm: FlaskClient) -> None:
    """What cannot be read counts as "all"."""
    stage.tell("slots.changed", **change)
    warm.get(URL)
    assert stage.rpc.count(ASKED) == 2


@pytest.mark.parametrize("change", DISTANT)
def test_a_change_elsewhere_leaves_the_answer(change: dict[str, Any], stage: Stage, warm: FlaskClient) -> None:
    """Another service or another time."""
    stage.tell("slots.changed", **change)
    warm.get(URL)
    assert stage.rpc.count(ASKED) == 1


def test_a_change_of_another_calendar_leaves_the_answer_for_one(stage: Stage, client: FlaskClient) -> None:
    """An answer for one calendar depends on that calendar; one for "any" on all of them."""
    url = f"{URL}&calendar={examples.CALENDAR_ID}"
    stage.rpc.answers[ASKED] = FREE
    client.get(url)
    stage.tell("slots.changed", calendars=[OTHER])
    client.get(url)
    assert stage.rpc.count(ASKED) == 1


def test_a_change_at_another_practice_leaves_the_answer(stage: Stage, warm: FlaskClient) -> None:
    """Practices do not know of each other."""
    stage.tell("slots.changed", practice_id=OTHER)
    warm.get(URL)
    assert stage.rpc.count(ASKED) == 1


def test_a_booking_alone_does_not_drop_the_answer(stage: Stage, warm: FlaskClient) -> None:
    """It would be filled again with what availability knew before: only availability says when its answer changed."""
    stage.tell("appointment.booked")
    warm.get(URL)
    assert stage.rpc.count(ASKED) == 1


def test_a_change_before_a_far_next_free_slot_drops_the_answer(stage: Stage, client: FlaskClient) -> None:
    """`next_free` lies weeks after the days asked for; a slot that gets free before it changes the answer."""
    stage.rpc.answers[ASKED] = WEEK.replace("null", '"2030-05-02T09:00:00+02:00"')
    client.get(URL)
    stage.tell("slots.changed", **{"from": "2030-04-20T08:00:00+00:00", "until": "2030-04-20T09:00:00+00:00"})
    client.get(URL)
    assert stage.rpc.count(ASKED) == 2


def test_without_any_free_slot_every_later_change_drops_the_answer(stage: Stage, client: FlaskClient) -> None:
    """Any change may make the first free slot."""
    client.get(URL)
    stage.tell("slots.changed", **{"from": "2031-01-01T00:00:00+00:00"})
    client.get(URL)
    assert stage.rpc.count(ASKED) == 2


def test_an_answer_overtaken_by_a_change_is_not_kept(stage: Stage, client: FlaskClient) -> None:
    """The change arrives while availability is being asked: the answer may be from before it."""

    def slow(payload: Any) -> str:
        stage.tell("slots.changed", services=[SERVICE])
        return FREE

    stage.rpc.answers[ASKED] = slow
    client.get(URL)
    client.get(URL)
    assert stage.rpc.count(ASKED) == 2


def test_an_answer_overtaken_by_a_change_elsewhere_is_kept(stage: Stage, client: FlaskClient) -> None:
    """Else twenty bookings a second would keep the cache empty."""

    def slow(payload: Any) -> str:
        stage.tell("slots.changed", services=[OTHER])
        return FREE

    stage.rpc.answers[ASKED] = slow
    client.get(URL)
    client.get(URL)
    assert stage.rpc.count(ASKED) == 1


def test_an_answer_overtaken_by_a_gap_is_not_kept(stage: Stage, client: FlaskClient) -> None:
    """Whatever was told in the gap is unknown."""

    def slow(payload: Any) -> str:
        stage.listener.on_gap()
        return FREE

    stage.rpc.answers[ASKED] = slow
    client.get(URL)
    client.get(URL)
    assert stage.rpc.count(ASKED) == 2


def test_a_gap_drops_everything(stage: Stage, warm: FlaskClient) -> None:
    """Answers and practices."""
    stage.listener.on_gap()
    warm.get(URL)
    assert (stage.rpc.count(ASKED), stage.rpc.count("practice.by_slug")) == (2, 2)


def test_the_etag_saves_the_body(stage: Stage, warm: FlaskClient) -> None:
    """304 while it is the same, 200 with another tag after a change."""
    first = warm.get(URL)
    again = warm.get(URL, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    stage.rpc.answers[ASKED] = WEEK
    stage.tell("slots.changed")
    fresh = warm.get(URL, headers={"If-None-Match": first.headers["ETag"]})
    assert (fresh.status_code, fresh.text) == (200, WEEK)
    assert fresh.headers["ETag"] != first.headers["ETag"]


def test_while_availability_is_away_the_last_answer_is_marked_as_old(stage: Stage, warm: FlaskClient) -> None:
    """Also one that a change has dropped; without any there is a 503 with Retry-After."""
    stage.tell("slots.changed")
    stage.rpc.answers[ASKED] = Unavailable("away")
    old = warm.get(URL)
    assert (old.status_code, old.get_json()["stale"]) == (200, True)
    assert old.headers["Warning"].startswith("110 ")
    assert "ETag" not in old.headers
    none = warm.get(f"{URL}&tz=Asia/Kolkata")
    assert (none.status_code, none.get_json()["code"], none.headers["Retry-After"]) == (503, "unavailable", "2")


def test_a_changed_practice_is_asked_again(stage: Stage, client: FlaskClient) -> None:
    """By event; otherwise the slug is looked up once."""
    path = "/api/v1/practices/top-hearing"
    client.get(path)
    client.get(path)
    assert stage.rpc.count("practice.by_slug") == 1
    stage.tell("practice.changed")
    client.get(path)
    assert stage.rpc.count("practice.by_slug") == 2


def key(number: int = 0) -> Key:
    """A key of the practice "p"."""
    return Key("p", f"s{number}", None, datetime(2030, 3, 25, tzinfo=UTC), 7, "UTC")


def test_an_answer_lives_as_long_as_it_may() -> None:
    """A lost event is mended by time."""
    now = [0.0]
    cache = SlotCache(30, lambda: now[0])
    cache.alias("p", b"q", cache.store(key(), b"{}", cache.generation("p")))
    now[0] = 29.9
    assert cache.by_key(key())
    assert cache.by_request("p", b"q")
    now[0] = 30.1
    assert cache.by_key(key()) is None
    assert cache.by_request("p", b"q") is None


def test_more_changes_than_remembered_count_as_touching() -> None:
    """The store cannot know what the forgotten ones said."""
    cache = SlotCache(30)
    read_at = cache.generation("p")
    change = Change(frozenset({"other"}), None, datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))
    for _ in range(300):
        cache.changed("p", change)
    assert not cache.store(key(), b"{}", read_at).alive


def test_the_cache_does_not_grow_for_ever() -> None:
    """The oldest answers go."""
    cache = SlotCache(30)
    for number in range(MOST + 10):
        cache.store(key(number), b"{}", cache.generation("p"))
    assert cache.by_key(key(0)) is None
    assert cache.by_key(key(MOST + 9))


def test_a_practice_that_changes_while_it_is_asked_for_is_not_remembered(stage: Stage, client: FlaskClient) -> None:
    """The answer may be from before the change."""

    def slow(payload: Any) -> Any:
        stage.tell("practice.changed")
        return dict(examples.OWN_PRACTICE)

    stage.rpc.answers["practice.by_slug"] = slow
    client.get(URL)
    client.get(f"{URL}&tz=Asia/Tokyo")
    assert stage.rpc.count("practice.by_slug") == 2


def test_answers_that_are_large_are_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger who asks for two months of every day there is must not fill the process's memory."""
    monkeypatch.setattr(slots, "MOST_BYTES", 1_000)
    cache = SlotCache(30)
    for number in range(20):
        cache.alias("p", b"%d" % number, cache.store(key(number), b"x" * 100, cache.generation("p")))
    gc.collect()
    held = [one for one in gc.get_objects() if isinstance(one, slots.Entry) and len(one.body) == 100]
    assert len(held) == 10
    assert cache.by_key(key(19))
    assert cache.by_request("p", b"19")
    assert cache.stale(key(9)) is None
    assert cache.by_request("p", b"9") is None


def test_what_changed_long_ago_is_forgotten_whose_ever_it_was() -> None:
    """There may be thousands of practices. A question that began before counts as overtaken."""
    now = [0.0]
    cache = SlotCache(30, lambda: now[0])
    read_at = cache.generation("p")
    change = Change(frozenset({"other"}), None, datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))
    for _ in range(100):
        cache.changed("p", change)
    now[0] = slots.RECENT + 1
    cache.changed("p", change)
    assert len(cache._practices["p"].changes) == 1
    assert not cache.store(key(), b"{}", read_at).alive
    assert cache.store(key(), b"{}", cache.generation("p")).alive
