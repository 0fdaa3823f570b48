"""What the pages of the desk cost in questions to services and in SQL statements: as many, however much there is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import get_ident
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from deploy import demo
from deploy.embedded import House
from gateway import forget
from gateway.api import examples
from gateway.context import EXTENSION
from runtime.clock import utc_now
from tests.busy import Busy, Sizes
from tests.conftest import stack_in
from tests.desk_pages import PAGES, objects
from tests.end_to_end.people import Walker
from tests.systems import until

FEW = Sizes(appointments=60, customers=20, invitations=2, days=14)
MANY = Sizes(appointments=1_200, customers=200, invitations=60, days=14)
QUESTIONS, STATEMENTS = 9, 15  # of the most expensive page; a new one should do with less
LEAD_ON = {"pages.desk"}  # to today


@dataclass
class Cost:
    """Questions to services by name, theirs among each other included, and how many statements there were."""

    questions: list[str] = field(default_factory=list)
    statements: int = 0


@dataclass
class Desk:
    """A practice in a house of one process, whose owner looks at pages."""

    house: House
    app: Flask
    owner: Walker

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the API."""
        answer = self.owner.browser.open(path, method=method, json=body, headers=self.owner.bearer)
        assert answer.status_code < 300, answer.text
        return answer.get_json()

    def costs(self, ids: dict[str, str]) -> dict[str, Cost]:
        """By page; nothing is remembered from the page before."""
        found = {}
        for name, address in PAGES.items():
            forget(self.app.extensions[EXTENSION])
            with counted(self.house) as cost:
                answer = self.owner.browser.get(address.format(**ids))
            assert answer.status_code in (200, 303), (name, answer.status_code)
            found[name] = cost
        return found


@contextmanager
def counted(house: House) -> Iterator[Cost]:
    """What this thread, which also answers the questions, asks and sends in the block."""
    cost, own, call = Cost(), get_ident(), house.bus.rpc.call

    def question(service: str, method: str, *rest: Any, **named: Any) -> Any:
        cost.questions += [f"{service}.{method}"] * (get_ident() == own)
        return call(service, method, *rest, **named)

    def statement(_connection: Any, _cursor: Any, words: str, *_: Any) -> None:
        cost.statements += get_ident() == own and not words.startswith("begin")

    engines = [app.db.engine for app in house.apps]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", statement)
    house.bus.rpc.call = question
    try:
        yield cost
    finally:
        house.bus.rpc.call = call
        for engine in engines:
            event.remove(engine, "before_cursor_execute", statement)


@pytest.fixture(scope="module", name="desk")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with stack_in(tmp_path_factory.mktemp("desk")) as stack:
        yield Desk(stack.house, stack.app, Walker("owner", stack.client()).sign_in(demo.OWNER))


@pytest.fixture(scope="module", name="costs")
def _costs(desk: Desk) -> list[dict[str, Cost]]:
    """By page what it costs where there is little, and where there is much of everything."""
    ids = objects(desk.ask, utc_now().date())
    until(lambda: desk.ask("GET", "/api/v1/messages")["items"], what="a message to copy from")
    few = desk.costs(ids | fill(desk, FEW))
    more(desk.ask, date.fromisoformat(ids["monday"]), ids)
    return [few, desk.costs(ids | fill(desk, MANY))]


def fill(desk: Desk, sizes: Sizes) -> dict[str, str]:
    """Ids to look at."""
    databases = {app.name: app.db.engine for app in desk.house.apps}
    calendars = [one["id"] for one in desk.ask("GET", "/api/v1/calendars")["items"]]
    return Busy(databases.__getitem__, desk.ask("GET", "/api/v1/practice")["id"], calendars).fill(sizes)


def more(ask: Callable[..., Any], monday: date, ids: dict[str, str]) -> None:
    """Places, calendars, services, users; and days off of the calendar that is looked at."""
    own = f"/api/v1/calendars/{ids['calendar']}"
    for number in range(4):
        name, day = f"Number {number}", monday + timedelta(days=number)
        ask("POST", "/api/v1/places", {"name": name, "address": "Weg 1"})
        calendar = {**examples.CALENDAR_REQUEST, "name": name, "nickname": name, "place": ids["place"]}
        made = ask("POST", "/api/v1/calendars", calendar)
        offered = {"name": name, "calendars": [ids["calendar"], made["id"]]}
        ask("POST", "/api/v1/services", {**examples.SERVICE_REQUEST, **offered})
        ask("POST", "/api/v1/users", {**examples.NEW_USER, "email": f"user{number}@top-hearing.example"})
        ask("POST", f"{own}/holidays", {"date": str(day), "name": name})
        ask("POST", f"{own}/vacations", {"from": str(day), "to": str(day)})
        hours = {"from": f"{day}T19:00:00+00:00", "to": f"{day}T20:00:00+00:00"}
        ask("POST", f"{own}/absences", {**hours, "reason": name})


def test_every_page_of_the_desk_is_looked_at(desk: Desk) -> None:
    """A new page needs a line in `PAGES`."""
    adapter = desk.app.url_map.bind("localhost")
    ids = dict.fromkeys(("appointment", "customer", "calendar", "absence", "invitation", "place", "service", "user"),
                        examples.CLOSURE_ID)  # fmt: skip
    days = dict.fromkeys(("monday", "after", "month", "year"), "2030-03-25")
    looked_at = {str(adapter.match(page.format(**ids, **days).split("?")[0])[0]) for page in PAGES.values()}
    rules = [rule for rule in desk.app.url_map.iter_rules() if rule.rule.startswith("/desk")]
    assert {rule.endpoint for rule in rules if "GET" in (rule.methods or ())} - looked_at == LEAD_ON


def test_no_page_asks_more_where_there_is_more(costs: list[dict[str, Cost]]) -> None:
    """Neither of services nor of databases."""
    few, many = costs
    grown = {name: (few[name], many[name]) for name in PAGES if few[name] != many[name]}
    assert grown == {}


def test_no_page_asks_much(costs: list[dict[str, Cost]]) -> None:
    """Whoever needs more has a reason, and raises the bounds."""
    dear = {name: cost for name, cost in costs[1].items() if len(cost.questions) > QUESTIONS}
    dear |= {name: cost for name, cost in costs[1].items() if cost.statements > STATEMENTS}
    assert dear == {}
