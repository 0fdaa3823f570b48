"""Appointments as booking answers them to staff."""

from typing import Any

from gateway.tests.pages.house import CALENDARS, SERVICES
from runtime.ids import stable_id

Json = dict[str, Any]
ID = stable_id("appointment")
USER = stable_id("user")
EUROS = {"amount": "49.00", "currency": "EUR"}


def appointment(**changes: Any) -> Json:
    """An appointment as booking answers it."""
    base = {
        "id": ID,
        "version": 3,
        "status": "pending",
        "start": "2026-03-24T08:00:00+00:00",
        "end": "2026-03-24T09:00:00+00:00",
        "time_zone": "Europe/Berlin",
        "service": {name: SERVICES[1][name] for name in ("id", "name", "duration_minutes", "price")},
        "calendar": {name: CALENDARS[0][name] for name in ("id", "nickname", "time_zone")},
        "place": {"kind": "address", "name": "Top Hearing (S)", "address": "Königstraße 1", "text": None, "url": None},
        "customer": {"id": None, "first_name": "Jürgen", "last_name": "<b>Groß</b>", "email": "j@example.com",
                     "phone": "+4915123456789", "locale": "de", "time_zone": None},
        "comment": "Jürgen\n<i>Bitte</i>",
        "note": None,
        "online": True,
        "handled": False,
        "handled_at": None,
        "confirmation": "request",
        "price": EUROS,
        "paid": {"amount": "0.00", "currency": "EUR"},
        "balance": EUROS,
        "cancelled_at": None,
        "cancelled_by": None,
        "undo_until": None,
        "created_at": "2026-03-20T08:00:00+00:00",
        "history": [step()],
    }  # fmt: skip
    return {**base, **changes}


def step(**changes: Any) -> Json:
    """A step of the history."""
    base = {"version": 1, "at": "2026-03-20T08:00:00+00:00", "what": "booked", "actor": "customer", "via": "page",
            "user_id": None, "from_status": None, "to_status": "pending", "from_start": None,
            "to_start": "2026-03-24T08:00:00+00:00", "note": None, "changed": {}}  # fmt: skip
    return {**base, **changes}


ACCOUNT = {"appointment": ID, "version": 3, "price": EUROS, "paid": {**EUROS, "amount": "20.00"},
           "balance": {**EUROS, "amount": "29.00"},
           "items": [{"id": stable_id("payment"), "amount": {**EUROS, "amount": "20.00"}, "method": "cash",
                      "note": "Anzahlung", "paid_at": "2026-03-21T08:00:00+00:00", "user_id": USER}]}  # fmt: skip
