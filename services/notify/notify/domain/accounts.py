"""Letters about somebody's account: what for, and which address their button leads to."""

from dataclasses import dataclass
from enum import StrEnum

ROLE = "account"  # whom such a message is for: whoever signs in, or will


class AccountPurpose(StrEnum):
    """What the letter is for; also the name of its words."""

    REGISTRATION = "registration"
    REPEATED = "registration_repeated"
    INVITATION = "user_invitation"
    RESET = "password_reset"


PURPOSES = {
    "registration.requested": AccountPurpose.REGISTRATION,
    "registration.repeated": AccountPurpose.REPEATED,
    "user.invited": AccountPurpose.INVITATION,
    "password.forgotten": AccountPurpose.RESET,
}
PATHS = {
    AccountPurpose.REGISTRATION: "/register/confirm/{token}",
    AccountPurpose.REPEATED: "/login/forgot",
    AccountPurpose.INVITATION: "/login/reset/{token}",
    AccountPurpose.RESET: "/login/reset/{token}",
}


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whom the letter addresses, about which practice."""

    name: str
    locale: str
    practice: str
    by: str

    @property
    def values(self) -> dict[str, str]:
        return {"name": self.name, "practice": self.practice, "by": self.by}


def needs_token(purpose: AccountPurpose) -> bool:
    return "{token}" in PATHS[purpose]
