"""What every request needs: the gateway's parts, the reader's language, the caller, the time that is left."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app, g, request

from gateway.clients import Services
from gateway.settings import GatewaySettings
from runtime import i18n
from runtime.clock import Clock
from runtime.identity import KeyRing
from runtime.parking import Parking

if TYPE_CHECKING:
    from gateway.bell import Bell
    from gateway.circuits import Circuits
    from gateway.live import Feed, Pump
    from gateway.practices import Practices
    from gateway.ratelimit import Limiter
    from gateway.readiness import Readiness
    from gateway.revoked import Revoked
    from gateway.slot_reader import SlotReader
    from gateway.slots import SlotCache

EXTENSION = "terminfluss"
BRIEFLY = 2.0  # seconds that may be waited for what can be done without


@dataclass
class Gateway:
    """The parts of one gateway process, built by `create_app`. `error_page` renders a problem for people who asked for
    a page; the pages set it, the API answers JSON."""

    settings: GatewaySettings
    services: Services
    circuits: "Circuits"
    readiness: "Readiness"
    keyring: KeyRing
    clock: Clock
    practices: "Practices"
    slots: "SlotCache"
    slot_reader: "SlotReader"
    revoked: "Revoked"
    limiter: "Limiter"
    feed: "Feed"
    pump: "Pump"
    bell: "Bell"
    parking: Parking | None = None
    error_page: Callable[[dict[str, Any]], Any] | None = None


def gateway() -> Gateway:
    """The gateway that serves the current request."""
    found: Gateway = current_app.extensions[EXTENSION]
    return found


def current_services() -> Services:
    """The clients of all services; what they ask carries the current request's caller, language and deadline."""
    return gateway().services


def locale() -> str:
    """The reader's language: what a page has chosen (`use_locale`), else the best of Accept-Language, else German."""
    chosen: str | None = g.get("locale")
    if chosen is None:
        chosen = g.locale = i18n.choose(request.headers.get("Accept-Language"))
    return chosen


def use_locale(wanted: str | None) -> None:
    """Answer this request in another language than its Accept-Language asks for."""
    g.locale = i18n.choose(wanted)


def time_left() -> float:
    """Seconds until the current request must be answered; counted from its first question to a service."""
    return _deadline() - time.monotonic()


@contextmanager
def hurrying() -> Iterator[None]:
    """What is asked within the block may take BRIEFLY seconds in all, since it can be done without."""
    usual = _deadline()
    g.deadline = min(usual, time.monotonic() + BRIEFLY)
    try:
        yield
    finally:
        g.deadline = usual


def _deadline() -> float:
    if "deadline" not in g:
        g.deadline = time.monotonic() + gateway().settings.request_timeout
    return float(g.deadline)
