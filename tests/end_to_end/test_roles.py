"""Who may do what: every route of the app, called by nobody, by each role, and by another practice's owner.

`roles.txt` holds what each gets: `ok` (let in, whatever comes of it), `401`, `403`, `404`, or `login` (led to the
sign-in). A route without a line fails, and so does a line without a route. `python -m tests.end_to_end.test_roles`
writes the table anew: read what has changed before you keep it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask import Flask

from gateway.api import examples
from tests.conftest import PASSWORD
from tests.end_to_end.people import ROLES, Walker, walkers
from tests.systems import until

TABLE = Path(__file__).with_name("roles.txt")
ORDER = ("nobody", "other", *ROLES)  # who may least goes first, so that there is something left for the others
LEFT_OUT = {"POST /logout", "POST /api/v1/auth/revoke"}  # they end the session that they are called with
ANY = re.compile(r"<any\(([^,)]+)[^)]*\):\w+>")
PART = re.compile(r"<(?:(?P<converter>[^:<>]+):)?(?P<name>\w+)>")
WHOSE = re.compile(r"/(?:desk|api/v1)/(?:settings/|calendar/)?(?:practice/)?(?P<thing>[a-z-]+)/<uuid:id>")
THINGS = dict.fromkeys(("hours", "days-off", "notifications"), "calendars") | {
    "news": "appointments"
}  # whose id stands in the address
OBJECT = re.compile(r" /(?:desk|api/v1)/(?!practices/).*<uuid:")  # names an object of a practice
FORMS = {
    "POST /desk/customers/<uuid:id>/merge": {"duplicate": examples.CLOSURE_ID, "version": "1"},
    "POST /desk/calls/<uuid:message>/resend": {"email": "somebody@kunden.example"},
    "POST /desk/messages/<uuid:message>/resend": {"to": "somebody@kunden.example"},
}
QUERIES = {
    "GET /api/v1/invitations/<uuid:id>/relay": "?peer=somebody-new",
    "GET /api/v1/invitations/<uuid:id>/signals": f"?peer=somebody-new&call={examples.CLOSURE_ID}",
    "GET /api/v1/calendars/<uuid:id>/holidays/importable": "?country=DE&year=2035",
    "GET /desk/appointments/<uuid:id>/tell": "?kind=notice",
    "POST /desk/appointments/<uuid:id>/tell": "?kind=notice",
}
NOWHERE = {"token": "n7Qk2vJw8sYh0bLx4dRfTg", "digits": "1f5f8b", "filename": "base.css", "provider": "none"}


@dataclass(frozen=True)
class Walk:
    """Everybody, the objects of the demo practice by kind, and the bodies that the API's document shows."""

    app: Flask
    everybody: dict[str, Walker]
    ids: dict[str, str]
    bodies: dict[str, str]

    def routes(self) -> list[str]:
        """ "GET /desk" for every method of every rule."""
        found = set()
        for rule in self.app.url_map.iter_rules():
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            found |= {f"{method} {rule.rule.replace(' ', '')}" for method in methods}
        return sorted(found, key=lambda route: route.split()[::-1])

    def address(self, route: str) -> str:
        """With the demo practice's objects in it."""
        rule = ANY.sub(lambda found: found[1], route.split(" ", 1)[1])
        whose = WHOSE.search(rule)
        thing = whose["thing"] if whose else ""
        known = {**NOWHERE, **self.ids, "id": self.ids.get(THINGS.get(thing, thing), self.ids["nothing"])}
        other = {"int": "1", "uuid": self.ids["nothing"]}
        filled = PART.sub(lambda part: known.get(part["name"], other.get(part["converter"] or "", "x")), rule)
        return filled + QUERIES.get(route, "")

    def verdict(self, route: str, name: str) -> str:
        """What the walker gets."""
        who, method, address = self.everybody[name], route.split()[0], self.address(route)
        with self._call(who, route, method, address) as answer:
            if answer.status_code in (302, 303) and answer.headers["Location"].startswith("/login"):
                return "login"
            word = str(answer.status_code) if answer.status_code in (401, 403, 404) else "ok"
            assert answer.status_code < 500, f"{route} for {name}: {answer.status_code}"
            own = name in ROLES and re.match(r"/(desk|api/v1)/", address)
            return "ok" if word == "404" and own else word  # an earlier call may have taken it away

    def missing(self) -> set[str]:
        """What names an object of the demo practice that its owner does not find."""
        looks = [route for route in self.routes() if route.startswith("GET ") and WHOSE.search(route)]
        assert len(looks) > 15
        answers = {route: self._call(self.everybody["owner"], route, "GET", self.address(route)) for route in looks}
        return {route for route, answer in answers.items() if answer.status_code == 404}

    def _call(self, who: Walker, route: str, method: str, address: str) -> Any:
        if address.startswith("/api/"):
            body: Any = json.loads(self.bodies[route]) if route in self.bodies else None
            return who.browser.open(address, method=method, headers=who.bearer, json=body, buffered=False)
        data = {"csrf_token": who.csrf, **FORMS.get(route, {})} if method == "POST" else None
        return who.browser.open(address, method=method, data=data, buffered=False)


