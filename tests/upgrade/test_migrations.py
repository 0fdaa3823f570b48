"""Each service's migrations, from wherever a database stands, by however many jobs at once."""

import ast
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from deploy.house import SERVICES
from runtime import migrate
from runtime.migrate import upgrade
from runtime.service import Service
from runtime.testing import Databases

JOBS = 4
# What a version that still runs cannot bear; see docs/upgrades.md.
TAKING_AWAY = {"drop_column", "drop_table", "rename_table"}
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


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_jobs_that_do_not_wait_for_each_other_fail(databases: Databases, tmp_path: Path) -> None:
    """The negative control: with a lock of its own, each runs into the others' half-made tables."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text("from runtime.migrate import run_env\n\nrun_env()\n")
    (versions / "0001.py").write_text(SLOW)
    guarded, unguarded = databases.new(None).url, databases.new(None).url
    assert at_once(JOBS, migrating, guarded, versions.parent) == [0] * JOBS
    assert at_once(JOBS, migrating_alone, unguarded, versions.parent) != [0] * JOBS


SLOW = """
from alembic import op

revision, down_revision = "0001", None


def upgrade():
    op.execute("create table dishes (id int); select pg_sleep(1)")
"""


@services
def test_what_is_taken_away_says_so(service: Service) -> None:
    """The version before runs on beside a migration: only one that says since when nobody uses it may take away."""
    silent = []
    for file in sorted((service.migrations / "versions").glob("*.py")):
        module = ast.parse(file.read_text())
        if takes_away(module) and not (ast.get_docstring(module) or "").startswith(CONTRACT):
            silent.append(file.name)
    assert silent == []


@pytest.mark.parametrize(
    ("step", "noticed"),
    [
        ("op.drop_column('appointments', 'link')", True),
        ("op.alter_column('appointments', 'link', new_column_name='source')", True),
        ("op.alter_column('appointments', 'link', nullable=False)", True),
        ("op.alter_column('appointments', 'link', nullable=True)", False),
        ("op.add_column('appointments', sa.Column('source', sa.Text, nullable=False))", True),
        ("op.add_column('appointments', sa.Column('source', sa.Text, nullable=False, server_default=''))", False),
        ("op.add_column('appointments', sa.Column('source', sa.Text))", False),
    ],
)
def test_a_step_that_takes_away_is_noticed(step: str, noticed: bool) -> None:
    """In whatever function of the migration it stands, except the way back."""
    assert takes_away(ast.parse(f"def upgrade():\n    _change()\n\ndef _change():\n    {step}")) is noticed
    assert not takes_away(ast.parse(f"def downgrade():\n    {step}"))


def takes_away(module: ast.Module) -> bool:
    """Whether anything but the way back has a step that the version before could not bear."""
    forward = [part for part in module.body if getattr(part, "name", "") != "downgrade"]
    return any(_taking_away(step) for part in forward for step in _steps(part))


def _taking_away(call: Any) -> bool:
    words = _words(call)
    if call.func.attr == "alter_column":
        return bool({"new_column_name", "type_"} & words.keys()) or _needs_a_value(words)
    if call.func.attr == "add_column":
        columns = [_words(column) for column in _steps(call)]
        return any(_needs_a_value(column) and "server_default" not in column for column in columns)
    return call.func.attr in TAKING_AWAY


def _needs_a_value(words: dict[str, ast.expr]) -> bool:
    nullable = words.get("nullable")
    return isinstance(nullable, ast.Constant) and nullable.value is False


def _words(call: Any) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords}


def _steps(code: ast.AST) -> list[Any]:
    """The calls in it that look like `op.add_column(…)`."""
    calls = (node for node in ast.walk(code) if isinstance(node, ast.Call))
    return [call for call in calls if isinstance(call.func, ast.Attribute)]


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
    context = multiprocessing.get_context("forkserver")  # plainly forked, they would inherit locks of our threads
    context.set_forkserver_preload([__name__])
    barrier = context.Barrier(number)
    processes = [context.Process(target=job, args=(barrier, *arguments), daemon=True) for _ in range(number)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(300)
    return [process.exitcode for process in processes]


def migrating(barrier: Any, url: str, migrations: Path) -> None:
    barrier.wait(240)
    upgrade(url, migrations)


def migrating_alone(barrier: Any, url: str, migrations: Path) -> None:
    migrate.LOCK_KEY = os.getpid()
    migrating(barrier, url, migrations)
