"""Houses to break: on the shared node in a virtual host of their own, or on a node of their own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.services import Broker
from runtime.testing import virtual_host
from runtime.topology import system
from services._runtime.tests.conformance import house as village
from services._runtime.tests.conformance.transports import (
    EVERYTHING,
    LADDER_MS,
    BrokerTransport,
    missing_server,
    until,
)


@pytest.fixture(name="house")
def _house(tmp_path: Path) -> Iterator[BrokerTransport]:
    """The tables and queues are there; the test starts what it wants to run."""
    if reason := missing_server():
        pytest.skip(reason)
    with virtual_host() as uri:
        house = BrokerTransport(tmp_path, uri, limit=2)
        try:
            yield house
        finally:
            house.stop()


@pytest.fixture(scope="module", name="node")
def _node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A RabbitMQ node that may be stopped, killed, frozen and starved."""
    if reason := missing_server():
        pytest.skip(reason)
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first_port = 5872 + 20 * worker  # two that look for a free port at the same time find the same one
    node = Broker(tmp_path_factory.mktemp("node"), first_port=first_port, name="faults")
    try:
        node.start()
        yield node
    finally:
        node.stop()


@pytest.fixture(name="own_house")
def _own_house(node: Broker, tmp_path: Path) -> Iterator[BrokerTransport]:
    """A running house on the breakable node, whose queues outlive a kill."""
    with virtual_host(node.uri(), f"http://127.0.0.1:{node.http_port}") as uri:
        house = BrokerTransport(tmp_path, uri)
        try:
            house.start()
            until(lambda: noted(node, uri))
            yield house
        finally:
            house.stop()


def noted(node: Broker, uri: str) -> bool:
    """RabbitMQ notes the names of new quorum queues half a second later (`auto_save` of Ra's directory), and never
    starts one again that it has not noted."""
    file = node.folder / "data" / node.node / "quorum" / node.node / "names.dets"
    names, host = file.read_bytes(), uri.rpartition("/")[2]
    queues = system(village.EDGES, EVERYTHING, LADDER_MS).queues
    return all(f"{host}_{queue.name}".encode() in names for queue in queues if "quorum" in queue.arguments.values())
