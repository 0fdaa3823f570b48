"""Child process of the broker tests: one eventlet process with the nameko containers of the services named.

python -m services._runtime.tests.conformance.worker <service> ...      settings from HOUSE (JSON)
"""

from runtime import broker_worker  # patches first

# isort: split
import json
import os
import sys

import eventlet

from runtime import inbox
from runtime.telemetry import configure_logging
from services._runtime.tests.conformance.house import SERVICES, Settings


def ticker() -> None:
    """Notes the longest time in which no green thread could run (LONGEST_GAP)."""
    import time

    path, longest, last = os.environ["GAPS"], 0.0, time.monotonic()
    while True:
        eventlet.sleep(0.01)
        now = time.monotonic()
        if now - last > longest:
            longest = now - last
            with open(f"{path}.new", "w") as file:
                file.write(f"{longest}")
            os.replace(f"{path}.new", path)  # never seen half written
        last = now


def main(names: list[str]) -> None:
    configure_logging("house", os.environ.get("LOG_LEVEL", "ERROR"))
    house = json.loads(os.environ["HOUSE"])
    if "WITHOUT_INBOX" in os.environ:  # the negative control of the redelivery tests
        inbox.first_times = lambda _session, keys, _now: set(keys)
        inbox.Task.key = property(lambda task: (task.consumer, str(id(task))))  # type: ignore[assignment]
    containers = []
    for name in names:
        settings = Settings(**house[name])
        app = broker_worker.build_app(SERVICES[name], settings)
        containers.append(broker_worker.build(SERVICES[name], app, tuple(house["ladder"]), house["limit"]))
    for container in containers[1:]:
        container.start()
    if "GAPS" in os.environ:
        eventlet.spawn_n(ticker)
    broker_worker.serve(containers[0])
    for container in containers[1:]:
        container.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
