"""Who walks through the house: nobody, one of each role of the demo practice, and another practice's owner."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from deploy import demo
from deploy.embedded import House, build, migrate
from deploy.home import Home
from runtime.clock import utc_now
from runtime.identity import Signer
from tests.conftest import PASSWORD, UNLIMITED

ROLES = ("readonly", "reception", "staff", "owner")
OTHER = {
    "slug": "other",
    "name": "Other",
    "email": "o@other.example",
    "time_zone": "Europe/Berlin",
    "country": "DE",
    "currency": "EUR",
    "owner": {"name": "O", "email": "o@other.example", "password": PASSWORD},
}


@dataclass
class Walker:
    """Somebody with a browser and, if they can sign in, a token. `identity` is what their calls carry."""

    name: str
    browser: FlaskClient
    bearer: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    @property
    def identity(self) -> str:
        return self.bearer["Authorization"].removeprefix("Bearer ")

    def sign_in(self, email: str) -> "Walker":
        credentials = {"email": email, "password": PASSWORD}
        token = self.browser.post("/api/v1/auth/token", json=credentials).get_json()["access_token"]
        self.bearer = {"Authorization": f"Bearer {token}"}
        page = self.browser.get("/login").text
        self.browser.post("/login", data={**credentials, "seal": _hidden(page, "seal")})
        self.csrf = _hidden(self.browser.get("/desk/settings/account").text, "csrf_token")
        return self


@contextmanager
def walkers(folder: Path) -> Iterator[tuple[House, Flask, dict[str, Walker]]]:
    """A house with the demo practice and another one, and everybody in it."""
    home = Home(folder)
    migrate(home)
    house = build(home, UNLIMITED)
    house.bus.start()
    try:
        app = house.web()
        app.testing = False
        demo.seed(house.bus.rpc, house.secrets.operator(), PASSWORD, utc_now())
        token = house.secrets.operator().service_token(utc_now())
        house.bus.rpc.call("practice", "provision", OTHER, {"identity": token})
        everybody = {"nobody": Walker("nobody", app.test_client())}
        everybody["owner"] = Walker("owner", app.test_client()).sign_in(demo.OWNER)
        for role in ROLES[:-1]:
            everybody[role] = Walker(role, app.test_client()).sign_in(_invite(house, everybody["owner"], role))
        everybody["other"] = Walker("other", app.test_client()).sign_in("o@other.example")
        yield house, app, everybody
    finally:
        house.stop()


def _invite(house: House, owner: Walker, role: str) -> str:
    """A colleague who has chosen a password; their address."""
    ask, email = house.bus.rpc.call, f"{role}@top-hearing.example"
    wish = {"name": role, "email": email, "role": role}
    ask("practice", "invite_user", wish, {"identity": owner.identity})
    practice = next(app for app in house.apps if app.name == "practice")
    find = text("select id from account_links where email = :email")
    id = practice.db.read(lambda session: str(session.scalar(find, {"email": email})))
    identity = Signer("notify", house.secrets.seeds["notify"]).service_token(utc_now())
    tokens = ask("practice", "account_tokens", {"ids": [id]}, {"identity": identity})["tokens"]
    ask("practice", "choose_password", {"token": next(iter(tokens.values())), "password": PASSWORD})
    return email


def _hidden(page: str, name: str) -> str:
    found: Any = re.search(rf'name="{name}" value="([^"]+)"', page)
    return str(found[1])
