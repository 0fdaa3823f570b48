"""A practice's name in addresses, made from the name that people read. Pure: standard library only."""

import re
import unicodedata
from collections.abc import Container, Iterator

LONGEST, SHORTEST = 50, 3  # leaves room for a number
UNNAMED = "praxis"
_LATIN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe", "ł": "l"}
_CYRILLIC = dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True))
_CYRILLIC |= {"ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"}
_CYRILLIC |= {"ъ": "", "ь": "", "і": "i", "ї": "yi", "є": "ye", "ґ": "g"}
_PLAIN = str.maketrans(_LATIN | _CYRILLIC)


def base(name: str) -> str:
    """ "Hörakustik Müller & Söhne" as "hoerakustik-mueller-soehne"; a name of which nothing is left as UNNAMED."""
    text = unicodedata.normalize("NFC", name).lower().translate(_PLAIN)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:LONGEST].rstrip("-")
    return slug if len(slug) >= SHORTEST else f"{UNNAMED}-{slug}".rstrip("-")


def free(name: str, taken: Container[str]) -> str:
    """The first of base, base-2, base-3 … that is not taken."""
    return next(slug for slug in _candidates(base(name)) if slug not in taken)


def _candidates(base: str) -> Iterator[str]:
    yield base
    number = 1
    while True:
        number += 1
        yield f"{base}-{number}"
