"""Signing in to the API, and out again."""

from flask import Response, request
from marshmallow import fields, validate

from gateway import security, session
from gateway.api import answers, examples
from gateway.api.fields import Body, Email, Text
from gateway.api.framework import Blueprint, answer, nothing
from gateway.clients import Json
from gateway.context import current_services
from runtime.errors import Refused

routes = Blueprint("auth", staff=False, description="Signing in to the API")


class Credentials(Body):
    """Who signs in. A password is taken as it is."""

    email = Email(required=True)
    password = fields.String(required=True, validate=validate.Length(min=1, max=200))


class Session(Body):
    """The session of an earlier answer."""

    session = Text(required=True, longest=100)


class Revocation(Body):
    """The session to end; left out: that of the cookie."""

    session = Text(longest=100)


@routes.route("/auth/token", methods=["POST"])
@routes.refuses("bad_credentials", "too_many_attempts")
@routes.body(Credentials, examples.CREDENTIALS)
@routes.answers(200, answers.SignedIn, examples.SIGNED_IN)
def token(body: Json) -> Response:
    """Sign in

    The access token goes into the header `Authorization: Bearer` and lives ten minutes; `/auth/refresh` gives the next.
    """
    address = request.remote_addr or ""
    security.limit("sign_in", address)
    return answer(current_services().practice.sign_in(body["email"], body["password"], address))


@routes.route("/auth/refresh", methods=["POST"])
@routes.refuses("unauthorized")
@routes.body(Session, {"session": examples.SIGNED_IN["session"]})
@routes.answers(200, answers.SignedIn, examples.SIGNED_IN)
def refresh(body: Json) -> Response:
    """The next access token of a session"""
    security.limit("sign_in", request.remote_addr or "")
    return answer(current_services().practice.refresh(body["session"]))


@routes.route("/auth/revoke", methods=["POST"])
@routes.refuses("unauthorized", "csrf_failed")
@routes.body(Revocation, {"session": examples.SIGNED_IN["session"]}, required=False)
@routes.answers(204, None)
def revoke(body: Json) -> Response:
    """Sign out

    Ends the session named in the body, or that of the web session's cookie (then with its X-CSRF-Token). No new access
    token comes from it, and those already made are refused as soon as every part has heard of it.
    """
    if "session" in body:
        current_services().practice.sign_out(body["session"])
        return nothing()
    found = session.current()
    if found is None:
        raise Refused("unauthorized")
    session.check_csrf()
    current_services().practice.sign_out(found["session"])
    session.end()
    return nothing()
