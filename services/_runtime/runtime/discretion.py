"""Errors quote what they stumble over: their texts without what looks like people's data.

PostgreSQL tells the values of a row that it refuses, in the server's own language; psycopg2 writes values into the
statement, of which PostgreSQL shows the place in question. So of such an error its first line stays, which names the
constraint, and of the others those that quote nothing.
"""

import re

HIDDEN = "•••"

_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}\b"
_QUOTED = re.compile(r"[(\"'»«„“]")
_VALUE = re.compile(r"(?<=: )[\"'»«„“].*")  # at the end of a first line
_POSTGRES = re.compile(
    r"(?<=psycopg2\.errors\.)(\w+\)?:? )(.*?)(?=\n(?:\[SQL|\(Background on|The above exc|During handling)|\Z)", re.S
)
_PERSONAL = (
    re.compile(r"(?<![^\s@\"'<>(=])[^\s@\"'<>(=]+@[^\s@\"'<>)]+"),  # e-mail addresses
    re.compile(rf"(?<![\w-])(?!{_ID})(?:\+|0)\d[\d ()/-]{{5,}}\d"),  # telephone numbers
    re.compile(r"(?<=\)=\().*?(?=\)|\Z)", re.S),  # Key (name)=(value), also where only a part of an error is quoted
    re.compile(r"(?<=row contains \().*?(?=\)\.?\n*(?:\[SQL|\Z)|\Z)", re.S),
    re.compile(r"(?<=\[parameters: ).*?(?=\]$|\Z)", re.M | re.S),  # SQLAlchemy
    re.compile(r"(?<=nvalid )([^\n\"']{,80}: )[\"'].*"),  # Python: invalid literal for int() with base 10: 'value'
    re.compile(r"(?<=could not convert )([^\n\"']{,80}: )[\"'].*"),
)


def discreet(text: str) -> str:
    """The text without e-mail addresses, telephone numbers, and values that an error quotes."""
    text = _POSTGRES.sub(lambda found: found[1] + _unquoted(found[2]), text)
    for pattern in _PERSONAL:
        text = pattern.sub(lambda found: "".join(filter(None, found.groups())) + HIDDEN, text)
    return text


def _unquoted(told: str) -> str:
    """PostgreSQL's message up to the first line after the first that quotes something: values may hold line breaks."""
    first, *others = told.split("\n")
    kept = [_VALUE.sub(HIDDEN, first)]
    for line in others:
        if _QUOTED.search(line):
            return "\n".join([*kept, HIDDEN])
        kept.append(line)
    return "\n".join(kept)
