"""Where the commands work: on a distributed system, or on the data directory of the one-process mode."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from deploy.home import OPERATOR, Home
from deploy.house import SERVICES
from runtime.clock import utc_now
from runtime.confirmed import ConfirmedPublisher
from runtime.db import Database
from runtime.edge import Subscription
from runtime.embedded import LocalParking
from runtime.embedded.relay import deliver
from runtime.identity import Signer
from runtime.messages import CONTENT_TYPE
from runtime.parking import Parking
from runtime.parking_queue import BrokerParking
from runtime.rpcclient import BrokerRpc
from runtime.settings import WrongSetting, read, setting

NAMES = tuple(service.name for service in SERVICES)
Json = dict[str, Any]


class WrongInput(Exception):
    """Says in one line what is wrong with what was typed."""


class Failed(Exception):
    """Says in one line what could not be done."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the commands can be told; those of the first three that are set make it the distributed mode."""

    amqp_uri: str = setting("AMQP_URI", "amqp://user:password@host:5672/vhost, as the operator", "")
    database_server: str = setting("DATABASE_SERVER", "SQLAlchemy URL of the server that holds all databases", "")
    database_url: str = setting("DATABASE_URL", "SQLAlchemy URL of one service's database, for --service", "")
    database_names: str = setting("DATABASE_NAMES", "name of a service's database on DATABASE_SERVER", "{service}")
    identity_key: str = setting("IDENTITY_KEY", "the operator's private key, to make practices", "")
    home: str = setting("TERMINFLUSS_HOME", "the one-process mode's data directory", "var")


class Place(Protocol):
    def parking(self) -> Parking: ...

    def database(self, service: str, *, alone: bool) -> Database:
        """The service's database; `alone` when it is the only one that is asked for."""

    @contextmanager
    def operator(self) -> Iterator["Ask"]:
        """Calls of `practice` in the operator's name."""

    @contextmanager
    def reader(self, subscription: Subscription) -> Iterator["Tell"]:
        """Puts events in front of one reader. Returns when they are safe there."""


class Ask(Protocol):
    def __call__(self, method: str, payload: Json) -> Any: ...


class Tell(Protocol):
    def __call__(self, event_id: str, body: str) -> None: ...


def find(environ: Mapping[str, str]) -> Place:
    """The place that the environment names. Raises WrongSetting."""
    settings = read(Settings, environ)
    if settings.amqp_uri or settings.database_server or settings.database_url:
        return Distributed(settings)
    return OneProcess(Path(settings.home), environ)


class Distributed:
    def __init__(self, settings: Settings):
        self._settings = settings

    def parking(self) -> Parking:
        return BrokerParking(self._amqp_uri())

    def database(self, service: str, *, alone: bool) -> Database:
        settings = self._settings
        if settings.database_server:
            name = settings.database_names.replace("{service}", service)
            return Database(
                _url("DATABASE_SERVER", settings.database_server).set(database=name).render_as_string(False), 1
            )
        if not settings.database_url:
            raise WrongSetting("DATABASE_SERVER is not set (or DATABASE_URL, with --service)")
        if not alone:
            raise WrongInput("--service is needed: DATABASE_URL is one service's own")
        return Database(_url("DATABASE_URL", settings.database_url).render_as_string(False), 1)

    @contextmanager
    def operator(self) -> Iterator[Ask]:
        signer = _signer(self._settings.identity_key)
        rpc = BrokerRpc(self._amqp_uri(), OPERATOR)
        try:
            yield partial(_ask, rpc, signer)
        finally:
            rpc.close()

    @contextmanager
    def reader(self, subscription: Subscription) -> Iterator[Tell]:
        publisher = ConfirmedPublisher(self._amqp_uri())
        try:
            yield partial(_publish, publisher, subscription.queue)
        finally:
            publisher.close()

    def _amqp_uri(self) -> str:
        if not self._settings.amqp_uri.startswith("amqp://"):
            raise WrongSetting("AMQP_URI is wrong, or not set: amqp://user:password@host:5672/vhost")
        return self._settings.amqp_uri


class OneProcess:
    """Works on the files, whether the process that serves them runs or not."""

    def __init__(self, folder: Path, environ: Mapping[str, str]):
        if not (folder / "secrets.json").exists():
            raise WrongSetting(f"TERMINFLUSS_HOME is wrong: {folder.resolve()} holds no data; nor is AMQP_URI set")
        self._home = Home(folder, hold=False)
        self._environ = environ

    def parking(self) -> Parking:
        return LocalParking([self.database(name, alone=True) for name in NAMES], utc_now)

    def database(self, service: str, *, alone: bool) -> Database:
        return Database(self._home.database_url(service))

    @contextmanager
    def operator(self) -> Iterator[Ask]:
        from deploy.embedded import build  # the gateway with it: only this command needs all that

        house = build(self._home, self._environ)
        try:
            yield partial(_ask, house.bus.rpc, house.secrets.operator())
        finally:
            for app in house.apps:
                app.db.close()

    @contextmanager
    def reader(self, subscription: Subscription) -> Iterator[Tell]:
        database = self.database(subscription.service, alone=True)
        try:
            yield partial(_deliver, database, subscription.consumer)
        finally:
            database.close()


def _url(name: str, value: str) -> URL:
    try:
        return make_url(value)
    except ArgumentError as error:
        raise WrongSetting(f"{name} is wrong: {error}") from None


def _signer(key: str) -> Signer:
    try:
        return Signer(OPERATOR, key)
    except ValueError:
        raise WrongSetting(
            "IDENTITY_KEY is wrong, or not set: the operator's private key, 32 bytes in base64"
        ) from None


def _ask(rpc: Any, signer: Signer, method: str, payload: Json) -> Any:
    return rpc.call("practice", method, payload, {"identity": signer.service_token(utc_now())}, 10)


def _publish(publisher: ConfirmedPublisher, queue: str, event_id: str, body: str) -> None:
    publisher.publish(
        "", queue, body.encode(), message_id=event_id, content_type=CONTENT_TYPE, content_encoding="utf-8"
    )


def _deliver(database: Database, consumer: str, event_id: str, body: str) -> None:
    copy = {"consumer": consumer, "event_id": event_id, "body": body, "not_before": utc_now()}
    database.write(deliver, [copy])
