"""What booking reads from its environment."""

from dataclasses import dataclass

from runtime.checks import LINK_KEY, POSITIVE, between
from runtime.settings import BaseSettings, setting


@dataclass(frozen=True, kw_only=True)
class Settings(BaseSettings):
    """The settings of booking beside those of every service."""

    link_key: str = setting(
        "LINK_KEY",
        "key of the manage links; changing it makes every sent link void; 16 characters or more",
        check=LINK_KEY,
    )
    hold_minutes: int = setting("HOLD_MINUTES", "how long a hold, and each extension, keeps a slot", 5, between(1))
    max_hold_extensions: int = setting("MAX_HOLD_EXTENSIONS", "how often a hold can be extended", 3, between(0))
    sweep_seconds: float = setting("SWEEP_SECONDS", "pause between two rounds of the sweeper", 5.0, POSITIVE)
