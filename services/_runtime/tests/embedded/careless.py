"""The kill test's negative control: the same child, but the inbox note is written after the effect's transaction."""

import sys
import time
from pathlib import Path
from typing import Any

from runtime import edge, inbox
from runtime.edge import Subscription
from runtime.messages import Event
from services._runtime.tests.embedded import house


class CarelessEndpoint(edge.Endpoint):
    def handle(self, subscription: Subscription, event: Event, settle: Any = None) -> bool:
        handler = getattr(self.edge, subscription.method)
        self.app.db.write(handler, event)
        sys.stdout.write("half done\n")
        sys.stdout.flush()
        time.sleep(0.2)  # what a busy machine does by itself now and then
        note = [inbox.Task(subscription.consumer, event, _nothing)]
        return bool(self.app.db.write(inbox.handle_once, note, self.app.clock(), settle))


def _nothing(session: Any, event: Event) -> None:
    """The effect has happened already."""


if __name__ == "__main__":
    from runtime.embedded import bus

    bus.Endpoint = CarelessEndpoint  # type: ignore[misc]
    house.main(Path(sys.argv[1]))
