"""How a template will look, shown with an invented appointment."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from notify import render
from notify.compose import letter, reader_of, short_text
from notify.domain.appointments import Appointment, Customer, Place, Status
from notify.domain.decide import Purpose
from notify.domain.templates import Template
from notify.ical import calendar_file
from notify.settings import Settings

CHANGES = {
    "booking_confirmation": ("booked", Status.ACCEPTED),
    "booking_requested": ("booked", Status.PENDING),
    "booking_moved": ("rescheduled", Status.ACCEPTED),
    "booking_changed": ("updated", Status.ACCEPTED),
    "booking_cancelled": ("cancelled", Status.CANCELLED),
    "booking_declined": ("declined", Status.DECLINED),
    "reminder": ("reminder", Status.ACCEPTED),
    "notice": ("announced", Status.ACCEPTED),
    "summary": ("completed", Status.COMPLETED),
    "practitioner_booked": ("booked", Status.ACCEPTED),
    "practitioner_moved": ("rescheduled", Status.ACCEPTED),
    "practitioner_cancelled": ("cancelled", Status.CANCELLED),
    "invitation": ("booked", Status.ACCEPTED),
    "invitation_moved": ("rescheduled", Status.ACCEPTED),
    "invitation_cancelled": ("cancelled", Status.CANCELLED),
    "calendar_attachment": ("booked", Status.ACCEPTED),
}
ID = "00000000-0000-4000-8000-000000000000"


def preview(
    name: str, locale: str, template: Template, practice: Mapping[str, Any], settings: Settings, now: datetime
) -> dict[str, Any]:
    """{subject, text, html, sms} of the message, or {filename, content} of the calendar file."""
    change = example(name, practice, now)
    role = "practitioner" if name.startswith("practitioner_") else "customer"
    path = "join" if change.meeting else "a"
    reader = reader_of(change, role, locale, f"{settings.public_url.rstrip('/')}/{path}/…")
    if name == "calendar_attachment":
        file = calendar_file(change, reader, practice, template, settings.mail_from, now)
        return {"filename": file.filename, "content": file.content.decode()}
    written = letter(change, Purpose(name), reader, practice, template, settings.public_url.rstrip("/"))
    texts = {"text": render.text(written), "html": render.html(written)}
    return {"subject": written.subject, **texts, "sms": short_text(change, reader, practice, template)}


def example(name: str, practice: Mapping[str, Any], now: datetime) -> Appointment:
    """An appointment of a customer who does not exist, a week from now."""
    kind, status = CHANGES[name]
    start = (now + timedelta(days=7)).astimezone(UTC).replace(hour=13, minute=30, second=0, microsecond=0)
    moved = kind == "rescheduled"
    place: dict[str, str] = next(iter(practice.get("places") or []), {})
    return Appointment(
        id=ID,
        version=1,
        practice_id=ID,
        change=kind,
        at=now,
        status=status,
        start=start,
        end=start + timedelta(minutes=30),
        time_zone=practice.get("time_zone") or "Europe/Berlin",
        service="Servicetermin",
        duration_minutes=30,
        price=_money("49.00", practice),
        paid=_money("20.00", practice),
        balance=_money("29.00", practice),
        calendar_id=ID,
        nickname="Hanna",
        place=Place(name=place.get("name") or practice.get("name") or "", address=place.get("address") or ""),
        customer=Customer(
            first_name="Erika",
            last_name="Mustermann",
            email="erika@example.com",
            phone="+49 30 901820",
            locale="",
            time_zone="",
        ),
        comment="",
        online=True,
        actor="customer",
        notify=True,
        note="…" if name == "notice" else "",
        previous_start=start - timedelta(days=2) if moved else None,
        previous_end=start - timedelta(days=2) + timedelta(minutes=30) if moved else None,
        meeting=name.startswith("invitation"),
    )


def _money(amount: str, practice: Mapping[str, Any]) -> dict[str, str]:
    return {"amount": amount, "currency": practice.get("currency") or "EUR"}
