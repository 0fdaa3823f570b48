"""Three small services that every transport must serve alike: shop tells the kitchen, the kitchen tells the bank.

What an order makes its handlers do stands in the event: {"fail": 2} fails twice, {"permanent": true} for good,
{"kill": 1} ends the process that often, {"seconds": 1} takes its time, {"free": true} is none of the bank's business.
`effects` has no unique key: doubles show.
"""

import os
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from runtime import tables
from runtime.clock import utc_now
from runtime.db import Database, Session
from runtime.edge import Access, Call, on, rpc
from runtime.errors import Permanent
from runtime.ids import new_id
from runtime.messages import Event
from runtime.outbox import emit
from runtime.service import App, Service
from runtime.settings import BaseSettings, setting
from runtime.telemetry import trace_id

metadata = MetaData()
effects = Table(
    "effects",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("service", String(20)),
    Column("subject", String(36)),
    Column("trace", String(32)),
)


@dataclass(frozen=True, kw_only=True)
class Settings(BaseSettings):
    diary: str = setting("DIARY", "file that notes every start of a handler, rolled back or not")


class SoldOut(Exception):
    code = "sold_out"

    def __init__(self, **facts: Any):
        super().__init__("internal wording that must not travel", facts)
        self.facts = facts


class Order(Schema):
    dish = fields.Dict(load_default=dict)


class Nap(Schema):
    seconds = fields.Float(required=True)
    timeout = fields.Float(load_default=5.0)


class ShopEdge:
    def __init__(self, app: App):
        self.app = app

    @rpc(Order)
    def place(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        return {"id": self.app.db.write(place, request["dish"]), "trace": trace_id(), "locale": call.locale}

    @rpc(Order)
    def refuse(self, call: Call, request: dict[str, Any]) -> None:
        raise SoldOut(left=0, dishes=["soup"])

    @rpc()
    def stumble(self, call: Call, request: dict[str, Any]) -> None:
        raise RuntimeError("secret of the database")

    @rpc()
    def babble(self, call: Call, request: dict[str, Any]) -> Any:
        return {"not json": object()}

    @rpc(allow=Access.STAFF, scope="shop:read")
    def whoami(self, call: Call, request: dict[str, Any]) -> str:
        return call.practice_id

    @rpc(allow=Access.SERVICE)
    def backdoor(self, call: Call, request: dict[str, Any]) -> str | None:
        return call.caller.service

    @rpc(Nap)
    def nap(self, call: Call, request: dict[str, Any]) -> str:
        time.sleep(request["seconds"])
        note(self.app, "nap", "done")
        return "rested"

    @rpc(Nap)
    def query(self, call: Call, request: dict[str, Any]) -> str:
        self.app.db.read(lambda s: s.connection.exec_driver_sql(f"select pg_sleep({request['seconds']:f})"))
        return "queried"

    @rpc(Nap)
    def spin(self, call: Call, request: dict[str, Any]) -> str:
        end = time.monotonic() + request["seconds"]
        while time.monotonic() < end:
            pass
        return "dizzy"


class KitchenEdge:
    def __init__(self, app: App):
        self.app = app

    @rpc()
    def relay_identity(self, call: Call, request: dict[str, Any]) -> Any:
        return self.app.ask("shop", "backdoor", {})

    @rpc(Nap)
    def let_nap(self, call: Call, request: dict[str, Any]) -> Any:
        return self.app.ask("shop", "nap", {"seconds": request["seconds"]}, timeout=request["timeout"])

    @on("shop", "order.placed")
    def cook(self, session: Session, event: Event) -> None:
        note(self.app, "kitchen", event.subject)
        tries = starts(Path(self.app.settings.diary))["kitchen", event.subject] if event.data else 1
        session.execute(insert(effects).values(service="kitchen", subject=event.subject, trace=trace_id()))
        if tries <= event.data.get("kill", 0):
            os._exit(9)
        time.sleep(event.data.get("seconds", 0))
        if event.data.get("permanent"):
            raise Permanent("nobody can cook a stone")
        if tries <= event.data.get("fail", 0):
            raise RuntimeError("collapsed")
        tell(session, "kitchen", "dish.cooked", event.subject, {"free": True} if event.data.get("free") else {})


def costs(event: Event) -> bool:
    return "free" not in event.data


class BankEdge:
    def __init__(self, app: App):
        self.app = app

    @on("kitchen", "dish.cooked", only=costs)
    def charge(self, session: Session, event: Event) -> None:
        note(self.app, "bank", event.subject)
        session.execute(insert(effects).values(service="bank", subject=event.subject, trace=trace_id()))


def place(session: Session, dish: dict[str, Any]) -> str:
    return tell(session, "shop", "order.placed", new_id(), dish)


def tell(session: Session, source: str, type: str, subject: str, data: dict[str, Any]) -> str:
    now = utc_now()
    emit(session, source, type, subject=subject, practice_id=subject, version=1, now=now, data=data)
    return subject


def note(app: App, service: str, subject: str) -> None:
    """Write into the diary, outside of any transaction."""
    with Path(app.settings.diary).open("a") as file:
        file.write(f"{service} {subject}\n")


def starts(diary: Path) -> Counter[tuple[str, str]]:
    """How often each handler was started for each subject."""
    return (
        Counter((w[0], w[1]) for w in map(str.split, diary.read_text().splitlines())) if diary.exists() else Counter()
    )


EDGES = {"shop": ShopEdge, "kitchen": KitchenEdge, "bank": BankEdge}
SERVICES = {
    name: Service(name=name, edge=edge, settings=Settings, migrations=Path(__file__).parent)
    for name, edge in EDGES.items()
}


def prepare(database: Database) -> None:
    """Create the tables that a migration would create."""
    with database.engine.execution_options(immediate=True).begin() as connection:
        for each in (tables.metadata, metadata):
            each.create_all(connection)
        if not database.sqlite:
            connection.exec_driver_sql(tables._NOTIFY)


def subjects(database: Database, service: str) -> list[str]:
    """The subjects of all effects of this service."""
    rows = select(effects.c.subject).where(effects.c.service == service).order_by(effects.c.n)
    return database.read(lambda session: list(session.scalars(rows)))
