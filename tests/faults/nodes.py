"""A PostgreSQL server and a RabbitMQ node that belong to this run alone: they are restarted and killed."""

import shutil
import time
from pathlib import Path

from deploy.services import Broker, Postgres

OUTAGE = 3.0  # seconds between the end and the next start


class OwnPostgres(Postgres):
    """A server that can be restarted with all its options."""

    def restart(self, mode: str) -> None:
        """`fast` ends all connections in order, `immediate` is a crash with recovery at the start."""
        self._run("pg_ctl", "stop", "-D", str(self.data), "-m", mode)
        time.sleep(OUTAGE)
        self._run("pg_ctl", "restart", "-w", "-D", str(self.data), "-l", str(self.log))


class Nodes:
    """Both nodes in `folder`, on ports of their own. Use as a context manager; afterwards their data are gone."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.postgres = OwnPostgres(folder / "postgres", first_port=5642)
        self.broker = Broker(folder / "broker", first_port=5972, name="faults-at-scale")

    def __enter__(self) -> "Nodes":
        self._clear()  # what a run left that was killed itself
        self.folder.mkdir(parents=True)
        try:
            self.postgres.start()
            self.broker.start()
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def _clear(self) -> None:
        self.broker.stop()
        self.postgres.stop()
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def restart_database(self, mode: str) -> None:
        self.postgres.restart(mode)

    def restart_broker(self, how: str) -> None:
        if how == "kill -9":
            self.broker.kill()
            time.sleep(OUTAGE)
            self.broker.start()
        else:
            self.broker.restart()
