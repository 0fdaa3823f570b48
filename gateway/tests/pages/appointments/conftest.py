"""Somebody at the desk, with services that answer."""

from datetime import timedelta

import pytest

from gateway.tests.pages.appointments.samples import CHANGED, CHANGES, FIGURES, SCOPES, SignIn
from gateway.tests.pages.house import CALENDARS, PRACTICE, SERVICES, House
from gateway.tests.pages.planner import ACCOUNT, ID, USER, appointment
from gateway.tests.pages.strict import StrictClient
from runtime.identity import Caller, Signer
from runtime.ids import stable_id
from runtime.testing import SEED, FakeClock


@pytest.fixture(name="sign_in")
def _sign_in(client: StrictClient, house: House, clock: FakeClock) -> SignIn:
    """Signs somebody with these scopes in."""

    def sign_in(*scopes: str, zone: str = "Europe/Berlin") -> StrictClient:
        caller = Caller(PRACTICE["id"], USER, "s1", "owner", frozenset(scopes or SCOPES))
        user = {"id": USER, "name": "Dora Winter", "role": "owner", "locale": "de", "time_zone": zone}
        house.answers |= {
            "practice.sign_in": {
                "access_token": Signer("practice", SEED).user_token(caller, clock.now),
                "expires_at": (clock.now + timedelta(minutes=10)).isoformat(),
                "session": "session-token",
                "user": user,
                "practice": {name: PRACTICE[name] for name in ("id", "slug", "name", "plan", "time_zone", "locale")},
            },
            "practice.names": {"items": [{"id": stable_id("other"), "name": "Karl Kurz"}]},
            "booking.inbox_count": {"count": 1},
            "booking.inbox": {"items": [appointment()], "next": None},
            "booking.appointments": {"items": [appointment()], "next": None},
            "booking.appointment": appointment(),
            "booking.payments": ACCOUNT,
            "booking.analytics": FIGURES,
            "availability.list_services": {"items": SERVICES, "next": None},
            "availability.list_calendars": {"items": CALENDARS, "next": None},
            **{f"booking.{name}": {**appointment(), **CHANGED} for name in CHANGES},
            "booking.bulk": {"items": [appointment(version=4)]},
            "booking.customer_suggestions": {"items": []},
            "notify.messages": {"items": [], "next": None},
            "notify.require_channels": {},
            **{
                f"booking.{name}": {**ACCOUNT, **CHANGED}
                for name in ("add_payment", "change_payment", "remove_payment")
            },
            "booking.book_for": {"id": ID},
        }
        action, fields = client.get("/login").form("/login")
        assert client.post(action, fields | {"email": "demo@top-hearing.example", "password": "right"}).status == 303
        house.calls.clear()
        return client

    return sign_in
