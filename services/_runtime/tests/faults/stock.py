"""Negative control: nameko's own event handler, which acknowledges what failed."""

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402
import signal  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from nameko.containers import ServiceContainer  # noqa: E402
from nameko.events import event_handler  # noqa: E402


class Stock:
    name = "stock"

    @event_handler("shop", "order.placed")
    def cook(self, body: Any) -> None:
        with Path(os.environ["DIARY"]).open("a") as file:
            file.write("stock cook\n")
        raise RuntimeError("collapsed")


if __name__ == "__main__":
    container = ServiceContainer(
        Stock,
        {
            "AMQP_URI": os.environ["AMQP_URI"],
            "ACCEPT": ["json", "cloudevents"],
            "SERIALIZERS": {
                "cloudevents": {
                    "encoder": "json.dumps",
                    "decoder": "json.loads",
                    "content_type": "application/cloudevents+json",
                    "content_encoding": "utf-8",
                }
            },
        },
    )
    signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(container.stop))
    container.start()
    container.wait()
