"""Invitations in each state, and the form for one filled in."""

from collections.abc import Callable
from typing import Any

from gateway.api import examples
from gateway.tests.pages.strict import Page, StrictClient

TOKEN = "n7Qk2vJw8sYh0bLx4dRfTg"
ID = examples.INVITED["id"]
TRY: dict[str, Any] = examples.INVITED["delivery"][0]  # type: ignore[index]
SENT = {
    **examples.INVITED,
    "last_name": "<b>Müller</b>",
    "start": "2026-03-25T09:00:00+00:00",
    "end": "2026-03-25T09:30:00+00:00",
}
FAILED = {
    **SENT,
    "mark": "failed",
    "delivery": [{**TRY, "state": "failed", "reason": "Diese E-Mail-Adresse gibt es nicht."}],
}
PENDING = {**SENT, "mark": "pending", "delivery": [{**TRY, "state": "queued"}]}
DELETED = {**SENT, "status": "deleted", "state": "void"}
GOOD = {
    "first_name": "Erika",
    "last_name": "Müller",
    "email": "erika@example.org",
    "by_email": "1",
    "date": "2026-03-25",
    "time": "10:00",
    "duration": "30",
    "consent": "1",
}
READ, WRITE = "invitations:read", "invitations:write"
Enter = Callable[..., StrictClient]


def page_of(*items: Any, next: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "next": next}


def invite(client: StrictClient, **changes: str | None) -> Page:
    """Fill in the form as in GOOD but for these entries (None: left empty) and send it."""
    action, fields = client.get("/desk/invitations/new").form("/invitations/new")
    typed = {**fields, **GOOD, **changes}
    return client.post(action, {name: text for name, text in typed.items() if text is not None})
