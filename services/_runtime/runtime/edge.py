"""The border of a service, free of any transport.

An edge class has methods marked `@rpc` (questions and commands) and `@on` (events). The same class runs under nameko
(`runtime.broker`) and in one process (`runtime.embedded`); both call it through `Endpoint`.
"""

import inspect
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from time import perf_counter
from typing import Any, TypeVar

from marshmallow import Schema, ValidationError

from runtime import metrics
from runtime.db import AWAY, Session
from runtime.errors import Refused, refusal
from runtime.identity import Caller
from runtime.inbox import Task, handle_once
from runtime.messages import Event, Undecodable, parse_event
from runtime.service import App
from runtime.telemetry import rpc_span, trace_id, tracing

log = logging.getLogger(__name__)
CALLS = metrics.histogram("rpc_seconds", "Time to answer a call", "service", "method", "outcome")
OUTCOMES = {"internal": "failed", "unavailable": "away", "deadline_exceeded": "away"}  # any other refusal: "refused"
F = TypeVar("F", bound=Callable[..., Any])


class Access(Enum):
    """Who may call: anybody, a signed-in user of a practice, or another service."""

    PUBLIC = "public"
    STAFF = "staff"
    SERVICE = "service"


@dataclass(frozen=True)
class Call:
    """The circumstances of one RPC. `now` is the only clock that anything below the edge sees."""

    caller: Caller
    locale: str
    now: datetime
    via: str = ""  # by which door of the gateway the caller came, where that matters

    @property
    def practice_id(self) -> str:
        """The signed-in user's practice; every staff query is scoped by it."""
        assert self.caller.practice_id is not None
        return self.caller.practice_id


@dataclass(frozen=True)
class RpcSpec:
    name: str
    schema: Schema | None
    allow: Access
    scope: str


@dataclass(frozen=True)
class Subscription:
    """One event type that one handler reads. Names are wire format: a renamed method is another queue. `only` picks
    by their content the events that are the handler's business, None: all are."""

    source: str
    type: str
    service: str
    method: str
    only: Callable[[Event], bool] | None = field(default=None, compare=False)

    @property
    def consumer(self) -> str:
        return f"{self.service}.{self.method}"

    @property
    def queue(self) -> str:
        return f"evt-{self.source}-{self.type}--{self.consumer}"

    def concerns(self, event: Event) -> bool:
        return self.only is None or self.only(event)

    def read(self, body: bytes | str) -> Event:
        """The event in a message of this queue. Raises Undecodable, also for an event that does not belong here."""
        event = parse_event(body)
        if (event.source, event.type) != (self.source, self.type):
            raise Undecodable(f"{event.type} of {event.source} does not belong here")
        return event


def rpc(schema: type[Schema] | None = None, *, allow: Access = Access.PUBLIC, scope: str = "") -> Callable[[F], F]:
    """Mark `method(self, call, request)`: `request` is the payload loaded by `schema` (unknown fields are refused).

    A STAFF method names the `scope` that the caller's role must hold, e.g. "booking:write".
    """

    def mark(method: F) -> F:
        method.__rpc__ = RpcSpec(method.__name__, schema() if schema else None, allow, scope)  # type: ignore[attr-defined]
        return method

    return mark


def on(source: str, *types: str, only: Callable[[Event], bool] | None = None) -> Callable[[F], F]:
    """Mark `method(self, session, event)` as the handler of these event types. It runs inside a transaction that also
    holds the inbox row, so its effect happens once; it must not commit, nor call another service. Where most events of
    a type are none of its business, `only` tells by their content which are, and the others cost no transaction."""

    def mark(method: F) -> F:
        method.__events__ = [*getattr(method, "__events__", []), *((source, t, only) for t in types)]  # type: ignore[attr-defined]
        return method

    return mark


def subscriptions(service: str, edge: type) -> list[Subscription]:
    """Everything that this edge class reads, in a stable order."""
    found = []
    for name, method in inspect.getmembers(edge, inspect.isfunction):
        for source, type, only in getattr(method, "__events__", []):
            found.append(Subscription(source, type, service, name, only))
    return found


