"""The gateway: the HTTP front of Terminfluss. It holds no business data: it authenticates, validates, asks, renders."""

import importlib
from typing import Any, Protocol

from flask import Flask
from flask.sessions import SessionInterface
from werkzeug.middleware.proxy_fix import ProxyFix

from gateway import api, problems, ratelimit, security, session, tracing
from gateway.api.slots import Remembered
from gateway.asker import Asker
from gateway.bell import Bell
from gateway.circuits import Circuits
from gateway.clients import connect
from gateway.context import EXTENSION, Gateway
from gateway.live import TOLD, Feed, Pump, message_of
from gateway.practices import Practices
from gateway.readiness import Readiness
from gateway.revoked import Revoked
from gateway.settings import GatewaySettings
from gateway.slot_reader import SlotReader
from gateway.slots import SlotCache, change_of
from runtime.clock import Clock, utc_now
from runtime.identity import KeyRing
from runtime.messages import Event
from runtime.parking import Parking
from runtime.service import Rpc


class Listener(Protocol):
    """Tells this process the events of all services, from now on."""

    def start(self, on_event: Any, on_gap: Any) -> None:
        """`on_event(event)` for each; `on_gap()` when some may have been missed."""

    def stop(self) -> None: ...


class _NoSession(SessionInterface):
    """Flask's session costs time on every request and is not used: staff have `gateway.session`."""

    def open_session(self, app: Flask, request: Any) -> Any:
        return {}

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        return None


def create_app(
    settings: GatewaySettings, rpc: Rpc, listener: Listener, clock: Clock = utc_now, parking: Parking | None = None
) -> Flask:
    """The WSGI application of one process; starts the listener. Call it after the fork. `parking` holds the parked
    messages that the operator's page shows."""
    app = Flask(__name__)
    app.secret_key = settings.secret_key
    app.json.ensure_ascii = app.json.sort_keys = False  # type: ignore[attr-defined]
    app.session_interface = _NoSession()
    parts = _build(settings, rpc, clock)
    parts.parking = parking
    app.extensions[EXTENSION] = parts
    app.wsgi_app = Remembered(app.wsgi_app, parts)  # type: ignore[method-assign]
    tracing.register(app, settings.https)
    for part in (security, session, problems, api):
        part.register(app)
    _register_pages(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    listener.start(lambda event: hear(parts, event), lambda: forget(parts))
    return app


def _build(settings: GatewaySettings, rpc: Rpc, clock: Clock) -> Gateway:
    circuits = Circuits()
    feed = Feed(settings.live_streams, settings.live_threads, clock)
    services = connect(Asker(rpc, circuits))
    slots = SlotCache(settings.slots_ttl)
    return Gateway(
        settings=settings,
        services=services,
        circuits=circuits,
        readiness=Readiness(rpc),
        keyring=KeyRing(settings.identity_keys),
        clock=clock,
        practices=Practices(services),
        slots=slots,
        slot_reader=SlotReader(slots, services.availability),
        revoked=Revoked(),
        bell=Bell(settings.threads // 2),
        limiter=ratelimit.Limiter(ratelimit.parse(settings.rate_limits)),
        feed=feed,
        pump=Pump(feed),
    )


def _register_pages(app: Flask) -> None:
    importlib.import_module("gateway.pages").register(app)


CALLS = ("call.signalled", "invitation.changed", "invitation.deleted")  # wake whoever waits for news of a call
HEARD = tuple(dict.fromkeys((*TOLD, "practice.changed", "session.revoked", *CALLS)))  # what `hear` reads


def hear(parts: Gateway, event: Event) -> None:
    """Forget what this event makes old, and who it signs out; tell the open pages."""
    if event.type in TOLD:
        parts.feed.tell(event.practice_id, message_of(event))
    if event.type == "slots.changed":
        parts.slots.changed(event.practice_id, change_of(event))
    elif event.type == "practice.changed":
        parts.practices.forget(event.practice_id, "slug", "id")
    elif event.type in ("service.changed", "calendar.changed"):
        parts.practices.forget(event.practice_id, "catalogue")
    elif event.type in CALLS:
        parts.bell.ring(event.subject)
    elif event.type == "session.revoked":
        parts.revoked.add(str(event.data.get("session")), event.time)
        parts.feed.sign_out(str(event.data.get("session")))


def forget(parts: Gateway) -> None:
    """The broker is back, and events may have been missed: ask for everything anew. Who has signed out stays so."""
    parts.circuits.close()
    parts.bell.ring_all()
    parts.slots.clear()
    parts.practices.forget_all()
    parts.feed.resync()
