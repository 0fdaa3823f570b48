"""Headers that every answer carries, who may frame a page, and limits that hold before any route runs."""

import re
from collections.abc import Iterable
from typing import Any

from flask import Flask, request

from gateway.context import gateway
from gateway.ratelimit import network
from runtime.errors import Refused

LARGEST_BODY = 64 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
COMMON = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()"),
]
UNFRAMED = [*COMMON, ("Content-Security-Policy", POLICY + "'none'"), ("X-Frame-Options", "DENY")]
HSTS = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
HEADERS = "terminfluss.headers"  # in the WSGI environment: what `use_policy` asked for
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?\Z")


def allow_frames(origins: Iterable[str]) -> None:
    """Let pages of these origins show the current answer in a frame; anything that is no plain origin is left out."""
    use_policy(POLICY + (" ".join(origin for origin in origins if _ORIGIN.match(origin)) or "'none'"))


def use_policy(policy: str) -> None:
    """Answer the current request under this content security policy: for what is not one of our own pages."""
    request.environ[HEADERS] = [*COMMON, ("Content-Security-Policy", policy)]


def allow_devices() -> None:
    """Let the current answer's page use camera, microphone and screen: the page of a video call."""
    own = "camera=(self), microphone=(self), display-capture=(self), geolocation=(), browsing-topics=()"
    request.environ[HEADERS] = [(n, own if n == "Permissions-Policy" else value) for n, value in UNFRAMED]


def guard() -> None:
    """Refuse what is too large or too often, before any route runs."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise Refused("too_large")
    kind = "read" if request.method in SAFE else "write"
    if request.path.startswith("/webhooks/"):
        kind = "webhook"  # a provider tells of thousands of messages from few addresses
    limit(kind, request.remote_addr or "")


def limit(kind: str, *keys: str) -> None:
    """Count one request of this kind. Raises Refused `rate_limited` with the seconds to wait."""
    if wait := gateway().limiter.take(kind, " ".join(map(network, keys))):
        raise Refused("rate_limited", {"retry_after": int(wait) + 1})


def limit_holds(practice_id: str) -> None:
    """Count a time that is kept, or kept longer: nobody keeps all of a practice's. Raises Refused `rate_limited`."""
    limit("hold", request.remote_addr or "", practice_id)


def seal(environ: dict[str, Any], https: bool) -> list[tuple[str, str]]:
    """The headers that the answer to this request gets beside its own."""
    headers: list[tuple[str, str]] = environ.get(HEADERS, UNFRAMED)
    return [*headers, HSTS] if https else headers


def register(app: Flask) -> None:
    """Guard every request of this app. Answers are sealed outside of Flask, in `gateway.tracing`."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY + 1  # so that a chunked body shows that it is longer
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.before_request(guard)
