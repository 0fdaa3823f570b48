"""Who signed in."""

from marshmallow import fields

from gateway.api.answers.parts import (
    Answer,
    id_,
    instant,
    maybe,
    text,
)


class User(Answer):
    """Who signed in."""

    id = id_()
    name = text()
    email = text()
    role = text(enum=["owner", "staff", "reception", "readonly"])
    locale = maybe()
    time_zone = maybe()


class OwnPractice(Answer):
    """The practice of who signed in."""

    id = id_()
    slug = text()
    name = text()
    plan = text(enum=["basic", "standard", "premium"])
    time_zone = text()
    locale = text()


class SignedIn(Answer):
    """Tokens after a sign-in."""

    access_token = text("for the header Authorization: Bearer; ten minutes")
    expires_at = instant()
    session = text("for /auth/refresh and /auth/revoke; keep it secret")
    user = fields.Nested(User, required=True)
    practice = fields.Nested(OwnPractice, required=True)
