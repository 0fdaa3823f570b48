"""A database and a role for each service on a PostgreSQL server: the role owns its database and may enter no other.

    DATABASE_SERVER=postgresql+psycopg2://… DATABASE_PASSWORDS='{"booking": "…", …}' python -m deploy.databases

What exists stays; passwords and rights are renewed. DATABASE_SERVER names an administrator.
"""

import os
import sys
from dataclasses import dataclass

from psycopg2 import sql
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from deploy.house import SERVICES
from runtime.settings import WrongSetting, read, setting


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to reach the server, and who is to sign in with what."""

    server: str = setting("DATABASE_SERVER", "SQLAlchemy URL of a PostgreSQL server, as its administrator")
    passwords: dict[str, str] = setting("DATABASE_PASSWORDS", "JSON: password per service")


def set_up(connection: Connection, name: str, password: str) -> None:
    """Make or renew role and database `name`. The connection commits by itself: no transaction makes a database."""
    role = sql.Identifier(name)
    if not _exists(connection, "pg_roles where rolname", name):
        _run(connection, "create role {}", role)
    _run(connection, "alter role {} login nosuperuser nocreatedb nocreaterole password {}", role, sql.Literal(password))
    if not _exists(connection, "pg_database where datname", name):
        _run(connection, "create database {} owner {}", role, role)
    close(connection, name)


def close(connection: Connection, database: str) -> None:
    """Nobody but the owner and administrators may enter."""
    _run(connection, "revoke all on database {} from public", sql.Identifier(database))


def _exists(connection: Connection, where: str, name: str) -> bool:
    return bool(connection.execute(text(f"select 1 from {where} = :name"), {"name": name}).first())


def _run(connection: Connection, statement: str, *parts: sql.Composable) -> None:
    # A role's name and password are no parameters of a statement: psycopg2 quotes them.
    raw = connection.connection.driver_connection
    connection.exec_driver_sql(sql.SQL(statement).format(*parts).as_string(raw).replace("%", "%%"))


def main() -> None:
    settings = read(Settings, os.environ)
    names = [service.name for service in SERVICES]
    if missing := [name for name in names if not settings.passwords.get(name)]:
        raise WrongSetting(f"DATABASE_PASSWORDS is wrong: none for {', '.join(missing)}")
    engine = create_engine(settings.server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in names:
            set_up(connection, name, settings.passwords[name])
        for common in ("postgres", "template1"):
            close(connection, common)
    engine.dispose()
    print(f"{len(names)} databases are there, each for its own role")


if __name__ == "__main__":
    try:
        main()
    except WrongSetting as error:
        sys.exit(str(error))
    except DBAPIError as error:
        sys.exit(f"The database server refused: {error.orig}")
