"""The shape of everything that practice says: the data of its events, the answers of its RPC methods."""

from marshmallow import Schema, fields

from practice.domain import LOCALES, PLANS, SCOPES, STATES, LinkKind
from runtime.contract import flag, ident, instant, page, part, several, string, whole


class Place(Schema):
    """A branch."""

    id = ident("The place.")
    name = string("What customers call it.")
    address = string("In one line.")


class OwnPlace(Place):
    """A branch as its practice sees it."""

    version = whole("Another one after each change; the same for the same content.")


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


class PracticeSettings(Practice):
    """The practice as its staff see it."""

    version = whole("Rises with each change; what `if_version` is compared with.")


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
    first_steps = flag("It is new, and its owner has not finished the first steps.")


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


PlacePage = page(OwnPlace)


class Letter(Schema):
    """A letter about somebody's account, to be written in their language. The token of its link is asked for by id."""

    id = ident("The link; also the event's subject.")
    email = string("Where it goes.")
    name = string("Whom it addresses.")
    locale = string("In which language.", among=LOCALES)
    practice = string("The practice that it is about.")
    by = string("The colleague who invites; null: nobody does.", null=True)
    expires_at = instant("When its link ends.")


class Tokens(Schema):
    """The secret parts of links."""

    tokens = fields.Dict(
        required=True,
        metadata={"description": "By the link's id; null: it works no more."},
        keys=fields.String(),
        values=fields.String(allow_none=True),
    )


class Waiting(Schema):
    """A registration behind its link."""

    email = string("Signs in with it.")
    name = string("Who registered.")
    practice = string("What the practice is called.")
    locale = string("Its language.", among=LOCALES)
    confirmed = flag("It is there already.")


class NewPractice(Schema):
    """A practice that was registered."""

    id = ident("The practice.")
    slug = string("Its name in addresses.")
    name = string("What customers call it.")


class Confirmed(Schema):
    """The practice is there, its owner can sign in."""

    email = string("Signs in with it.")
    practice = part(NewPractice, "Where.")


class Invited(Schema):
    """Who may choose a password by a link."""

    kind = string("What the link is for.", among=(LinkKind.INVITATION.value, LinkKind.RESET.value))
    email = string("Signs in with it.")
    name = string("As entered.")
    locale = string("The user's language.", among=LOCALES)
    practice = string("What the practice is called.")


class Chosen(Schema):
    """The password holds."""

    email = string("Signs in with it.")


class Member(Schema):
    """A user as colleagues see them."""

    id = ident("The user.")
    name = string("As entered.")
    email = string("Signs in with it.")
    role = string("What the user may do.", among=tuple(SCOPES))
    locale = string("The user's language.", among=LOCALES)
    time_zone = string("IANA zone; null: the practice's.", null=True)
    state = string("Whether the user can sign in.", among=STATES)
    version = whole("Rises with each change.")


class Name(Schema):
    """A colleague, as everybody of the practice may know them."""

    id = ident("The user.")
    name = string("As colleagues call them.")


class Names(Schema):
    """Everybody of a practice, also those who have left."""

    items = several(Name, "In no order that matters.")


MemberPage = page(Member)
