"""A practice with much behind it and before it, written straight into the databases: appointments with their customers,
payments and messages, and invitations to video calls. What was there of these is gone.

Each kind is made from one that the product itself has made, so there must be one of each: an appointment with a message
about it, and an invitation.
"""

import random
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import Engine, Table, delete, insert, select, text

from availability import models as availability
from booking import models as booking
from booking.domain.customers import initials, name_key
from invitations import models as invitations
from notify.models import Base
from runtime.clock import utc_now
from runtime.ids import new_id

Row = dict[str, Any]
FIRST = ("Anna", "Bea", "Carla", "Dora", "Emil", "Franz", "Götz", "Hanna", "Ida", "Jürgen", "Karin", "Lena", "Max")
LAST = ("Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann", "Groß")
NAMES = tuple(product(FIRST, LAST))
PAST = ("completed",) * 17 + ("missed", "cancelled", "cancelled")
COMING = ("accepted",) * 17 + ("pending", "cancelled", "cancelled")
MADE_EARLIER = timedelta(days=9)
messages, mails, decided = (Base.metadata.tables[name] for name in ("messages", "appointments", "decisions"))


@dataclass(frozen=True)
class Sizes:
    """How much there is. `days` before today and after it hold the appointments, on workdays."""

    appointments: int = 20_000
    customers: int = 5_000
    invitations: int = 1_000
    days: int = 365


class Busy:
    """`fill` makes the practice so big. `engine(service)` leads to a service's database."""

    def __init__(self, engine: Callable[[str], Engine], practice: str, calendars: Sequence[str]):
        self._engine, self._practice, self._calendars = engine, practice, calendars
        self._chance = random.Random(1)
        self._now = utc_now()

    def fill(self, sizes: Sizes) -> dict[str, str]:
        """Ids to look at: a customer, one of their appointments to come, and an invitation."""
        template = self._one("booking", booking.appointments)
        people = [self._person(number) for number in range(sizes.customers)]
        rows = [self._appointment(template, people, *slot) for slot in self._slots(sizes)]
        self._booked(people, rows)
        self._told(rows)
        shown = next(row for row in rows if row["status"] == "accepted" and row["customer_id"])
        invited = self._invited(sizes.invitations)
        return {"appointment": shown["id"], "customer": shown["customer_id"], "invitation": invited}

    def _slots(self, sizes: Sizes) -> Iterator[tuple[int, datetime, str]]:
        """As many a workday as there must be, half an hour each, on all calendars from seven o'clock (UTC) on."""
        midnight = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
        days = [midnight + timedelta(days=number) for number in range(-sizes.days, sizes.days + 1)]
        days = [day for day in days if day.weekday() < 5 or day == midnight]
        for number in range(sizes.appointments):
            of_day, day = divmod(number, len(days))
            half_hours, calendar = divmod(of_day, len(self._calendars))
            yield number, days[day] + timedelta(hours=7, minutes=30 * half_hours), self._calendars[calendar]

    def _person(self, number: int) -> Row:
        """Two have the same name each, as father and son may."""
        first, last = NAMES[number // 2 % len(NAMES)]
        last, email = f"{last}-{_letters(number // 2)}", f"p{number}@busy.example"
        keys = {"first_key": name_key(first), "last_key": name_key(last), "initials": initials(first, last)}
        phone = f"+49711{1_000_000 + number}"
        contact = {"first_name": first, "last_name": last, "email": email, "email_key": email, "phone": phone}
        search = f"{first} {last} {email} {phone}".lower()
        times = {"created_at": self._now - MADE_EARLIER, "changed_at": self._now - MADE_EARLIER}
        known = {"phone_typed": phone, "locale": "de", "time_zone": None, "note": "", "merged_into": None}
        return {"id": new_id(), "practice_id": self._practice, "version": 1, **contact, **known, **keys, **times,
                "search": search}  # fmt: skip

    def _appointment(self, template: Row, people: list[Row], number: int, start: datetime, calendar: str) -> Row:
        person = people[number % len(people)]
        status = self._chance.choice(PAST if start < self._now else COMING)
        end = start + timedelta(minutes=30)
        names = ("first_name", "last_name", "email", "email_key", "phone", "phone_typed", "search")
        online = self._chance.random() < 0.4
        new = online and start > self._now and self._chance.random() < 0.05
        made = start - MADE_EARLIER if start < self._now else self._now - MADE_EARLIER
        paid = 4_900 if status == "completed" and number % 3 == 0 else 0
        price = {"amount": "49.00", "currency": "EUR"}
        return {
            **template,
            **{name: person[name] for name in names},
            "id": new_id(),
            "customer_id": None if number % 10 == 9 else person["id"],
            "status": status,
            "starts": start,
            "ends": end,
            "occupies_from": start,
            "occupies_until": end,
            "occupying": status in ("pending", "accepted"),
            "calendar_id": calendar,
            "calendar": {**template["calendar"], "id": calendar},
            "service": {**template["service"], "price": price},
            "paid": paid,
            "online": online,
            "handled_at": None if new else made,
            "created_at": made,
            "changed_at": made,
            "token_hash": secrets.token_hex(32),
        }

    def _booked(self, people: list[Row], rows: list[Row]) -> None:
        occupied = [_occupied(row) for row in rows if row["occupying"]]
        paid = [self._payment(row) for row in rows if row["paid"]]
        steps = [_step(row) for row in rows]
        self._replace("booking", {
            booking.occupancies: occupied, booking.payments: paid, booking.history: steps, booking.appointments: rows,
            booking.customers: people,
        })  # fmt: skip
        self._replace("availability", {availability.taken: [_taken(row) for row in rows if row["occupying"]]})

    def _payment(self, row: Row) -> Row:
        sum_ = {"amount": row["paid"], "currency": "EUR", "method": "cash", "note": None, "paid_at": row["starts"]}
        return {"id": new_id(), "practice_id": self._practice, "appointment_id": row["id"], "user_id": None, **sum_}

    def _told(self, rows: list[Row]) -> None:
        """A confirmation of each, a reminder of a third; of what comes, one in a hundred reached nobody."""
        template = self._one("notify", messages, messages.c.appointment_id.is_not(None))
        seen = self._one("notify", mails, mails.c.snapshot.is_not(None))
        sent = [self._message(template, row, "appointment_confirmed", number) for number, row in enumerate(rows)]
        sent += [self._message(template, row, "reminder", 1) for row in rows[::3]]
        known = [_known(seen, row) for row in rows]
        self._replace("notify", {messages: sent, mails: known})

    def _message(self, template: Row, row: Row, purpose: str, number: int) -> Row:
        failed = row["status"] == "accepted" and row["starts"] > self._now and number % 100 == 50
        at = row["created_at"] + timedelta(seconds=number % 3600)
        state = {"state": "failed", "reason": "unknown_recipient"} if failed else {"state": "sent", "reason": ""}
        times = {"queued_at": at, "changed_at": at, "not_before": at, "useful_until": row["ends"]}
        to = {"recipient": row["email"], "role": "customer", "channel": "email"}
        old: Row = {} if row["starts"] > self._now else {"snapshot": {}}
        return {**template, **times, **state, **to, **old, "id": new_id(), "appointment_id": row["id"],
                "purpose": purpose, "attempt": 1, "version": row["version"]}  # fmt: skip

    def _invited(self, count: int) -> str:
        template = self._one("invitations", invitations.invitations)
        mail = self._one("invitations", invitations.deliveries)
        rows = [self._invitation(template, number) for number in range(count)]
        sent = [{**mail, "invitation_id": row["id"], "attempt": 1} for row in rows]
        self._replace("invitations", {invitations.deliveries: sent, invitations.invitations: rows})
        return str(rows[-1]["id"])

    def _invitation(self, template: Row, number: int) -> Row:
        start = self._now + timedelta(hours=3 * number - 1_500)
        times = {"starts": start, "ends": start + timedelta(minutes=30), "valid_until": start + timedelta(hours=2)}
        made = {"created_at": start - MADE_EARLIER, "changed_at": start - MADE_EARLIER}
        name = {"first_name": FIRST[number % len(FIRST)], "last_name": LAST[number % len(LAST)]}
        return {**template, **times, **made, **name, "id": new_id(), "token_hash": secrets.token_hex(32),
                "last_key": None}  # fmt: skip

    def _one(self, service: str, table: Table, *conditions: Any) -> Row:
        with self._engine(service).connect() as connection:
            own = table.c.practice_id == self._practice
            return dict(connection.execute(select(table).where(own, *conditions).limit(1)).mappings().one())

    def _replace(self, service: str, tables: dict[Table, list[Row]]) -> None:
        """Given in the order in which they can be emptied."""
        engine = self._engine(service)
        with engine.begin() as connection:
            for table in tables:
                connection.execute(delete(table))
            for table, rows in reversed(tables.items()):
                for part in _parts(rows):
                    connection.execute(insert(table), part)
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("vacuum analyze"))


