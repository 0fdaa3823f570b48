"""The live feed of signed-in staff."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, request

from gateway.api import answers, examples
from gateway.api.fields import Body, Instant
from gateway.api.framework import Blueprint, answer
from gateway.clients import Json
from gateway.context import Gateway, current_services, gateway, hurrying
from gateway.live import Message, Stream
from gateway.live.words import READY, RESYNC, resumed
from runtime.errors import Refused, Unavailable

routes = Blueprint("live", staff=True, description="What happens now")

SCOPE = "booking:read"
SOCKET = "gunicorn.socket"
GONE = "waitress.client_disconnected"  # () -> bool
RETRY = b"retry: 3000\n\n"  # milliseconds after which a browser comes back
MARGIN = timedelta(seconds=30)  # an event may be told so late; twice is no harm, never is
LONGEST = timedelta(hours=1)  # further back everything is looked at anew
MOST = 200  # changes that are told again at most
STREAM = [("Content-Type", "text/event-stream; charset=utf-8"), ("Cache-Control", "no-store"),
          ("X-Accel-Buffering", "no")]  # fmt: skip

EVENT = {
    "type": "object",
    "description": "each of the server-sent events",
    "properties": {"id": {"type": "string"}, "event": {"type": "string"}, "data": {"type": "string"}},
}


class Since(Body):
    """From which moment."""

    since = Instant(required=True, metadata={"example": "2030-03-20T07:59:45+00:00"})


def _scoped() -> None:
    if SCOPE not in g.caller.scopes:
        raise Refused("forbidden", {"scope": SCOPE})


@routes.route("/live")
@routes.refuses("live_full")
@routes.response(
    200,
    EVENT,
    content_type="text/event-stream",
    example=examples.LIVE,
)
def live() -> Response:
    """What happens in the practice, as it happens

    Server-sent events: `appointment.booked`, `appointment.cancelled`, `email.failed` and others, with ids, times and
    states, never with people's data. `ready` opens the stream, `resync` asks to look at everything anew, a comment
    comes every 15 seconds. It ends with the access token or the session; `Last-Event-ID` goes on where one stopped. A
    change may be told twice: `id` and `version` together are unique. Beyond the streams that a process holds it
    answers 503 `live_full`; then ask `/live/changes` now and then.
    """
    _scoped()
    if request.method == "HEAD":
        return Response(b"", 200, STREAM)
    parts, caller = gateway(), g.caller
    handed = SOCKET in request.environ
    until = parts.keyring.expiry(g.access_token)
    stream = parts.feed.open(caller.practice_id, caller.session_id, until, thread=not handed)
    try:
        first = RETRY + b"".join(message.encode() for message in _opening(parts))
    except BaseException:
        parts.feed.close(stream)
        raise
    body = (_Handed if handed else _Threaded)(parts, stream, first, request.environ)
    return Response(body, 200, STREAM, direct_passthrough=True)  # type: ignore[arg-type]


def _opening(parts: Gateway) -> Iterator[Message]:
    """What was missed since `Last-Event-ID`, then that the stream stands."""
    now = parts.clock()
    last = request.headers.get("Last-Event-ID") or request.args.get("last_event_id")
    if last:
        yield from _missed(last, now)
    yield Message(READY, now, {})


def _missed(last: str, now: datetime) -> list[Message]:
    everything = [Message(RESYNC, now, {})]
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        since = datetime.fromisoformat(last) - MARGIN
        if not now - LONGEST <= since <= now:
            return everything
        with contextlib.suppress(Unavailable, Refused), hurrying():
            found = current_services().booking.changes_since(since.isoformat(), MOST)
            return [resumed(change) for change in found["items"]] if found["complete"] else everything
    return everything


class _Threaded:
    """The body of a stream that keeps its thread: the server cannot give the connection away."""

    def __init__(self, parts: Gateway, stream: Stream, first: bytes, environ: Json):
        self._parts, self._stream, self._first = parts, stream, first
        self._gone: Callable[[], bool] = environ.get(GONE, lambda: False)

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        yield from self._stream.each(lambda: self._gone() or self._parts.feed.expired(self._stream))

    def close(self) -> None:
        self._parts.feed.close(self._stream)


class _Handed:
    """The body of a stream under gunicorn: the first part, then the connection goes to the pump."""

    def __init__(self, parts: Gateway, stream: Stream, first: bytes, environ: Json):
        self._parts, self._stream, self._first, self._environ = parts, stream, first, environ
        self._given = False

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        self._given = True
        chunked = self._environ["SERVER_PROTOCOL"] != "HTTP/1.0"
        self._parts.pump.take(self._stream, self._environ[SOCKET], chunked=chunked)

    def close(self) -> None:
        if not self._given:
            self._parts.feed.close(self._stream)


@routes.route("/live/changes")
@routes.refuses()
@routes.query(Since)
@routes.answers(200, answers.Changes, examples.CHANGES)
def changes(query: Json) -> Response:
    """What has happened since a moment

    For pages that cannot hold a stream: ask again from `until`. `complete` is false when there was too much to tell;
    then look at everything anew. At most an hour back.
    """
    now = gateway().clock()
    since = datetime.fromisoformat(query["since"]) - MARGIN
    if since < now - LONGEST:
        return answer({"items": [], "complete": False, "until": now.isoformat()})
    found: dict[str, Any] = current_services().booking.changes_since(since.isoformat(), MOST)
    return answer(found)
