"""Puts the parts of the one-process transport together and runs them as threads."""

import logging
from collections.abc import Sequence
from functools import partial
from threading import Event as Stop
from threading import Lock, Thread
from time import monotonic

from runtime.clock import Clock
from runtime.db import Database
from runtime.edge import Endpoint, Subscription, subscriptions
from runtime.embedded.dispatch import Dispatcher
from runtime.embedded.listener import LocalListener
from runtime.embedded.parking import LocalParking
from runtime.embedded.relay import Relay
from runtime.embedded.rpc import LocalRpc
from runtime.embedded.upkeep import purge
from runtime.embedded.worker import Worker
from runtime.service import App, Loop, Service

log = logging.getLogger(__name__)
UPKEEP_EVERY = 3600.0  # seconds
LOOP_PAUSE = 5.0  # seconds until a background loop that died is started again


class EmbeddedBus:
    """Runs these services in this process: RPC, events and background loops.

    Gives every app `rpc` as its way to the others. `listener` is the gateway's ear, `parking` the operator's view of
    what failed. Nothing runs before `start()`, but `rpc` answers at once. `poll` is how often, in seconds, everything
    looks for work without being woken.
    """

    def __init__(self, services: Sequence[tuple[Service, App]], clock: Clock, *, poll: float = 1.0):
        self._services = services
        self._clock = clock
        self._poll = poll
        self._endpoints = {service.name: Endpoint(app, service.edge) for service, app in services}
        self._stop = Stop()
        self.rpc = LocalRpc(self._endpoints, clock)
        self.listener = LocalListener()
        self.parking = LocalParking([app.db for _, app in services], clock)
        self._alone = Lock()
        for _, app in services:
            app.rpc = self.rpc
        self._relays = {service.name: self._relay(app) for service, app in services}
        self._dispatchers = {service.name: self._dispatcher(service) for service, _ in services}
        self._upkeep = Worker("upkeep", self._purge)
        self._loops = [self._loop(app, name, loop) for service, app in services for name, loop in service.loops.items()]

    def start(self) -> None:
        """Begin: work left over from an earlier run is taken up first."""
        for service, app in self._services:
            app.db.after_write = partial(self._wake, service.name)
        for worker in self._workers():
            worker.start()
        for thread in self._loops:
            thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the work in hand (at most `timeout` seconds) and end all threads; the rest waits in the databases."""
        self._stop.set()
        for worker in self._workers():
            worker.stop()
        until = monotonic() + timeout
        joins = [*(worker.join for worker in self._workers()), *(thread.join for thread in self._loops)]
        for join in joins:
            join(max(0.0, until - monotonic()))
        for _, app in self._services:
            app.db.after_write = _nothing

    def _workers(self) -> list[Worker]:
        return [*self._relays.values(), *self._dispatchers.values(), self._upkeep]

    def _wake(self, name: str) -> None:
        """After a write in this service's database: it may hold new outbox rows, or new deliveries."""
        self._relays[name].wake()
        self._dispatchers[name].wake()

    def _relay(self, app: App) -> Worker:
        relay = Relay(app.db, self._readers(), self.listener.tell, self._clock)

        def step() -> float:
            while relay.batch() and not worker.stopping:
                pass
            return self._poll

        worker = Worker(f"{app.name}.relay", step)
        return worker

    def _readers(self) -> dict[tuple[str, str], list[tuple[Database, str]]]:
        readers: dict[tuple[str, str], list[tuple[Database, str]]] = {}
        for service, app in self._services:
            for s in self._subscriptions(service):
                readers.setdefault((f"{s.source}.events", s.type), []).append((app.db, s.consumer))
        return readers

    def _dispatcher(self, service: Service) -> Worker:
        endpoint = self._endpoints[service.name]
        dispatcher = Dispatcher(endpoint, self._subscriptions(service), lambda: worker.stopping, self._alone)

        def step() -> float:
            while dispatcher.batch() and not worker.stopping:
                pass
            return dispatcher.idle_for(self._poll)

        worker = Worker(f"{service.name}.dispatcher", step)
        return worker

    def _subscriptions(self, service: Service) -> list[Subscription]:
        return subscriptions(service.name, service.edge)

    def _purge(self) -> float:
        purge([app.db for _, app in self._services], self._clock())
        return UPKEEP_EVERY

    def _loop(self, app: App, name: str, loop: Loop) -> Thread:
        return Thread(target=self._run_loop, args=(app, name, loop), name=f"{app.name}.{name}", daemon=True)

    def _run_loop(self, app: App, name: str, loop: Loop) -> None:
        while not self._stop.is_set():
            try:
                loop(app, self._stop)
            except Exception:
                log.exception("loop_failed", extra={"facts": {"loop": f"{app.name}.{name}"}})
            self._stop.wait(LOOP_PAUSE)


def _nothing() -> None:
    """What `after_write` does when no bus runs."""
