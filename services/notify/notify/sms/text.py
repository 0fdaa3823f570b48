"""An SMS."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One SMS: the turn it belongs to, the round of sending that it is for, the number (E.164), what it says."""

    message: str
    attempt: int
    round: int
    number: str
    words: str