@pytest.fixture(scope="module", name="walk")
def _walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with walkers(tmp_path_factory.mktemp("roles")) as (_house, app, everybody):
        ids = objects(everybody["owner"])
        yield Walk(app, everybody, ids, bodies(app, ids))


def objects(owner: Walker) -> dict[str, str]:
    """One object of each kind of the demo practice."""

    def ask(method: str, path: str, body: Any = None) -> Any:
        return owner.browser.open(f"/api/v1{path}", method=method, json=body, headers=owner.bearer).get_json()

    def first(path: str) -> str:
        return str(until(lambda: ask("GET", path)["items"])[0]["id"])

    ids = {"nothing": "00000000-0000-4000-8000-000000000000", "slug": "top-hearing", "hold": examples.HOLD_ID}
    ids |= {kind: first(f"/{kind}") for kind in ("appointments", "services", "calendars", "places", "users")}
    ids["customers"] = str(ask("POST", "/customers", {**examples.CUSTOMER})["id"])
    ids["invitations"] = str(ask("POST", "/invitations", examples.INVITATION_REQUEST)["id"])
    made = ask("POST", f"/calendars/{ids['calendars']}/holidays", {"date": "2035-12-24", "name": "Heiligabend"})
    ids["closure"] = ids["entry"] = str(made["id"])
    money = f"/appointments/{ids['appointments']}"
    ask("PUT", f"{money}/price", {"price": examples.PRICE})
    ask("POST", f"{money}/payments", {"amount": examples.PRICE})
    ids["payment"] = first(f"{money}/payments")
    ids["name"] = str(ask("GET", "/templates")["items"][0]["name"])  # a template's: every practice has it
    return ids


def bodies(app: Flask, ids: dict[str, str]) -> dict[str, str]:
    """By route the documented example, with the demo practice's ids in it."""
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    known = {
        examples.APPOINTMENT_ID: ids["appointments"],
        examples.SERVICE_ID: ids["services"],
        examples.CALENDAR_ID: ids["calendars"],
        str(examples.PLACE["id"]): ids["places"],
    }
    rules = {re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule): rule.rule for rule in app.url_map.iter_rules()}
    found = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            if "application/json" in content and "example" in content["application/json"]:
                example = json.dumps(content["application/json"]["example"])
                for written, real in known.items():
                    example = example.replace(written, real)
                found[f"{method.upper()} {rules[path]}"] = example
    # Wrong ones would be let in, or refused, by how many came in the last minutes.
    return found | {"POST /api/v1/auth/token": json.dumps({**examples.CREDENTIALS, "password": PASSWORD})}


def table() -> dict[str, dict[str, str]]:
    """By route what each gets."""
    lines = [line.split() for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {f"{method} {rule}": dict(zip(ORDER, words, strict=True)) for *words, method, rule in lines}


def test_every_route_has_its_line(walk: Walk) -> None:
    """And no line is left over."""
    assert set(walk.routes()) - LEFT_OUT == set(table())


def test_everybody_gets_what_the_table_says(walk: Walk) -> None:
    """What a stranger does not find is there for its owner, before and after the stranger was here."""
    expected, wrong = table(), list[str]()
    for name in ORDER:
        if name in ("other", ROLES[0]):
            assert walk.missing() == set()
        for route in (route for route in walk.routes() if route in expected):
            got = walk.verdict(route, name)
            if got != expected[route][name]:
                wrong.append(f"{route}: {name} gets {got}, not {expected[route][name]}")
    assert wrong == []


def test_strangers_get_nothing_of_the_practice() -> None:
    """The table itself: whatever names one of its objects is 404 for another practice, and closed to nobody."""
    for route, words in table().items():
        if OBJECT.search(route):
            assert words["other"] == "404", route
            assert words["nobody"] in ("401", "login"), route


def record(folder: Path) -> None:
    """Write down what each gets now."""
    with walkers(folder) as (_house, app, everybody):
        ids = objects(everybody["owner"])
        walk = Walk(app, everybody, ids, bodies(app, ids))
        routes = [route for route in walk.routes() if route not in LEFT_OUT]
        got = {name: [walk.verdict(route, name) for route in routes] for name in ORDER}
    lines = [f"# {' '.join(f'{name:9}' for name in ORDER)}".rstrip()]
    for number, route in enumerate(routes):
        lines.append(f"{' '.join(f'{got[name][number]:9}' for name in ORDER)}  {route}")
    TABLE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        record(Path(folder))
