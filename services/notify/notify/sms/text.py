"""An SMS."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One SMS: the turn it belongs to, the number it goes to (E.164), what it says."""

    message: str
    attempt: int
    number: str
    words: str
