"""One running house per transport, shared by all tests of the suite: each test uses orders of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.testing import virtual_host
from services._runtime.tests.conformance.transports import (
    BrokerTransport,
    EmbeddedTransport,
    Transport,
    missing_server,
)


@pytest.fixture(scope="module", params=["embedded", pytest.param("broker", marks=pytest.mark.broker)], name="transport")
def _transport(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transport]:
    folder: Path = tmp_path_factory.mktemp("house")
    if request.param == "embedded":
        embedded = EmbeddedTransport(folder)
        yield embedded
        embedded.stop()
        return
    if reason := missing_server():
        pytest.skip(reason)
    with virtual_host() as uri:
        broker = BrokerTransport(folder, uri)
        try:
            yield broker.start()
        finally:
            broker.stop()
