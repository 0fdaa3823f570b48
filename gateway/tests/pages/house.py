"""The services behind the pages, played in memory by the RPC contracts: one practice, real enough to book at."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from runtime.errors import Refused
from runtime.ids import new_id, stable_id

Json = dict[str, Any]
ZONE = "Europe/Berlin"
PLACE = {"id": stable_id("place"), "name": "Top Hearing (S)", "address": "Königstraße 1\n70173 Stuttgart"}
PRACTICE = {
    "id": stable_id("practice"),
    "slug": "top-hearing",
    "name": "Top Hearing",
    "email": "praxis@top-hearing.example",
    "phone": "0711 123456",
    "locale": "de",
    "time_zone": ZONE,
    "country": "DE",
    "currency": "EUR",
    "show_prices": True,
    "accent": "#1f6f5c",
    "plan": "standard",
    "copy_to": "geheim@top-hearing.example",
    "embed_origins": ["https://www.top-hearing.example"],
    "places": [PLACE],
    "description": "Hörakustik mit Zeit und Ruhe, mitten in Stuttgart.",
}
CALENDARS = [
    {"id": stable_id(name), "nickname": name, "time_zone": ZONE, "place": PLACE} for name in ("Anna", "Ben", "Clara")
]
ALL = [calendar["id"] for calendar in CALENDARS]


def service(name: str, minutes: int, price: str | None, confirmation: str, text: str) -> Json:
    """A released service of the demo practice."""
    money = {"amount": price, "currency": "EUR"} if price else None
    facts = {"duration_minutes": minutes, "price": money, "confirmation": confirmation, "description": text}
    return {"id": stable_id(name), "name": name, "calendars": ALL, **facts}


SERVICES = [
    service("Servicetermin", 30, None, "automatic", "Reinigung und Kontrolle Ihrer Hörgeräte."),
    service("Beratung", 60, "49.00", "request", "Ausführliche Beratung mit Hörtest."),
    service("Batteriewechsel", 15, "5.00", "automatic", ""),
]

TEXT = {
    "version": 111222333,
    "name": "reminder",
    "title": "Terminerinnerung",
    "subject": "Ihr Termin am {when_short}",
    "text": "Guten Tag {name}",
    "button": "Ändern",
    "closing": "",
    "sms": "{when_short}: {link}",
    "filename": "",
    "changed": ["subject"],
    "placeholders": ["name", "when_short", "later"],
}


class House:
    """An `Rpc` whose world is a few dicts; `calls` holds what was asked, `answers` overrides a method's answer."""

    def __init__(self, clock: Callable[[], datetime]):
        self.clock = clock
        self.practice = dict(PRACTICE)
        self.services = list(SERVICES)
        self.fields: list[Json] = []
        self.closed: set[date] = set()
        self.taken: set[datetime] = set()
        self.full: set[date] = set()
        self.only = ALL  # who is free
        self.window_days = 60
        self.booked: dict[str, Json] = {}
        self.holds: dict[str, Json] = {}
        self.keys: dict[str, Json] = {}
        self.answers: dict[str, Any] = {}
        self.calls: list[tuple[str, Json]] = []

    def call(self, service: str, method: str, payload: Json, headers: Any = None, timeout: float = 5.0) -> Any:
        name = f"{service}.{method}"
        self.calls.append((name, payload))
        if name in self.answers:
            answer = self.answers[name]
            if isinstance(answer, Exception):
                raise answer
            return answer(payload) if callable(answer) else answer
        return json.loads(json.dumps(getattr(self, f"{service}_{method}")(**_safe(payload))))

    def asked(self, name: str) -> list[Json]:
        """The payloads of every call of this method so far."""
        return [payload for called, payload in self.calls if called == name]

    # -- practice -----------------------------------------------------------------------------------------------------

    def practice_by_slug(self, slug: str) -> Json:
        if slug != self.practice["slug"]:
            raise Refused("not_found")
        return self.practice

    def practice_by_id(self, id: str) -> Json:
        return self.practice

    # -- availability -------------------------------------------------------------------------------------------------

    def availability_catalogue(self, practice_id: str) -> Json:
        return {"services": self.services, "calendars": CALENDARS}

    def availability_slots(
        self, practice_id: str, service: str, from_: str, days: int, tz: str, calendar: str = "", **staff: Any
    ) -> str:
        first = date.fromisoformat(from_)
        listed = [first + timedelta(days=n) for n in range(days)]
        answer = [{"date": day.isoformat(), "slots": self._day(day, tz)} for day in listed]
        return json.dumps({"time_zone": tz, "from": from_, "days": answer, "next_free": self._next_free(first, tz)})

    def _day(self, day: date, tz: str) -> list[Json]:
        if day.weekday() > 4 or day in self.closed:
            return []
        times = [time(h, m) for h in (9, 10, 11, 14, 15, 16) for m in (0, 30)]
        starts = [datetime.combine(day, t, ZoneInfo(ZONE)) for t in times]
        return [
            {
                "start": start.astimezone(ZoneInfo(tz)).isoformat(),
                "end": (start + timedelta(minutes=30)).astimezone(ZoneInfo(tz)).isoformat(),
                "bookable": self._free(start),
                "calendars": self.only,
            }
            for start in starts
        ]

    def _free(self, start: datetime) -> bool:
        last = self.clock() + timedelta(days=self.window_days)
        if start.date() in self.full or not self.clock() < start < last:
            return False
        return start.astimezone(UTC) not in self.taken

    def _next_free(self, first: date, tz: str) -> str | None:
        for n in range(self.window_days + 2):
            for slot in self._day(first + timedelta(days=n), tz):
                if slot["bookable"]:
                    return str(slot["start"])
        return None

    # -- booking ------------------------------------------------------------------------------------------------------

    def booking_form(self, practice_id: str) -> Json:
        return {"fields": self.fields, "max_open_bookings": None, "version": 123456789}

    def booking_hold(
        self, practice_id: str, service: str, start: str, idempotency_key: str, calendar: str = ""
    ) -> Json:
        if idempotency_key in self.keys:
            return self.keys[idempotency_key]
        self._claim(start)
        hold = {"hold": new_id(), "start": start, "end": start, "calendar": calendar or ALL[0]}
        hold["expires_at"] = (self.clock() + timedelta(minutes=5)).isoformat()
        self.holds[hold["hold"]] = self.keys[idempotency_key] = hold
        return hold

    def booking_extend_hold(self, practice_id: str, hold: str) -> Json:
        if hold not in self.holds:
            raise Refused("hold_expired")
        return self.holds[hold] | {"expires_at": (self.clock() + timedelta(minutes=5)).isoformat()}

    def booking_release_hold(self, practice_id: str, hold: str) -> Json:
        if gone := self.holds.pop(hold, None):
            self.taken.discard(datetime.fromisoformat(gone["start"]).astimezone(UTC))
        return {"released": bool(gone)}

    def booking_book(
        self, practice_id: str, service: str, start: str, customer: Json, idempotency_key: str, **more: Any
    ) -> Json:
        if idempotency_key in self.keys:
            return self.keys[idempotency_key]
        if more.get("hold") not in self.holds:
            self._claim(start)
        token = new_id()[:22]
        found = next(each for each in self.services if each["id"] == service)
        begins = datetime.fromisoformat(start)
        status = "pending" if found["confirmation"] == "request" else "accepted"
        self.booked[token] = {
            "id": new_id(),
            "practice_id": practice_id,
            "status": status,
            "start": begins.isoformat(),
            "end": (begins + timedelta(minutes=found["duration_minutes"])).isoformat(),
            "time_zone": more.get("time_zone") or ZONE,
            "service": {name: found[name] for name in ("id", "name", "duration_minutes", "price")},
            "calendar": CALENDARS[0],
            "place": PLACE,
            "customer": customer,
            "comment": "",
            "confirmation": found["confirmation"],
        }
        self.keys[idempotency_key] = {**self.booked[token], "manage_token": token}
        return self.keys[idempotency_key]

    def booking_managed(self, token: str) -> Json:
        if token not in self.booked:
            raise Refused("not_found")
        found = self.booked[token]
        standing = found["status"] in ("accepted", "pending")
        extra = {"can_cancel": standing, "can_move": standing, "cancel_until": found["start"]}
        defaults = {"undo_until": None, "cancelled_at": None, "cancelled_by": None, "move_until": found["start"]}
        return defaults | found | extra | found.get("limits", {})

    def booking_cancel_managed(self, token: str) -> Json:
        now = self.clock()
        self.booked[token] |= {
            "before": self.booked[token]["status"],
            "status": "cancelled",
            "cancelled_at": now.isoformat(),
            "cancelled_by": "customer",
            "undo_until": (now + timedelta(minutes=10)).isoformat(),
        }
        self.taken.discard(datetime.fromisoformat(self.booked[token]["start"]).astimezone(UTC))
        return self.booking_managed(token)

    def booking_undo_managed(self, token: str) -> Json:
        self._claim(self.booked[token]["start"])
        self.booked[token] |= {"status": self.booked[token]["before"], "undo_until": None, "cancelled_at": None}
        return self.booking_managed(token)

    def booking_reschedule_managed(self, token: str, start: str, calendar: str = "") -> Json:
        self._claim(start)
        found = self.booked[token]
        length = datetime.fromisoformat(found["end"]) - datetime.fromisoformat(found["start"])
        found |= {"start": start, "end": (datetime.fromisoformat(start) + length).isoformat()}
        return self.booking_managed(token)

    def _claim(self, start: str) -> None:
        begins = datetime.fromisoformat(start)
        if begins.astimezone(UTC) in self.taken:
            raise Refused("slot_taken", {"alternatives": []})
        self.taken.add(begins.astimezone(UTC))

    def notify_templates(self, locale: str) -> Json:
        return {"items": [TEXT | {"locale": locale}]}

    def notify_reminder_rules(self) -> Json:
        return {"version": 2, "rules": [{"channel": "email", "before": 1440}, {"channel": "sms", "before": 180}]}

    def notify_channels(self, phone: str | None = None) -> Json:
        return {"email": {"possible": True, "reason": None}, "sms": {"possible": True, "reason": None}}

    def notify_require_channels(self, channels: list[str]) -> Json:
        return self.notify_channels()

    def notify_all_notification_settings(self) -> Json:
        own = {"email": "anna@outlook.com", "phone": None, "copy_to": None, "hint": "spam_folder"}
        return {"items": [{"calendar": CALENDARS[0]["id"], **own}]}


def _safe(payload: Json) -> Json:
    return {"from_" if name == "from" else name: value for name, value in payload.items()}
