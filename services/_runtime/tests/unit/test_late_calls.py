"""A call whose answer nobody waits for any more is not begun, and the log says by how much it was late."""

import logging
from typing import Any

import pytest

from runtime.clock import utc_now
from runtime.errors import Refused
from services._runtime.tests.unit.test_database_away import endpoint

HOURS = 7200.0


def test_a_late_call_is_refused_and_says_how_late(sqlite: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Hours mean that a clock is wrong: without the line an operator sees nothing but calls that fail."""
    late = {"deadline": f"{utc_now().timestamp() - HOURS:.3f}"}
    with caplog.at_level(logging.WARNING), pytest.raises(Refused) as refused:
        endpoint(sqlite.new(None).url).call("ask", {}, late)
    assert refused.value.code == "deadline_exceeded"
    (line,) = [record for record in caplog.records if record.message == "deadline_passed"]
    facts = line.facts  # type: ignore[attr-defined]
    assert facts["method"] == "sample.ask"
    assert facts["seconds"] >= HOURS


def test_a_call_in_time_is_answered(sqlite: Any) -> None:
    assert endpoint(sqlite.new(None).url).call("ask", {}, {"deadline": f"{utc_now().timestamp() + HOURS:.3f}"}) == 1
