"""What all API routes share: reading JSON strictly, describing themselves, answering plain JSON."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

import flask_smorest
from flask import Request, Response, request
from marshmallow import INCLUDE, RAISE, Schema, fields
from webargs import core
from webargs.flaskparser import FlaskParser

from gateway import problems
from gateway.api.fields import Body, Text, Whole
from gateway.auth import require_staff
from gateway.clients import Json
from gateway.security import LARGEST_BODY
from runtime import i18n
from runtime.errors import Refused
from runtime.ids import new_id

View = TypeVar("View", bound=Callable[..., Any])
EVERYWHERE = ("malformed", "not_acceptable", "invalid", "too_large", "unsupported_media_type", "rate_limited")
FAILURES = ("unavailable", "internal")
KEY_HEADER = "Idempotency-Key"
MATCH_HEADER = "If-Match"


class StrictParser(FlaskParser):
    """Reads arguments; what is not right becomes a problem with a name."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}

    def _raw_load_json(self, req: Request) -> Any:
        raw = req.get_data(cache=True)
        if req.mimetype != "application/json" and (raw or req.content_type):
            raise Refused("unsupported_media_type")
        if len(raw) > LARGEST_BODY:
            raise Refused("too_large")  # it came in chunks and did not say how long it is
        return read_json(raw) if raw else core.missing

    def handle_error(self, error: Any, req: Request, schema: Schema, **_: Any) -> Any:
        raise Refused("invalid", {"errors": _flat(error.messages)})


def _flat(messages: Any) -> Any:
    """webargs files messages under the location ("json", "query"); a client knows its fields only."""
    if isinstance(messages, dict) and len(messages) == 1:
        ((location, below),) = messages.items()
        if location in ("json", "query"):
            return below
    return messages


def read_json(raw: bytes) -> Any:
    """A JSON object. Refuses what no program should send: NaN, a name twice, endless nesting, half a character."""
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)
        if b"\\u" in raw:
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    if not isinstance(found, dict):
        raise Refused("invalid", {"errors": {"_schema": ["Invalid input type."]}})
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


class Blueprint(flask_smorest.Blueprint):
    """Routes of one theme. A staff blueprint admits signed-in users only."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, *, staff: bool, description: str):
        super().__init__(name, f"gateway.api.{name}", url_prefix="/api/v1", description=description)
        self.staff = staff
        if staff:
            self.before_request(require_staff)
        self.before_request(_refuse_forms)

    def body(self, schema: type[Schema] | Schema, example: dict[str, Any], *, required: bool = True) -> Any:
        """The view gets the request's JSON, loaded by the schema."""
        return self.arguments(_made(schema), example=example, required=required)

    def query(self, schema: type[Schema] | Schema) -> Any:
        """The view gets the query's parameters, loaded by the schema."""
        return self.arguments(_made(schema), location="query")

    def answers(self, status: int, schema: Any, example: Any = None, **kwargs: Any) -> Any:
        """Says what the route answers when all is well; the view's dict goes out as it is."""
        return self.response(status, schema, example=example, **kwargs)

    def only_described(self, *decorators: Callable[[Any], Any]) -> Callable[[View], View]:
        """Describe a view by these decorators without running any of them: for a route that must be quick."""

        def mark(view: View) -> View:
            wrapped: Any = view
            for decorate in reversed(decorators):
                wrapped = decorate(wrapped)
            view._apidoc = wrapped._apidoc  # type: ignore[attr-defined]
            return view

        return mark

    def refuses(self, *codes: str) -> Callable[[View], View]:
        """Says which errors the route answers beside those that every route can answer."""
        always = (*EVERYWHERE, "unauthorized", "forbidden", "csrf_failed") if self.staff else EVERYWHERE
        mark: Callable[[View], View] = self.doc(responses=described([*codes, *always, *FAILURES]))
        return mark


def _made(schema: type[Schema] | Schema) -> Schema:
    """One instance for all requests: webargs would make a new one for each."""
    return schema() if isinstance(schema, type) else schema


