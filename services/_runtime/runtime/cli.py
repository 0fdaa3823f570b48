"""`python -m <service> run | migrate`: what each service's `__main__` hands over to.

run                        the whole service: nameko worker, relay and background loops, supervised
run --only worker|relay    one of them, for whoever supervises by other means
run --only <loop>          one background loop
migrate                    bring the database up to date; needs DATABASE_URL alone
"""

import argparse
import os
import sys
from typing import Any, NoReturn

from runtime.service import Service
from runtime.settings import DatabaseSettings, S, WrongSetting, read
from runtime.telemetry import configure_logging


def main(service: Service, arguments: list[str] | None = None) -> None:
    """Run the command line. A wrong setting ends it with one line that names the variable."""
    parser = argparse.ArgumentParser(prog=f"python -m {service.name}")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("migrate", help="bring the database up to date")
    run = verbs.add_parser("run", help="run the service until SIGTERM")
    run.add_argument("--only", choices=["worker", "relay", *service.loops], help="one part instead of all")
    chosen = parser.parse_args(arguments)
    if chosen.verb == "migrate":
        _migrate(service)
        return
    settings: Any = _settings(service.settings)
    configure_logging(service.name, settings.log_level)
    if not settings.amqp_uri:
        raise SystemExit("AMQP_URI is not set: a service on its own needs a broker (embedded: the one-process runner)")
    _become(service, chosen.only, own_loops=bool(service.loops) and not settings.loops_in_worker)


def _migrate(service: Service) -> None:
    """With the database's address alone: a migration job holds no keys."""
    from runtime.migrate import upgrade

    settings = _settings(DatabaseSettings)
    configure_logging(service.name)
    upgrade(settings.database_url, service.migrations)


def _settings(kind: type[S]) -> S:
    try:
        return read(kind, os.environ)
    except WrongSetting as error:
        raise SystemExit(str(error)) from None


def _become(service: Service, only: str | None, own_loops: bool) -> NoReturn:
    """Replace this process, which has loaded the whole service to learn its settings, by one that loads what it needs:
    the worker must be patched by eventlet before it imports anything, and the supervisor stays small."""
    module = _module()
    if only == "worker":
        command = ["runtime.broker_worker", module]
    elif only == "relay":
        command = ["runtime.supervisor", service.name]
    elif only:
        command = ["runtime.loops", module, only]
    else:
        command = ["runtime.supervisor", service.name, "--module", module, *(["--loops"] if own_loops else [])]
    os.execv(sys.executable, [sys.executable, "-m", *command])


def _module() -> str:
    """The importable name of the module that was started, e.g. booking.__main__."""
    spec = sys.modules["__main__"].__spec__
    if spec is None:
        raise SystemExit("start the service as a module: python -m <service>")
    return spec.name
