"""A message that ends the process is parked after some starts; its neighbours are served."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from runtime import tables
from runtime.clock import utc_now
from runtime.embedded import EmbeddedBus, LocalParking
from runtime.parking import Parked
from runtime.starts import MAX_STARTS
from services._runtime.tests.embedded.house import build, subjects
from services._runtime.tests.embedded.test_bus import until

LIVES = (MAX_STARTS, MAX_STARTS + 1)  # at the first it may pass unsuspected


def order(folder: Path, *dishes: str) -> list[str]:
    """Orders in the shop's outbox."""
    services = build(folder)
    bus = EmbeddedBus(services, utc_now)
    return [bus.rpc.call("shop", "place", {"dish": dish})["id"] for dish in dishes]


class Child:
    """The dangerous house in a process of its own."""

    def __init__(self, folder: Path, *how: str):
        command = [sys.executable, "-m", "services._runtime.tests.embedded.killer", str(folder), *how]
        self.folder = folder
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)

    def died(self) -> bool:
        """Wait until it has died of the order, or parked it."""
        until(lambda: self.process.poll() is not None or lying(self.folder), 60)
        return self.process.poll() == 9

    def end(self) -> int:
        self.process.communicate(b"", 120)
        return self.process.returncode


def lying(folder: Path) -> list[Parked]:
    apps = {service.name: app for service, app in build(folder)}
    return LocalParking([apps["kitchen"].db], utc_now).look(lambda _: True, 10)


@pytest.mark.slow
def test_a_message_that_ends_its_process_is_parked_and_its_neighbours_are_not(tmp_path: Path) -> None:
    """The orders around it are cooked once each, and no count is left over."""
    first, _, last = order(tmp_path, "soup", "dynamite", "soup")
    deaths = 0
    while (child := Child(tmp_path)).died():
        deaths += 1
    assert deaths in LIVES
    [parked] = lying(tmp_path)
    kitchen = {service.name: app for service, app in build(tmp_path)}["kitchen"]
    until(lambda: subjects(kitchen) == [first, last], 60)
    assert child.end() == 0
    assert parked.error == f"Permanent: ended its process {MAX_STARTS} times"
    assert kitchen.db.read(lambda s: s.scalar(select(func.count()).select_from(tables.starts))) == 0


@pytest.mark.slow
def test_without_the_count_it_ends_the_process_for_ever(tmp_path: Path) -> None:
    """The negative control."""
    order(tmp_path, "dynamite")
    assert all(Child(tmp_path, "careless").died() for _ in range(max(LIVES) + 2))
    assert lying(tmp_path) == []
