"""docs/outages.md is true: each part is taken away in turn, and every question of its table is asked meanwhile."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from deploy import demo
from runtime.ids import new_id
from tests.end_to_end.outages import Fragile, Outage, fragile
from tests.end_to_end.pages import Form, form
from tests.end_to_end.practice import BASE, Practice
from tests.systems import PASSWORD, until

pytestmark = pytest.mark.slow
DOCUMENT = Path(__file__).parents[2] / "docs" / "outages.md"
PATIENCE = 60  # seconds after which an answer counts as hanging; each has its own deadline long before
OLD = "vielleicht nicht ganz aktuell"
OUTAGES: list[tuple[str, str]] = [
    ("practice", "stopped"),
    ("availability", "frozen"),
    ("availability", "without database"),
    ("booking", "frozen"),
    ("booking", "stopped"),
    ("booking", "without database"),
    ("notify", "stopped"),
    ("broker", "cut off"),
    ("broker", "silent"),
    ("mail server", "stopped"),
]


def table() -> dict[str, dict[str, str]]:
    """What the document promises: question -> part -> cell."""
    lines = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("|")]
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    found = {}
    for name, *cells in rows:
        if len(cells) != len(head) - 1:
            break  # the next table
        found[name.strip("`")] = dict(zip(head[1:], cells, strict=True))
    return found


@pytest.fixture(scope="module", name="house")
def _house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fragile]:
    """One gateway process, so that what it knows is known."""
    with fragile(tmp_path_factory.mktemp("outages"), WEB_WORKERS="1") as house:
        yield house


def outage(house: Fragile, part: str, how: str) -> Outage:
    """How to take that part away."""
    ways: dict[str, Callable[[str], Any]] = {
        "frozen": house.frozen,
        "stopped": house.stopped,
        "without database": house.without_database,
    }
    others = {
        ("broker", "cut off"): house.line.cut,
        ("broker", "silent"): house.line.dead,
        ("mail server", "stopped"): house.without_mail_server,
    }
    return others.get((part, how)) or (lambda: ways[how](part))


class Visit:
    """One customer, one member of staff, and their questions. Everything is prepared while all is well."""

    def __init__(self, house: Fragile):
        self.url, self.practice = house.running.url, Practice(house.running)
        self.browser = requests.Session()
        self.browser.headers["Accept-Language"] = "de"
        self.staff = house.running.staff()
        starts = self.practice.slots("Servicetermin", "Anna", self.practice.day("Anna"))
        self.wishes = {name: self._body(start) for name, start in zip(("again", "book", "form"), starts, strict=False)}
        self.keys = {name: new_id() for name in (*self.wishes, "hold")}
        self.times = starts[3:]
        self.booked = until(lambda: _created(self.book("again")), 60, "a booking")
        self.tokens = {name: self._token(start) for name, start in zip(("api", "page"), starts[6:8], strict=True)}
        self.token = self.booked["manage_url"].rsplit("/", 1)[1]
        self._walk_pages()

    def _body(self, start: str) -> dict[str, Any]:
        return self.practice.body("Servicetermin", "Anna", start)

    def _token(self, start: str) -> str:
        return str(self.practice.book("Servicetermin", "Anna", start).json["manage_url"]).rsplit("/", 1)[1]

    def _walk_pages(self) -> None:
        """As far as a person has come when the outage begins: signed in, a form filled, a question read."""
        login = form(self.page("/login"), "/login")
        login.fields.update(email=demo.OWNER, password=PASSWORD)
        login.submit(self.browser)
        self.login = form(requests.get(f"{self.url}/login", timeout=PATIENCE), "/login")
        self.login.fields.update(email=demo.OWNER, password=PASSWORD)
        self.grid = form(self.page(self.week), "/hold")
        self.grid.fields["start"] = self.wishes["form"]["start"]
        self.form = form(self.grid.submit(self.browser), "/book")
        self.form.fields.update(self.wishes["form"]["customer"], action="book", website="")
        self.grid.fields["start"] = self.times[0]
        question = form(self.page(f"/a/{self.tokens['page']}"), "/cancel").submit(self.browser)
        self.question = form(question, "/cancel/confirm")

    @property
    def week(self) -> str:
        choice = f"service={self.practice.services['Servicetermin']}&calendar={self.practice.calendars['Anna']}"
        return f"/p/top-hearing/book?{choice}"

    def page(self, path: str, **options: Any) -> requests.Response:
        return self.browser.get(self.url + path, timeout=PATIENCE, **options)

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.request(method, self.url + path, json=body, headers=sent, timeout=PATIENCE)

    def book(self, name: str) -> requests.Response:
        return self.api("POST", f"{BASE}/appointments", self.wishes[name], idempotency_key=self.keys[name])

    def hold(self) -> requests.Response:
        wish = self.wishes["book"] | {"start": self.times[1]}
        slot = {name: wish[name] for name in ("service", "calendar", "start")}
        return self.api("POST", f"{BASE}/holds", slot, idempotency_key=self.keys["hold"])

    def slots(self, zone: str) -> requests.Response:
        query = f"service={self.practice.services['Servicetermin']}&calendar={self.practice.calendars['Anna']}"
        return self.api("GET", f"{BASE}/slots?{query}&tz={zone}")

    def send(self, filled: Form) -> requests.Response:
        return filled.submit(self.browser)

    def questions(self, new_zone: str) -> dict[str, tuple[Callable[[], requests.Response], ...]]:
        """Every row of the table: the API's answer, and the page's where there is one."""
        staff, manage = self.staff, f"/api/v1/manage/{self.token}"
        credentials = {"email": demo.OWNER, "password": PASSWORD}
        return {
            "the practice's page": (lambda: self.api("GET", BASE), lambda: self.page("/p/top-hearing")),
            "free times": (lambda: self.slots("Europe/Berlin"), lambda: self.page(self.week)),
            "free times that nobody has asked for yet": (
                lambda: self.slots(new_zone),
                lambda: self.page(f"{self.week}&tz={new_zone}"),
            ),
            "keep a time": (self.hold, lambda: self.send(self.grid)),
            "book": (lambda: self.book("book"), lambda: self.send(self.form)),
            "book again what is booked, same key": (lambda: self.book("again"),),
            "the customer's appointment": (lambda: self.api("GET", manage), lambda: self.page(f"/a/{self.token}")),
            "cancel": (
                lambda: self.api("POST", f"/api/v1/manage/{self.tokens['api']}/cancel", {}),
                lambda: self.send(self.question),
            ),
            "the calendar file": (
                lambda: self.api("GET", f"{manage}/calendar.ics"),
                lambda: self.page(f"/a/{self.token}/calendar.ics"),
            ),
            "the desk's list": (lambda: self.api("GET", "/api/v1/inbox", **staff), lambda: self.page("/desk/inbox")),
            "an appointment's details, for staff": (
                lambda: self.api("GET", f"/api/v1/appointments/{self.booked['id']}", **staff),
            ),
            "sign in": (
                lambda: self.api("POST", "/api/v1/auth/token", credentials),
                lambda: requests.post(self.login.address, self.login.fields, timeout=PATIENCE, allow_redirects=False),
            ),
            "the message log": (lambda: self.api("GET", "/api/v1/messages", **staff),),
            "/healthz": (lambda: self.api("GET", "/healthz"),),
            "/readyz": (lambda: self.api("GET", "/readyz"),),
        }


def _created(answer: requests.Response) -> Any:
    return answer.json() if answer.status_code == 201 else None


Answers = dict[str, list[requests.Response]]


def ask(visit: Visit, new_zone: str) -> Answers:
    """All questions at the same time, as many people would."""
    questions = visit.questions(new_zone)
    with ThreadPoolExecutor(16) as pool:
        asked = {name: [pool.submit(one) for one in both] for name, both in questions.items()}
        return {name: [future.result() for future in both] for name, both in asked.items()}


def found(answers: Answers) -> dict[str, str]:
    """The column of the table that these answers make; a page that differs from the API shows up in it."""
    return {name: " / ".join(dict.fromkeys(_cells(both))) for name, both in answers.items()}


def _cells(both: list[requests.Response]) -> Iterator[str]:
    status = both[0].status_code
    for answer in both:
        same = status if answer.ok == (status < 400) else answer.status_code
        yield f"{same} old" if _old(answer) else str(same)


def _old(answer: requests.Response) -> bool:
    if answer.headers.get("Content-Type") == "application/json":
        marked = answer.headers.get("Warning", "").startswith("110 ")
        assert marked == ("stale" in answer.json())
        return marked
    return OLD in answer.text


def check_unavailable(answer: requests.Response) -> None:
    """A problem document or a page, when to come again, and a button for it."""
    assert answer.headers["Retry-After"]
    if answer.headers["Content-Type"] == "application/problem+json":
        assert answer.json()["code"] == "unavailable"
    else:
        assert "Noch einmal versuchen" in answer.text or "Bitte versuchen Sie es gleich noch einmal" in answer.text


@pytest.mark.parametrize(("part", "how"), OUTAGES, ids=lambda value: str(value))
def test_while_it_is_away_the_gateway_answers_as_the_table_says(house: Fragile, part: str, how: str) -> None:
    """Then it comes back, and by itself everything works again: what was tried before is done once."""
    until(lambda: _fresh(house), 60, "the end of an outage before")
    visit, number = Visit(house), OUTAGES.index((part, how))
    unheard = [f"Etc/GMT%2B{number + 1}", f"Etc/GMT-{number + 1}"]
    visit.slots("Europe/Berlin")
    visit.page(visit.week)
    with outage(house, part, how)():
        time.sleep(2.5)  # longer than SLOTS_TTL here, and than a person takes at least to fill a form
        answers = ask(visit, unheard[0])
        promised = {name: cells[part] for name, cells in table().items()}
        assert found(answers) == promised
        for answer in (one for both in answers.values() for one in both if one.status_code == 503):
            check_unavailable(answer)
        check_named(part, how, answers["/readyz"][0].json())
    until(lambda: _well(found(ask(visit, unheard[1]))), 60, "the return to normal")
    check_once(house, visit)


def _fresh(house: Fragile) -> bool:
    """Whether everything answers, and slots are those of now."""
    face = house.running.call("GET", BASE).json
    slots = house.running.call("GET", f"{BASE}/slots?service={face['services'][0]['id']}")
    state = house.running.call("GET", "/readyz").json
    return bool(slots.status == 200 and "stale" not in slots.json and state["status"] == "ok")


def check_named(part: str, how: str, state: dict[str, Any]) -> None:
    """`/readyz` names what does not answer at all."""
    away = {name for name, there in state["parts"].items() if there == "away"}
    if part == "broker":
        assert {"practice", "availability", "booking", "notify"} <= away
    else:
        assert away == (set() if how == "without database" or part == "mail server" else {part})
    assert state["status"] == ("degraded" if away else "ok")


def _well(column: dict[str, str]) -> bool:
    return all(re.fullmatch("20[01]", cell) for cell in column.values())


def check_once(house: Fragile, visit: Visit) -> None:
    """Every booking that was tried, by program and by page, before, meanwhile and afterwards, is one appointment."""
    engine = house.running.engine("booking")
    emails = [wish["customer"]["email"] for wish in visit.wishes.values()]
    with engine.connect() as connection:
        query = text("select email, count(*) from appointments where email = any(:emails) group by email")
        rows = connection.execute(query, {"emails": emails}).all()
    engine.dispose()
    assert sorted(tuple(row) for row in rows) == sorted((email, 1) for email in emails)
