"""This service's settings: the common ones, nothing of its own."""

from dataclasses import dataclass

from runtime.settings import BaseSettings


@dataclass(frozen=True, kw_only=True)
class Settings(BaseSettings):
    """See `runtime.settings.BaseSettings`."""
