"""booking and notify go from one version to the next and back while people book, on one database and one broker.

The last test is the negative control: a migration that renames a column makes the same checks fail.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy import demo
from runtime.testing import broker_uri, server_url, virtual_host
from tests.systems import PASSWORD, until
from tests.upgrade.house import House, new_house
from tests.upgrade.rush import DOMAIN, Booked, Rush
from tests.upgrade.versions import CHANGED, Version, breaking_one, next_one, this

pytestmark = [pytest.mark.slow, pytest.mark.broker]
SOME = 6  # bookings in each phase


@pytest.fixture(name="old", scope="module")
def _old(tmp_path_factory: pytest.TempPathFactory) -> Version:
    return this(tmp_path_factory.mktemp("old"))


@pytest.fixture(name="house", scope="module")
def _house(old: Version, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Everything in this version, with the demo practice."""
    server, amqp_uri = server_url(), broker_uri()
    if not server or not amqp_uri:
        pytest.skip("needs PostgreSQL and RabbitMQ: run `make services`")
    with virtual_host() as uri:
        house = new_house(server, uri, tmp_path_factory.mktemp("upgrade"))
        try:
            house.start("practice", "availability", version=old)
            house.start(*CHANGED, version=old)
            house.processes.seed(PASSWORD)
            yield house
        finally:
            house.stop()
            house.processes.drop()


@pytest.fixture(name="rush")
def _rush(house: House) -> Rush:
    [practice] = house.rows("practice", f"select id from practices where slug = '{demo.SLUG}'")
    [service] = house.rows("availability", "select id from services where name = 'Servicetermin'")
    calendars = [str(row.id) for row in house.rows("availability", "select id from calendars")]
    return Rush(house.processes.amqp_uri, str(practice.id), str(service.id), calendars)


def test_forward_and_back_nothing_is_lost_doubled_or_refused(
    house: House, old: Version, rush: Rush, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The steps of docs/upgrades.md: migrate, start the next version beside this one, let this one go; then back."""
    new, first = next_one(tmp_path), house.replicas[-len(CHANGED) :]
    with rush.running():
        before = rush.more(SOME)
        house.migrate(new, *CHANGED)
        assert references(rush.more(SOME)) == {False}

        second = house.start(*CHANGED, version=new)
        until(lambda: rush.more(SOME) and readings(house) == EACH, 60, "each version's events read by each")
        house.retire(first)
        after = rush.more(SOME)
        assert references(after) == {True}
        rush.cancel(before)
        rush.quoting = True
        assert all(str(booked.reference).startswith("own-") for booked in rush.more(SOME))
        rush.quoting = False
        rush.more(SOME)

        house.migrate(old, *CHANGED)  # a deployment runs the job of its version, also when it goes back
        house.start(*CHANGED, version=old)
        house.retire(second)
        assert references(rush.more(SOME)) == {False}
        rush.cancel(after)
    check(house, rush)
    record_property("booked", len(rush.booked))
    record_property("repeated", rush.repeated)


def test_a_migration_that_the_version_before_cannot_bear_is_found(house: House, rush: Rush, tmp_path: Path) -> None:
    """The negative control: with a column renamed, customers are refused."""
    house.migrate(breaking_one(tmp_path), "booking")
    try:
        with pytest.raises(AssertionError, match="book: internal"), rush.running():
            rush.more(SOME)
    finally:
        house.rows("booking", "alter table appointments rename column words to message")


def references(some: list[Booked]) -> set[bool]:
    """Whether those who booked were told a reference: the next version's mark."""
    return {booked.reference is not None for booked in some}


EACH = {("this", "this"), ("this", "next"), ("next", "this"), ("next", "next")}


def readings(house: House) -> set[tuple[str, str]]:
    """Which version told of a booking, and which one read that: only the next one writes references."""
    told = {str(row.id): row.reference for row in house.rows("booking", "select id, reference from appointments")}
    read = house.rows("notify", "select appointment_id as id, reference from messages where version = 1")
    version = {True: "this", False: "next"}
    return {(version[told[str(row.id)] is None], version[row.reference is None]) for row in read if str(row.id) in told}


def check(house: House, rush: Rush) -> None:
    """Every wish is one appointment, one taken time, one mail for each thing that happened; nothing is left over."""
    assert not rush.errors, rush.errors
    assert {len(booked.ids) for booked in rush.booked} == {1}
    stored = house.rows("booking", f"select id, email, status from appointments where email like '%@{DOMAIN}'")
    ended = {(str(row.id), row.email, row.status == "cancelled") for row in stored}
    assert ended == {(id, booked.email, booked.cancelled) for booked in rush.booked for id in booked.ids}
    assert len(stored) == len(ended)
    settle(house)
    ids = {id: booked.cancelled for booked in rush.booked for id in booked.ids}
    until(lambda: mails(house, ids) == expected(ids), 60, "one mail each")
    taken = [str(row.subject) for row in house.rows("availability", "select subject from taken")]
    assert Counter(id for id in taken if id in ids) == {id: 1 for id, cancelled in ids.items() if not cancelled}


def settle(house: House) -> None:
    """Wait for the end of all events."""
    for _ in range(60):
        if not (waiting := house.waiting()):
            return
        time.sleep(0.5)
    raise AssertionError(f"still waiting: {waiting}")


def mails(house: House, ids: dict[str, bool]) -> dict[tuple[str, int], int]:
    """How often a mail server took the customer's mail about each version of these appointments. The confirmation of
    one that was cancelled is left out: the cancellation may have overtaken it."""
    query = """
        select m.appointment_id as id, m.version, count(*) as times
        from messages m join attempts a on a.message_id = m.id
        where m.role = 'customer' and a.state = 'sent' group by m.id
    """
    rows = [(str(row.id), row.version, row.times) for row in house.rows("notify", query) if str(row.id) in ids]
    return {(id, version): times for id, version, times in rows if version > 1 or not ids[id]}


def expected(ids: dict[str, bool]) -> dict[tuple[str, int], int]:
    return {(id, 2 if cancelled else 1): 1 for id, cancelled in ids.items()}
