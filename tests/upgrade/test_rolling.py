"""booking and notify go from one version to the next and back while people book, on one database and one broker.

The last test is the negative control: a migration that renames a column makes the same checks fail.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from deploy import demo
from runtime.testing import broker_uri, server_url, virtual_host
from tests.end_to_end.mailserver import MailServer
from tests.systems import PASSWORD, until
from tests.upgrade.house import House, new_house
from tests.upgrade.rush import DOMAIN, PATIENCE, WEEKS, Booked, Rush, free_times
from tests.upgrade.versions import CHANGED, Version, breaking_one, next_one, this

pytestmark = [pytest.mark.slow, pytest.mark.broker]
T = TypeVar("T")
SOME = 6  # bookings in each phase


@pytest.fixture(name="old", scope="module")
def _old(tmp_path_factory: pytest.TempPathFactory) -> Version:
    return this(tmp_path_factory.mktemp("old"))


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture(name="house", scope="module")
def _house(old: Version, server: MailServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Everything in this version, with the demo practice."""
    databases, amqp_uri = server_url(), broker_uri()
    if not databases or not amqp_uri:
        pytest.skip("needs PostgreSQL and RabbitMQ: run `make services`")
    with virtual_host() as uri:
        house = new_house(databases, uri, tmp_path_factory.mktemp("upgrade"))
        house.processes.extra = {**server.settings, "RETRY_BASE": "1"}
        try:
            house.start("practice", "availability", "invitations", version=old)
            house.start(*CHANGED, version=old)
            house.processes.seed(PASSWORD)
            yield house
        finally:
            house.stop()
            house.processes.drop()


@pytest.fixture(name="rush")
def _rush(house: House, weeks: Iterator[int]) -> Rush:
    """Customers who have some weeks of the demo practice's calendars for themselves."""
    [practice] = house.rows("practice", f"select id from practices where slug = '{demo.SLUG}'")
    [service] = house.rows("availability", "select id from services where name = 'Servicetermin'")
    calendars = [str(row.id) for row in house.rows("availability", "select id from calendars")]
    times = free_times(calendars, next(weeks))
    return Rush(house.processes.amqp_uri, str(practice.id), str(service.id), times)


@pytest.fixture(name="weeks", scope="module")
def _weeks() -> Iterator[int]:
    """No two tests want the same times."""
    return iter(range(2, 8, WEEKS))


def test_forward_and_back_nothing_is_lost_doubled_or_refused(
    house: House,
    old: Version,
    rush: Rush,
    server: MailServer,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """The steps of docs/upgrades.md: migrate, start the next version beside this one, let this one go; then back."""
    new, first = next_one(tmp_path), house.replicas[-len(CHANGED) :]
    with rush.running():
        before = rush.more(SOME)
        house.migrate(new, *CHANGED)
        assert references(rush.more(SOME)) == {False}

        second = house.start(*CHANGED, version=new)
        until(lambda: rush.more(SOME) and readings(house) == EACH, 180, "each version's events read by each")
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
    check(house, rush, server)
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
    read = house.rows("notify", "select appointment_id as id, quoted from messages where version = 1")
    version = {True: "this", False: "next"}
    return {(version[told[str(row.id)] is None], version[row.quoted is None]) for row in read if str(row.id) in told}


def check(house: House, rush: Rush, server: MailServer) -> None:
    """Every wish is one appointment, one taken time, one mail for each thing that happened; nothing is left over."""
    assert not rush.errors, rush.errors
    assert {len(booked.ids) for booked in rush.booked} == {1}
    stored = house.rows("booking", f"select id, email, status from appointments where email like '%@{DOMAIN}'")
    ended = {(str(row.id), row.email, row.status == "cancelled") for row in stored}
    assert ended == {(id, booked.email, booked.cancelled) for booked in rush.booked for id in booked.ids}
    assert len(stored) == len(ended)
    assert settled(house.waiting) == {}
    ids = {id: booked.cancelled for booked in rush.booked for id in booked.ids}
    taken = [str(row.subject) for row in house.rows("availability", "select subject from taken")]
    assert Counter(id for id in taken if id in ids) == {id: 1 for id, cancelled in ids.items() if not cancelled}
    last = {(booked.email, booked.cancelled) for booked in rush.booked}
    assert settled(lambda: last - set(mails(server))) == set()
    assert set(mails(server).values()) == {1}
    assert set(mails(server)) - last <= {(booked.email, False) for booked in rush.booked if booked.cancelled}


def mails(server: MailServer) -> Counter[tuple[str, bool]]:
    """How often each customer got which mail: that it is booked, or cancelled."""
    ours = [mail for mail in server.mails if mail.recipient.endswith(DOMAIN)]
    return Counter((mail.recipient, str(mail["Subject"]).startswith("Storniert")) for mail in ours)


def settled(look: Callable[[], T]) -> T:
    """What one sees as soon as it is empty, or at last."""
    end = time.monotonic() + PATIENCE
    while (seen := look()) and time.monotonic() < end:
        time.sleep(0.5)
    return seen