def _refuse_forms() -> None:
    """The API takes JSON only: what an HTML form, and so a foreign page, can send is refused."""
    if request.content_type and request.mimetype != "application/json":
        raise Refused("unsupported_media_type")


def described(codes: list[str]) -> dict[str, Any]:
    """OpenAPI responses for these errors, with one example per code."""
    responses: dict[str, Any] = {}
    for code in dict.fromkeys(codes):
        kind = problems.KINDS[code]
        document = problems.describe(Refused(code), "en").document
        entry = responses.setdefault(str(kind.status), {"description": kind.title, "content": {}})
        content = entry["content"].setdefault(
            problems.CONTENT_TYPE, {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
        )
        content["examples"][code] = {"summary": kind.title, "value": document}
    return responses


class Problem(Schema):
    """An error as RFC 9457 describes it. `code` is constant; title and detail are in the reader's language. Some kinds
    say more, by members of their own."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True, metadata={"description": "names the kind", "format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True, metadata={"enum": sorted(problems.KINDS)})
    errors = fields.Dict(metadata={"description": "texts per field, for `invalid`"})


class Page(Body):
    """Where in a list to go on, and how much of it."""

    limit = Whole(1, 200, text=True, metadata={"description": "how many items at most", "example": 50})
    cursor = Text(longest=500, metadata={"description": "`next` of the page before"})


def answer(found: Any, status: int = 200) -> Response:
    """Plain JSON, not to be kept by anybody on the way."""
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status, {"Cache-Control": "no-store"}, content_type="application/json")


def versioned(found: Json, status: int = 200) -> Response:
    """As `answer`, with the object's version as ETag: what `If-Match` of a later change compares."""
    response = answer(found, status)
    response.headers["ETag"] = f'"{found["version"]}"'
    return response


def if_match() -> Json:
    """`{"if_version": n}` where the client changes only what it has seen (`If-Match: "n"`), else nothing.

    Raises Refused `precondition_failed` for an ETag that we never gave.
    """
    wanted = request.headers.get(MATCH_HEADER, "*").strip()
    if wanted == "*":
        return {}
    found = re.fullmatch(r'"([0-9]{1,9})"', wanted)
    if not found:
        raise Refused("precondition_failed")
    return {"if_version": int(found[1])}


def listing(found: Any, status: int = 200) -> Response:
    """A list as all lists are answered: items, and where to go on."""
    return answer({"items": found, "next": None} if isinstance(found, list) else found, status)


def paged(found: Any, query: dict[str, Any]) -> dict[str, Any]:
    """A page of a list that its service answers whole; the cursor is the place in it."""
    items = found["items"]
    cursor = query.get("cursor", "0")
    if not cursor.isascii() or not cursor.isdigit():
        raise Refused("invalid", {"errors": {"cursor": ["Not a valid cursor."]}})
    first = int(cursor[:9])
    last = first + int(query.get("limit", 200))
    return {"items": items[first:last], "next": str(last) if last < len(items) else None}


def nothing() -> Response:
    """Done, nothing to say."""
    return Response(status=204)


def idempotency_key() -> str:
    """The client's key, or a new one, since the broker may run a call twice. Refuses one that is no plain text."""
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return new_id()
    if not 1 <= len(key) <= 200 or any(not "!" <= c <= "~" for c in key):
        raise Refused("invalid", {"errors": {KEY_HEADER: ["Invalid value."]}})
    return key


LANGUAGE = {
    "in": "header",
    "name": "Accept-Language",
    "schema": {"type": "string"},
    "description": f"language of texts and errors: {', '.join(i18n.LOCALES)}",
    "example": "de",
}
MATCH = {
    "in": "header",
    "name": MATCH_HEADER,
    "schema": {"type": "string"},  # any text is a valid ETag; one that we never gave matches nothing
    "description": "the object's ETag: if somebody else has changed it since, nothing happens (`precondition_failed`)",
    "example": '"3"',
}
KEY = {
    "in": "header",
    "name": KEY_HEADER,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "the same key gives the same answer for 24 hours; another body under it is `idempotency_conflict`",
    "example": "3f6c1a52-6f8e-4c5e-9f43-0c8f0a3f2b11",
}
