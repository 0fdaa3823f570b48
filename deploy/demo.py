"""The demo practice "Top Hearing": made through the services' own questions and commands, as anybody could.

`seed` may run at every start: it makes what is missing and leaves alone what is there. Against a distributed system:

    AMQP_URI=amqp://… IDENTITY_KEY=<the operator's> DEMO_PASSWORD=… python -m deploy.demo
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from deploy.home import OPERATOR
from deploy.top_hearing import (
    BOOKINGS,
    CALENDARS,
    CUSTOMERS,
    HOURS,
    INVITATIONS,
    OWNER,
    PRACTICE,
    RECEPTION,
    SERVICES,
    SLUG,
    VISITS,
    ZONE,
)
from runtime.clock import utc_now
from runtime.errors import Refused, Unavailable
from runtime.identity import Signer
from runtime.service import Rpc
from runtime.settings import WrongSetting, read, setting

T = TypeVar("T")
Json = dict[str, Any]

PATIENCE = 60.0  # seconds for an answer, and for one service to hear of another's change


class Demo:
    """Makes the demo practice over `rpc`. `operator` signs as whoever runs the installation."""

    def __init__(self, rpc: Rpc, operator: Signer, password: str, now: datetime):
        self.rpc, self.operator, self.password, self.now = rpc, operator, password, now
        self.identity = ""

    def seed(self) -> None:
        practice_id = self.provision()
        self.identity = self.sign_in()
        self.colleague()
        calendars = {nickname: self.calendar(nickname, practice_id) for nickname in CALENDARS}
        services = {name: self.service(name, list(calendars.values())) for name in SERVICES}
        if not self.staff("booking", "appointments", {"limit": 1})["items"]:
            for booking in BOOKINGS:
                self.book(practice_id, calendars, services, *booking)
            for days, at, nickname, service, first_name, last_name, became, paid in VISITS:
                wish = {"calendar": calendars[nickname], "service": services[service], "notify": False, "force": True}
                customer = {"first_name": first_name, "last_name": last_name, "phone": "+49 151 23456789"}
                self.visit(
                    {**wish, "start": self.working_day(days, at).isoformat(), "customer": customer}, became, paid
                )
            self.customers()
            self.book_for_somebody_with_a_landline(calendars["Ben"], services["Servicetermin"])
            self.days_off(calendars)
        if not self.staff("invitations", "invitations", {"limit": 1})["items"]:
            for invitation in INVITATIONS:
                self.invite(calendars, *invitation)

    def provision(self) -> str:
        owner = {"name": "Dora Winter", "email": OWNER, "password": self.password}
        answer = patiently(lambda: self.as_operator("provision", {**PRACTICE, "owner": owner}))
        return str(answer["practice_id"])

    def sign_in(self) -> str:
        """The owner's access token; a DEMO_PASSWORD that is new becomes the password."""
        credentials = {"email": OWNER, "password": self.password}
        try:
            answer = self.ask("practice", "sign_in", {**credentials, "address": "demo"})
        except Refused as error:
            if error.code != "bad_credentials":
                raise
            self.as_operator("set_password", credentials)
            answer = self.ask("practice", "sign_in", {**credentials, "address": "demo"})
        return str(answer["access_token"])

    def colleague(self) -> None:
        """Somebody at the reception, who signs in with the demo password, too."""
        known = {user["email"] for user in self.staff("practice", "users", {})["items"]}
        if RECEPTION["email"] not in known:
            self.staff("practice", "invite_user", {**RECEPTION, "locale": "de"})
            self.as_operator("set_password", {"email": RECEPTION["email"], "password": self.password})

    def calendar(self, nickname: str, practice_id: str) -> str:
        known = {c["nickname"]: c["id"] for c in self.staff("availability", "list_calendars", {})["items"]}
        id = known.get(nickname) or self.new_calendar(nickname)
        if not any(self.staff("availability", "get_hours", {"calendar": id})["hours"].values()):
            self.staff("availability", "put_hours", {"calendar": id, "hours": HOURS})
        self.channels(id, CALENDARS[nickname])
        return str(id)

    def new_calendar(self, nickname: str) -> Any:
        [place] = self.staff("practice", "places", {})["items"][:1]
        wanted = {"name": CALENDARS[nickname]["name"], "nickname": nickname, "place": place["id"], "time_zone": ZONE}
        made = patiently(
            lambda: self.staff("availability", "create_calendar", {**wanted, "start_interval_minutes": 30})
        )
        return made["id"]

    def channels(self, calendar: str, addresses: Json) -> None:
        current = patiently(lambda: self.staff("notify", "notification_settings", {"calendar": calendar}))
        if not any(current.get(name) for name in ("email", "phone", "copy_to")):
            wanted = {"email": addresses["email"], "phone": None, "copy_to": addresses.get("copy_to")}
            self.staff("notify", "update_notification_settings", {"calendar": calendar, **wanted})

    def service(self, name: str, calendars: list[str]) -> str:
        known = {s["name"]: s["id"] for s in self.staff("availability", "list_services", {})["items"]}
        wanted = {"name": name, "released": True, "min_notice_minutes": 60, "window_days": 60, "calendars": calendars}
        return str(known.get(name) or self.staff("availability", "create_service", {**wanted, **SERVICES[name]})["id"])

    def days_off(self, calendars: dict[str, str]) -> None:
        """Public holidays and a vacation, later than the next eight weeks: those stay free for trying out. And an
        absence tomorrow, in the lunch break."""
        noon = {end: self.working_day(1, at).isoformat() for end, at in (("from", "12:00"), ("to", "13:30"))}
        self.staff("availability", "add_absence", {"calendar": calendars["Clara"], **noon, "reason": "Fortbildung"})
        first = (self.now + timedelta(weeks=8)).date()
        for year in (first.year, first.year + 1):
            region = {"country": "DE", "subdivision": "BW", "year": year, "language": "de"}
            found = self.staff("availability", "importable_holidays", {"calendar": calendars["Anna"], **region})
            dates = [one["date"] for one in found["items"] if one["date"] > first.isoformat()]
            if dates:
                wish = {"calendars": list(calendars.values()), **region, "dates": dates}
                self.staff("availability", "import_holidays", wish)
        begin = first + timedelta(days=14 - first.weekday())
        vacation = {"from": begin.isoformat(), "to": (begin + timedelta(days=11)).isoformat()}
        self.staff("availability", "add_vacation", {"calendar": calendars["Clara"], **vacation})

    def book(
        self,
        practice_id: str,
        calendars: dict[str, str],
        services: dict[str, str],
        days: int,
        at: str,
        nickname: str,
        service: str,
        first_name: str,
        last_name: str,
    ) -> None:
        """Book as this customer; a slot that is not offered or taken is skipped."""
        start = self.working_day(days, at)
        customer = {
            "first_name": first_name,
            "last_name": last_name,
            "email": f"{first_name}.{last_name}@kunden.example".translate(PLAIN).lower(),
            "phone": f"0151 23456{days}{start:%H}",
        }
        wish = {"service": services[service], "calendar": calendars[nickname], "start": start.isoformat()}
        key = f"demo-{start:%Y%m%d%H%M}-{nickname}"
        command = {"practice_id": practice_id, **wish, "customer": customer, "idempotency_key": key, "locale": "de"}
        try:
            patiently(lambda: self.ask("booking", "book", command))
        except Refused as error:
            if error.code not in ("slot_not_offered", "slot_taken"):
                raise

    def customers(self) -> None:
        """Records of some of them, one linked to its appointment."""
        makes = [{**customer, "country": "DE", "idempotency_key": f"demo-{n}"} for n, customer in enumerate(CUSTOMERS)]
        made = [self.staff("booking", "create_customer", customer) for customer in makes]
        wanted = {"q": made[0]["phone"], "limit": 1}
        for appointment in self.staff("booking", "appointments", wanted)["items"]:
            self.staff("booking", "link_customer", {"id": appointment["id"], "customer_id": made[0]["id"]})

    def invite(
        self,
        calendars: dict[str, str],
        days: int,
        at: str,
        minutes: int,
        nickname: str,
        first_name: str,
        last_name: str,
        channels: list[str],
        locale: str,
    ) -> None:
        """Invite this guest to a video call."""
        guest = {
            "first_name": first_name,
            "last_name": last_name,
            "email": f"{first_name}.{last_name}@gaeste.example".lower(),
            "phone": "+49 151 23456780",
        }
        when = {"start": self.working_day(days, at).isoformat(), "duration_minutes": minutes}
        possible = self.staff("notify", "channels", {})
        ways = [way for way in channels if possible[way]["possible"]]
        how = {"channels": ways, "locale": locale, "consent": True, "calendar": calendars[nickname]}
        wish = {**guest, **when, **how, "idempotency_key": f"demo-{first_name}-{last_name}"}
        patiently(lambda: self.staff("invitations", "create_invitation", wish))

    def visit(self, wish: Json, became: str, paid: str) -> None:
        """Book as staff, and note what became of it and what was paid."""
        start = wish["start"]
        booked = self.staff("booking", "book_for", {**wish, "idempotency_key": f"demo-visit-{start}", "locale": "de"})
        if became:
            self.staff("booking", "change_status", {"id": booked["id"], "action": became, "notify": False})
        if paid:
            money = {"amount": paid, "currency": "EUR"}
            self.staff("booking", "add_payment", {"id": booked["id"], "amount": money, "method": "card"})

    def book_for_somebody_with_a_landline(self, calendar: str, service: str) -> None:
        """Whom no message reaches: the practice has to call."""
        customer = self.staff("booking", "customers", {"q": CUSTOMERS[-1]["phone"]})["items"][0]["id"]
        start = self.working_day(4, "09:00").isoformat()
        wish = {"service": service, "calendar": calendar, "start": start, "customer_id": customer}
        try:
            patiently(lambda: self.staff("booking", "book_for", wish))
        except Refused as error:
            if error.code not in ("slot_not_offered", "slot_taken"):
                raise

    def working_day(self, days: int, at: str) -> datetime:
        """This wall-clock time on the nth Monday-to-Friday after today, or before it where n is negative."""
        day, step = self.now.astimezone(ZoneInfo(ZONE)).date(), 1 if days > 0 else -1
        while days:
            day += timedelta(days=step)
            days -= step * (day.weekday() < 5)
        return datetime.combine(day, datetime.strptime(at, "%H:%M").time(), ZoneInfo(ZONE))  # noqa: DTZ007 (a time)

    def as_operator(self, method: str, payload: Json) -> Any:
        return self.ask("practice", method, payload, self.operator.service_token(utc_now()))

    def staff(self, service: str, method: str, payload: Json) -> Any:
        return self.ask(service, method, payload, self.identity)

    def ask(self, service: str, method: str, payload: Json, identity: str = "") -> Any:
        """With all the time that a machine needs on which everything starts at once."""
        return self.rpc.call(service, method, payload, {"identity": identity} if identity else None, PATIENCE)


PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ö": "oe", "ß": "ss", "é": "e", "è": "e"})


def seed(rpc: Rpc, operator: Signer, password: str, now: datetime) -> None:
    """Make the demo practice, or complete it. Raises Refused, Unavailable."""
    Demo(rpc, operator, password, now).seed()


def patiently(ask: Callable[[], T]) -> T:
    """Ask again while the other service is not there, or has not yet heard of what this is about."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except (Refused, Unavailable) as error:
            if error.code not in ("not_found", "invalid", Unavailable.code) or time.monotonic() > end:
                raise
            time.sleep(0.02)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What seeding a distributed system takes."""

    amqp_uri: str = setting("AMQP_URI", "amqp://user:password@host:5672/vhost, as the operator")
    identity_key: str = setting("IDENTITY_KEY", "the operator's private Ed25519 key, 32 bytes in base64")
    password: str = setting("DEMO_PASSWORD", "password of the demo practice's owner")
    public_url: str = setting("PUBLIC_URL", "where people will find it", "http://127.0.0.1:8080")


def main() -> None:
    from runtime.rpcclient import BrokerRpc

    settings = read(Settings, os.environ)
    rpc = BrokerRpc(settings.amqp_uri, OPERATOR)
    try:
        seed(rpc, Signer(OPERATOR, settings.identity_key), settings.password, utc_now())
    finally:
        rpc.close()
    print(f"Book a slot: {settings.public_url}/p/{SLUG}")
    print(f"Staff: {settings.public_url}/login  {OWNER}  {settings.password}")


if __name__ == "__main__":
    try:
        main()
    except WrongSetting as error:
        sys.exit(str(error))
    except (Refused, Unavailable) as error:
        sys.exit(f"The demo practice is not complete: {error}")
