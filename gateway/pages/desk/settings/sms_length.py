"""How long an SMS is, and in how many parts it is sent and charged (GSM 03.38)."""

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklm"
    "nopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("^{}\\[~]|€\f")  # take two places


@dataclass(frozen=True)
class SmsLength:
    """`length` in places as the network counts them; `odd`: a character that makes all of it cost more than double."""

    length: int
    parts: int
    odd: str


def measure(text: str) -> SmsLength:
    """Of a text as it will be sent."""
    odd = next((sign for sign in text if sign not in BASIC and sign not in DOUBLE), "")
    length = len(text.encode("utf-16-le")) // 2 if odd else sum(2 if sign in DOUBLE else 1 for sign in text)
    alone, joined = (70, 67) if odd else (160, 153)
    return SmsLength(length, 1 if length <= alone else -(-length // joined), odd)
