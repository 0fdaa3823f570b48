"""Examples for the OpenAPI document: the demo practice."""

from collections.abc import Mapping

PRACTICE_ID = "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a01"
PLACE = {"id": "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a02", "name": "Top Hearing (S)", "address": "Königstraße 1, Stuttgart"}
OWN_PLACE = {**PLACE, "version": 123456789}
SERVICE_ID = "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a03"
CALENDAR_ID = "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a04"
APPOINTMENT_ID = "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a05"
HOLD_ID = "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a06"
START, END = "2030-03-25T10:00:00+01:00", "2030-03-25T10:30:00+01:00"
PRICE = {"amount": "49.00", "currency": "EUR"}

CALENDAR_FACE = {"id": CALENDAR_ID, "nickname": "Anna", "time_zone": "Europe/Berlin", "place": PLACE}
SERVICE_FACE = {
    "id": SERVICE_ID,
    "name": "Servicetermin",
    "description": "Reinigung und Prüfung Ihrer Hörgeräte",
    "duration_minutes": 30,
    "price": PRICE,
    "confirmation": "automatic",
    "calendars": [CALENDAR_ID],
}
FORM = {"fields": [{"name": "device", "label": "Ihr Hörgerät", "kind": "text", "required": False, "choices": []}]}
PRACTICE = {
    "id": PRACTICE_ID,
    "slug": "top-hearing",
    "name": "Top Hearing",
    "description": "Hörakustik in Stuttgart",
    "email": "praxis@top-hearing.example",
    "phone": "+49 711 123456",
    "country": "DE",
    "locale": "de",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "accent": "#0b6e6e",
    "places": [PLACE],
    "calendars": [CALENDAR_FACE],
    "services": [SERVICE_FACE],
    "booking_form": FORM,
}
SLOT = {"start": START, "end": END, "bookable": True, "calendars": [CALENDAR_ID]}
WEEK = {
    "time_zone": "Europe/Berlin",
    "from": "2030-03-25",
    "days": [{"date": "2030-03-25", "slots": [SLOT]}, {"date": "2030-03-26", "slots": []}],
    "next_free": START,
}
HOLD_REQUEST = {"service": SERVICE_ID, "calendar": CALENDAR_ID, "start": START}
HOLD = {
    "hold": HOLD_ID, "expires_at": "2030-03-20T08:05:00+00:00", "start": START, "end": END, "calendar": CALENDAR_ID,
}  # fmt: skip
CUSTOMER = {"first_name": "Erika", "last_name": "Beispiel", "email": "erika@example.org", "phone": "0711 654321"}
BOOKING_REQUEST = {
    **HOLD_REQUEST,
    "hold": HOLD_ID,
    "customer": CUSTOMER,
    "answers": {"device": "Modell X"},
    "message": "Ich komme mit Begleitung.",
    "locale": "de",
    "time_zone": "Europe/Berlin",
}
_BOOKED = {
    "id": APPOINTMENT_ID,
    "status": "accepted",
    "start": START,
    "end": END,
    "time_zone": "Europe/Berlin",
    "service": {"id": SERVICE_ID, "name": "Servicetermin", "duration_minutes": 30, "price": PRICE},
    "calendar": {"id": CALENDAR_ID, "nickname": "Anna", "time_zone": "Europe/Berlin"},
    "place": {**PLACE, "kind": "address", "text": None, "url": None},
}
BOOKED = {**_BOOKED, "manage_url": "https://termine.example/a/n7Qk2vJw8sYh0bLx4dRfTg"}
MANAGED = {
    **_BOOKED,
    "practice_id": PRACTICE_ID,
    "customer": CUSTOMER,
    "comment": "Ich komme mit Begleitung.",
    "confirmation": "automatic",
    "can_cancel": True,
    "can_move": True,
    "cancel_until": START,
    "move_until": START,
    "undo_until": None,
    "cancelled_at": None,
    "cancelled_by": None,
}
PAID, OPEN = {"amount": "20.00", "currency": "EUR"}, {"amount": "29.00", "currency": "EUR"}
ACCOUNT = {"price": PRICE, "paid": PAID, "balance": OPEN}
CUSTOMER_ID = "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a11"
DUPLICATE_ID = "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a12"
CUSTOMER_REQUEST = {"first_name": "Erika", "last_name": "Beispiel", "phone": "0711 654321", "note": "Laut klingeln"}
CUSTOMER_RECORD = {
    "id": CUSTOMER_ID,
    "version": 2,
    "first_name": "Erika",
    "last_name": "Beispiel",
    "email": "erika@example.org",
    "phone": "+49711654321",
    "phone_typed": "0711 654321",
    "locale": "de",
    "time_zone": "Europe/Berlin",
    "note": "Laut klingeln",
    "merged_into": None,
    "counts": {"booked": 3, "cancelled": 1, "declined": 0, "missed": 0, "completed": 1, "coming": 1},
    "next_start": START,
    "last_start": "2030-01-14T10:00:00+01:00",
    "created_at": "2029-11-02T09:00:00+01:00",
    "changed_at": "2030-01-14T10:40:00+01:00",
}
SUGGESTIONS = {"items": [{"customer": CUSTOMER_RECORD, "reasons": ["phone", "name"], "likeness": 1.0}]}
MERGED = {
    "customer": CUSTOMER_RECORD,
    "duplicate": {**CUSTOMER_RECORD, "id": DUPLICATE_ID, "email": None},
    "moved": 2,
}
APPOINTMENT = {
    **_BOOKED,
    "version": 3,
    **ACCOUNT,
    "note": None,
    "customer": CUSTOMER,
    "customer_id": None,
    "booked_by": CUSTOMER,
    "comment": "Ich komme mit Begleitung.",
    "online": True,
    "history": [],
}
PAYMENT_ID = "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a10"
PAYMENT: dict[str, object] = {
    "id": PAYMENT_ID,
    "amount": PAID,
    "method": "card",
    "note": "Anzahlung",
    "paid_at": "2030-03-20T08:00:00+00:00",
    "user_id": "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a07",
}
PAYMENTS = {"appointment": APPOINTMENT_ID, "version": 3, **ACCOUNT, "items": [PAYMENT]}
_COUNTS = {"bookings": 14, "open": 3, "completed": 8, "cancellations": 1, "no_shows": 1, "declined": 1}
_FIGURES = {**_COUNTS, "revenue": [{"amount": "392.00", "currency": "EUR"}]}
ANALYTICS = {
    "from": "2030-03-01",
    "to": "2030-03-31",
    "time_zone": "Europe/Berlin",
    "per": "month",
    "total": _FIGURES,
    "periods": [{"from": "2030-03-01", "to": "2030-03-31", **_FIGURES}],
    "calendars": [{"id": CALENDAR_ID, "nickname": "Anna", **_FIGURES}],
    "services": [{"id": SERVICE_ID, "name": "Servicetermin", **_FIGURES}],
}
TOKEN = "n7Qk2vJw8sYh0bLx4dRfTg"
REGISTRATION = {
    "practice": "Hörakustik Müller",
    "name": "Max Müller",
    "email": "max@mueller.example",
    "password": "a long and secret sentence",
    "locale": "de",
    "time_zone": "Europe/Berlin",
    "country": "DE",
}
CONFIRMED = {
    "email": "max@mueller.example",
    "practice": {"id": PRACTICE_ID, "slug": "hoerakustik-mueller", "name": "Hörakustik Müller"},
}
NEW_USER = {"name": "Rita Empfang", "email": "rita@top-hearing.example", "role": "reception", "locale": "de"}
MEMBER = {
    "id": "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a17",
    **NEW_USER,
    "time_zone": None,
    "state": "invited",
    "version": 1,
}
CREDENTIALS = {"email": "demo@top-hearing.example", "password": "a long and secret sentence"}
SIGNED_IN = {
    "access_token": "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl",
    "expires_at": "2030-03-20T08:10:00+00:00",
    "session": "kJ3hTq0f6cXn9b2mVw8rZs",
    "user": {
        "id": "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a07",
        "name": "Empfang",
        "email": "demo@top-hearing.example",
        "role": "owner",
        "locale": "de",
        "time_zone": "Europe/Berlin",
    },
    "practice": {
        "id": PRACTICE_ID,
        "slug": "top-hearing",
        "name": "Top Hearing",
        "plan": "standard",
        "time_zone": "Europe/Berlin",
        "locale": "de",
    },
}
OWN_PRACTICE = {
    **{name: value for name, value in PRACTICE.items() if name not in ("calendars", "services", "booking_form")},
    "plan": "standard",
    "show_prices": True,
    "copy_to": None,
    "embed_origins": ["https://www.top-hearing.example"],
}
OWN_SETTINGS = {**OWN_PRACTICE, "version": 3}
SERVICE_REQUEST = {
    "name": "Servicetermin",
    "duration_minutes": 30,
    "description": "Reinigung und Prüfung Ihrer Hörgeräte",
    "price": PRICE,
    "start_interval_minutes": None,
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 0,
    "min_notice_minutes": 120,
    "cancel_notice_minutes": 0,
    "move_notice_minutes": 0,
    "window_days": 60,
    "confirmation": "automatic",
    "released": True,
    "calendars": [CALENDAR_ID],
}
SERVICE = {"id": SERVICE_ID, **SERVICE_REQUEST, "version": 1}
CALENDAR_REQUEST = {
    "name": "Werkstatt",
    "nickname": "Anna",
    "place": PLACE["id"],
    "time_zone": "Europe/Berlin",
    "start_interval_minutes": 30,
    "active": True,
    "max_per_day": None,
    "max_per_week": None,
}
CALENDAR = {"id": CALENDAR_ID, **CALENDAR_REQUEST, "place": PLACE, "version": 1}
MORNING = {"from": "09:00", "to": "12:00"}
HOURS = {"monday": [MORNING, {"from": "13:30", "to": "17:00"}], "tuesday": [MORNING]}
HOURS_PREVIEW = {
    "duration_minutes": 30,
    "interval_minutes": 30,
    "starts": {"monday": ["09:00", "09:30", "10:00"], "tuesday": []},
}
HOLIDAY_REGIONS = {"countries": ["DE", "FR"], "subdivisions": [{"code": "BW", "name": "Baden-Württemberg"}]}
IMPORTABLE = {"items": [{"date": "2030-01-06", "name": "Heilige Drei Könige", "present": False}]}
CLOSURE_ID = "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a08"
HOLIDAY = {"date": "2030-12-24", "name": "Heiligabend"}
IMPORTED: dict[str, object] = {
    "items": [{"id": CLOSURE_ID, "date": "2030-01-06", "name": "Heilige Drei Könige", "calendar": CALENDAR_ID}],
    "conflicts": [],
}
VACATION = {"from": "2030-08-05", "to": "2030-08-16"}
ABSENCE = {"from": "2030-03-25T12:00:00+01:00", "to": "2030-03-25T14:00:00+01:00", "reason": "Fortbildung"}
NOTIFICATIONS = {"email": "anna@outlook.com", "phone": None, "copy_to": None}
STORED_NOTIFICATIONS = {**NOTIFICATIONS, "version": 123456789}
MESSAGE: dict[str, object] = {
    "id": "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a09",
    "appointment": "7f6c2c7e-0a50-4d8e-9d2b-1f3a5b7c9d11",
    "invitation": None,
    "invitation_attempt": None,
    "purpose": "booking_confirmation",
    "channel": "email",
    "recipient": "erika@example.org",
    "role": "customer",
    "state": "sent",
    "at": "2030-03-20T08:00:03+00:00",
    "reason": None,
    "history": [],
}
REMINDER_RULES = {
    "version": 1,
    "rules": [{"channel": "email", "before": 10080}, {"channel": "sms", "before": 2880}],
}
TO_CALL: dict[str, object] = {
    "appointment": "7f6c2c7e-0a50-4d8e-9d2b-1f3a5b7c9d11",
    "invitation": None,
    "version": 1,
    "start": "2030-03-25T09:00:00+00:00",
    "time_zone": "Europe/Berlin",
    "service": "Servicetermin",
    "calendar": "Hanna",
    "customer": {
        "first_name": "Erika",
        "last_name": "Mustermann",
        "email": "erika@exmaple.org",
        "phone": "+4930901820",
    },
    "purpose": "booking_confirmation",
    "reason": "Diese E-Mail-Adresse gibt es nicht.",
    "message": {
        "id": "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a09",
        "channel": "email",
        "recipient": "erika@exmaple.org",
        "purpose": "booking_confirmation",
        "at": "2030-03-20T08:00:03+00:00",
        "detail": "550 5.1.1 no such user",
    },
    "called": None,
}
GUEST_TO_CALL: dict[str, object] = {
    **TO_CALL,
    "appointment": None,
    "invitation": "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a10",
    "service": "",
    "purpose": "invitation",
    "message": {
        "id": None,
        "channel": "email",
        "recipient": "erika@exmaple.org",
        "purpose": "invitation",
        "at": "2030-03-20T08:00:03+00:00",
        "detail": None,
    },
}
CALL_LIST = {"items": [TO_CALL, GUEST_TO_CALL], "next": None}
TEMPLATE_TEXTS = {"subject": "Ihr Termin am {when} bei {practice}", "text": "Guten Tag {first_name} {last_name}, …"}
TEMPLATE = {"name": "booking_confirmation", "locale": "de", "version": 123456789, **TEMPLATE_TEXTS}
UNDONE = {"items": [APPOINTMENT], "refused": [{"code": "slot_taken", "appointment": APPOINTMENT}]}


