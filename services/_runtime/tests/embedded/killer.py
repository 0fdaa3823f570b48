"""A child whose kitchen ends the process over every order of dynamite: python -m …killer <folder> [careless]."""

import os
import sys
from pathlib import Path
from typing import Any

from runtime import starts
from runtime.clock import utc_now
from runtime.edge import on
from runtime.embedded import EmbeddedBus
from runtime.messages import Event
from services._runtime.tests.embedded.house import EDGES, KitchenEdge, build


class DangerousKitchen(KitchenEdge):
    @on("shop", "order.placed")
    def cook(self, session: Any, event: Event) -> None:
        if event.data["dish"] == "dynamite":
            os._exit(9)
        super().cook(session, event)


def main(folder: Path, guarded: bool) -> None:
    if not guarded:
        starts.MAX_STARTS = 1_000_000
    bus = EmbeddedBus(build(folder, edges={**EDGES, "kitchen": DangerousKitchen}), utc_now)
    bus.start()
    sys.stdin.read()  # until the test has seen enough
    bus.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), guarded=len(sys.argv) == 2)
