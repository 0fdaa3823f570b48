"""One running house per transport, shared by all tests of the suite: each test uses orders of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.testing import broker_uri
from services._runtime.tests.conformance.transports import (
    BrokerTransport,
    EmbeddedTransport,
    Transport,
    broker_http,
    missing_server,
    vhost,
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
    with vhost(str(broker_http()), str(broker_uri())) as uri:
        broker = BrokerTransport(folder, uri)
        try:
            yield broker.start()
        finally:
            broker.stop()
