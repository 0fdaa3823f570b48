"""A worker, patched by eventlet, holds up nobody and waits for nothing for ever: each in a process of its own."""

import subprocess
import sys

import pytest

from runtime.testing import Databases

PATCHED = "import runtime.broker_worker, eventlet, psycopg2, socket\nfrom runtime import patience\n"


def said(program: str, *arguments: str) -> str:
    """What the program printed, in a process that is patched as a worker is."""
    command = [sys.executable, "-W", "ignore", "-c", PATCHED + program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


SLOW_NAME_SERVER = """
system, gate = socket.getaddrinfo, eventlet.patcher.original("threading").Event()
server = socket.create_server(("127.0.0.1", 0))
socket.getaddrinfo = lambda _host, port, *how: gate.wait(20) and system("127.0.0.1", port, *how)
patience.cooperate()
for find in (socket.create_connection, lambda where: socket.getaddrinfo(*where)):
    gate.clear()
    eventlet.spawn_n(gate.set)
    print("found" if find(("mail.example", server.getsockname()[1])) else "nobody else ran")
"""


def test_others_go_on_while_a_name_server_is_silent() -> None:
    """A name is found once somebody else has run, whoever looks it up."""
    assert said(SLOW_NAME_SERVER).split() == ["found", "found"]


def test_the_system_is_asked_whose_address_a_name_has() -> None:
    """eventlet's own resolver keeps a broker's name nobody's for minutes after it is there."""
    asked = "print(*sorted({getattr(socket, name).__wrapped__.__module__ for name in patience.LOOKUPS}))"
    assert said(asked) == "_socket socket"


SILENT_SERVER = """
patience.CONNECTING = 0.2
server = socket.create_server(("127.0.0.1", 0))
try:
    psycopg2.connect(host="localhost", port=server.getsockname()[1], user="nobody", dbname="none", connect_timeout=60)
except psycopg2.OperationalError as error:
    print(error)
"""


def test_a_database_that_takes_connections_and_says_nothing_is_given_up() -> None:
    """libpq's own time limit does not hold while psycopg2 waits cooperatively."""
    assert said(SILENT_SERVER) == "the database does not answer"


SILENT_STATEMENT = """
import sys
from sqlalchemy import text
from runtime.db import Database, is_away
database = Database(sys.argv[1])
ask = lambda: database.read(lambda session: session.execute(text("select 'answers'")).scalar())
ask()
usual, patience.ANSWERING = patience.ANSWERING, 0.2
try:
    database.read(lambda session: session.execute(text("select pg_sleep(60)")))
except Exception as error:
    print("away" if is_away(error) and error.connection_invalidated else error)
patience.ANSWERING = usual
print(ask())
"""


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_database_that_never_answers_is_given_up_and_asked_anew(databases: Databases) -> None:
    """The connection is not used again; the next question gets another one."""
    assert said(SILENT_STATEMENT, databases.new(None).url).split() == ["away", "answers"]


NAMES = """
try:
    psycopg2.connect("postgresql://nobody@nowhere.invalid/none")
except psycopg2.OperationalError as error:
    print(str(error).partition(":")[0])
print(patience._addresses("host=/run/postgresql dbname=none"), patience._addresses("host=127.0.0.1")["hostaddr"])
"""


def test_a_databases_name_is_looked_up_like_any_other() -> None:
    """One that is nobody's is as good as a database that is away; a socket's folder is no name."""
    assert said(NAMES).splitlines() == ["nowhere.invalid", "{} 127.0.0.1"]
