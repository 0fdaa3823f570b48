"""The week grid, answered from the cache wherever possible."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import Response, request
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from gateway.api import answers, examples
from gateway.api.fields import Body, Day, Id, Whole, Zone
from gateway.api.framework import Blueprint
from gateway.clients import Json
from gateway.context import Gateway, gateway
from gateway.metrics import SLOTS
from gateway.ratelimit import network
from gateway.slots import Entry, Key
from gateway.tracing import ROUTE, Environ, StartResponse, WsgiApp
from runtime.errors import Refused

routes = Blueprint("slots", staff=False, description="Bookable times")


class SlotQuery(Body):
    """Whose slots, of what, and when."""

    service = Id(required=True)
    calendar = Id(metadata={"description": "left out: any professional who offers the service"})
    from_ = Day(data_key="from", metadata={"description": "first day; left out: today"})
    days = Whole(1, 62, text=True, load_default=7, metadata={"description": "calendar days", "example": 7})
    tz = Zone(metadata={"description": "zone of the days and offsets; left out: the practice's"})


SCHEMA = SlotQuery()
FIRST, LAST = "/api/v1/practices/", "/slots"
ADDRESS = f"{FIRST}<slug:slug>{LAST}"
PLAIN = [("Content-Type", "application/json"), ("Cache-Control", "no-cache")]


@routes.route("/practices/<slug:slug>/slots")
@routes.only_described(
    routes.refuses("not_found"),
    routes.query(SlotQuery),
    routes.answers(200, answers.Week, examples.WEEK),
    routes.alt_response(304, description="Not changed since the answer with the `ETag` sent as `If-None-Match`"),
)
def week(slug: str) -> Response:
    """Slots by day

    Carries an `ETag`. While availability cannot be asked, the last known answer comes with `Warning: 110` and
    `"stale": true`; a booking is decided by what is true then, never by this answer.
    """
    entry = gateway().slots.by_request(slug, request.query_string)
    if entry is None:
        return _asked(slug)
    SLOTS("hit").inc()
    return _render(entry)


class Remembered:
    """WSGI middleware: an answer that the cache knows word for word is given without waking Flask.

    Limit, headers, trace and log line are the same as for every request. Whatever is not plain (a condition, a limit
    that is reached, an answer not cached) goes on to `week`.
    """

    def __init__(self, app: WsgiApp, parts: Gateway):
        self._app = app
        self._slots = parts.slots
        self._limiter = parts.limiter

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if not path.endswith(LAST) or environ["REQUEST_METHOD"] != "GET" or "HTTP_IF_NONE_MATCH" in environ:
            return self._app(environ, start_response)
        entry = self._slots.by_request(path[len(FIRST) : -len(LAST)], environ["QUERY_STRING"].encode("latin-1"))
        if entry is None or int(environ.get("CONTENT_LENGTH") or 0) or not path.startswith(FIRST):
            return self._app(environ, start_response)
        if self._limiter.take("read", network(environ.get("REMOTE_ADDR", ""))):
            return self._app(environ, start_response)
        SLOTS("hit").inc()
        environ[ROUTE] = ADDRESS
        length = ("Content-Length", str(len(entry.body)))
        start_response("200 OK", [*PLAIN, length, ("ETag", entry.etag)])
        return [entry.body]


def _asked(slug: str) -> Response:
    """The answer to a request that the cache does not know word for word."""
    query = _load(request.args)
    practice = gateway().practices.by_slug(slug)
    found = gateway().slot_reader.read(key_of(practice, query, gateway().clock()))
    if found.stale:
        return _render_stale(found.entry)
    gateway().slots.alias(slug, request.query_string, found.entry)
    return _render(found.entry)


def _load(args: MultiDict[str, str]) -> Json:
    twice = {name: ["Invalid value."] for name, values in args.lists() if len(values) > 1}
    if twice:
        raise Refused("invalid", {"errors": twice})
    try:
        query: Json = SCHEMA.load(args.to_dict())
    except ValidationError as error:
        raise Refused("invalid", {"errors": error.messages}) from None
    return query


def key_of(practice: Json, query: Json, now: datetime) -> Key:
    """What the answer depends on; what was left out is filled in from the practice and the clock."""
    zone = query.get("tz") or practice["time_zone"]
    first = date.fromisoformat(query["from_"]) if "from_" in query else now.astimezone(ZoneInfo(zone)).date()
    since = datetime.combine(first, time(), UTC)
    return Key(practice["id"], query["service"], query.get("calendar"), since, query["days"], zone)


def _render(entry: Entry) -> Response:
    if request.environ.get("HTTP_IF_NONE_MATCH") and request.if_none_match.contains_weak(entry.etag.strip('"')):
        return Response(status=304, headers={"ETag": entry.etag, "Cache-Control": "no-cache"})
    headers = {"ETag": entry.etag, "Cache-Control": "no-cache"}
    return Response(entry.body, 200, headers, content_type="application/json")


def _render_stale(entry: Entry) -> Response:
    body = b'{"stale":true,' + entry.body.lstrip()[1:]
    headers = {"Warning": '110 terminfluss "Response is Stale"', "Cache-Control": "no-store"}
    return Response(body, 200, headers, content_type="application/json")
