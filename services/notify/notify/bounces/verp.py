"""The return path of one turn of one message (VERP), signed, so that nobody can make one up.

    bounce+<message>.<turn>.<signature>@bounces.example

Letters and digits of one case, since mail servers on the way may change the case; 61 characters at most before the @
(RFC 5321 allows 64).
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

PREFIX = "bounce"
BYTES = 10  # of the signature: 80 bits
_LOCAL = re.compile(r"bounce\+(?P<message>[0-9a-f]{32})\.(?P<turn>[0-9]{1,4})\.(?P<signature>[a-z2-7]{16})")


@dataclass(frozen=True)
class Turn:
    """One turn of one message, as a return path names it."""

    message: str
    number: int


def address(key: str, message: str, turn: int, domain: str) -> str:
    """The return path of this turn."""
    name = UUID(message).hex
    return f"{PREFIX}+{name}.{turn}.{_signature(key, name, str(turn))}@{domain}"


def read(key: str, recipient: str) -> Turn | None:
    """The turn that a mail to this address is about; None for an address that is not ours, or was made up."""
    found = _LOCAL.fullmatch(recipient.strip().strip("<>").rpartition("@")[0].lower())
    if found is None:
        return None
    expected = _signature(key, found["message"], found["turn"])
    if not hmac.compare_digest(expected, found["signature"]):
        return None
    return Turn(str(UUID(found["message"])), int(found["turn"]))


def _signature(key: str, message: str, turn: str) -> str:
    mark = hmac.new(key.encode(), f"bounce|{message}|{turn}".encode(), hashlib.sha256).digest()[:BYTES]
    return base64.b32encode(mark).decode().lower()