def procedures(edge: type) -> dict[str, RpcSpec]:
    """The RPC methods of this edge class by name."""
    members = inspect.getmembers(edge, inspect.isfunction)
    return {name: method.__rpc__ for name, method in members if hasattr(method, "__rpc__")}


class Endpoint:
    """Calls an edge object as every transport must: identity, deadline, validation, error contract, inbox, trace."""

    def __init__(self, app: App, edge: type):
        self.app = app
        self.edge = edge(app)
        self.procedures = procedures(edge)

    def call(self, method: str, payload: dict[str, Any], headers: dict[str, str]) -> Any:
        """Answer one RPC. Raises nothing but Refused."""
        name = method if method in self.procedures else "unknown"
        began, outcome = perf_counter(), "failed"
        with tracing(headers.get("traceparent", ""), *rpc_span(self.app.name, name, "server")):
            try:
                answer = self._answer(method, payload, headers)
                outcome = "ok"
                return answer
            except Exception as error:
                refused = self._refuse(method, error)
                outcome = OUTCOMES.get(refused.code, "refused")
                raise refused from None
            finally:
                CALLS(self.app.name, name, outcome).observe(perf_counter() - began)

    def _answer(self, method: str, payload: dict[str, Any], headers: dict[str, str]) -> Any:
        spec = self.procedures.get(method)
        if spec is None:
            raise Refused("unknown_method", {"method": method})
        call = self._admit(method, spec, headers)
        return getattr(self.edge, method)(call, _load(spec, payload))

    def _admit(self, method: str, spec: RpcSpec, headers: dict[str, str]) -> Call:
        now = self.app.clock()
        deadline = headers.get("deadline")
        if deadline and (late := now.timestamp() - float(deadline)) > 0:
            facts = {"method": f"{self.app.name}.{method}", "seconds": round(late, 1)}
            log.warning("deadline_passed", extra={"facts": facts})  # hours of it mean that a clock is wrong
            raise Refused("deadline_exceeded")
        token = headers.get("identity")
        caller = self.app.keyring.verify(token, now) if token else Caller()
        if spec.allow is Access.SERVICE and not caller.service:
            raise Refused("unauthorized")
        if spec.allow is Access.STAFF:
            if not caller.practice_id:
                raise Refused("unauthorized")
            if spec.scope and spec.scope not in caller.scopes:
                raise Refused("forbidden", {"scope": spec.scope})
        return Call(caller, headers.get("locale") or "de", now, headers.get("via", ""))

    def _refuse(self, method: str, error: Exception) -> Refused:
        if named := refusal(error):
            return named
        facts = {"method": f"{self.app.name}.{method}"}
        if isinstance(error, AWAY):
            log.warning("database_away", extra={"facts": {**facts, "reason": type(error).__name__}})
            return Refused("unavailable")
        log.exception("rpc_failed", extra={"facts": facts})
        return Refused("internal", {"trace": trace_id()})

    def handle(self, subscription: Subscription, event: Event, settle: Callable[[Session], Any] | None = None) -> bool:
        """Run the handler once for this event; its effect, the inbox row and `settle` are one commit. False if it
        had run before, or if the event is none of its business."""
        tasks = [self._task(subscription, event)] if subscription.concerns(event) else []
        if not tasks and settle is None:
            return False
        return bool(self.app.db.write(handle_once, tasks, self.app.clock(), settle))

    def handle_together(self, work: Iterable[tuple[Subscription, Event]]) -> None:
        """Do the same for several events in one commit: all of them, or none and an exception.

        Events about one subject stay in order; subjects are sorted, so that two batches wait for rows in one order.
        """
        ordered = sorted(work, key=lambda pair: (pair[1].subject, pair[1].version))
        if tasks := [self._task(*pair) for pair in ordered if pair[0].concerns(pair[1])]:
            self.app.db.write(handle_once, tasks, self.app.clock())

    def _task(self, subscription: Subscription, event: Event) -> Task:
        return Task(subscription.consumer, event, getattr(self.edge, subscription.method))


def _load(spec: RpcSpec, payload: dict[str, Any]) -> Any:
    if spec.schema is None:
        return payload
    try:
        return spec.schema.load(payload)
    except ValidationError as error:
        raise Refused("invalid", {"errors": error.messages_dict}) from None
