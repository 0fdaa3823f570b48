"""Several events in one transaction: all of them, or each by itself; and never one twice."""

from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError

from runtime import tables
from runtime.db import Database
from runtime.deliveries import Deliveries, Delivery, Handling
from runtime.edge import Endpoint, Subscription, on, subscriptions
from runtime.errors import Permanent
from runtime.ids import new_id
from runtime.testing import Databases
from runtime.topology import LADDER_MS
from services._runtime.tests.conformance import house
from services._runtime.tests.conformance.transports import COOK, event_body

RETRY = "kitchen.retry.1000"


class Kitchen:
    """The kitchen's deliveries over a database, without a broker: what is handed on is noted."""

    def __init__(self, database: Database, diary: Any):
        house.prepare(database)
        settings = SimpleNamespace(diary=str(diary))
        app: Any = SimpleNamespace(name="kitchen", db=database, clock=house.utc_now, settings=settings)
        self.database, self.handed_on = database, list[str]()
        self.reads = COOK
        endpoint = Endpoint(app, house.KitchenEdge)
        self.deliveries = Deliveries(endpoint, self, nullcontext(), nullcontext)
        self.commits = 0
        event.listen(Engine, "commit", self._count)

    def _count(self, connection: Any) -> None:
        self.commits += connection.engine.url == self.database.engine.url

    def publish(self, exchange: str, key: str, body: bytes, **properties: Any) -> None:
        self.handed_on.append(exchange)

    def handle(self, *dishes: dict[str, Any], again: bool = False) -> list[Handling]:
        found = [event_body(dish) for dish in dishes] * (2 if again else 1)
        self.commits = 0
        return self.deliveries.handle_together([_delivery(body, id, self.reads) for id, _, body in found])

    @property
    def effects(self) -> int:
        return len(house.subjects(self.database, "kitchen"))

    @property
    def counted(self) -> int:
        """Suspects whose starts are remembered."""
        return int(self.database.read(lambda s: s.scalar(select(func.count()).select_from(tables.starts))))

    @property
    def told(self) -> int:
        return int(self.database.read(lambda s: s.scalar(select(func.count()).select_from(tables.outbox))))


def _delivery(body: str, id: str, reads: Subscription = COOK) -> Delivery:
    return Delivery(reads, body.encode(), {}, id)


@pytest.fixture
def kitchen(databases: Databases, tmp_path: Any) -> Any:
    made = Kitchen(databases.new(None), tmp_path / "diary")
    yield made
    event.remove(Engine, "commit", made._count)


def test_events_that_wait_together_are_one_commit(kitchen: Kitchen) -> None:
    assert kitchen.handle({}, {}, {}) == [Handling.FINISHED] * 3
    assert (kitchen.effects, kitchen.told, kitchen.commits) == (3, 3, 1)


def test_one_that_fails_does_not_take_the_others_with_it(kitchen: Kitchen) -> None:
    """The batch rolls back whole, then each runs by itself: the failing one goes to the ladder."""
    assert kitchen.handle({}, {"fail": 9}, {}) == [Handling.FINISHED] * 3
    assert (kitchen.effects, kitchen.told, kitchen.handed_on) == (2, 2, [RETRY])


def test_the_same_event_twice_in_a_batch_has_one_effect(kitchen: Kitchen) -> None:
    kitchen.handle({}, {}, again=True)
    assert (kitchen.effects, kitchen.told) == (2, 2)


def test_what_is_none_of_its_business_costs_no_transaction(kitchen: Kitchen) -> None:
    kitchen.reads = replace(COOK, only=lambda event: "fail" not in event.data)
    assert kitchen.handle({"fail": 9}, {"fail": 9}) == [Handling.FINISHED] * 2
    assert kitchen.handle({"fail": 9}) == [Handling.FINISHED]
    assert (kitchen.effects, kitchen.commits, kitchen.handed_on) == (0, 0, [])
    kitchen.handle({}, {"fail": 9})
    assert (kitchen.effects, kitchen.commits, kitchen.handed_on) == (1, 1, [])


def test_what_a_later_version_minds_is_handled_when_it_is_given_again(kitchen: Kitchen) -> None:
    """An event that was passed over is not noted as handled: beside or after a new version a replay has its effect;
    one that was handled before its handler became choosy has no second one."""
    passed, handled = event_body({"fail": 0}), event_body({})
    give = lambda *events: kitchen.deliveries.handle_together(  # noqa: E731
        [_delivery(body, id, kitchen.reads) for id, _, body in events]
    )
    kitchen.reads = replace(COOK, only=lambda event: "fail" not in event.data)
    give(passed, handled)
    assert kitchen.effects == 1
    kitchen.reads = COOK
    give(passed, handled)
    assert kitchen.effects == 2


