"""The service on real databases."""

import pytest

from runtime.testing import Databases
from services.invitations.tests.builders import Desk


@pytest.fixture(name="desk")
def _desk(databases: Databases) -> Desk:
    """An invitations service on SQLite and on PostgreSQL; Monday 7 December 2026, 09:00 in Berlin."""
    return Desk(databases)


@pytest.fixture(name="lite")
def _lite(sqlite: Databases) -> Desk:
    """The same on SQLite only, where the database does not matter."""
    return Desk(sqlite)
