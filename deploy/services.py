"""Private servers for tests and benchmarks: PostgreSQL and RabbitMQ on loopback ports of their own, data under var/.

    python deploy/services.py start | stop | status | restart-broker | kill-broker

`start` may be repeated; it writes var/services.env. `stop` ends what `start` began and nothing else. Ports: the
variables TEST_PG_PORT and TEST_AMQP_PORT, or the next free ones after 5542 and 5772. TEST_PG_OPTIONS holds more of
PostgreSQL's command line: with `-c fsync=off` tests make and drop databases cheaply, and a power cut may cost them all.

Needs the Debian packages postgresql and rabbitmq-server (their own servers are left alone); Python's standard library
only.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VAR = ROOT / "var"
RABBIT_BIN = Path("/usr/lib/rabbitmq/bin")  # Debian's wrapper in PATH insists on its own user and folders
START_SECONDS = 180.0  # a laptop busy with other tests


class CannotStart(Exception):
    """Says which program is missing or what the server wrote last."""


def free_port(first: int) -> int:
    """The first free loopback port from `first` on."""
    for port in range(first, first + 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CannotStart(f"no free port from {first} on")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def becomes_free(port: int, seconds: float = 5.0) -> bool:
    """Whether nobody listens there any more; a process that is just dying gets a moment to let go."""
    deadline = time.monotonic() + seconds
    while answers(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def alive(pid: int, mark: str) -> bool:
    """Whether `pid` still is the process whose command line or environment of old held `mark` (numbers are reused)."""
    try:
        os.kill(pid, 0)
        cmdline = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except ProcessLookupError:
        return False
    except (FileNotFoundError, PermissionError):
        return True
    return mark in cmdline


def end(pid: int, mark: str, how: signal.Signals = signal.SIGTERM, seconds: float = 30.0) -> None:
    """Signal our process and wait until it is gone; SIGKILL after `seconds`."""
    deadline = time.monotonic() + seconds
    while alive(pid, mark):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how if time.monotonic() < deadline else signal.SIGKILL)
        for _ in range(20):
            if not alive(pid, mark):
                return
            time.sleep(0.05)


def wait_until(ready: Callable[[], bool], what: str, log: Path, seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise CannotStart(f"{what} does not answer\n{tail}")
        time.sleep(0.1)


class Postgres:
    """One PostgreSQL cluster in `folder`. As root it runs as the user postgres, because it refuses to be root."""

    def __init__(self, folder: Path, first_port: int = 5542, options: str = ""):
        self.folder, self.data, self.first_port, self.options = folder, folder / "data", first_port, options
        self.log = folder / "server.log"

    @property
    def port(self) -> int:
        return int((self.folder / "port").read_text())

    def url(self) -> str:
        password = (self.folder / "password").read_text().strip()
        return f"postgresql+psycopg2://postgres:{password}@127.0.0.1:{self.port}/postgres"

    def running(self) -> bool:
        return self.data.exists() and self._run("pg_ctl", "status", "-D", str(self.data), check=False) == 0

    def start(self) -> None:
        if self.running():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.data.exists():
            self._create()
        port = free_port(int(os.environ.get("TEST_PG_PORT", self.first_port)))
        (self.folder / "port").write_text(str(port))
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300"
        options = f"{options} {self.options}"
        how = ["-w", "-t", f"{START_SECONDS:.0f}", "-D", str(self.data), "-l", str(self.log), "-o", options]
        self._run("pg_ctl", "start", *how)

    def stop(self) -> None:
        if self.running():
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast")

    def _create(self) -> None:
        (self.folder / "password").touch(mode=0o600)
        (self.folder / "password").write_text(secrets.token_hex(16))
        if os.geteuid() == 0:
            for path in (self.folder, self.folder / "password"):
                shutil.chown(path, "postgres", "postgres")
        how = ["--auth=scram-sha-256", f"--pwfile={self.folder / 'password'}", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._run("initdb", "-D", str(self.data), "-U", "postgres", *how)

    def _run(self, program: str, *args: str, check: bool = True) -> int:
        command = [str(self._bin() / program), *args]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # Never a pipe: the server inherits it, and the reader would wait for the server's end.
        with (self.folder.parent / "pg_ctl.log").open("ab") as out:
            done = subprocess.run(command, cwd="/", stdout=out, stderr=out, stdin=subprocess.DEVNULL, check=False)
        if check and done.returncode:
            tail = (self.folder.parent / "pg_ctl.log").read_text(errors="replace")[-1500:]
            raise CannotStart(f"{program} failed\n{tail}")
        return done.returncode

    @staticmethod
    def _bin() -> Path:
        if config := shutil.which("pg_config"):
            folder = Path(subprocess.run([config, "--bindir"], capture_output=True, text=True).stdout.strip())
            if (folder / "initdb").exists():
                return folder
        for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
            if (folder / "initdb").exists():
                return folder
        raise CannotStart("PostgreSQL is not installed (Debian: apt-get install postgresql)")


class Broker:
    """One RabbitMQ node in `folder`, with a name server (epmd), cookie and home of its own, on loopback only."""

    def __init__(self, folder: Path, first_port: int = 5772, name: str = "terminfluss"):
        self.folder, self.first_port, self.node = folder, first_port, f"{name}@localhost"
        self.log = folder / "start.log"

    @property
    def port(self) -> int:
        return int((self.folder / "port").read_text())

    @property
    def http_port(self) -> int:
        """Port of the management API (vhosts for tests); user guest, password guest."""
        return int((self.folder / "http_port").read_text())

    def uri(self, vhost: str = "%2F") -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/{vhost}"

    def running(self) -> bool:
        pid = self._pid("server")
        return bool(pid and alive(pid, str(self.folder)) and answers(self.port))

    def start(self) -> None:
        if self.running():
            return
        if not (RABBIT_BIN / "rabbitmq-server").exists():
            raise CannotStart("RabbitMQ is not installed (Debian: apt-get install rabbitmq-server)")
        self._configure()
        self._start_epmd()
        with self.log.open("ab") as log:
            subprocess.Popen(
                [str(RABBIT_BIN / "rabbitmq-server")],
                env=self._environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        wait_until(lambda: self.running() and answers(self.http_port), "RabbitMQ", self.log)

    def stop(self) -> None:
        for name, mark in (("server", str(self.folder)), ("epmd", "epmd")):
            if pid := self._pid(name):
                end(pid, mark)
            (self.folder / f"{name}.pid").unlink(missing_ok=True)

    def kill(self) -> None:
        """SIGKILL: what a crash of the node looks like."""
        if pid := self._pid("server"):
            end(pid, str(self.folder), signal.SIGKILL)

    def halt(self) -> None:
        """An orderly stop of the node; its name server stays."""
        if pid := self._pid("server"):
            end(pid, str(self.folder))

    def restart(self) -> None:
        """An orderly stop and start on the same port, with the same data."""
        self.halt()
        self.start()

    def freeze(self, frozen: bool = True) -> None:
        """Stop the node's process without closing its connections (SIGSTOP), or let it go on."""
        if pid := self._pid("server"):
            os.kill(pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def ctl(self, *args: str) -> str:
        """rabbitmqctl on this node."""
        command = [str(RABBIT_BIN / "rabbitmqctl"), "-n", self.node, *args]
        return subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=True).stdout

    def _pid(self, name: str) -> int | None:
        file = self.folder / f"{name}.pid"
        return int(file.read_text()) if file.exists() and file.read_text().strip() else None

    def _configure(self) -> None:
        (self.folder / "home").mkdir(parents=True, exist_ok=True)
        wanted = int(os.environ.get("TEST_AMQP_PORT", self.first_port))
        for name, first in (("port", wanted), ("http_port", wanted + 10000), ("dist_port", wanted + 20000)):
            file = self.folder / name
            if not file.exists() or not becomes_free(int(file.read_text())):
                file.write_text(str(free_port(first)))
        lines = [
            f"listeners.tcp.1 = 127.0.0.1:{self.port}",
            "management.tcp.ip = 127.0.0.1",
            f"management.tcp.port = {self.http_port}",
            "management_agent.disable_metrics_collector = true",
            "disk_free_limit.absolute = 50MB",
            "log.file.level = warning",
        ]
        (self.folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")

    def _start_epmd(self) -> None:
        pid = self._pid("epmd")
        if pid and alive(pid, "epmd"):
            return
        (self.folder / "epmd_port").write_text(str(free_port(self.port + 30000)))
        program = shutil.which("epmd") or "epmd"
        port = (self.folder / "epmd_port").read_text()
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [program, "-address", "127.0.0.1", "-port", port], stdout=log, stderr=log, start_new_session=True
            )
        (self.folder / "epmd.pid").write_text(str(process.pid))
        wait_until(lambda: answers(int(port)), "epmd", self.log)

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": str(folder / "home"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": (folder / "epmd_port").read_text(),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_DIST_PORT": (folder / "dist_port").read_text(),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "server.pid"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }


