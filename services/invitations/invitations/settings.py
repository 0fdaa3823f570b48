"""What the invitations service can be told at its start: nothing beyond what every service understands."""

from dataclasses import dataclass

from runtime.settings import BaseSettings


@dataclass(frozen=True, kw_only=True)
class Settings(BaseSettings):
    """See `runtime.settings.BaseSettings`."""
