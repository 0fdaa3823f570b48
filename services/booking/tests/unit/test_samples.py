"""The golden samples: what is on the wire does not change by accident.

A difference here is a change of the wire format: add fields, but never change or drop one (a new version of an event
gets a type of its own).
"""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from booking.contracts import events
from booking.contracts.registry import EMITS
from booking.domain import rules
from booking.domain.announcements import announcement
from booking.domain.appointment import Change, Hold
from booking.domain.differences import differences
from booking.domain.payments import Payment
from runtime.messages import Event, parse_event

SAMPLES = Path(__file__).parents[2] / "samples"
EVENT_ID = "0b8b5f8e-1f4b-4b0e-9d5c-0c8f0d9a7a11"
VIDEO = {"kind": "video", "name": None, "text": "Videotermin", "url": "https://video.example/anna"}
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def document(type, some):
    """The event of this type as the service tells it."""
    if type.startswith("slot."):
        return _slot(type, some())
    if type == "payment.recorded":
        return _payment(some(version=2, paid=2000))
    if type == "customer.linked":
        return _linked(some())
    before, after, actor, at = _step(type.partition(".")[2], some)
    via = {"customer": "link", "staff": "desk"}[actor]
    changed = differences(before, after)
    what = type.partition(".")[2]
    told = announcement(before, "reminder", None, None, at) if what == "announced" else None
    change = Change(what=what, at=at, actor=actor, via=via, before=before, changed=changed, announcement=told)
    return _event(type, after.id, after.version, at, events.appointment(after, change))


def _step(what, some):
    booked = some()
    at, late = booked.created_at + timedelta(hours=1), booked.ends
    pending = some(status="pending", confirmation="request")
    cancelled = rules.cancel_by_customer(booked, at)
    moved = timedelta(days=1)
    later = {name: getattr(booked, name) + moved for name in ("starts", "ends", "occupies_from", "occupies_until")}
    steps = {
        "booked": (None, booked, "customer", booked.created_at),
        "accepted": (pending, rules.apply(pending, "accept", at), "staff", at),
        "declined": (pending, rules.apply(pending, "decline", at), "staff", at),
        "rescheduled": (booked, booked.changed(at, **later), "customer", at),
        "cancelled": (booked, cancelled, "customer", at),
        "completed": (booked, rules.apply(booked, "complete", late), "staff", late),
        "missed": (booked, rules.apply(booked, "miss", late), "staff", late),
        "updated": (booked, booked.changed(at, place=VIDEO, paid=2000), "staff", at),
        "announced": (booked, booked.changed(at), "staff", at),
        "restored": (cancelled, rules.undo(cancelled, "customer", at), "customer", at),
    }
    return steps[what]


def _payment(a):
    at = a.created_at + timedelta(hours=1)
    ids = {"id": "5d6e2f0a-96a1-4a3e-8a4c-0a5c8c2f6a01", "practice_id": a.practice_id, "appointment_id": a.id}
    money = {"amount": 2000, "currency": "EUR", "method": "card", "note": None}
    made = Payment(**ids, **money, paid_at=at, user_id=None)
    return _event("payment.recorded", a.id, a.version, at, events.payment(a, made, "added"))


def _linked(a):
    at, customer = a.created_at + timedelta(hours=1), "77777777-7777-4777-8777-777777777777"
    after = a.changed(at, customer_id=customer)
    return _event("customer.linked", after.id, after.version, at, events.linked(after, None))


def _slot(type, a):
    times = {name: getattr(a, name) for name in ("starts", "ends", "occupies_from", "occupies_until")}
    expires = a.created_at + timedelta(minutes=5)
    ids = {"practice_id": a.practice_id, "service_id": a.service["id"], "calendar_id": a.calendar_id}
    hold = Hold(id="4f0e8a53-3a0c-4f53-9f50-52c6c6ef6a02", **ids, **times, expires_at=expires, extensions=0, version=1)
    held = type == "slot.held"
    data = events.held(hold) if held else events.released(hold)
    return _event(type, hold.id, 1 if held else 2, a.created_at if held else expires, data)


def _event(type, subject, version, at, data):
    practice = "11111111-1111-4111-8111-111111111111"
    event = Event(EVENT_ID, "booking", type, subject, at, practice, version, data, TRACE)
    return json.loads(event.to_json())


@pytest.mark.parametrize("type", EMITS)
def test_the_event_is_what_its_golden_sample_shows(type, some):
    """Field by field, and every consumer's parser reads it."""
    sample = (SAMPLES / f"{type}.json").read_text()
    assert document(type, some) == json.loads(sample)
    assert parse_event(sample).type == type


def test_there_is_a_sample_for_each_event_and_none_besides():
    """No event without a sample, no sample of an event that nobody tells."""
    assert {file.stem for file in SAMPLES.glob("*.json")} == set(EMITS)


def test_no_event_carries_the_manage_link(some):
    """Neither the token nor its fingerprint."""
    secret = replace(some(), token_hash="f" * 64)
    change = Change(what="booked", at=secret.created_at, actor="customer", via="page")
    assert "f" * 64 not in json.dumps(events.appointment(secret, change))
