"""One running system per kind for all tests of this folder; each test books in slots of its own."""

from collections.abc import Callable, Iterator

import pytest

from tests.end_to_end.mailserver import MailServer
from tests.end_to_end.practice import Practice
from tests.systems import KINDS, Running, systems


@pytest.fixture(scope="session", name="server")
def _server() -> Iterator[MailServer]:
    """The mail server that every system here sends to."""
    with MailServer() as server:
        yield server


@pytest.fixture(scope="session", name="of_kind")
def _of_kind(tmp_path_factory: pytest.TempPathFactory, server: MailServer) -> Iterator[Callable[[str], Running]]:
    """The running system of a kind."""
    with systems(tmp_path_factory.mktemp, **server.settings) as of_kind:
        yield of_kind


@pytest.fixture(scope="module", params=KINDS, name="running")
def _running(request: pytest.FixtureRequest, of_kind: Callable[[str], Running]) -> Running:
    """A whole system: in one process, then distributed."""
    return of_kind(request.param)


@pytest.fixture(name="practice")
def _practice(running: Running) -> Practice:
    """The demo practice of the running system, seen from outside."""
    return Practice(running)
