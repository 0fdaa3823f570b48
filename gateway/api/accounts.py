"""Registering a practice, and passwords by mail. Whether an address is known is told to nobody."""

from flask import Response, request
from marshmallow import fields, validate

from gateway.api import answers, examples
from gateway.api.fields import Body, Email, Locale, Text, Zone
from gateway.api.framework import answer
from gateway.api.sign_in import routes as routes
from gateway.clients import Json
from gateway.context import current_services, gateway
from gateway.countries import currency_of
from gateway.security import limit
from runtime.errors import Refused


def new_password() -> fields.String:
    """A password that somebody chooses: taken as it is."""
    return fields.String(required=True, validate=validate.Length(min=8, max=200))


class Registration(Body):
    """A practice and its first owner."""

    practice = Text(longest=120, required=True)
    name = Text(longest=120, required=True)
    email = Email(required=True)
    password = new_password()
    locale = Locale(required=True)
    time_zone = Zone(required=True)
    country = fields.String(required=True, validate=validate.Regexp(r"[A-Z]{2}\Z", error="Invalid value."))


class Confirmation(Body):
    """The token of the mail's link. With a password, it has to be the one of the registration."""

    token = Text(required=True, longest=100)
    password = fields.String(validate=validate.Length(min=1, max=200))


class Address(Body):
    """Whose password was forgotten."""

    email = Email(required=True)


class Choice(Body):
    """The token of the mail's link, and the password from now on."""

    token = Text(required=True, longest=100)
    password = new_password()


@routes.route("/auth/register", methods=["POST"])
@routes.refuses("registration_closed")
@routes.body(Registration, examples.REGISTRATION)
@routes.answers(202, answers.SentTo, {"email": examples.REGISTRATION["email"]})
def register(body: Json) -> Response:
    """Register a practice

    A mail with a link confirms it; until then there is nothing. An address that signs in already gets a mail that says
    so, and the same answer. The currency is the country's.
    """
    if not gateway().settings.self_registration:
        raise Refused("registration_closed")
    limit("register", request.remote_addr or "")
    current_services().practice.register({**body, "currency": currency_of(body["country"])})
    return answer({"email": body["email"]}, 202)


@routes.route("/auth/confirm", methods=["POST"])
@routes.refuses("not_found", "email_taken", "bad_credentials", "too_many_attempts")
@routes.body(Confirmation, {"token": examples.TOKEN})
@routes.answers(200, answers.Confirmed, examples.CONFIRMED)
def confirm(body: Json) -> Response:
    """Confirm a registration

    Makes the practice; its owner can sign in. The same link again answers the same.
    """
    limit("sign_in", request.remote_addr or "")
    return answer(current_services().practice.confirm(body["token"], body.get("password"), request.remote_addr or ""))


@routes.route("/auth/forgot", methods=["POST"])
@routes.refuses()
@routes.body(Address, {"email": examples.REGISTRATION["email"]})
@routes.answers(202, answers.SentTo, {"email": examples.REGISTRATION["email"]})
def forgot(body: Json) -> Response:
    """Ask for a link to choose another password

    It is good for an hour, and once. An unknown address gets none, and the same answer.
    """
    limit("register", request.remote_addr or "")
    current_services().practice.forgot_password(body["email"])
    return answer({"email": body["email"]}, 202)


@routes.route("/auth/reset", methods=["POST"])
@routes.refuses("not_found", "email_taken")
@routes.body(Choice, {"token": examples.TOKEN, "password": "richtig gutes Passwort"})
@routes.answers(200, answers.SentTo, {"email": examples.REGISTRATION["email"]})
def reset(body: Json) -> Response:
    """Choose a password by the link of an invitation or of a forgotten password

    Ends every session of the user. An invitation is refused when somebody signs in with its address already.
    """
    limit("sign_in", request.remote_addr or "")
    return answer(current_services().practice.choose_password(body["token"], body["password"]))
