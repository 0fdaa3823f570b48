"""The negative control: nameko's own event handler, which acknowledges what failed, reads the same numbers.

It counts them into the same table as the counting service, fails as often by chance, and has no inbox.
"""

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402
import random  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from typing import Any  # noqa: E402

from nameko.containers import ServiceContainer  # noqa: E402
from nameko.events import event_handler  # noqa: E402
from sqlalchemy import insert  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from runtime.db import Database  # noqa: E402
from runtime.messages import CONTENT_TYPE  # noqa: E402
from tests.faults.tally.__main__ import CHANCE_OF_FAILURE, counts  # noqa: E402

database = Database(os.environ["DATABASE_URL"])
CLOUD_EVENTS = {
    "encoder": "json.dumps",
    "decoder": "json.loads",
    "content_type": CONTENT_TYPE,
    "content_encoding": "utf-8",
}


class Stock:
    """Written as nameko's documentation shows it."""

    name = "stock"

    @event_handler("tally", "number.told")
    def count(self, event: Any) -> None:
        database.write(_count, event["data"]["number"])


def _count(session: Session, number: int) -> None:
    session.execute(insert(counts).values(reader="stock", number=number))
    if random.random() < CHANCE_OF_FAILURE:
        raise RuntimeError("failed by chance")


def main() -> None:
    config = {
        "AMQP_URI": os.environ["AMQP_URI"],
        "ACCEPT": ["json", "cloudevents"],
        "SERIALIZERS": {"cloudevents": CLOUD_EVENTS},
    }
    container = ServiceContainer(Stock, config)
    signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(container.stop))
    try:
        container.start()
        container.wait()
    except Exception as error:  # without a broker it ends, and is started again
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        time.sleep(1)
        os._exit(1)


if __name__ == "__main__":
    main()
