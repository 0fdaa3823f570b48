"""What the invitations service can be told at its start, beyond what every service understands."""

from dataclasses import dataclass

from runtime.checks import LINK_KEY, between
from runtime.settings import BaseSettings, setting


@dataclass(frozen=True, kw_only=True)
class Settings(BaseSettings):
    """See `runtime.settings.BaseSettings`."""

    link_key: str = setting(
        "LINK_KEY",
        "key of the join links; changing it makes every sent link void; 16 characters or more",
        check=LINK_KEY,
    )
    daily_limit: int = setting(
        "INVITATIONS_DAILY_LIMIT", "messages to guests that a practice may cause within 24 hours", 500, between(1)
    )
    address_limit: int = setting(
        "INVITATIONS_ADDRESS_LIMIT", "messages of a practice to one address within 24 hours", 50, between(1)
    )
