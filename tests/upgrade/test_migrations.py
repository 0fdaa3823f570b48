"""Each service's migrations, from wherever a database stands, by however many jobs at once."""

import ast
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from deploy.house import SERVICES
from runtime.db import Database
from runtime.migrate import upgrade
from runtime.service import Service
from runtime.testing import Databases

JOBS = 4
# What a version that still runs cannot bear; see docs/upgrades.md.
TAKING_AWAY = {"drop_column", "drop_table", "drop_constraint", "rename_table", "alter_column"}
CONTRACT = "Contract: "  # how the docstring begins of a migration that may take away, and since when nobody uses it
services = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


def revisions(migrations: Path) -> list[str]:
    """All numbers, oldest first."""
    return [script.revision for script in reversed(list(ScriptDirectory(str(migrations)).walk_revisions()))]


STARTS = [(service, revision) for service in SERVICES for revision in ["base", *revisions(service.migrations)]]


@pytest.mark.parametrize(("service", "revision"), STARTS, ids=lambda value: getattr(value, "name", value))
def test_every_earlier_state_is_brought_up_to_date(databases: Databases, service: Service, revision: str) -> None:
    """In the end a database is the same, whichever version made it."""
    fresh, earlier = databases.new(service.migrations), databases.new(None)
    if revision != "base":
        upgrade(earlier.url, service.migrations, revision)
    upgrade(earlier.url, service.migrations)
    assert shape(earlier.engine) == shape(fresh.engine)


@services
def test_the_numbers_are_one_line(service: Service) -> None:
    """0001, 0002 …: two branches that each added a migration meet here, not at a customer's database."""
    assert revisions(service.migrations) == [f"{n:04}" for n in range(1, len(revisions(service.migrations)) + 1)]


@services
def test_jobs_that_start_at_once_do_not_disturb_each_other(databases: Databases, service: Service) -> None:
    """One migrates, the others wait and find nothing to do; none fails."""
    database, fresh = databases.new(None), databases.new(service.migrations)
    assert at_once(JOBS, migrating, database.url, service.migrations) == [0] * JOBS
    assert shape(database.engine) == shape(fresh.engine)


@services
def test_what_is_taken_away_says_so(service: Service) -> None:
    """The version before runs on beside a migration: only one that says since when nobody uses it may take away."""
    silent = []
    for file in sorted((service.migrations / "versions").glob("*.py")):
        module = ast.parse(file.read_text())
        if takes_away(module) and not (ast.get_docstring(module) or "").startswith(CONTRACT):
            silent.append(file.name)
    assert silent == []


@pytest.mark.parametrize("step", sorted(TAKING_AWAY))
def test_a_step_that_takes_away_is_noticed(step: str) -> None:
    """Under whatever function of the migration it stands, except the way back."""
    assert takes_away(ast.parse(f"def upgrade():\n    _change()\n\ndef _change():\n    op.{step}('appointments')"))
    assert not takes_away(ast.parse(f"def downgrade():\n    op.{step}('appointments')"))


def takes_away(module: ast.Module) -> bool:
    """Whether anything but the way back has a step that the version before might not bear."""
    forward = [node for node in module.body if getattr(node, "name", "") != "downgrade"]
    called = {node.func.attr for part in forward for node in ast.walk(part) if _is_step(node)}
    return bool(called & TAKING_AWAY)


def _is_step(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def shape(engine: Engine) -> dict[str, Any]:
    """Every table with its columns, indexes and constraints, without what depends on when it was made."""
    found = inspect(engine)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in found.get_columns(table)
            },
            "indexes": sorted((str(index["name"]), str(index["column_names"])) for index in found.get_indexes(table)),
            "unique": sorted(str(one["name"]) for one in found.get_unique_constraints(table)),
            "checks": sorted(str(one["name"]) for one in found.get_check_constraints(table)),
            "keys": sorted(str(key["constrained_columns"]) for key in found.get_foreign_keys(table)),
        }
        for table in found.get_table_names()
    }


def at_once(number: int, job: Callable[..., None], *arguments: Any) -> list[int | None]:
    """Run so many copies of the job as processes that begin together; their exit codes."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(number)
    processes = [context.Process(target=job, args=(barrier, *arguments)) for _ in range(number)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    return [process.exitcode for process in processes]


def migrating(barrier: Any, url: str, migrations: Path) -> None:
    barrier.wait(60)
    upgrade(url, migrations)


def test_the_same_without_the_jobs_turns_fails(databases: Databases) -> None:
    """The negative control: without the lock of migrations, jobs run into each other."""
    if databases.kind == "sqlite":
        pytest.skip("a SQLite database has one writer at a time, with or without us")
