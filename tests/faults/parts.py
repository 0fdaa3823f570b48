"""The processes of the run: the whole product, the counting service, and whoever starts again what has ended."""

import contextlib
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import psutil

from deploy.home import Home
from deploy.house import SERVICES, all_subscriptions
from deploy.processes import ROOT, Processes, free_port
from runtime.edge import Subscription, subscriptions
from runtime.migrate import upgrade
from runtime.topology import declare, system
from tests.faults.nodes import Nodes
from tests.faults.tally.__main__ import SERVICE as TALLY

MARK = "TERMINFLUSS_FAULTS"  # in the environment of every process of a run: none is lost sight of
MODULES = {TALLY.name: "tests.faults.tally", "stock": "tests.faults.stock"}
PRODUCT = tuple(service.name for service in SERVICES)
ENDS_WITHIN = 60.0  # seconds after its supervisor
COMES_BACK = 60.0  # seconds within which whatever was killed must be there again
READERS: tuple[Subscription, ...] = (*all_subscriptions(), *subscriptions(TALLY.name, TALLY.edge))


class Parts(Processes):
    """One complete system with the counting service, on the run's nodes. Logs are in `home`."""

    def __init__(self, nodes: Nodes, home: Path, **settings: str):
        Home(home).secrets([*PRODUCT, TALLY.name])  # the counting service signs, too
        super().__init__(nodes.postgres.url(), nodes.broker.uri(), home, prefix="faults", port=free_port())
        self.extra = {"RATE_LIMITS": "", "PYTHONWARNINGS": "ignore", MARK: str(home), **settings}

    def prepare(self) -> None:
        super().prepare()
        self._admin(f'create database "{self.prefix}_{TALLY.name}"')
        upgrade(self.database_url(TALLY.name), TALLY.migrations)
        declare(self.amqp_uri, system([*PRODUCT, TALLY.name], READERS))

    def environment(self, service: str) -> dict[str, str]:
        database = TALLY.name if service == "stock" else service
        return {**super().environment(service), "DATABASE_URL": self.database_url(database)}

    def start(self) -> None:
        self.start_one(TALLY.name)
        super().start()

    def start_one(self, name: str) -> None:
        command = [sys.executable, "-m", MODULES.get(name, name), "run"]
        with (self.home / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env=self.environment(name), cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def left_behind(self, seconds: float = ENDS_WITHIN) -> list[str]:
        """The command lines of processes that are still there so long after the end of all; they are killed now."""
        deadline = time.monotonic() + seconds
        while (left := _marked(str(self.home))) and time.monotonic() < deadline:
            time.sleep(0.5)
        for process in left.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        return list(left)


def _marked(home: str) -> dict[str, psutil.Process]:
    """The run's processes by their number and command line."""
    found = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == home and process.status() != psutil.STATUS_ZOMBIE:
                found[f"{process.pid} {' '.join(process.cmdline()[1:])}"] = process
    return found


class Keeper(threading.Thread):
    """Starts again what has ended, as an orchestrator does (restart: always). It starts no worker of a service: that
    is the supervisor's business. `exits` counts ends that were no kill of ours, `deaths` tells when a victim died,
    `missing` names victims that had not come back from an earlier end."""

    def __init__(self, parts: Parts, chance: random.Random):
        super().__init__(name="keeper", daemon=True)
        self._parts, self._chance, self._done = parts, chance, threading.Event()
        self.exits = Counter[str]()
        self.deaths: list[tuple[str, float]] = []
        self.missing: list[str] = []

    def run(self) -> None:
        while not self._done.wait(0.3):
            for name, process in list(self._parts.running.items()):
                if process.poll() is not None:
                    if process.returncode != -9:
                        self.exits[f"{name}: {process.returncode}"] += 1
                    self._parts.start_one(name)

    def stop(self) -> None:
        self._done.set()
        if self.is_alive():
            self.join()

    def kill(self, victim: str, seconds: float = COMES_BACK) -> None:
        """SIGKILL for "<service> worker" or "<service> supervisor"; waits for one that is just starting."""
        name, part = victim.split()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(psutil.NoSuchProcess):
                if found := self._candidates(name, part):
                    self._chance.choice(found).kill()
                    self.deaths.append((victim, time.time()))
                    return
            time.sleep(0.1)
        self.missing.append(victim)

    def _candidates(self, name: str, part: str) -> list[psutil.Process]:
        process = psutil.Process(self._parts.running[name].pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return []
        return [process] if part == "supervisor" else process.children()
