"""The practice's people and their roles; and oneself."""

from uuid import UUID

from flask import Response, g, request
from marshmallow import fields, validate

from gateway.api import answers, examples
from gateway.api.accounts import new_password
from gateway.api.fields import Body, Email, Flag, Locale, Text, Zone
from gateway.api.framework import Blueprint, Page, answer, if_match, nothing, paged, versioned
from gateway.api.settings import Changes
from gateway.clients import Json
from gateway.context import current_services
from gateway.security import limit

routes = Blueprint("users", staff=True, description="The practice's people and their roles")

ROLES = ("owner", "staff", "reception", "readonly")


class NewUser(Body):
    """Who is invited; without a language it is the practice's."""

    name = Text(longest=120, required=True)
    email = Email(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    locale = Locale()


class OwnChanges(Changes):
    """What is to change of oneself; `time_zone` null: the practice's."""

    name = Text(longest=120)
    locale = Locale()
    time_zone = Zone(allow_none=True)


class UserChanges(OwnChanges):
    """What is to change of a user. Who is not active cannot sign in, and is signed out."""

    role = fields.String(validate=validate.OneOf(ROLES))
    active = Flag()


class NewPassword(Body):
    """The password until now, and that from now on."""

    current = fields.String(required=True, validate=validate.Length(min=1, max=200))
    password = new_password()


@routes.route("/users")
@routes.refuses()
@routes.query(Page)
@routes.answers(200, answers.page_of(answers.Member), examples.page(examples.MEMBER))
def users(query: Json) -> Response:
    """The practice's users"""
    return answer(paged(current_services().practice.users(), query))


@routes.route("/users", methods=["POST"])
@routes.refuses("email_taken")
@routes.body(NewUser, examples.NEW_USER)
@routes.answers(201, answers.Member, examples.MEMBER)
def invite(body: Json) -> Response:
    """Invite a user

    A mail brings the link at which they choose a password; it is good for seven days. Whether the address signs in at
    another practice is not told here: who reads the mail learns that one address belongs to one practice.
    """
    limit("register", g.caller.practice_id)
    return versioned(current_services().practice.invite_user(body), 201)


@routes.route("/users/<uuid:id>")
@routes.refuses("not_found")
@routes.answers(200, answers.Member, examples.MEMBER)
def show_user(id: UUID) -> Response:
    """A user"""
    return versioned(current_services().practice.user(str(id)))


@routes.route("/users/<uuid:id>", methods=["PATCH"])
@routes.refuses("not_found", "precondition_failed", "last_owner")
@routes.body(UserChanges, {"role": "staff"})
@routes.answers(200, answers.Member, examples.MEMBER)
def change_user(body: Json, id: UUID) -> Response:
    """Change a user

    Another role, or `active: false`, signs them out everywhere. The last owner who can sign in stays one.
    """
    return versioned(current_services().practice.update_user(str(id), {**body, **if_match()}))


@routes.route("/users/<uuid:id>/invite", methods=["POST"])
@routes.refuses("not_found")
@routes.answers(200, answers.Member, examples.MEMBER)
def invite_again(id: UUID) -> Response:
    """Invite a user once more

    For who has not chosen a password yet; the link before works no more.
    """
    return versioned(current_services().practice.invite_again(str(id)))


@routes.route("/users/me")
@routes.refuses("not_found")
@routes.answers(200, answers.Member, examples.MEMBER)
def me() -> Response:
    """Oneself"""
    return versioned(current_services().practice.me())


@routes.route("/users/me", methods=["PATCH"])
@routes.refuses("not_found", "precondition_failed")
@routes.body(OwnChanges, {"locale": "fr", "time_zone": None})
@routes.answers(200, answers.Member, examples.MEMBER)
def change_me(body: Json) -> Response:
    """Change one's own name, language, zone"""
    return versioned(current_services().practice.update_me({**body, **if_match()}))


@routes.route("/users/me/password", methods=["POST"])
@routes.refuses("not_found", "too_many_attempts")
@routes.body(NewPassword, {"current": "altes Passwort", "password": "richtig gutes Passwort"})
@routes.answers(204, None)
def change_password(body: Json) -> Response:
    """Change one's own password

    Ends all other sessions.
    """
    address = request.remote_addr or ""
    limit("sign_in", address)
    current_services().practice.change_password(body["current"], body["password"], address)
    return nothing()
