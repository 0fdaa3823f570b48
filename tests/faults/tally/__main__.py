"""`told` events come in; each is counted and answered by an `echoed`, which is counted, too.

What an event makes its handler do stands in its data: {"do": "kill"} ends the process, {"do": "refuse"} can never be
handled. One in a hundred fails by chance and is tried again. `counts` has no unique key: doubles show.
"""

import os
import random
import signal
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, insert
from sqlalchemy.dialects import postgresql

from runtime.clock import utc_now
from runtime.db import Session
from runtime.edge import on
from runtime.errors import Permanent
from runtime.ids import new_id
from runtime.messages import Event
from runtime.outbox import emit
from runtime.service import App, Service
from runtime.settings import BaseSettings

NAME = "tally"
PRACTICE = "00000000-0000-0000-0000-000000000000"
CHANCE_OF_FAILURE = 0.01

metadata = MetaData()
numbers = Table("numbers", metadata, Column("number", Integer, primary_key=True, autoincrement=False))
counts = Table(
    "counts",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("reader", String(20), nullable=False),
    Column("number", Integer, nullable=False),
)


class TallyEdge:
    def __init__(self, app: App):
        self.app = app

    @on(NAME, "number.told")
    def count(self, session: Session, event: Event) -> None:
        number = _count(session, "count", event)
        _misbehave(event)
        emit_number(session, "number.echoed", {"number": number})

    @on(NAME, "number.echoed")
    def echo(self, session: Session, event: Event) -> None:
        _count(session, "echo", event)
        _misbehave(event)


def _count(session: Session, reader: str, event: Event) -> int:
    number = int(event.data["number"])
    session.execute(insert(counts).values(reader=reader, number=number))
    return number


def _misbehave(event: Event) -> None:
    if event.data.get("do") == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if event.data.get("do") == "refuse":
        raise Permanent("nobody can count this")
    if random.random() < CHANCE_OF_FAILURE:
        raise RuntimeError("failed by chance")


def emit_number(session: Session, type: str, data: dict[str, Any]) -> None:
    emit(session, NAME, type, subject=new_id(), practice_id=PRACTICE, version=1, now=utc_now(), data=data)


def tell(session: Session, wanted: list[dict[str, Any]]) -> None:
    """Tell these numbers (`number`, perhaps `do`). Repeated after a commit of unknown outcome it tells none twice."""
    rows = postgresql.insert(numbers).values([{"number": data["number"]} for data in wanted])
    fresh = set(session.scalars(rows.on_conflict_do_nothing().returning(numbers.c.number)))
    for data in wanted:
        if data["number"] in fresh:
            emit_number(session, "number.told", data)


SERVICE = Service(name=NAME, edge=TallyEdge, settings=BaseSettings, migrations=Path(__file__).parent / "migrations")

if __name__ == "__main__":
    from runtime.cli import main

    main(SERVICE)
