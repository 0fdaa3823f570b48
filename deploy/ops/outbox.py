"""`terminfluss ops outbox` and `ops replay`: what waits to be published, and what was and shall be again."""

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from deploy.house import all_subscriptions
from deploy.ops.place import NAMES, Failed, Place, WrongInput
from deploy.ops.words import age, stamp
from runtime import tables
from runtime.clock import utc_now
from runtime.db import Database, Session
from runtime.edge import Subscription

OUTBOX = tables.outbox.c
BATCH = 1000


@dataclass(frozen=True)
class Waiting:
    """The unpublished events of one service."""

    service: str
    waiting: int
    oldest: datetime | None
    tries: int
    error: str


@dataclass(frozen=True)
class Choice:
    """Events of a service published since `since`, of these types (empty: all)."""

    since: datetime
    types: frozenset[str]

    def after(self, seq: int) -> list[ColumnElement[bool]]:
        """Restricted to what follows `seq`."""
        wanted = [OUTBOX.published >= self.since, OUTBOX.seq > seq]
        return [*wanted, OUTBOX.routing_key.in_(self.types)] if self.types else wanted


def add_outbox_to(parser: ArgumentParser) -> None:
    parser.add_argument("--service", choices=NAMES, help="this one only")
    parser.add_argument("--json", action="store_true", help="for machines")


def add_replay_to(parser: ArgumentParser) -> None:
    parser.add_argument("--service", required=True, choices=NAMES, help="whose events")
    parser.add_argument("--since", required=True, type=_instant, help="published since: 2031-03-05T12:00:00Z")
    parser.add_argument("--type", action="append", default=[], help="of this type only; may be repeated")
    parser.add_argument("--to", metavar="QUEUE", help="for this reader only, instead of all")
    parser.add_argument("--yes", action="store_true", help="do it; without, they are only counted")


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant


_instant.__name__ = "instant with an offset"  # argparse names it in its error


def show(place: Place, chosen: Namespace) -> None:
    """Print the state of one outbox, or of all. Raises WrongInput, Failed."""
    names = [chosen.service] if chosen.service else NAMES
    states = [_state(place, name, alone=bool(chosen.service)) for name in names]
    if chosen.json:
        print(json.dumps([_plain(state) for state in states], ensure_ascii=False, indent=2))
        return
    now = utc_now()
    print(f"{'service':<14}{'waiting':>8}{'oldest':>10}{'tries':>7}  last error")
    for each in states:
        oldest = age(now - each.oldest) if each.oldest else "–"
        print(f"{each.service:<14}{each.waiting:>8}{oldest:>10}{each.tries:>7}  {each.error or '–'}")


def _plain(state: Waiting) -> dict[str, Any]:
    return asdict(state) | {"oldest": state.oldest and stamp(state.oldest)}


def _state(place: Place, service: str, *, alone: bool) -> Waiting:
    with closing(place.database(service, alone=alone)) as database:
        return Waiting(service, *database.read(_unpublished))


def _unpublished(session: Session) -> tuple[int, datetime | None, int, str]:
    todo = OUTBOX.published.is_(None)
    count = select(func.count(), func.min(OUTBOX.created), func.max(OUTBOX.tries)).where(todo)
    waiting, oldest, tries = session.execute(count).one()
    last = select(OUTBOX.error).where(todo, OUTBOX.error.is_not(None)).order_by(OUTBOX.not_before.desc()).limit(1)
    return waiting, oldest, tries or 0, session.scalar(last) or ""


def replay(place: Place, chosen: Namespace) -> None:
    """Count what was asked for, and with --yes publish it again under its old ids. Raises WrongInput, Failed."""
    reader = _reader(chosen) if chosen.to else None
    choice = Choice(chosen.since, frozenset([reader.type] if reader else chosen.type))
    with closing(place.database(chosen.service, alone=True)) as database:
        found = database.read(_count, choice)
        print(f"{sum(found.values())} events of {chosen.service} published since {stamp(chosen.since)}")
        for type, count in found.most_common():
            print(f"  {count:>7}  {type}")
        if not found:
            return
        if not chosen.yes:
            print(f"--yes publishes them again, for {chosen.to or 'all readers'}")
        elif reader:
            print(f"{_send(place, database, choice, reader)} given to {chosen.to}")
        else:
            print(f"{_publish_again(database, choice)} handed to the relay, which publishes them now")


def _reader(chosen: Namespace) -> Subscription:
    known = {each.queue: each for each in all_subscriptions() if each.source == chosen.service}
    reader = known.get(chosen.to)
    if reader is None:
        raise WrongInput(f"--to: nobody reads {chosen.service}'s events from {chosen.to}")
    if chosen.type and set(chosen.type) != {reader.type}:
        raise WrongInput(f"--type: {chosen.to} takes {reader.type} only")
    return reader


def _count(session: Session, choice: Choice) -> Counter[str]:
    by_type = (
        select(OUTBOX.routing_key, func.count().label("count")).where(*choice.after(0)).group_by(OUTBOX.routing_key)
    )
    return Counter({row.routing_key: row.count for row in session.execute(by_type)})


def _batches(database: Database, choice: Choice) -> Iterable[list[Any]]:
    """In their order, up to what is the newest now: the relay publishes while this goes on."""
    last, end = 0, database.read(lambda session: session.scalar(select(func.max(OUTBOX.seq)))) or 0
    columns = select(OUTBOX.seq, OUTBOX.id, OUTBOX.body)
    while True:
        page = columns.where(*choice.after(last), OUTBOX.seq <= end).order_by(OUTBOX.seq).limit(BATCH)
        rows = database.read(lambda session, page=page: list(session.execute(page)))
        if not rows:
            return
        yield rows
        last = rows[-1].seq


def _publish_again(database: Database, choice: Choice) -> int:
    """Unpublish them: the relay does the rest, under the same ids."""
    done = 0
    for rows in _batches(database, choice):
        database.write(_unpublish, [row.seq for row in rows])
        done += len(rows)
    return done


def _unpublish(session: Session, seqs: list[int]) -> None:
    session.execute(update(tables.outbox).where(OUTBOX.seq.in_(seqs)).values(published=None, not_before=None, tries=0))


def _send(place: Place, database: Database, choice: Choice, reader: Subscription) -> int:
    done = 0
    with place.reader(reader) as tell:
        for rows in _batches(database, choice):
            for row in rows:
                try:
                    tell(row.id, row.body)
                except Exception as error:
                    raise Failed(f"{done} given; then {type(error).__name__}: {error}") from error
                done += 1
    return done
