"""Somebody at the settings, with services that answer."""

from datetime import timedelta

import pytest

from gateway.tests.pages.house import CALENDARS, PLACE, PRACTICE, ZONE, House
from gateway.tests.pages.settings.samples import ANNA, APPOINTMENT, CALENDAR, HOURS, OWNER, SERVICE, WEEKDAYS, SignIn
from gateway.tests.pages.strict import StrictClient
from runtime.identity import Caller, Signer
from runtime.ids import new_id
from runtime.testing import SEED, FakeClock


@pytest.fixture(name="sign_in")
def _sign_in(client: StrictClient, house: House, clock: FakeClock) -> SignIn:
    """Signs somebody in who holds these scopes; the services answer with one of each."""

    def sign_in(scopes: frozenset[str]) -> None:
        caller = Caller(practice_id=PRACTICE["id"], user_id=new_id(), role="owner", scopes=scopes)
        house.answers["practice.sign_in"] = {
            "access_token": Signer("practice", SEED).user_token(caller, clock.now),
            "expires_at": (clock.now + timedelta(minutes=10)).isoformat(),
            "session": "session-token",
            "user": {"id": caller.user_id, "name": "Dora", "role": "owner", "locale": "de", "time_zone": ZONE},
            "practice": {name: PRACTICE[name] for name in ("id", "slug", "name", "plan", "time_zone", "locale")},
        }
        action, fields = client.get("/login").form("/login")
        assert client.post(action, fields | {"email": "a@b.example", "password": "right"}).status == 303

    house.answers |= {
        "booking.inbox_count": {"count": 0},
        "booking.appointments": {"items": [APPOINTMENT, {**APPOINTMENT, "id": new_id()}], "next": None},
        "practice.get": {**PRACTICE, "version": 3},
        "practice.places": {"items": [{**PLACE, "version": 333}], "next": None},
        "availability.list_services": {"items": [SERVICE], "next": None},
        "availability.list_calendars": {"items": [{**CALENDAR, **one} for one in CALENDARS], "next": None},
        "availability.get_hours": {"calendar": ANNA, "version": 7, "hours": HOURS},
        "availability.preview_hours": lambda asked: {
            "duration_minutes": 60,
            "interval_minutes": 30,
            "starts": {day: ["09:00", "10:00"] if asked["hours"][day] else [] for day in WEEKDAYS},
        },
        "availability.holiday_regions": {"countries": ["DE", "FR"], "subdivisions": [{"code": "BW", "name": "Baden"}]},
        "availability.importable_holidays": {
            "items": [{"date": "2026-06-04", "name": "Fronleichnam", "present": False}]
        },
        **{f"availability.list_{kind}": {"items": [], "next": None} for kind in ("holidays", "vacations", "absences")},
    }
    return sign_in


@pytest.fixture(name="owner")
def _owner(sign_in: SignIn) -> None:
    sign_in(OWNER)