def write_env(postgres: Postgres, broker: Broker) -> None:
    lines = [f"TEST_DATABASE_URL={postgres.url()}"]
    if broker.running():
        lines += [f"TEST_AMQP_URI={broker.uri()}", f"TEST_AMQP_HTTP=http://127.0.0.1:{broker.http_port}"]
    file = VAR / "services.env"
    file.touch(mode=0o600)
    file.write_text("\n".join(lines) + "\n")


def main(verb: str) -> None:
    postgres = Postgres(VAR / "postgres", options=os.environ.get("TEST_PG_OPTIONS", ""))
    broker = Broker(VAR / "broker")
    if verb == "start":
        postgres.start()
        write_env(postgres, broker)  # tests that need only the database need not wait for the broker
        broker.start()
        write_env(postgres, broker)
    elif verb == "stop":
        broker.stop()
        postgres.stop()
        (VAR / "services.env").unlink(missing_ok=True)
    elif verb == "restart-broker":
        broker.restart()
    elif verb == "kill-broker":
        broker.kill()
    elif verb != "status":
        raise SystemExit(__doc__)
    print(f"postgresql {f'127.0.0.1:{postgres.port}' if postgres.running() else 'stopped'}")
    print(f"rabbitmq   {f'127.0.0.1:{broker.port}' if broker.running() else 'stopped'}")


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "")
    except CannotStart as error:
        raise SystemExit(str(error)) from None
