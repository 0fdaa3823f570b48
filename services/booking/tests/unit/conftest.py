"""One appointment to start from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from booking.domain.appointment import Appointment

START = datetime(2026, 12, 9, 14, 30, tzinfo=UTC)
BOOKED = Appointment(
    id="6f1f2f7e-54ba-4c57-a3cb-a35ab7a4fb7f",
    practice_id="11111111-1111-4111-8111-111111111111",
    version=1,
    status="accepted",
    starts=START,
    ends=START + timedelta(minutes=60),
    occupies_from=START - timedelta(minutes=5),
    occupies_until=START + timedelta(minutes=70),
    occupying=True,
    service={
        "id": "22222222-2222-4222-8222-222222222222",
        "name": "Beratung",
        "duration_minutes": 60,
        "price": {"amount": "49.00", "currency": "EUR"},
    },
    confirmation="automatic",
    calendar_id="aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
    calendar={"id": "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "nickname": "Anna", "time_zone": "Europe/Berlin"},
    place={
        "id": "33333333-3333-4333-8333-333333333333",
        "name": "Top Hearing (S)",
        "address": "Königstraße 1, 70173 Stuttgart",
    },
    cancel_notice_minutes=0,
    move_notice_minutes=0,
    customer_id=None,
    first_name="Erika",
    last_name="Müller",
    email="erika@example.org",
    phone="+49711123456",
    phone_typed="0711 123456",
    locale="de",
    time_zone="Europe/Berlin",
    answers=[{"name": "insurer", "label": "Krankenkasse", "value": "AOK"}],
    message="Bitte leise klingeln.",
    comment="Erika Müller\nerika@example.org\n0711 123456\nKrankenkasse: AOK\nBitte leise klingeln.",
    note=None,
    paid=0,
    online=True,
    link=None,
    handled_at=None,
    token_hash="0" * 64,
    token_generation=1,
    cancelled_at=None,
    cancelled_by=None,
    undo_status=None,
    undo_until=None,
    undo_actor=None,
    undo_handled_at=None,
    created_at=START - timedelta(days=2),
    changed_at=START - timedelta(days=2),
)


@pytest.fixture(name="some")
def _some():
    """An accepted online appointment, with whatever a test wants different."""
    return lambda **different: replace(BOOKED, **different)
