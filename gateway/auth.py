"""Who may use the staff routes: the bearer of an access token, or the web session with its CSRF token."""

from flask import g, request

from gateway import session
from gateway.context import gateway
from gateway.security import SAFE
from runtime.errors import Refused


def require_staff() -> None:
    """Admit the signed-in user, or refuse `unauthorized`. Scopes are checked by the services.

    A bearer token counts alone: with an Authorization header the cookie is not looked at.
    """
    if "Authorization" in request.headers:
        _bearer(request.headers["Authorization"])
        return
    if session.current() is None:
        raise Refused("unauthorized")
    if request.method not in SAFE:
        session.check_csrf()


def _bearer(header: str) -> None:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Refused("unauthorized")
    now = gateway().clock()
    caller = gateway().keyring.verify(token.strip(), now)
    if not caller.practice_id:
        raise Refused("unauthorized")  # a service's token is not for this door
    if gateway().revoked.has(caller.session_id, now):
        raise Refused("unauthorized")
    g.caller, g.access_token = caller, token.strip()
