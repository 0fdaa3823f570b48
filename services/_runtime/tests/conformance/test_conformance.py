"""What a service may rely on, whatever carries its calls and events. Runs over every transport."""

import time
from typing import Any

import pytest
from sqlalchemy import select

from runtime.clock import utc_now
from runtime.errors import NotSent, Refused, Unavailable
from runtime.ids import new_id
from runtime.telemetry import child_of, tracing
from runtime.testing import service_headers, staff_headers
from services._runtime.tests.conformance import house
from services._runtime.tests.conformance.transports import COOK, LADDER_MS, Parked, Transport, event_body, until

TRIES = len(LADDER_MS) + 1


def order(transport: Transport, headers: dict[str, str] | None = None, **dish: Any) -> str:
    """Place an order; its id, which is the subject of everything that follows from it."""
    id: str = transport.rpc.call("shop", "place", {"dish": dish}, headers)["id"]
    return id


def effects(transport: Transport, service: str, subject: str) -> int:
    return house.subjects(transport.databases[service], service).count(subject)


def starts(transport: Transport, service: str, subject: str) -> int:
    return house.starts(transport.diary)[service, subject]


def parked(transport: Transport, text: str) -> list[Parked]:
    return [p for p in transport.parked() if text in p.body]


# Events


def test_an_event_reaches_each_reader_once(transport: Transport) -> None:
    """Commit, relay, handler, commit, relay, handler: one effect at each hop."""
    subject = order(transport)
    until(lambda: effects(transport, "bank", subject))
    assert effects(transport, "kitchen", subject) == effects(transport, "bank", subject) == 1


def test_a_redelivered_event_has_no_second_effect(transport: Transport) -> None:
    """The same event id again, after the first was handled: the handler is not even started."""
    id, subject, body = event_body({})
    transport.deliver(COOK, body, id)
    until(lambda: effects(transport, "kitchen", subject))
    transport.deliver(COOK, body, id)
    later = order(transport)
    until(lambda: effects(transport, "kitchen", later))
    assert (effects(transport, "kitchen", subject), starts(transport, "kitchen", subject)) == (1, 1)


def test_an_event_that_is_none_of_a_handlers_business_does_not_start_it(transport: Transport) -> None:
    """It is finished all the same, and those that follow it are handled."""
    free = order(transport, free=True)
    until(lambda: effects(transport, "kitchen", free))
    later = order(transport)
    until(lambda: effects(transport, "bank", later))
    assert (starts(transport, "bank", free), parked(transport, free)) == (0, [])


def test_a_failed_handler_leaves_nothing_and_is_tried_again_after_a_pause(transport: Transport) -> None:
    """The handler fails after it wrote: its write and the inbox note roll back together, so the next try counts."""
    begun = time.monotonic()
    subject = order(transport, fail=1)
    until(lambda: effects(transport, "bank", subject))
    assert (effects(transport, "kitchen", subject), starts(transport, "kitchen", subject)) == (1, 2)
    assert time.monotonic() - begun >= LADDER_MS[0] / 1000


def test_an_event_that_always_fails_is_parked_after_the_last_step(transport: Transport) -> None:
    """With its error; no effect, no further tries."""
    subject = order(transport, fail=99)
    [found] = until(lambda: parked(transport, subject))
    assert (found.consumer, effects(transport, "kitchen", subject)) == ("kitchen.cook", 0)
    assert "RuntimeError: collapsed" in found.error
    assert starts(transport, "kitchen", subject) == TRIES


def test_a_permanent_error_parks_at_once(transport: Transport) -> None:
    """No ladder: one try."""
    subject = order(transport, permanent=True)
    [found] = until(lambda: parked(transport, subject))
    assert "Permanent: nobody can cook a stone" in found.error
    assert (starts(transport, "kitchen", subject), effects(transport, "kitchen", subject)) == (1, 0)


@pytest.mark.parametrize("poison", ["{", "null", "[]", '{"specversion":"2.0"}', "\x00", "", "9" * 1_000_001])
def test_bytes_that_are_no_event_are_parked_and_others_pass(transport: Transport, poison: str) -> None:
    """Undecodable or over-large: neither lost nor looped."""
    marked = poison if len(poison) > 1000 else poison + f"  {new_id()}"
    transport.deliver(COOK, marked, new_id())
    subject = order(transport)
    until(lambda: effects(transport, "kitchen", subject))
    [found] = until(lambda: parked(transport, marked))
    assert "Undecodable" in found.error
    assert found.tries == 1


