"""Declare every exchange and queue of the system on a broker: once before the first start, and after each update.

AMQP_URI=amqp://… python -m deploy.topology               declare; what is there already stays
python -m deploy.topology --print                         show it as JSON, without a broker
"""

import json
import os
import sys

from pika.exceptions import AMQPError

from deploy.house import SERVICES, all_subscriptions
from runtime.topology import Topology, declare, system


def whole() -> Topology:
    """The topology for all services and everything that they read."""
    return system([service.name for service in SERVICES], all_subscriptions())


def main(arguments: list[str]) -> None:
    topology = whole()
    if arguments == ["--print"]:
        print(json.dumps(topology.describe(), indent=2))
    elif arguments:
        sys.exit(__doc__)
    elif uri := os.environ.get("AMQP_URI"):
        _declare(uri, topology)
    else:
        sys.exit("AMQP_URI is not set: amqp://user:password@host:5672/vhost")


def _declare(uri: str, topology: Topology) -> None:
    try:
        declare(uri, topology)
    except (AMQPError, OSError) as error:
        sys.exit(f"The broker refused: {error!r}")
    print(f"{len(topology.exchanges)} exchanges and {len(topology.queues)} queues are there")


if __name__ == "__main__":
    main(sys.argv[1:])
