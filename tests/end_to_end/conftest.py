"""One running system per kind for all tests of this folder; each test books in slots of its own."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.mailserver import MailServer
from tests.end_to_end.practice import Practice
from tests.systems import KINDS, Running, system


@pytest.fixture(scope="session", name="server")
def _server() -> Iterator[MailServer]:
    """The mail server that every system here sends to."""
    with MailServer() as server:
        yield server


@pytest.fixture(scope="session", params=KINDS, name="running")
def _running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, server: MailServer
) -> Iterator[Running]:
    """A whole system: in one process, then distributed."""
    with system(request.param, tmp_path_factory.mktemp(request.param), **server.settings) as running:
        yield running


@pytest.fixture(name="practice")
def _practice(running: Running) -> Practice:
    """The demo practice of the running system, seen from outside."""
    return Practice(running)
