"""The web session of staff: one signed cookie with the session token and the access token, out of reach of scripts.

The access token lives ten minutes; when it has expired, the session is refreshed with `practice` and the cookie set
anew. Writes need the CSRF token that `csrf_token()` makes, in the header X-CSRF-Token or in a form field `csrf_token`.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from gateway.clients import Json
from gateway.context import gateway, hurrying
from runtime.errors import Refused, Unavailable
from runtime.identity import Caller, InvalidIdentity

EARLY = timedelta(seconds=30)  # refresh so long before the end, for the time that a request takes
FIELD = "csrf_token"
HEADER = "X-CSRF-Token"


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host, where there is https."""
    return "__Host-session" if gateway().settings.https else "session"


def begin(signed_in: Json) -> None:
    """Start the web session for what `practice.sign_in` answered; the cookie goes out with the current answer."""
    g.session_cookie = {
        "session": signed_in["session"],
        "token": signed_in["access_token"],
        "expires": signed_in["expires_at"],
        "user": {name: signed_in["user"].get(name) for name in ("id", "name", "role", "locale", "time_zone")},
        "practice": signed_in["practice"],
    }
    _admit(g.session_cookie)


def end() -> None:
    """Drop the cookie with the current answer. Ending the session itself is `practice.sign_out`."""
    g.session_cookie = None
    g.session_data = None
    g.pop("access_token", None)
    g.pop("caller", None)


def current() -> Json | None:
    """The session of this request: session, user, practice; None when nobody is signed in. Refreshes what expired.

    Afterwards the current request's questions to services are asked in the user's name.
    """
    if "session_data" not in g:
        g.session_data = _load()
    found: Json | None = g.session_data
    return found


def caller() -> Caller | None:
    """Who is signed in by cookie, or None."""
    return g.get("caller") if current() else None


def csrf_token() -> str:
    """What a form or a script of the signed-in user's page must send back; empty when nobody is signed in."""
    data = current()
    return _csrf(data["session"]) if data else ""


def check_csrf() -> None:
    """Refuse `csrf_failed` unless the request carries the session's CSRF token. A request from another site's page
    is refused, too."""
    sent = request.headers.get(HEADER) or (request.form.get(FIELD) if request.form else "") or ""
    expected = csrf_token()
    if from_elsewhere() or not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise Refused("csrf_failed")


def from_elsewhere() -> bool:
    """Whether the page of another site has sent this request. Browsers say so in Sec-Fetch-Site, older ones and those
    without https by the Origin alone, which is that of PUBLIC_URL or of the address asked; programs say nothing."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and _host(origin) not in (request.host.lower(), _host(gateway().settings.public_url))


def _host(url: str) -> str:
    """Host and port; none of what is no URL, such as the Origin "null"."""
    return url.partition("://")[2].partition("/")[0].lower()


def _csrf(session: str) -> str:
    key = gateway().settings.secret_key.encode()
    return hmac.new(key, f"csrf|{session}".encode(), hashlib.sha256).hexdigest()[:43]


def _load() -> Json | None:
    raw = request.cookies.get(cookie_name())
    if not raw:
        return None
    try:
        data: Json = _serializer().loads(raw)
    except BadSignature:
        return None
    now = gateway().clock()
    if datetime.fromisoformat(data["expires"]) - EARLY <= now:
        return _refresh(data)
    return data if _admit(data) else None


def _refresh(data: Json) -> Json | None:
    try:
        with hurrying():
            begin(gateway().services.practice.refresh(data["session"]))
    except Refused:
        end()
        return None
    except Unavailable:
        if _admit(data):
            return data  # the old token is still good for some seconds
        raise
    fresh: Json = g.session_cookie
    return fresh


def _admit(data: Json) -> bool:
    now = gateway().clock()
    try:
        caller = gateway().keyring.verify(data["token"], now)
    except InvalidIdentity:
        return False
    if gateway().revoked.has(caller.session_id, now):
        return False
    g.caller = caller
    g.access_token = data["token"]
    g.session_data = data
    return True


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(gateway().settings.secret_key, salt="session")


def send(response: Response) -> Response:
    """Put the cookie that `begin` or `end` asked for on the answer."""
    if "session_cookie" not in g:
        return response
    options: dict[str, Any] = {
        "httponly": True,
        "samesite": "Lax",
        "secure": gateway().settings.https,
        "path": "/",
    }
    if g.session_cookie is None:
        response.delete_cookie(cookie_name(), **options)
    else:
        response.set_cookie(cookie_name(), str(_serializer().dumps(g.session_cookie)), **options)
    response.headers["Cache-Control"] = "no-store"
    return response


def register(app: Flask) -> None:
    """Send session cookies with this app's answers. Flask's own session is not used."""
    app.after_request(send)
