"""A distributed system whose parts can be taken away one at a time: for itself alone, and given back afterwards."""

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import create_engine, make_url, text

from deploy.processes import Processes, free_port
from runtime.testing import broker_uri, server_url, virtual_host
from tests.end_to_end.line import Line
from tests.end_to_end.mailserver import MailServer
from tests.systems import PASSWORD, Running

Outage = Callable[[], AbstractContextManager[None]]


class Fragile:
    """The running system, its line to the broker and its mail server."""

    def __init__(self, running: Running, processes: Processes, line: Line, mail: MailServer):
        self.running, self.processes, self.line, self.mail = running, processes, line, mail

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """A service neither answers nor ends meanwhile, as in a machine that hangs."""
        group = self.processes.running[name].pid
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """A service is being restarted, and takes its time."""
        self.processes.running[name].terminate()
        self.processes.running[name].wait(60)
        try:
            yield
        finally:
            self.processes.start_one(name)

    @contextmanager
    def without_database(self, name: str) -> Iterator[None]:
        """Its database takes no connections meanwhile, and has ended those that there were."""
        database = str(make_url(self.processes.database_url(name)).database)
        self._admin(f'alter database "{database}" with allow_connections false')
        self._admin("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name", name=database)
        try:
            yield
        finally:
            self._admin(f'alter database "{database}" with allow_connections true')

    @contextmanager
    def without_mail_server(self) -> Iterator[None]:
        """Nobody listens at its address meanwhile."""
        port = self.mail.controller.port
        self.mail.controller.stop()
        try:
            yield
        finally:
            self.mail.controller = Controller(self.mail, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
            self.mail.controller.start()

    def _admin(self, statement: str, **values: Any) -> None:
        engine = create_engine(self.processes.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement), values)
        engine.dispose()


@contextmanager
def fragile(home: Path, **settings: str) -> Iterator[Fragile]:
    """A system of its own with the demo practice. Its mails are repeated soon, its slots cached for a second only."""
    server, uri = server_url(), broker_uri()
    if not server or not uri:
        pytest.skip("needs PostgreSQL and RabbitMQ: run `make services`")
    with ExitStack() as stack:
        address = urlsplit(stack.enter_context(virtual_host()))
        line = stack.enter_context(Line(str(address.hostname), address.port or 5672))
        mail = stack.enter_context(MailServer())
        direct = address.geturl()
        processes = Processes(server, direct, home, prefix=f"t_{secrets.token_hex(4)}", port=free_port())
        processes.extra = {
            "AMQP_URI": direct.replace(f":{address.port}/", f":{line.port}/"),
            "RATE_LIMITS": "",
            "SLOTS_TTL": "1",
            "RETRY_BASE": "0.5",
            **mail.settings,
            **settings,
        }
        stack.callback(processes.drop)
        processes.prepare()
        stack.callback(processes.stop)
        processes.start()
        processes.seed(PASSWORD)
        running = Running("distributed", processes.port, home, processes.database_url, lambda: None, processes)
        yield Fragile(running, processes, line, mail)
