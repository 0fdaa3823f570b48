"""The line between two browsers of a call, each at another gateway: events wake who waits there (V7)."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from deploy.processes import ROOT, free_port
from tests.end_to_end.test_invitations import address, invite
from tests.systems import Running, ready


@contextmanager
def another_gateway(running: Running) -> Iterator[Running]:
    """The same system behind a second gateway; one process has no more than one."""
    if running.processes is None:
        yield running
        return
    port = free_port()
    settings = running.processes.environment("gateway") | {"PORT": str(port), "WEB_WORKERS": "1"}
    process = subprocess.Popen([sys.executable, "-m", "gateway", "run"], cwd=ROOT, env=os.environ | settings)
    try:
        ready(f"http://127.0.0.1:{port}")
        yield replace(running, port=port)
    finally:
        process.terminate()
        process.wait(40)


@dataclass
class Side:
    """One side's browser: the gateway that it asks, and its part of the API there."""

    at: Running
    path: str
    peer: str
    headers: dict[str, str]
    after: int = 0
    known: str = ""

    def enter(self) -> None:
        self.learn(self.at.call("POST", f"{self.path}/enter", {"peer": self.peer}, **self.headers).json)

    def say(self, kind: str) -> None:
        said = {"peer": self.peer, "said": [{"kind": kind, "data": None}]}
        assert self.at.call("POST", f"{self.path}/signals", said, **self.headers).status == 200

    def hear(self) -> dict[str, Any]:
        query = urlencode({"peer": self.peer, "call": self.call, "after": self.after, "known": self.known})
        return self.learn(self.at.call("GET", f"{self.path}/signals?{query}", **self.headers).json)

    def learn(self, news: dict[str, Any]) -> dict[str, Any]:
        self.call, self.after, self.known = news["invitation"], news["last"], news["known"]
        return news


def test_who_waits_at_one_gateway_hears_what_is_said_at_another(running: Running) -> None:
    """An answer that nobody wakes tells what was there before; what is new in it shows that it was woken."""
    made = invite(running, address(running, "caller"))
    with another_gateway(running) as second, ThreadPoolExecutor(1) as pool:
        host = Side(running, f"/api/v1/invitations/{made['id']}", "the-host-browser", running.staff())
        guest = Side(second, f"/api/v1/join/{made['url'].rsplit('/', 1)[1]}", "the-guest-browser", {})
        host.enter()
        guest.enter()
        question = waiting(pool, guest)
        assert running.call("POST", f"{host.path}/admit", {}, **host.headers).status == 200
        assert question.result()["admitted"]
        question = waiting(pool, host)
        guest.say("ready")
        assert [each["kind"] for each in question.result()["items"]] == ["ready"]


def waiting(pool: ThreadPoolExecutor, side: Side) -> "Future[dict[str, Any]]":
    """A question that waits; one that older events wake is asked again."""
    for _ in range(10):
        question = pool.submit(side.hear)
        time.sleep(0.7)
        if not question.done():
            return question
    raise AssertionError("no question waits")
