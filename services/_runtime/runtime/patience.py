"""What eventlet's patching leaves undone in a worker: nobody holds up all others, and nobody waits for ever.

The system's resolver knows no cooperation, so a name server that does not answer would stop every handler: names are
looked up on threads, the database's too, which libpq would look up by itself. And while psycopg2 waits cooperatively,
libpq keeps no time: whoever connects, or has asked, gives a silent database up here.
"""

import socket
from collections.abc import Callable
from functools import wraps
from typing import Any

import psycopg2
from eventlet import tpool
from eventlet.green import socket as green_socket
from eventlet.hubs import trampoline
from psycopg2 import extensions

LOOKUPS = ("getaddrinfo", "gethostbyaddr", "gethostbyname", "gethostbyname_ex", "getnameinfo")
CONNECTING = 5.0  # seconds for each step of it
ANSWERING = 30.0  # longer than the server gives a statement (runtime.db)


def cooperate() -> None:
    """Once per process, after `eventlet.monkey_patch()`."""
    for name in LOOKUPS:
        look_up = _on_a_thread(getattr(socket, name))
        setattr(socket, name, look_up)
        setattr(green_socket, name, look_up)  # whose create_connection everybody uses
    psycopg2.connect = _connecting(psycopg2.connect)
    extensions.set_wait_callback(wait)


def _on_a_thread(lookup: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(lookup)
    def look_up(*args: Any, **kwargs: Any) -> Any:
        return tpool.execute(lookup, *args, **kwargs)

    return look_up


def _connecting(connect: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(connect)
    def with_addresses(dsn: str | None = None, *args: Any, **wanted: Any) -> Any:
        return connect(dsn, *args, **wanted | _addresses(extensions.make_dsn(dsn, **wanted)))

    return with_addresses


def _addresses(dsn: str) -> dict[str, str]:
    """Of the host that the data source names, if it is one, and not a socket's folder."""
    host = extensions.parse_dsn(dsn).get("host", "")
    if not host or "/" in host or "," in host:
        return {}
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise psycopg2.OperationalError(f"{host}: {error.strerror}") from None
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    return {"host": ",".join([host] * len(addresses)), "hostaddr": ",".join(addresses)}


class Silent(psycopg2.OperationalError):
    """A database that was asked, and has said nothing."""

    def __str__(self) -> str:
        return "the database does not answer"


def wait(connection: Any) -> None:
    """psycopg2's wait callback: as eventlet's own, but not for ever. psycopg2 closes a connection that is given up."""
    patience = CONNECTING if connection.status == extensions.STATUS_SETUP else ANSWERING
    while (state := connection.poll()) != extensions.POLL_OK:
        reading = state == extensions.POLL_READ
        trampoline(connection.fileno(), reading, not reading, patience, Silent)
