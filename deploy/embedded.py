"""The whole of Terminfluss in one process, with nothing to install beside Python packages: `python -m deploy.embedded`.

SQLite files and secrets live in TERMINFLUSS_HOME (./var); mails are kept for /dev/mailbox unless SMTP_URL is set.
DATABASE_URL and AMQP_URI do not apply here: they belong to the mode with one process per service.
"""

import ctypes
import json
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from prometheus_client import generate_latest
from waitress import create_server

from deploy import demo
from deploy.home import Home, HomeInUse, Secrets
from deploy.house import SERVICES
from deploy.top_hearing import OWNER, SLUG
from gateway import create_app
from gateway.context import EXTENSION
from gateway.settings import GatewaySettings
from runtime.clock import utc_now
from runtime.embedded import EmbeddedBus
from runtime.errors import Refused, Unavailable
from runtime.health import HealthServer
from runtime.service import App, Service
from runtime.settings import WrongSetting, read
from runtime.telemetry import configure_logging, export_spans

BIGGEST_BODY = 10 * 1024 * 1024  # the gateway refuses far smaller ones with a proper answer; this only saves memory


M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # malloc.h
ENDINGS = (signal.SIGTERM, signal.SIGINT)


class CannotStart(Exception):
    """Says in one sentence what the person at the terminal can do."""


@dataclass(frozen=True)
class House:
    """Everything that runs, put together but not started."""

    bus: EmbeddedBus
    apps: list[App]
    secrets: Secrets
    environ: dict[str, str]
    gateway: GatewaySettings

    def web(self) -> Flask:
        """The gateway on this bus."""
        return create_app(self.gateway, self.bus.rpc, self.bus.listener, parking=self.bus.parking)

    def stop(self) -> None:
        """Finish the work in hand."""
        self.bus.stop()
        for app in self.apps:
            app.db.close()


def migrate(home: Home) -> None:
    """Bring the databases up to date, in a child process: alembic would stay in this one's memory (15 MB) for good.
    Beside other threads it is done here: a child that was forked then may never come back."""
    if threading.active_count() > 1:
        _migrate(home)
        return
    child = multiprocessing.get_context("fork").Process(target=_migrate, args=(home,))
    child.start()
    child.join()
    if child.exitcode != 0:
        raise CannotStart(f"The databases in {home.folder} cannot be brought up to date; the reason is above.")


def _migrate(home: Home) -> None:
    from runtime.migrate import upgrade

    for service in SERVICES:
        upgrade(home.database_url(service.name), service.migrations)


def save_memory() -> None:
    """Tell glibc to give freed memory back: few arenas for many threads, big blocks (a password's 19 MB) apart."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(M_ARENA_MAX, 2)
        mallopt(M_MMAP_THRESHOLD, 256 * 1024)


def build(home: Home, environ: Mapping[str, str]) -> House:
    """Put services, bus and settings together; the databases are up to date. Raises WrongSetting."""
    kept = home.secrets([service.name for service in SERVICES])
    common = {
        **_defaults(environ),
        "IDENTITY_KEYS": json.dumps(kept.key_ring()),
        "SECRET_KEY": kept.secret_key,
        **environ,
    }
    common["AMQP_URI"] = ""
    services = [(service, _app(service, home, kept, common)) for service in SERVICES]
    bus = EmbeddedBus(services, utc_now)
    return House(bus, [app for _, app in services], kept, common, read(GatewaySettings, common))


def _defaults(environ: Mapping[str, str]) -> dict[str, str]:
    host, port = environ.get("HOST", "127.0.0.1"), environ.get("PORT", "8080")
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return {
        "HOST": host,
        "PORT": port,
        "PUBLIC_URL": f"http://{shown}:{port}",
        "DEV_PAGES": "0" if environ.get("SMTP_URL") else "1",
        "LOG_LEVEL": "WARNING",
    }


def _app(service: Service, home: Home, kept: Secrets, common: dict[str, str]) -> App:
    own = {
        "DATABASE_URL": home.database_url(service.name),
        "IDENTITY_KEY": kept.seeds[service.name],
        "LINK_KEY": kept.link_keys[service.name],
    }
    settings: Any = read(service.settings, {**common, **own})
    return service.build(settings, None, utc_now)  # type: ignore[arg-type]  # the bus gives every app its rpc


def listen(host: str, port: int) -> socket.socket:
    """The socket to serve on, taken before anything else is done. Raises CannotStart."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise CannotStart(f"{host}:{port} cannot be used ({error}). Choose another port: PORT=8081 make run") from None
    return listening