def test_a_slow_or_failing_event_does_not_hold_up_the_others(transport: Transport) -> None:
    """What waits on the ladder waits alone."""
    failing = order(transport, fail=99)
    subject = order(transport)
    until(lambda: effects(transport, "bank", subject))
    until(lambda: parked(transport, failing))


def test_the_trace_runs_through_calls_and_events(transport: Transport) -> None:
    """HTTP → RPC → outbox → event → outbox → event: one trace id."""
    parent = child_of("")
    subject = order(transport, {"traceparent": parent})
    until(lambda: effects(transport, "bank", subject))
    for service in ("kitchen", "bank"):
        trace = select(house.effects.c.trace).where(house.effects.c.subject == subject)
        found = transport.databases[service].read(lambda session, trace=trace: session.scalars(trace).one())
        assert found == parent[3:35]


def test_a_call_continues_the_trace_of_whoever_makes_it(transport: Transport) -> None:
    """Without a header of its own."""
    with tracing("") as own:
        assert transport.rpc.call("shop", "place", {})["trace"] == own[3:35]


# Calls


def test_named_errors_arrive_with_their_facts_and_nothing_else(transport: Transport) -> None:
    """A domain error becomes Refused(code, facts); its inner wording stays at home."""
    with pytest.raises(Refused) as caught:
        transport.rpc.call("shop", "refuse", {})
    assert (caught.value.code, caught.value.facts) == ("sold_out", {"left": 0, "dishes": ["soup"]})
    assert "wording" not in str(caught.value)


@pytest.mark.parametrize("method", ["stumble", "babble"])
def test_an_unexpected_error_tells_nothing(transport: Transport, method: str) -> None:
    """Code `internal`, at most a trace id."""
    with pytest.raises(Refused) as caught:
        transport.rpc.call("shop", method, {})
    assert caught.value.code == "internal"
    assert "secret" not in str(caught.value)


def test_an_unknown_method_is_refused_by_name(transport: Transport) -> None:
    """Not a time-out, not an internal error; also for names that exist in Python but are no RPC."""
    for method in ("nonsense", "__init__", "app"):
        with pytest.raises(Refused) as caught:
            transport.rpc.call("shop", method, {})
        assert (caught.value.code, caught.value.facts) == ("unknown_method", {"method": method})


def test_wrong_payloads_are_refused_with_their_fields(transport: Transport) -> None:
    """Unknown and mistyped fields are named."""
    with pytest.raises(Refused) as caught:
        transport.rpc.call("shop", "nap", {"seconds": "soon", "more": 1})
    assert caught.value.code == "invalid"
    assert set(caught.value.facts["errors"]) == {"seconds", "more"}


def test_a_service_that_nobody_runs_was_certainly_not_reached(transport: Transport) -> None:
    """At once, and safe to repeat."""
    begun = time.monotonic()
    with pytest.raises(NotSent):
        transport.rpc.call("nowhere", "anything", {}, timeout=60)
    assert time.monotonic() - begun < 30


def test_a_call_ends_at_its_deadline(transport: Transport) -> None:
    """An answer that comes later is Unavailable: it may have run."""
    begun = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        transport.rpc.call("shop", "nap", {"seconds": 2.0}, timeout=1.0)
    assert not isinstance(caught.value, NotSent)
    assert time.monotonic() - begun >= 1.0


def test_an_inner_call_gets_no_more_time_than_the_outer_one_has(transport: Transport) -> None:
    """A minute for the inner call does not stretch the outer call's half second."""
    with pytest.raises((Unavailable, Refused)):
        transport.rpc.call("kitchen", "let_nap", {"seconds": 1.2, "timeout": 60}, timeout=0.5)


def test_identity_and_locale_travel(transport: Transport) -> None:
    """Staff by token, services by their own; a scope that is missing is forbidden, no token is unauthorized."""
    practice, now = new_id(), utc_now()
    assert transport.rpc.call("shop", "whoami", {}, staff_headers(now, practice, "shop:read")) == practice
    for headers, code in ((None, "unauthorized"), (staff_headers(now, practice, "shop:write"), "forbidden")):
        with pytest.raises(Refused) as caught:
            transport.rpc.call("shop", "whoami", {}, headers)
        assert caught.value.code == code
    assert transport.rpc.call("shop", "place", {}, {"locale": "ru"})["locale"] == "ru"


def test_a_service_calls_another_in_its_own_name(transport: Transport) -> None:
    """`app.ask` from inside a handler; the callee sees who calls."""
    assert transport.rpc.call("kitchen", "relay_identity", {}) == "kitchen"
    assert transport.rpc.call("shop", "backdoor", {}, service_headers(utc_now(), "booking")) == "booking"
    with pytest.raises(Refused):
        transport.rpc.call("shop", "backdoor", {})
