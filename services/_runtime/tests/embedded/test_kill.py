"""The one-process transport under SIGKILL: a child books through two hops, is killed again and again, and then every
effect is there exactly once."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from runtime.clock import utc_now
from runtime.embedded import EmbeddedBus
from runtime.service import App
from services._runtime.tests.embedded.house import build, subjects

ROUNDS = 15


def kill_rounds(module: str, folder: Path, said: bytes, most: int) -> None:
    """Start the child ROUNDS times; kill it each time a random moment after it has said this for so many times."""
    chance = random.Random(7)
    for _ in range(ROUNDS):
        command = [sys.executable, "-m", f"services._runtime.tests.embedded.{module}", str(folder)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert child.stdout
        for _ in range(chance.randint(1, most)):
            while said not in child.stdout.readline():
                assert child.poll() is None
        time.sleep(chance.uniform(0, 0.05))
        child.kill()
        child.wait()
        child.stdout.close()


def settle(folder: Path) -> dict[str, App]:
    """Run the house once more, without new orders, until nothing is on its way.

    What was in hand at kill after kill is parked as the suspect, and given back here as an operator would."""
    services = build(folder)
    bus = EmbeddedBus(services, utc_now)
    bus.start()
    apps = {service.name: app for service, app in services}
    last, until = None, time.monotonic() + 60
    while time.monotonic() < until:
        bus.parking.replay(lambda message: "ended its process" in message.error)
        counts = [len(subjects(app)) for app in apps.values()]
        if counts == last and counts[0] <= min(counts):
            break
        last = counts
        time.sleep(0.5)
    bus.stop()
    return apps


def doubles(found: list[str]) -> int:
    return sum(count - 1 for count in Counter(found).values())


@pytest.mark.slow
def test_after_many_kills_every_order_is_cooked_and_charged_exactly_once(tmp_path: Path) -> None:
    """Neither the relay's repeat after a crash nor a handler cut off in the middle loses or doubles anything."""
    kill_rounds("house", tmp_path, b"placed", 40)
    apps = settle(tmp_path)
    placed = subjects(apps["shop"])
    assert len(placed) > ROUNDS, "the children did too little for the test to mean anything"
    for hop in ("kitchen", "bank"):
        done = subjects(apps[hop])
        assert set(placed) - set(done) == set(), "lost"
        assert doubles(done) == 0


@pytest.mark.slow
def test_an_inbox_note_outside_the_transaction_doubles_effects(tmp_path: Path) -> None:
    """The negative control: the same kills find the fault when the guard is taken away."""
    kill_rounds("careless", tmp_path, b"half done", 2)
    apps = settle(tmp_path)
    assert doubles(subjects(apps["kitchen"])) + doubles(subjects(apps["bank"])) > 0
