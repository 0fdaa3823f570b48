"""A house of three small services for tests: shop tells the kitchen, the kitchen tells the bank.

Run as a program it is the child of the kill test: it places orders over RPC until it is killed.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from runtime import tables
from runtime.clock import Clock, utc_now
from runtime.db import Database, Session
from runtime.edge import on, rpc
from runtime.embedded import EmbeddedBus
from runtime.errors import Permanent
from runtime.identity import Signer
from runtime.ids import new_id
from runtime.messages import Event
from runtime.outbox import emit
from runtime.service import App, Service
from runtime.testing import SEED, keyring

metadata = MetaData()
effects = Table("effects", metadata, Column("n", Integer, primary_key=True), Column("subject", String(36)))


@dataclass(frozen=True)
class Settings:
    """Nothing to set."""


class Refusal(Exception):
    code = "sold_out"

    def __init__(self) -> None:
        super().__init__()
        self.facts = {"left": 0}


class Order(Schema):
    dish = fields.String(required=True)


class ShopEdge:
    def __init__(self, app: App):
        self.app = app

    @rpc(Order)
    def place(self, call: Any, request: dict[str, Any]) -> dict[str, Any]:
        if request["dish"] == "unicorn":
            raise Refusal
        return {"id": self.app.db.write(_place, call.now, request["dish"])}


def _place(session: Session, now: Any, dish: str) -> str:
    id = new_id()
    session.execute(insert(effects).values(subject=id))
    emit(session, "shop", "order.placed", subject=id, practice_id=id, version=1, now=now, data={"dish": dish})
    return id


class KitchenEdge:
    failures = 0

    def __init__(self, app: App):
        self.app = app

    @on("shop", "order.placed")
    def cook(self, session: Session, event: Event) -> None:
        if event.data["dish"] == "stone":
            raise Permanent("nobody can cook a stone")
        session.execute(insert(effects).values(subject=event.subject))
        emit(
            session,
            "kitchen",
            "dish.cooked",
            subject=event.subject,
            practice_id=event.practice_id,
            version=1,
            now=self.app.clock(),
            data={},
        )
        if event.data["dish"] == "souffle" and KitchenEdge.failures > 0:
            KitchenEdge.failures -= 1
            raise RuntimeError("collapsed")


class BankEdge:
    def __init__(self, app: App):
        self.app = app

    @on("kitchen", "dish.cooked")
    def charge(self, session: Session, event: Event) -> None:
        session.execute(insert(effects).values(subject=event.subject))


EDGES = {"shop": ShopEdge, "kitchen": KitchenEdge, "bank": BankEdge}


def build(folder: Path, clock: Clock = utc_now, edges: dict[str, type] = EDGES) -> list[tuple[Service, App]]:
    """The services with a SQLite file each below `folder`."""
    return [_service(folder, clock, name, edge) for name, edge in edges.items()]


def _service(folder: Path, clock: Clock, name: str, edge: type) -> tuple[Service, App]:
    database = Database(f"sqlite:///{folder / name}.db")
    for each in (tables.metadata, metadata):
        each.create_all(database.engine)
    service = Service(name=name, edge=edge, settings=Settings, migrations=folder)
    signer = Signer(name, SEED)
    return service, App(name, database, clock, Settings(), None, signer, keyring())  # type: ignore[arg-type]


def subjects(app: App) -> list[str]:
    """Subjects of all effects in this service's database, in order."""
    return app.db.read(lambda session: list(session.scalars(select(effects.c.subject).order_by(effects.c.n))))


def main(folder: Path) -> None:
    bus = EmbeddedBus(build(folder), utc_now)
    bus.start()
    sys.stdout.write("running\n")
    sys.stdout.flush()
    while True:
        bus.rpc.call("shop", "place", {"dish": "soup"})
        sys.stdout.write("placed\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
