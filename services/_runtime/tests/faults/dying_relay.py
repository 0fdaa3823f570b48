"""A relay that dies after the broker has confirmed and before the rows are marked."""

import os
import sys
import threading

from runtime.outbox_store import PostgresStore
from runtime.relay import Relay

if __name__ == "__main__":
    PostgresStore.settle = lambda *_: os._exit(9)  # type: ignore[method-assign]
    Relay(sys.argv[1], sys.argv[2], poll=0.1).run(threading.Event())
