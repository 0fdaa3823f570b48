"""Practices, their people, and the rules of signing in. Pure: standard library only."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

SESSION_LIFE = timedelta(days=14)
FREE_ATTEMPTS = 5
FIRST_BLOCK = timedelta(seconds=30)
LONGEST_BLOCK = timedelta(minutes=15)
FORGET_FAILURES = timedelta(hours=1)
MOST_LETTERS = 3  # to one address within LETTERS_PER: nobody fills a stranger's mailbox through us
LETTERS_PER = timedelta(hours=1)
KEEP_LINKS = timedelta(days=1)  # after their end

PLANS = ("basic", "standard", "premium")
LOCALES = ("de", "en", "fr", "ru")
STATES = ("active", "invited", "inactive")
SERVICES = ("practice", "availability", "booking", "notify", "invitations")
_READ = frozenset(f"{service}:read" for service in SERVICES)
_WRITE = frozenset(f"{service}:write" for service in SERVICES)
_ADMIN = frozenset(f"{service}:admin" for service in SERVICES)
SCOPES = {
    "owner": _READ | _WRITE | _ADMIN,
    "staff": _READ | _WRITE,
    "reception": _READ | {"booking:write", "notify:write"},
    "readonly": _READ,
}


class DomainError(Exception):
    """A named error with its facts."""

    code = "error"

    def __init__(self, **facts: Any):
        super().__init__(facts)
        self.facts = facts


class NotFound(DomainError):
    """No such object, or it is another practice's."""

    code = "not_found"


class BadCredentials(DomainError):
    """E-mail and password do not belong together; which of them is wrong is not told."""

    code = "bad_credentials"


class TooManyAttempts(DomainError):
    """Signing in is blocked for `retry_after` seconds."""

    code = "too_many_attempts"


class Unauthorized(DomainError):
    """The session is unknown, revoked or over."""

    code = "unauthorized"


class Forbidden(DomainError):
    """The caller may not do this."""

    code = "forbidden"


class EmailTaken(DomainError):
    """Another user signs in with this address."""

    code = "email_taken"


class LastOwner(DomainError):
    """Without this owner nobody could sign in who may do everything."""

    code = "last_owner"


class PreconditionFailed(DomainError):
    """Somebody else has changed it since the caller looked."""

    code = "precondition_failed"


class TooManyLetters(DomainError):
    """This address has got as many letters as it may get for now; again in `retry_after` seconds."""

    code = "rate_limited"


class Invalid(DomainError):
    """`errors`: per field a list of sentences."""

    code = "invalid"


@dataclass(frozen=True)
class Place:
    """A branch: where calendars belong."""

    id: str
    name: str
    address: str


@dataclass(frozen=True)
class Practice:
    """A tenant. `version` rises by one with each change of it or its places."""

    id: str
    slug: str
    name: str
    email: str
    phone: str
    locale: str
    time_zone: str
    country: str
    currency: str
    show_prices: bool
    accent: str
    plan: str
    copy_to: str | None
    embed_origins: tuple[str, ...]
    description: str
    places: tuple[Place, ...] = ()
    version: int = 1
    first_steps: bool = False  # still to be taken


@dataclass(frozen=True)
class User:
    """A member of a practice's staff. `time_zone` None: the practice's."""

    id: str
    practice_id: str
    email: str
    name: str
    role: str
    locale: str
    time_zone: str | None
    password_hash: str
    active: bool = True
    version: int = 1

    @property
    def scopes(self) -> frozenset[str]:
        return SCOPES[self.role]

    @property
    def state(self) -> str:
        """One of STATES: who is invited has no password yet."""
        if not self.active:
            return "inactive"
        return "active" if self.password_hash else "invited"

    @property
    def usable_hash(self) -> str | None:
        """The hash that a password has to fit; None: nobody signs in as this user."""
        return self.password_hash if self.state == "active" else None


class LinkKind(StrEnum):
    """What a link is for, and how long it can be used. KNOWN and NOBODY are letters without one: who registers with an
    address that signs in already is told so, and who forgot a password that there is none of gets nothing. Both count,
    and leave the same traces of work as the others."""

    REGISTRATION = "registration"
    KNOWN = "known"
    INVITATION = "invitation"
    RESET = "reset"
    NOBODY = "nobody"

    @property
    def life(self) -> timedelta:
        lives = {"invitation": timedelta(days=7), "reset": timedelta(hours=1), "nobody": timedelta(hours=1)}
        return lives.get(self.value, timedelta(days=2))

    @property
    def usable(self) -> bool:
        return self in (LinkKind.REGISTRATION, LinkKind.INVITATION, LinkKind.RESET)


@dataclass(frozen=True)
class Link:
    """A link that went to `email`. A registration's `practice_id` is that which its practice will have."""

    id: str
    kind: LinkKind
    practice_id: str
    user_id: str | None
    email: str
    created: datetime
    expires: datetime
    used: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def good(self, now: datetime) -> bool:
        return self.used is None and now < self.expires


@dataclass(frozen=True)
class Attempts:
    """Sign-ins tried with one e-mail from one address since the last success; each counts before it is judged."""

    count: int = 0
    last: datetime | None = None
    blocked_until: datetime | None = None

    def admit(self, now: datetime) -> "Attempts":
        """Count one more. Raises TooManyAttempts while blocked; each attempt past the free ones doubles the block."""
        if self.blocked_until and self.blocked_until > now:
            seconds = (self.blocked_until - now).total_seconds()
            raise TooManyAttempts(retry_after=max(1, round(seconds + 0.499)))
        count = 1 if self.last is None or now - self.last > FORGET_FAILURES else self.count + 1
        over = count - FREE_ATTEMPTS
        block = min(LONGEST_BLOCK, FIRST_BLOCK * 2 ** min(over, 10)) if over >= 0 else None
        return Attempts(count, now, now + block if block else None)


def legible(accent: str) -> str:
    """The accent colour (#rrggbb), darkened just so far that white on it, or it on white, has a contrast of 4.5:1."""
    channels = [int(accent[i : i + 2], 16) for i in (1, 3, 5)]
    for percent in range(100, -1, -1):
        darker = [channel * percent // 100 for channel in channels]
        if contrast_with_white(darker) >= 4.5:
            break
    return "#" + "".join(f"{channel:02x}" for channel in darker)


def contrast_with_white(channels: list[int]) -> float:
    """WCAG 2 contrast ratio of an sRGB colour (0–255 each) with white."""
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