def run(environ: Mapping[str, str]) -> None:
    """Start, serve until SIGTERM or SIGINT, stop. Raises CannotStart, WrongSetting."""
    os.umask(0o077)  # people's data: for this user's eyes only
    configure_logging("terminfluss", environ.get("LOG_LEVEL", "WARNING"))
    defaults = {**_defaults(environ), **environ}
    if not defaults["PORT"].isdigit():
        raise WrongSetting("PORT is wrong: a number is needed")
    listening = listen(defaults["HOST"], int(defaults["PORT"]))
    home = Home(Path(environ.get("TERMINFLUSS_HOME", "var")))
    migrate(home)
    house = build(home, environ)
    export_spans("terminfluss", house.gateway.otlp_endpoint)
    _serve_metrics(house.gateway)
    for ending in ENDINGS:  # SIGINT, too: a shell that starts us in the background has it ignored
        signal.signal(ending, _interrupt)
    house.bus.start()
    try:
        password = environ.get("DEMO_PASSWORD") or house.secrets.demo_password
        _seed(house, password)
        _serve(house, listening, password)
    except KeyboardInterrupt:
        pass
    finally:
        for ending in ENDINGS:
            signal.signal(ending, signal.SIG_DFL)
        house.stop()
        print("Terminfluss has stopped.", flush=True)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _seed(house: House, password: str) -> None:
    try:
        demo.seed(house.bus.rpc, house.secrets.operator(), password, utc_now())
    except (Refused, Unavailable) as error:
        print(f"The demo practice is not complete: {error}", file=sys.stderr, flush=True)


def _serve(house: House, listening: socket.socket, password: str) -> None:
    settings = house.gateway
    web = house.web()
    server = create_server(
        web,
        sockets=[listening],
        threads=settings.threads + settings.live_threads,
        ident=None,
        channel_request_lookahead=1,  # so that a live feed hears that its reader has left
        max_request_body_size=BIGGEST_BODY,
        clear_untrusted_proxy_headers=not settings.trusted_proxies,
    )
    _end_streams_first(web)
    print(banner(house, password), flush=True)
    server.run()
    server.close()


def _end_streams_first(web: Flask) -> None:
    """At a stop: a stream would keep its thread, and so the process, for some seconds."""

    def stop(signal: int, frame: FrameType | None) -> None:
        web.extensions[EXTENSION].feed.stop()
        _interrupt(signal, frame)

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)


def _serve_metrics(settings: GatewaySettings) -> None:
    if settings.metrics_port:
        measured = lambda: generate_latest().decode()  # noqa: E731
        HealthServer(settings.metrics_port, metrics=measured, host=settings.metrics_host).start()


def banner(house: House, password: str) -> str:
    """What a person wants to know now."""
    url = house.gateway.public_url
    lines = [
        "Terminfluss is running. Ctrl-C stops it; what is booked stays.",
        "",
        f"  Book a slot   {url}/p/{SLUG}",
        f"  Staff         {url}/login",
        f"                {OWNER}  ·  {password}",
    ]
    if house.gateway.dev_pages:
        lines.append(f"  Mails         {url}/dev/mailbox")
    return "\n".join(["", *lines, ""])


def main() -> None:
    save_memory()
    try:
        run(os.environ)
    except HomeInUse as error:
        sys.exit(f"Terminfluss runs already on {error}. Stop it, or set TERMINFLUSS_HOME to another directory.")
    except (CannotStart, WrongSetting) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