def test_one_that_cannot_be_judged_is_tried_again_or_parked(kitchen: Kitchen) -> None:
    """As if its handler had failed, and its neighbours are handled."""
    kitchen.reads = replace(COOK, only=lambda event: 1 / event.data.get("divisor", 1) > 0)
    assert kitchen.handle({}, {"divisor": 0}, {}) == [Handling.FINISHED] * 3
    assert (kitchen.effects, kitchen.handed_on) == (2, [RETRY])
    kitchen.reads = replace(COOK, only=_nobody_can_tell)
    kitchen.handle({})
    assert kitchen.handed_on == [RETRY, "parking"]


def test_a_suspect_that_is_none_of_its_business_is_counted_and_forgotten(kitchen: Kitchen) -> None:
    """However often the broker takes it back: it is never taken for a killer."""
    id, _, body = event_body({})
    reads = replace(COOK, only=lambda event: False)
    suspect = Delivery(reads, body.encode(), {"x-delivery-count": 9}, id)
    for _ in range(5):
        assert kitchen.deliveries.handle(suspect) is Handling.FINISHED
    assert (kitchen.effects, kitchen.handed_on, kitchen.counted) == (0, [], 0)


def test_a_suspect_that_merely_fails_is_forgotten(kitchen: Kitchen) -> None:
    """Its process lives. Counted, it would be parked as a killer at its fourth failure; and from the ladder it comes
    back unsuspected, so that nobody would strike the count off."""
    id, _, body = event_body({"fail": 9})
    suspect = Delivery(COOK, body.encode(), {"x-delivery-count": 9}, id)
    for _ in range(5):
        assert kitchen.deliveries.handle(suspect) is Handling.FINISHED
        assert kitchen.counted == 0
    assert kitchen.handed_on == [RETRY] * 5


def test_what_failed_is_told_even_if_the_database_is_gone_by_then(kitchen: Kitchen) -> None:
    """That it cannot forget the suspect is no fault of the event's: an event that is for good unreadable is parked."""
    id, _, body = event_body({})
    write, kitchen.reads = kitchen.database.write, replace(COOK, only=_nobody_can_tell)
    begun: list[Any] = []

    def once(*args: Any) -> Any:
        begun.append(args)
        return write(*args) if len(begun) == 1 else _gone()

    kitchen.database.write = once  # type: ignore[method-assign]
    kitchen.deliveries.handle(Delivery(kitchen.reads, body.encode(), {"x-delivery-count": 9}, id))
    assert (len(begun), kitchen.handed_on) == (2, ["parking"])


def test_only_holds_for_the_types_that_it_stands_beside() -> None:
    """A handler may be marked twice."""

    class Edge:
        @on("shop", "order.placed", only=_nobody_can_tell)
        @on("bank", "paid")
        def read(self, session: Any, event: Any) -> None:
            """Nothing."""

    assert {one.type: one.only for one in subscriptions("kitchen", Edge)} == {
        "paid": None,
        "order.placed": _nobody_can_tell,
    }


def _nobody_can_tell(event: Any) -> bool:
    raise Permanent("says too little")


def test_bytes_that_are_no_event_are_parked_and_their_neighbours_handled(kitchen: Kitchen) -> None:
    found = [event_body({}) for _ in range(2)]
    deliveries = [_delivery(body, id) for id, _, body in found]
    kitchen.deliveries.handle_together([deliveries[0], _delivery("{", new_id()), deliveries[1]])
    assert (kitchen.effects, kitchen.handed_on) == (2, ["parking"])


def test_a_database_that_is_away_uses_up_no_try(kitchen: Kitchen) -> None:
    """However long it takes: nothing is parked that its return would cure."""
    kitchen.database.write = _gone  # type: ignore[method-assign]
    _, _, body = event_body({})
    last = Delivery(COOK, body.encode(), {"x-attempt": len(LADDER_MS)}, new_id())
    assert kitchen.deliveries.handle(last) is Handling.FINISHED
    assert kitchen.handed_on == ["kitchen.retry.30000"]


def test_a_statement_that_fails_is_a_try(kitchen: Kitchen) -> None:
    kitchen.database.write = _too_slow  # type: ignore[method-assign]
    _, _, body = event_body({})
    last = Delivery(COOK, body.encode(), {"x-attempt": len(LADDER_MS)}, new_id())
    kitchen.deliveries.handle(last)
    assert kitchen.handed_on == ["parking"]


def _gone(*_: Any) -> None:
    raise OperationalError("insert", {}, Exception("could not connect to server"))


def _too_slow(*_: Any) -> None:
    raise OperationalError("insert", {}, QueryCanceled())


class QueryCanceled(Exception):
    pgcode = "57014"
