"""For the whole test run: where nothing may be skipped (REQUIRE_ALL=1, as in CI), a skip is a failure; how it ended is
noted, since whatever did not run to its end must not count for less than a failure."""

import os
from collections.abc import Generator
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    report = yield
    if os.environ.get("REQUIRE_ALL") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although nothing may be skipped: {report.longrepr}"
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if not hasattr(session.config, "workerinput") and session.config.cache:  # not in the workers of a parallel run
        session.config.cache.set("terminfluss/ended", int(exitstatus))
