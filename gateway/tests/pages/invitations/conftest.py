"""Somebody at the desk, with services that answer."""

from datetime import timedelta

import pytest

from gateway.tests.pages.house import PRACTICE, House
from gateway.tests.pages.invitations.samples import DELETED, PENDING, READ, SENT, WRITE, Enter, page_of
from gateway.tests.pages.strict import StrictClient
from runtime.identity import Caller, Signer
from runtime.ids import new_id
from runtime.testing import SEED, FakeClock


@pytest.fixture(name="enter")
def _enter(client: StrictClient, house: House, clock: FakeClock) -> Enter:
    """Sign in with these scopes, by default those of staff."""

    def enter(*scopes: str, zone: str = "Europe/Berlin") -> StrictClient:
        held = frozenset(scopes or (READ, WRITE, "notify:read", "notify:write"))
        caller = Caller(practice_id=PRACTICE["id"], user_id=new_id(), role="staff", scopes=held)
        house.answers |= {
            "practice.sign_in": {
                "access_token": Signer("practice", SEED).user_token(caller, clock.now),
                "expires_at": (clock.now + timedelta(minutes=10)).isoformat(),
                "session": "session-token",
                "user": {"id": caller.user_id, "name": "Dora", "role": "staff", "locale": "de", "time_zone": zone},
                "practice": {n: PRACTICE[n] for n in ("id", "slug", "name", "plan", "time_zone", "locale")},
            },
            "booking.inbox_count": {"count": 0},
            "notify.channels": {"email": {"possible": True, "reason": None}, "sms": {"possible": True, "reason": None}},
            "notify.messages": page_of(),
            "practice.names": {"items": []},
            "invitations.invitations": page_of(SENT),
            "invitations.invitation": SENT,
            "invitations.create_invitation": PENDING,
            "invitations.change_invitation": SENT,
            "invitations.resend_invitation": PENDING,
            "invitations.delete_invitation": DELETED,
        }
        action, fields = client.get("/login").form("/login")
        assert client.post(action, fields | {"email": "demo@top-hearing.example", "password": "right"}).status == 303
        return client

    return enter
