"""The door for bounces as a worker keeps it, under eventlet: `python -m services.notify.tests.door <port>` lets many
knock at the same moment and writes each answer to LHLO, a line each.
"""

import socket
import sys
import threading
from types import SimpleNamespace
from typing import Any

import eventlet

from notify.bounces.listener import Listener
from runtime.patience import cooperate

MANY, AT_ONCE = 200, 40


def knock(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), 60) as line, line.makefile("rwb") as talk:
        talk.readline()
        talk.write(b"LHLO mx.example\r\n")
        talk.flush()
        return talk.readline().decode().strip()


def main(port: int) -> None:
    eventlet.monkey_patch()
    cooperate()
    settings = SimpleNamespace(bounce_listen=f"lmtp://127.0.0.1:{port}", bounce_key="k" * 32, retry_base=1.0)
    app: Any = SimpleNamespace(settings=settings)
    eventlet.spawn(Listener(app).run, threading.Event())
    while not answers(port):
        eventlet.sleep(0.05)
    for answer in eventlet.GreenPool(AT_ONCE).imap(knock, [port] * MANY):
        sys.stdout.write(f"{answer}\n")


def answers(port: int) -> bool:
    try:
        return bool(knock(port))
    except OSError:
        return False


if __name__ == "__main__":
    main(int(sys.argv[1]))
