"""Runs with `make e2e` only: these tests build images and need a Docker engine."""

import os
from collections.abc import Iterator

import pytest

from tests.browser.conftest import _chromium, _launch, _open_page  # noqa: F401 - fixtures
from tests.compose.stack import Catcher, Stack, started
from tests.end_to_end.practice import Practice

collect_ignore_glob = [] if os.environ.get("E2E") else ["test_*.py"]


@pytest.fixture(scope="session", name="stack")
def _stack() -> Iterator[Stack]:
    """One project for all tests; each books in slots of its own."""
    with started() as stack:
        yield stack


@pytest.fixture(scope="session", name="server")
def _server(stack: Stack) -> Catcher:
    """The mails that the product has sent."""
    return Catcher(stack.mails)


@pytest.fixture(name="practice")
def _practice(stack: Stack) -> Practice:
    """The demo practice as a client of the API sees it."""
    return Practice(stack.running())


@pytest.fixture(scope="session", name="site")
def _site(stack: Stack) -> str:
    """For the browser's fixtures."""
    return stack.url
