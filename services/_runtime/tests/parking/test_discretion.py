"""What an operator sees of people before asking for it: keys, ids and instants."""

import json

import pytest

from runtime.discretion import HIDDEN, discreet
from runtime.parking import readable

ID = "0193a1b2-0000-7000-8000-000000000001"
EVENT = {
    "specversion": "1.0",
    "id": ID,
    "source": "booking",
    "type": "appointment.booked",
    "time": "2031-03-05T12:00:00+00:00",
    "data": {
        "customer": {"first_name": "Jürgen", "email": "j@example.com", "phone": None, "born": "1950-01-02"},
        "start": "2031-03-24T08:00:00Z",
        "notes": ["Groß", {"minutes": 30}],
        "type": "Beratung",
    },
}


def test_texts_are_hidden_and_keys_ids_instants_and_numbers_are_not() -> None:
    """Enough to see what it is about, nothing about whom."""
    shown = json.loads(readable(json.dumps(EVENT).encode(), reveal=False))
    assert shown["data"] == {
        "customer": {"first_name": HIDDEN, "email": HIDDEN, "phone": None, "born": HIDDEN},
        "start": "2031-03-24T08:00:00Z",
        "notes": [HIDDEN, {"minutes": 30}],
        "type": HIDDEN,
    }
    assert {**shown, "data": None} == {**EVENT, "data": None}


def test_who_asks_sees_everything() -> None:
    """As it lies there, indented."""
    assert json.loads(readable(json.dumps(EVENT).encode(), reveal=True)) == EVENT


@pytest.mark.parametrize(
    "body", [b"Erika Mustermann", b'["Erika"]', b'{"first_name": "Erika"}', b"\xff\xfe Erika", b'["Erika\\ud800"]']
)
def test_what_is_no_event_is_hidden_as_well(body: bytes) -> None:
    """An undecodable message may hold anything."""
    assert "Erika" not in readable(body, reveal=False)
    assert "Erika" in readable(body, reveal=True).encode().decode()


@pytest.mark.parametrize(
    "text",
    [
        "ValueError: j.gross@example.com is no address",
        "RuntimeError: +49 151 23456789 does not answer",
        "RuntimeError: 0711/995 81234 does not answer",
        "IntegrityError: Key (name)=(Jürgen Groß) already exists.",
        "OperationalError: …\n[SQL: insert into t values (?)]\n[parameters: ('Jürgen Groß',)]",
        "IntegrityError: Failing row contains (1, null, Jürgen (geb. X).\n\nGroß",
        "ValueError: invalid literal for int() with base 10: 'Jürgen Groß'",
        "ValueError: Invalid isoformat string: 'Jürgen Groß",
        "psycopg2.errors.UniqueViolation: …\nDETAIL:  Schlüssel »(name)=(Jürgen (geb. X) Groß)« existiert bereits.",
    ],
)
def test_errors_are_told_without_addresses_numbers_and_values(text: str) -> None:
    """Errors quote what they stumble over."""
    told = discreet(text)
    assert HIDDEN in told
    assert not [secret for secret in ("gross", "23456789", "81234", "Groß") if secret in told]


def test_an_ordinary_error_stays_as_it_is() -> None:
    """Lines, ids and instants in it help to find the cause."""
    ids = f"{ID}, 01931234-0000-7000-8000-000000000001, {'0' * 31}1"
    text = f'File "/app/booking/edge.py", line 1234\nKeyError: {ids} at 2031-03-24T08:00:00+00:00'
    assert discreet(text) == text
