"""Each test gets an empty place."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.testing import broker_uri, virtual_host
from services._runtime.tests.parking.places import Broker, Local, Place


@pytest.fixture(name="broker")
def _broker() -> Iterator[Broker]:
    if not broker_uri():
        pytest.skip("needs RabbitMQ: run `make services`")
    with virtual_host() as uri:
        yield Broker(uri)


@pytest.fixture(name="place", params=["local", pytest.param("broker", marks=pytest.mark.broker)])
def _place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    place: Place = request.getfixturevalue("broker") if request.param == "broker" else Local(tmp_path)
    return place
