"""`make run`: one process, one directory, nothing else; what it promises at start, stop, crash and restart."""

import signal
import stat
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import create_engine, text

from tests.embedded.conftest import Running

REAL_NAMES = ("Marianne Vogt", "Norbert Krüger", "Friederike Hoffmann")
DATABASES = ("practice", "availability", "booking", "notify", "invitations")


def rows(system: Running, service: str, query: str) -> list[Any]:
    """Straight from the service's file."""
    engine = create_engine(f"sqlite:///{system.home / service}.db")
    with engine.connect() as connection:
        found = list(connection.execute(text(query)))
    engine.dispose()
    return found


def settled(system: Running, seconds: float = 60) -> None:
    """Wait until no event is on its way and no mail is due."""
    end = time.monotonic() + seconds
    waiting = ["select 1 from outbox where published is null", "select 1 from delivery where parked is null"]
    while any(rows(system, service, query) for service in DATABASES for query in waiting):
        assert time.monotonic() < end, "events are stuck"
        time.sleep(0.05)


def free_slot(system: Running, service: str) -> dict[str, Any]:
    """The first bookable slot of the practice for this service."""
    today = datetime.now(UTC).date().isoformat()
    query = {"service": service, "from": today, "days": 14}
    days = system.get("/practices/top-hearing/slots", **query)["days"]
    return next(slot for day in reversed(days) for slot in day["slots"] if slot["bookable"])


def book(system: Running, name: str) -> dict[str, Any]:
    """A customer books the Servicetermin."""
    practice = system.get("/practices/top-hearing")
    service = next(s["id"] for s in practice["services"] if s["name"] == "Servicetermin")
    slot = free_slot(system, service)
    customer = {"first_name": name, "last_name": "Test", "email": f"{name}@example.org", "phone": "+49 711 123456"}
    wish = {"service": service, "start": slot["start"], "calendar": slot["calendars"][0], "customer": customer}
    answer = system.post("/practices/top-hearing/appointments", wish)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_the_banner_tells_where_to_book_and_how_to_sign_in(demo: Running) -> None:
    """Every address in it answers, and the password is right."""
    for path in ("/p/top-hearing", "/login", "/dev/mailbox"):
        assert f"{demo.url}{path}" in demo.banner
        assert requests.get(demo.url + path, timeout=60).status_code == 200
    assert demo.staff_token(demo.password())


def test_the_demo_practice_is_as_the_product_says(demo: Running) -> None:
    """Three professionals by nickname, three released services."""
    practice = demo.get("/practices/top-hearing")
    services = {s["name"]: s for s in practice["services"]}
    assert {name: s["duration_minutes"] for name, s in services.items()} == {
        "Servicetermin": 30,
        "Beratung": 60,
        "Batteriewechsel": 15,
    }
    assert services["Beratung"]["price"] == {"amount": "49.00", "currency": "EUR"}
    assert services["Beratung"]["confirmation"] == "request"
    assert services["Batteriewechsel"]["price"] is None
    assert len(practice["calendars"]) == 3
    assert "Stuttgart" in practice["places"][0]["address"]


def test_no_real_name_of_a_professional_is_public(demo: Running) -> None:
    """Customers see nicknames only."""
    pages = [requests.get(demo.url + path, timeout=60).text for path in ("/p/top-hearing", "/p/top-hearing/book")]
    pages.append(str(demo.get("/practices/top-hearing")))
    assert not [name for name in REAL_NAMES for page in pages if name in page]


def test_the_grid_shows_taken_slots(demo: Running) -> None:
    """A handful of demo appointments: at least one slot that cannot be booked with its professional."""
    assert len(demo.appointments(demo.staff_token(demo.password()))) >= 5


def test_a_booking_reaches_the_mailbox(demo: Running) -> None:
    """From the page's API through all services: customer and practitioner are told."""
    book(demo, "mailbox")
    settled(demo)
    end = time.monotonic() + 60
    while "mailbox@example.org" not in requests.get(f"{demo.url}/dev/mailbox", timeout=60).text:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_secrets_and_data_are_for_their_owner_only(demo: Running) -> None:
    """Mode 600 for every file with people's data or keys."""
    files = [demo.home / "secrets.json", *demo.home.glob("*.db")]
    assert len(files) == 1 + len(DATABASES)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_no_secret_is_in_the_log(demo: Running) -> None:
    """The demo password is printed for the person at the terminal; nothing else is."""
    log = demo.log().replace(demo.password(), "")
    kept = (demo.home / "secrets.json").read_text()
    assert not [word for word in kept.split('"') if len(word) >= 16 and word in log]


def test_a_port_in_use_is_said_plainly(demo: Running, tmp_path: Path) -> None:
    """One line, no stack trace, and how to choose another."""
    second = demo.second(TERMINFLUSS_HOME=str(tmp_path / "other"))
    assert second.returncode == 1
    assert f"127.0.0.1:{demo.port} cannot be used" in second.stderr
    assert "PORT=" in second.stderr
    assert "Traceback" not in second.stderr


def test_two_processes_never_share_a_directory(demo: Running) -> None:
    """The second says so and leaves."""
    second = demo.second(PORT="0")
    assert second.returncode == 1
    assert "TERMINFLUSS_HOME" in second.stderr


@pytest.mark.parametrize("setting", [{"PORT": "many"}, {"PORT": "99999"}, {"SLOTS_TTL": "soon"}])
def test_a_wrong_setting_stops_the_start_with_its_name(system: Running, setting: dict[str, str]) -> None:
    """No stack trace."""
    ended = system.second(**setting)
    assert ended.returncode == 1
    assert next(iter(setting)) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_restart_keeps_data_and_adds_none(system: Running) -> None:
    """SIGTERM ends it with success; the second start finds its demo practice, password and appointments."""
    system.start()
    password, before = system.password(), system.appointments(system.staff_token(system.password()))
    assert system.stop() == 0
    system.start()
    assert system.password() == password
    assert system.appointments(system.staff_token(password)) == before
    assert len(system.get("/practices/top-hearing")["calendars"]) == 3


def test_ctrl_c_stops_cleanly(system: Running) -> None:
    """Work in hand is finished; no stack trace."""
    system.start()
    assert system.stop(signal.SIGINT) == 0
    assert "has stopped" in system.log()
    assert "Traceback" not in system.log()


def test_demo_password_is_obeyed_at_every_start(system: Running) -> None:
    """Also when it is another one than last time."""
    for password in ("first password", "second password"):
        system.start(DEMO_PASSWORD=password)
        assert system.staff_token(password)
        system.stop()


@pytest.mark.slow
def test_kill_and_start_again_loses_no_booking_and_doubles_no_mail(system: Running) -> None:
    """Killed right after the answer, several times; then every booking has its mails, each once."""
    names = [f"kill{n}" for n in range(4)]
    for name in names:
        system.start()
        book(system, name)
        assert system.stop(signal.SIGKILL) == -signal.SIGKILL
    system.start()
    settled(system)
    emails = Counter(row.email for row in rows(system, "booking", CUSTOMERS))
    assert [emails[f"{name}@example.org"] for name in names] == [1] * len(names)
    end = time.monotonic() + 60
    while len(mailed := mails(system)) < len(names) and time.monotonic() < end:
        time.sleep(0.2)
    assert mailed == {f"{name}@example.org": 1 for name in names}


CUSTOMERS = "select email from appointments"
MAILS = "select recipient, purpose from messages where role = 'customer' and recipient like 'kill%'"


def mails(system: Running) -> Counter[str]:
    """How many messages each of our customers got."""
    return Counter(row.recipient for row in rows(system, "notify", MAILS))
