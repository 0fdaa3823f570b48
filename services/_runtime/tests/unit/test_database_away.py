"""A database that does not answer is said as such: not now, rather than never."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from runtime.clock import utc_now
from runtime.db import Database
from runtime.edge import Call, Endpoint, rpc
from runtime.errors import Refused
from runtime.identity import KeyRing, Signer
from runtime.service import App
from runtime.testing import SEED, FakeRpc


@dataclass
class Edge:
    app: App

    @rpc()
    def ask(self, call: Call, request: dict[str, Any]) -> Any:
        return self.app.db.read(lambda session: session.execute(text("select 1")).scalar())

    @rpc()
    def stumble(self, call: Call, request: dict[str, Any]) -> Any:
        raise KeyError(call.now)


def endpoint(url: str) -> Endpoint:
    app = App("sample", Database(url), utc_now, None, FakeRpc(), Signer("sample", SEED), KeyRing({}))
    return Endpoint(app, Edge)


def test_a_call_that_finds_no_database_is_unavailable() -> None:
    """The caller may come again; it is no fault of the call."""
    with pytest.raises(Refused) as refused:
        endpoint("postgresql+psycopg2://nobody@127.0.0.1:1/none").call("ask", {}, {})
    assert refused.value.code == "unavailable"


def test_a_call_for_which_no_connection_is_free_is_unavailable(sqlite: Any) -> None:
    """SQLAlchemy's error has a `code`, as named errors have: a number of its documentation, which says nothing here."""
    crowded = endpoint(sqlite.new(None).url)
    database = crowded.app.db
    database._reading = create_engine(database.url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with database._reading.connect(), pytest.raises(Refused) as refused:
        crowded.call("ask", {}, {})
    assert refused.value.code == "unavailable"


def test_any_other_surprise_is_internal_and_tells_nothing_but_a_trace(sqlite: Any) -> None:
    """No stack trace and no text of the error leaves the service."""
    with pytest.raises(Refused) as refused:
        endpoint(sqlite.new(None).url).call("stumble", {}, {})
    assert refused.value.code == "internal"
    assert set(refused.value.facts) == {"trace"}
