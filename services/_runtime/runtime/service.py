"""What a service is made of, for whoever starts it: its own process or the one-process runner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Stop
from typing import Any, Protocol

from runtime.clock import Clock
from runtime.db import Database
from runtime.identity import KeyRing, Signer


class Rpc(Protocol):
    """A client for calling services, over the broker or in process."""

    def call(
        self,
        service: str,
        method: str,
        payload: dict[str, Any],
        headers: dict[str, str] | None = None,
        timeout: float = 5.0,
    ) -> Any:
        """Answer of `service.method(payload)`. Raises Refused (named error), NotSent, Unavailable.

        `headers` may hold identity, locale, traceparent; the deadline (now + timeout seconds) and the current trace
        are added here.
        """


@dataclass
class App:
    """The parts that a service's edge works with; built once, by a composition root."""

    name: str
    db: Database
    clock: Clock
    settings: Any
    rpc: Rpc
    signer: Signer
    keyring: KeyRing

    def ask(self, service: str, method: str, payload: dict[str, Any], timeout: float = 3.0) -> Any:
        """Call another service in this service's own name. Never inside a transaction.

        Shorter than the call that is being answered: there is time left to say that the other one is away.
        """
        headers = {"identity": self.signer.service_token(self.clock())}
        return self.rpc.call(service, method, payload, headers, timeout)


Loop = Callable[[App, Stop], None]


@dataclass(frozen=True)
class Service:
    """A service as its composition root describes it.

    `settings` is its settings class; `build(name, settings, rpc, clock)` makes its App (the default suits most);
    `loops` are background workers by name (a mail sender, a sweeper): `loop(app, stop)` runs until `stop` is set,
    and any number of copies may run at the same time.
    """

    name: str
    edge: type
    settings: type
    migrations: Path
    loops: Mapping[str, Loop] = field(default_factory=dict)

    def build(self, settings: Any, rpc: Rpc, clock: Clock) -> App:
        return App(
            name=self.name,
            db=Database(settings.database_url),
            clock=clock,
            settings=settings,
            rpc=rpc,
            signer=Signer(self.name, settings.identity_key),
            keyring=KeyRing(settings.identity_keys),
        )