def _parts(rows: list[Row]) -> Iterable[list[Row]]:
    return (rows[at : at + 1_000] for at in range(0, len(rows), 1_000))


def _letters(number: int) -> str:
    """Of a name that nobody else has: digits as letters."""
    return str(number).translate(str.maketrans("0123456789", "abdefgilmn")).capitalize()


def _occupied(row: Row) -> Row:
    times = {"from_at": row["starts"], "until_at": row["ends"]}
    return {"resource_id": row["calendar_id"], "appointment_id": row["id"], "hold_id": None, **times}


def _step(row: Row) -> Row:
    """The first of its history."""
    who = {"what": "booked", "actor": "customer", "via": "api", "user_id": None, "note": None, "changed": None}
    now = {"to_status": row["status"], "to_start": row["starts"], "from_status": None, "from_start": None}
    return {"appointment_id": row["id"], "version": row["version"], "at": row["created_at"], **who, **now}


def _taken(row: Row) -> Row:
    start, end = int(row["starts"].timestamp()), int(row["ends"].timestamp())
    times = {"from_at": start, "until_at": end, "start_at": start, "end_at": end, "expires_at": None}
    return {"subject": row["id"], "calendar_id": row["calendar_id"], "kind": "appointment", **times}


def _known(template: Row, row: Row) -> Row:
    coming = row["status"] == "accepted" and row["starts"] > utc_now()
    facts = {name: row[name] for name in ("id", "version", "status", "starts", "ends")}
    return {**template, **facts, "snapshot": template["snapshot"] if coming else None}
