"""`python -m gateway run` serves HTTP with gunicorn: several worker processes, several threads each."""

import os
import resource
import socket
import sys
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from gateway.metrics import Shared
from gateway.settings import GatewaySettings
from runtime.settings import WrongSetting, read

GRACE = 30  # seconds for open requests at a stop
FILES = 2_048  # of each worker, beside its live feeds


def options(settings: GatewaySettings) -> dict[str, Any]:
    """gunicorn's settings. Its own access log is off: paths hold tokens, ours names routes."""
    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "gthread",
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,
        "graceful_timeout": GRACE,
        "timeout": 60,
        "keepalive": 15,
        "max_requests": 0,
        "preload_app": False,
        "forwarded_allow_ips": "",  # TRUSTED_PROXIES decides, in the application
        "accesslog": None,
        "control_socket_disable": True,
    }


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with these settings and our application."""

    def __init__(self, settings: GatewaySettings):
        self._wanted = options(settings)
        if settings.metrics_port:
            self._wanted |= _shared(settings).hooks()
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._wanted.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        from gateway.wsgi import build

        return build()


def _shared(settings: GatewaySettings) -> Shared:
    try:
        return Shared(settings.metrics_host, settings.metrics_port)
    except OSError as error:
        raise WrongSetting(f"METRICS_PORT is wrong: {error.strerror}") from None


def allow_files(wanted: int) -> None:
    """Let this process and its workers open so many files, as far as the system lets us. Many systems begin with 1,024:
    then fewer live feeds than LIVE_STREAMS would leave no file for anybody else."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < possible:
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))


def _check_places(settings: GatewaySettings) -> None:
    """What a worker process or gunicorn would find out later, and tell at length."""
    if not settings.amqp_uri:
        raise WrongSetting("AMQP_URI is not set: without a broker, run deploy.embedded instead")
    try:
        socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise WrongSetting(f"HOST is wrong: {error.strerror}") from None


def main(arguments: list[str]) -> None:
    if arguments != ["run"]:
        sys.exit("usage: python -m gateway run")
    try:
        settings = read(GatewaySettings, os.environ)
        _check_places(settings)
        allow_files(FILES + 2 * settings.live_streams)
        Server(settings).run()
    except WrongSetting as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
