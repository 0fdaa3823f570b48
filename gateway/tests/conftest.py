"""A gateway whose services are faked, for tests of what the gateway alone decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway import circuits, create_app
from gateway.api import call_fields, examples
from gateway.context import EXTENSION
from gateway.practices import Practices
from gateway.revoked import Revoked
from gateway.settings import GatewaySettings
from runtime.clock import iso
from runtime.identity import Caller, Signer
from runtime.messages import Event
from runtime.telemetry import traceparent
from runtime.testing import SEED, SERVICES, FakeClock, FakeRpc

NOW = datetime(2030, 3, 20, 8, 0, tzinfo=UTC)
SECRET = "a secret of the tests, long enough"
FREE = '{"time_zone":"Europe/Berlin","from":"2030-03-25","days":[],"next_free":"2030-03-26T09:00:00+01:00"}'
WEEK = '{"time_zone":"Europe/Berlin","from":"2030-03-25","days":[],"next_free":null}'


class FakeListener:
    """Keeps what the gateway wants to be told, for the test to tell it."""

    def start(self, on_event: Callable[[Event], None], on_gap: Callable[[], None]) -> None:
        self.on_event, self.on_gap = on_event, on_gap

    def stop(self) -> None:
        """Nothing runs."""


class RecordingRpc(FakeRpc):
    """Also remembers the headers of the last call."""

    def __init__(self) -> None:
        super().__init__()
        self.headers: dict[str, str] = {}
        self.timeouts: dict[str, float] = {}

    def call(self, service: str, method: str, payload: Any, headers: Any = None, timeout: float = 5.0) -> Any:
        self.headers = {"traceparent": traceparent(), **(headers or {})}
        self.timeouts[f"{service}.{method}"] = timeout
        return super().call(service, method, payload, headers, timeout)

    def count(self, name: str) -> int:
        """How often this method was called."""
        return sum(1 for called, _ in self.calls if called == name)


@dataclass
class Stage:
    """One gateway with its fakes."""

    app: Flask
    rpc: RecordingRpc
    listener: FakeListener
    clock: FakeClock

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def tell(self, type: str, practice_id: str = examples.PRACTICE_ID, **data: Any) -> None:
        """Deliver an event."""
        self.listener.on_event(Event("1", "availability", type, practice_id, self.clock(), practice_id, 1, data))


def settings(**changes: Any) -> GatewaySettings:
    """Settings of a test."""
    keys = {name: Signer(name, SEED).public_key() for name in SERVICES}
    return GatewaySettings(**{"secret_key": SECRET, "identity_keys": keys, "rate_limits": "", **changes})


def stage_with(**changes: Any) -> Stage:
    """A gateway with other settings; every service answers with the document's examples."""
    rpc, listener, clock = RecordingRpc(), FakeListener(), FakeClock(NOW)
    app = create_app(settings(**changes), rpc, listener, clock)
    app.testing = False  # errors are answered, as in production
    rpc.answers.update(ANSWERS)
    return Stage(app, rpc, listener, clock)


