"""What the demo practice "Top Hearing" is made of: its people, services, appointments, customers and invitations."""

from typing import Any

Json = dict[str, Any]

SLUG = "top-hearing"
OWNER = "demo@top-hearing.example"
RECEPTION = {"email": "rita@top-hearing.example", "name": "Rita Sommerfeld", "role": "reception"}
ZONE = "Europe/Berlin"
PLACE = {"name": "Top Hearing (S)", "address": "Königstraße 28, 70173 Stuttgart"}
DAY = [{"from": "09:00", "to": "12:00"}, {"from": "13:30", "to": "17:00"}]
HOURS = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), DAY)

PRACTICE: Json = {
    "slug": SLUG,
    "name": "Top Hearing",
    "email": "info@top-hearing.example",
    "phone": "+49 711 9958 1234",
    "locale": "de",
    "time_zone": ZONE,
    "country": "DE",
    "currency": "EUR",
    "show_prices": True,
    "plan": "standard",
    "description": "Hörakustik in der Stuttgarter Innenstadt: Beratung, Anpassung und Service für Ihre Hörgeräte.",
    "places": [PLACE],
}

CALENDARS: dict[str, Json] = {
    "Anna": {"name": "Marianne Vogt", "email": "anna@top-hearing.example", "copy_to": "empfang@top-hearing.example"},
    "Ben": {"name": "Norbert Krüger", "email": "ben@top-hearing.example"},
    "Clara": {"name": "Friederike Hoffmann", "email": "clara@top-hearing.example"},
}
"""By nickname, which is all that customers see; `name` is the person's own and stays inside."""

SERVICES: dict[str, Json] = {
    "Servicetermin": {
        "duration_minutes": 30,
        "description": "Reinigung, Prüfung und Einstellung Ihrer Hörgeräte.",
        "price": None,
    },
    "Beratung": {
        "duration_minutes": 60,
        "description": "Hörtest und ausführliche Beratung zu neuen Hörgeräten.",
        "price": {"amount": "49.00", "currency": "EUR"},
        "confirmation": "request",
    },
    "Batteriewechsel": {
        "duration_minutes": 15,
        "description": "Neue Batterien, frisch eingesetzt.",
        "price": None,
    },
}

BOOKINGS = (
    # working days from today, time, professional, service, customer
    (1, "09:30", "Anna", "Servicetermin", "Erika", "Mustermann"),
    (1, "10:00", "Ben", "Beratung", "Paul", "Schröder"),
    (1, "14:00", "Anna", "Batteriewechsel", "Sofia", "Öztürk"),
    (2, "09:00", "Clara", "Servicetermin", "Jürgen", "Weiß"),
    (2, "11:00", "Anna", "Beratung", "Hélène", "Dubois"),
    (2, "15:30", "Ben", "Servicetermin", "Dmitri", "Iwanow"),
    (3, "10:30", "Clara", "Batteriewechsel", "Lena", "Groß"),
    (4, "13:30", "Anna", "Servicetermin", "Max", "Köhler"),
)

CUSTOMERS: tuple[Json, ...] = (
    {"first_name": "Lena", "last_name": "Groß", "phone": "0151 23456310", "note": "Kommt gern am frühen Nachmittag."},
    {"first_name": "Erika", "last_name": "Mustermann", "email": "erika.mustermann@kunden.example"},
    {"first_name": "Paul", "last_name": "Schroeder", "phone": "0151 23456110"},
    {"first_name": "Karl", "last_name": "Weber", "phone": "0711 765432", "note": "Hat kein E-Mail, bitte anrufen."},
)
"""The first one's appointment is linked; the others are suggested, or are nobody's yet."""

INVITATIONS = (
    # working days from today, time, minutes, professional, guest, channels, language
    (1, "11:30", 30, "Anna", "Ingrid", "Sommer", ["email"], "de"),
    (2, "16:00", 20, "Ben", "Claire", "Martin", ["email"], "fr"),
    (5, "10:00", 45, "Clara", "Wolfgang", "Berger", ["email", "sms"], "de"),
)

VISITS = (
    # working days from today (0 is today), time, professional, service, customer, what became of it, what was paid
    (-1, "09:30", "Anna", "Beratung", "Paul", "Schröder", "complete", "49.00"),
    (-1, "11:00", "Ben", "Servicetermin", "Sofia", "Öztürk", "miss", ""),
    (-2, "10:00", "Clara", "Beratung", "Hélène", "Dubois", "complete", "20.00"),
    (-3, "14:00", "Anna", "Servicetermin", "Max", "Köhler", "cancel", ""),
    (-4, "15:30", "Ben", "Beratung", "Lena", "Groß", "complete", "49.00"),
    (0, "12:15", "Anna", "Beratung", "Jürgen", "Weiß", "", ""),
    (0, "17:15", "Ben", "Servicetermin", "Erika", "Mustermann", "", ""),
)
"""Booked by staff, and outside of working hours today: they take no time that customers could book."""
