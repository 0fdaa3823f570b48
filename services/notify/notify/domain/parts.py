"""In how many parts an SMS goes out: each is paid for."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # two septets each


def parts(words: str) -> int:
    """GSM 03.38: 160 septets in one part, 153 in each of several; with any other letter UTF-16, 70 and 67."""
    if all(letter in BASIC or letter in EXTENDED for letter in words):
        length, alone, each = len(words) + sum(letter in EXTENDED for letter in words), 160, 153
    else:
        length, alone, each = len(words.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= alone else -(-length // each)