@pytest.fixture(autouse=True)
def _restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks one after the other is let through at once, however often a test has let a service fail."""
    monkeypatch.setattr(circuits, "REST", 0.0)


@pytest.fixture(scope="session", name="_house")
def _one_app() -> Stage:
    return stage_with()


@pytest.fixture
def stage(_house: Stage) -> Stage:
    """The gateway, its caches empty and its services answering."""
    _house.rpc.answers = dict(ANSWERS)
    _house.rpc.calls.clear()
    _house.clock.now = NOW
    _house.listener.on_gap()
    parts = _house.app.extensions[EXTENSION]
    parts.revoked, parts.practices = Revoked(), Practices(parts.services)
    return _house


@pytest.fixture
def client(stage: Stage) -> FlaskClient:
    return stage.client()


def token(
    role: str = "owner", *, at: datetime = NOW, scopes: tuple[str, ...] = ("booking:read",), session: str = "s1"
) -> str:
    """An access token of the demo practice."""
    caller = Caller(examples.PRACTICE_ID, examples.SIGNED_IN["user"]["id"], session, role, frozenset(scopes))
    return Signer("practice", SEED).user_token(caller, at)


@pytest.fixture
def bearer() -> dict[str, str]:
    """Headers of a signed-in API client."""
    return {"Authorization": f"Bearer {token()}"}


def signed_in(at: datetime = NOW) -> dict[str, Any]:
    """What `practice.sign_in` answers."""
    return {**examples.SIGNED_IN, "access_token": token(at=at), "expires_at": iso(at + timedelta(minutes=10))}


CATALOGUE = {"services": [examples.SERVICE_FACE], "calendars": [examples.CALENDAR_FACE]}
_BOOKED = {k: v for k, v in examples.BOOKED.items() if k != "manage_url"}
_NEWS = {name: value for name, value in call_fields.NEWS.items() if name != "known"}
ANSWERS: dict[str, Any] = {
    "practice.by_slug": lambda payload: dict(examples.OWN_PRACTICE),
    "practice.by_id": lambda payload: dict(examples.OWN_PRACTICE),
    "practice.sign_in": lambda payload: signed_in(),
    "practice.refresh": lambda payload: signed_in(),
    "practice.sign_out": {},
    "practice.register": {},
    "practice.confirm": examples.CONFIRMED,
    "practice.forgot_password": {},
    "practice.choose_password": {"email": examples.REGISTRATION["email"]},
    "practice.names": {"items": [{"id": examples.MEMBER["id"], "name": examples.MEMBER["name"]}]},
    "practice.users": {"items": [examples.MEMBER], "next": None},
    **dict.fromkeys(
        (f"practice.{name}" for name in ("user", "invite_user", "invite_again", "update_user", "me", "update_me")),
        examples.MEMBER,
    ),
    "practice.change_password": {},
    "practice.get": examples.OWN_SETTINGS,
    "practice.update": examples.OWN_SETTINGS,
    "practice.places": {"items": [examples.OWN_PLACE], "next": None},
    "practice.create_place": examples.OWN_PLACE,
    "practice.update_place": examples.OWN_PLACE,
    "availability.catalogue": CATALOGUE,
    "availability.slots": WEEK,
    "availability.list_services": {"items": [examples.SERVICE], "next": None},
    "availability.create_service": examples.SERVICE,
    "availability.update_service": examples.SERVICE,
    "availability.delete_service": {},
    "availability.list_calendars": {"items": [examples.CALENDAR], "next": None},
    "availability.create_calendar": examples.CALENDAR,
    "availability.update_calendar": examples.CALENDAR,
    "availability.get_hours": {"hours": examples.HOURS, "version": 1},
    "availability.put_hours": lambda payload: {"hours": payload["hours"], "version": 2},
    "availability.preview_hours": examples.HOURS_PREVIEW,
    "availability.holiday_regions": examples.HOLIDAY_REGIONS,
    "availability.importable_holidays": examples.IMPORTABLE,
    "availability.import_holidays": examples.IMPORTED,
    **{
        f"availability.list_{kind}": {"items": [{"id": examples.CLOSURE_ID, **example}], "next": None}
        for kind, example in (
            ("holidays", examples.HOLIDAY),
            ("vacations", examples.VACATION),
            ("absences", examples.ABSENCE),
        )
    },
    "availability.add_holiday": {"id": examples.CLOSURE_ID, **examples.HOLIDAY},
    "availability.add_vacation": {"id": examples.CLOSURE_ID, **examples.VACATION},
    "availability.add_absence": {"id": examples.CLOSURE_ID, **examples.ABSENCE, "conflicts": []},
    "availability.remove_holiday": {},
    "availability.remove_vacation": {},
    "availability.remove_absence": {},
    "booking.hold": examples.HOLD,
    "booking.extend_hold": examples.HOLD,
    "booking.release_hold": {"released": True},
    "booking.book": lambda payload: {**_BOOKED, "manage_token": "n7Qk2vJw8sYh0bLx4dRfTg"},
    "booking.form": {**examples.FORM, "max_open_bookings": None, "version": 123456789},
    "booking.update_form": lambda payload: {"version": 123456789, **payload},
    "booking.managed": examples.MANAGED,
    "booking.cancel_managed": {**examples.MANAGED, "status": "cancelled"},
    "booking.reschedule_managed": examples.MANAGED,
    "booking.undo_managed": examples.MANAGED,
    "booking.appointments": examples.page(examples.APPOINTMENT),
    "booking.appointment": examples.APPOINTMENT,
    "booking.change_status": examples.APPOINTMENT,
    "booking.reschedule": examples.APPOINTMENT,
    "booking.undo": examples.APPOINTMENT,
    "booking.bulk": {"items": [examples.APPOINTMENT]},
    "booking.undo_all": examples.UNDONE,
    "booking.set_place": examples.APPOINTMENT,
    "booking.change_details": examples.APPOINTMENT,
    "booking.set_price": examples.APPOINTMENT,
    "booking.payments": examples.PAYMENTS,
    "booking.add_payment": {**examples.PAYMENTS, "payment": examples.PAYMENT_ID},
    "booking.change_payment": examples.PAYMENTS,
    "booking.remove_payment": examples.PAYMENTS,
    "booking.analytics": examples.ANALYTICS,
    "booking.acknowledge": examples.APPOINTMENT,
    "booking.inbox_count": {"count": 1},
    "booking.announce": examples.APPOINTMENT,
    "booking.remind_all": {"items": [examples.APPOINTMENT]},
    "booking.planned": {"items": [examples.PLANNED], "complete": True},
    "booking.changes_since": examples.CHANGES,
    "availability.agenda": examples.AGENDA,
    "availability.explain": examples.EXPLAINED,
    "booking.inbox": examples.page(examples.APPOINTMENT),
    "booking.book_for": examples.APPOINTMENT,
    "booking.customers": examples.page(examples.CUSTOMER_RECORD),
    "booking.customer": examples.CUSTOMER_RECORD,
    "booking.create_customer": examples.CUSTOMER_RECORD,
    "booking.update_customer": examples.CUSTOMER_RECORD,
    "booking.merge_customers": examples.MERGED,
    "booking.customer_suggestions": examples.SUGGESTIONS,
    "booking.link_customer": {**examples.APPOINTMENT, "customer_id": examples.CUSTOMER_ID, "version": 4},
    "booking.unlink_customer": {**examples.APPOINTMENT, "version": 5},
    "notify.templates": {"items": [examples.TEMPLATE], "next": None},
    "notify.template": examples.TEMPLATE,
    "notify.update_template": examples.TEMPLATE,
    "notify.preview_template": examples.TEMPLATE_TEXTS,
    "notify.notification_settings": examples.STORED_NOTIFICATIONS,
    "notify.update_notification_settings": {**examples.STORED_NOTIFICATIONS, "hint": "spam_folder"},
    "notify.reminder_rules": examples.REMINDER_RULES,
    "notify.update_reminder_rules": examples.REMINDER_RULES,
    "notify.messages": examples.page(examples.MESSAGE),
    "notify.resend_message": examples.MESSAGE,
    "notify.call_list": {"items": [examples.TO_CALL]},
    "notify.mark_called": examples.TO_CALL,
    "notify.unmark_called": examples.TO_CALL,
    "notify.calendar_file": {"filename": "Terminanhang.ics", "content": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"},
    "invitations.create_invitation": examples.INVITED,
    "invitations.invitations": examples.page(examples.INVITED),
    "invitations.invitation": examples.INVITED,
    "invitations.change_invitation": examples.INVITED,
    "invitations.delete_invitation": {**examples.INVITED, "status": "deleted"},
    "invitations.resend_invitation": examples.INVITED,
    "invitations.admit_guest": examples.INVITED,
    "invitations.end_call": examples.INVITED,
    "invitations.mark_called": examples.INVITED,
    "invitations.unmark_called": examples.INVITED,
    "invitations.join": examples.JOINED,
    **{f"invitations.{name}": _NEWS for name in ("enter_as_guest", "enter_as_host", "heard_by_guest", "heard_by_host")},
    **{f"invitations.{name}": {"last": 9} for name in ("tell_as_guest", "tell_as_host")},
}