def page(item: Mapping[str, object]) -> dict[str, object]:
    """A list with one item."""
    return {"items": [item], "next": None}


INVITATION_REQUEST = {
    "first_name": "Erika",
    "last_name": "Beispiel",
    "email": "erika@example.org",
    "phone": "0151 12345678",
    "channels": ["email"],
    "start": START,
    "duration_minutes": 30,
    "consent": True,
    "locale": "de",
}
_MEETING = {"start": START, "end": END, "locale": "de", "valid_until": "2030-06-25T10:30:00+02:00"}
_INVITATION = {
    "id": "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a10",
    "status": "active",
    "version": 1,
    "state": "open",
    "call": "idle",
    "mark": "delivered",
    "first_name": "Erika",
    "last_name": "Beispiel",
    "email": "erika@example.org",
    "phone": "+4915112345678",
    "channels": ["email"],
    **_MEETING,
    "duration_minutes": 30,
    "time_zone": None,
    "host": {"calendar": CALENDAR_ID, "nickname": "Anna", "time_zone": "Europe/Berlin"},
    "consent": {"at": "2030-03-20T08:00:00+00:00", "user": "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a07", "text": "1"},
    "delivery": [
        {
            "channel": "email",
            "attempt": 1,
            "purpose": "invitation",
            "address": "erika@example.org",
            "state": "sent",
            "at": "2030-03-20T08:00:03+00:00",
            "reason": None,
        }
    ],
    "created_at": "2030-03-20T08:00:00+00:00",
    "changed_at": "2030-03-20T08:00:00+00:00",
    "called": None,
}
INVITATION = {**_INVITATION, "url": "https://termine.example/join/n7Qk2vJw8sYh0bLx4dRfTg"}
INVITED = {**_INVITATION, "join_token": "n7Qk2vJw8sYh0bLx4dRfTg"}  # as the service answers it
JOINED = {
    "state": "open",
    "admitted": False,
    "practice_id": PRACTICE_ID,
    "host": {"nickname": "Anna", "time_zone": "Europe/Berlin"},
    "guest": "Erika Beispiel",
    **_MEETING,
    "time_zone": "Europe/Berlin",
}
CHANGED = {
    "type": "appointment.booked", "at": "2030-03-20T08:00:00+00:00", "id": APPOINTMENT_ID, "version": 1,
    "status": "accepted", "start": START, "end": END, "calendar": CALENDAR_ID, "actor": "customer", "online": True,
    "handled": False,
}  # fmt: skip
CHANGES = {"items": [CHANGED], "complete": True, "until": "2030-03-20T08:00:15+00:00"}
LIVE = (
    "id: 2030-03-20T08:00:00+00:00\nevent: appointment.booked\n"
    f'data: {{"type":"appointment.booked","id":"{APPOINTMENT_ID}","version":1,"status":"accepted"}}\n\n'
)
PLANNED = {
    "id": APPOINTMENT_ID, "version": 1, "status": "accepted", "start": START, "end": END, "occupies_from": START,
    "occupies_until": END, "calendar": CALENDAR_ID, "service": "Servicetermin", "customer": "Erika Beispiel",
    "linked": False, "online": True, "handled": False,
}  # fmt: skip
_MORNING = {"from": "2030-03-25T08:00:00+00:00", "to": "2030-03-25T11:00:00+00:00"}
AGENDA = {
    "calendars": [
        {"id": CALENDAR_ID, "name": "Anna Schmidt", "nickname": "Anna", "time_zone": "Europe/Berlin", "active": True}
    ],
    "working": [{"calendar": CALENDAR_ID, **_MORNING}],
    "days_off": [],
    "absences": [],
    "holds": [],
    "free": [],
}
NO_FACTS = dict.fromkeys(
    ("from", "to", "expires_at", "first_day", "last_day", "text", "minutes", "days", "before", "after", "limit",
     "count", "appointment")
)  # fmt: skip
EXPLAINED = {
    "service": SERVICE_ID,
    "calendar": CALENDAR_ID,
    "time_zone": "Europe/Berlin",
    "start": "2030-03-25T12:30:00+00:00",
    "end": "2030-03-25T13:00:00+00:00",
    "bookable": False,
    "staff_bookable": False,
    "reasons": [{"code": "outside_hours", "staff": True, "periods": [_MORNING], **NO_FACTS}],
}
EXPLAINED_IN_WORDS = {
    **EXPLAINED,
    "reasons": [
        {
            **EXPLAINED["reasons"][0],  # type: ignore[index]
            "detail": "Außerhalb der Arbeitszeit dieses Tages: 09:00 – 12:00.",
        }
    ],
}
