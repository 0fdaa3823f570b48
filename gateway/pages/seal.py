"""Tokens that a page puts into its form, and that only that page can have made.

A seal names its purpose and what it is bound to (an appointment's link, a slot), and when it was made. It is stateless
(no cookie, so it works in a foreign frame) and can be refused for being too young: a machine that submits what it
finds is faster than a person who reads first.
"""

import hashlib
from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from gateway.pages.backend import now
from gateway.session import from_elsewhere

HOUR = timedelta(hours=1)
OPEN = 12 * HOUR  # so long a form that signs somebody in may stand open


class BrokenSeal(Exception):
    """Missing, forged, made for another purpose, or too old."""


class TooYoung(Exception):
    """Right, but used faster than a person can read. `wait` is what is still missing."""

    def __init__(self, wait: timedelta):
        super().__init__(wait)
        self.wait = wait


def seal(purpose: str, *bound: str) -> str:
    """A token for this purpose, bound to these values, made now."""
    return _serializer().dumps([purpose, _digest(bound), int(now().timestamp() * 1000)])


def check(token: str, purpose: str, *bound: str, youngest: timedelta, oldest: timedelta = HOUR) -> None:
    """Accept a token of this purpose, bound and age. Raises BrokenSeal or TooYoung."""
    try:
        made_for, digest, made = _serializer().loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise BrokenSeal from error
    age = timedelta(milliseconds=now().timestamp() * 1000 - made)
    if made_for != purpose or digest != _digest(bound) or age > oldest:
        raise BrokenSeal
    if age < youngest:
        raise TooYoung(youngest - age)


def check_entry(token: str, purpose: str, *bound: str) -> None:
    """Accept the seal of a form that signs somebody in, sent by our own page: anybody gets a good seal from us, and
    another site could sign people in as somebody else with it. Raises BrokenSeal."""
    if from_elsewhere():
        raise BrokenSeal
    check(token, purpose, *bound, youngest=timedelta(0), oldest=OPEN)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="terminfluss.pages.seal")


def _digest(bound: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(bound).encode()).hexdigest()[:32]
