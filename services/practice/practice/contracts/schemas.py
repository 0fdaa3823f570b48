"""The shape of everything that practice says: the data of its events, the answers of its RPC methods."""

from marshmallow import Schema, fields

from practice.domain import LOCALES, PLANS, SCOPES
from runtime.contract import flag, ident, instant, page, part, several, string


class Place(Schema):
    """A branch."""

    id = ident("The place.")
    name = string("What customers call it.")
    address = string("In one line.")


class Practice(Schema):
    """A whole practice, or tenant."""

    id = ident("The practice; also the event's subject.")
    slug = string("Its name in addresses.")
    name = string("What customers call it.")
    email = string("Where customers write to.")
    phone = string("Where customers call; may be empty.")
    locale = string("Its language.", among=LOCALES)
    time_zone = string("IANA zone, of calendars that have none of their own.", example="Europe/Berlin")
    country = string("ISO 3166-1, two letters.", example="DE")
    currency = string("ISO 4217.", example="EUR")
    show_prices = flag("Whether customers see prices.")
    accent = string("Colour, #rrggbb; white on it can be read.", example="#1f5f8b")
    plan = string("What it pays for.", among=PLANS)
    copy_to = string("Gets a copy of each booking mail; null: nobody.", null=True)
    embed_origins = several(fields.String(), "Homepages that may frame the booking page.")
    description = string("In any number of lines; may be empty.")
    places = several(Place, "In their order.")


class PlanChanged(Schema):
    """What a practice pays for."""

    plan = string("Now.", among=PLANS)


class SessionRevoked(Schema):
    """A session whose access tokens (claim `sid`) count no more."""

    session = ident("The session; also the event's subject.")
    user = ident("Whose it was.")


class User(Schema):
    """Who signed in."""

    id = ident("The user.")
    name = string("As entered.")
    email = string("Signs in with it.")
    role = string("What the user may do.", among=tuple(SCOPES))
    locale = string("The user's language.", among=LOCALES)
    time_zone = string("IANA zone: the user's, or the practice's.")


class OwnPractice(Schema):
    """The practice of who signed in."""

    id = ident("The practice.")
    slug = string("Its name in addresses.")
    name = string("What customers call it.")
    plan = string("What it pays for.", among=PLANS)
    time_zone = string("IANA zone.")
    locale = string("Its language.", among=LOCALES)


class SignedIn(Schema):
    """A session and its first access token."""

    access_token = string("JWT, EdDSA: the identity of calls.")
    expires_at = instant("When the access token ends.")
    session = string("For `refresh` and `sign_out`; secret.")
    user = part(User, "Who.")
    practice = part(OwnPractice, "Where.")


class Provisioned(Schema):
    """A practice that is there."""

    practice_id = ident("The practice.")


PlacePage = page(Place)
