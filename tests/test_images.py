"""What goes into the images and how docker-compose.yml puts them together, as far as no engine is needed to see it."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import handout, house, locks
from deploy.home import Home
from deploy.locks import ROOT, RUNTIME
from gateway.settings import GatewaySettings
from runtime.settings import BaseSettings, WrongSetting, read

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PARTS: dict[str, Any] = COMPOSE["services"]
OURS = {name: part for name, part in PARTS.items() if "build" in part}
SERVICES = handout.NAMES
IMPORTS_ONLY = """
import importlib, sys
from importlib.metadata import packages_distributions
from packaging.utils import canonicalize_name

allowed, modules = set(sys.argv[1].split(",")), sys.argv[2:]
known = packages_distributions()

class Gate:
    def find_spec(self, name, path=None, target=None):
        owners = {canonicalize_name(each) for each in known.get(name.partition(".")[0], ())}
        if owners and not owners & allowed:
            raise ModuleNotFoundError(f"{name} is not in the lock", name=name)

sys.meta_path.insert(0, Gate())
for module in modules:
    importlib.import_module(module)
"""
STARTED = {
    "gateway": ["gateway.__main__", "gateway.wsgi"],
    "mailcatcher": ["deploy.mailcatcher.__main__"],
    **{name: [f"{name}.__main__", "runtime.cli", "runtime.migrate", "runtime.supervisor"] for name in SERVICES},
}


def test_the_locks_of_the_parts_are_fresh() -> None:
    """`make lock` writes them; versions and hashes are those of the house's locks."""
    assert [str(path.relative_to(ROOT)) for path in locks.stale()] == []


@pytest.mark.parametrize("part", [part for part in locks.parts() if part != RUNTIME], ids=lambda part: part.name)
def test_a_part_imports_what_its_lock_holds(part: Path) -> None:
    """Its container would not start otherwise; what is not in the lock is not there for this test, either."""
    allowed = ",".join(sorted(locks.packages(part)))
    modules = STARTED[part.name]
    if part.parent.name == "services":
        run_gated(allowed, ["runtime.broker_worker"])  # in a process of its own: it patches its whole process
    run_gated(allowed, modules)


def run_gated(allowed: str, modules: list[str]) -> None:
    command = [sys.executable, "-W", "ignore", "-c", IMPORTS_ONLY, allowed, *modules]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("name", OURS)
def test_each_of_our_containers_is_shut_in(name: str) -> None:
    """Read-only, without capabilities, without a way to more rights."""
    part = OURS[name]
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]


def test_ports_are_published_on_this_machine_only() -> None:
    """Gateway and mails; neither broker nor database."""
    published = {name: part["ports"] for name, part in PARTS.items() if "ports" in part}
    assert set(published) == {"gateway", "mailcatcher"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


FIXED = {"HOST", "PORT", "HEALTH_PORT"}  # by the images
NOT_HERE = {"DEV_PAGES", "LIVE_THREADS"}  # pages for developers; the one-process mode
KINDS: dict[str, Any] = {**{service.name: service.settings for service in house.SERVICES}, "gateway": GatewaySettings}


@pytest.mark.parametrize("part", KINDS)
def test_everything_that_a_part_can_be_told_can_be_told_here(part: str) -> None:
    """A setting that came later has its line; and none is left that nobody reads any more."""
    told = {name.removesuffix("_FILE") for name in PARTS[part]["environment"]}
    assert told == {field.metadata["env"] for field in fields(KINDS[part])} - FIXED - NOT_HERE


def test_what_is_passed_on_from_outside_is_told_the_operator() -> None:
    """In the table of docs/operations.md, or by the page that it refers to for these settings."""
    text = (ROOT / "docs" / "operations.md").read_text().partition("\n## Containers\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([A-Z_]+)`", text))
    given = {name for part in PARTS.values() for name, value in part.get("environment", {}).items() if value is None}
    assert given - named == set()


OVERRIDES = sorted(file.name for file in ROOT.glob("docker-compose.*.yml"))


@pytest.mark.parametrize("name", OVERRIDES)
def test_what_is_added_keeps_to_the_rules(name: str) -> None:
    """On top of docker-compose.yml: what is new is shut in, what is there is told nothing unheard of, and ports are on
    this machine unless somebody says otherwise."""
    for part, added in yaml.safe_load((ROOT / name).read_text())["services"].items():
        if part in PARTS:
            assert set(added.get("environment", ())) <= set(PARTS[part]["environment"]), part
        else:
            assert (added["read_only"], added["cap_drop"]) == (True, ["ALL"])
            assert added["security_opt"] == ["no-new-privileges:true"]
        assert all(re.match(r"(\$\{\w+:-)?127\.0\.0\.1:", port) for port in added.get("ports", ())), part


def test_a_volume_of_secrets_is_mounted_by_its_part_only() -> None:
    """By the part itself, by its migration, and by the job that fills it."""
    for volume in COMPOSE["volumes"]:
        assert holders(volume) == HOLDERS.get(volume, {volume.removesuffix("-secrets"), "secrets"}), volume


HOLDERS = {
    "keeper": {"secrets"},
    "postgres-data": {"postgres"},
    "rabbitmq-data": {"rabbitmq"},
    "setup-secrets": {"databases", "topology", "secrets"},
    "coturn-tls": {"coturn"},
    "operator-secrets": {"seed", "terminfluss", "secrets"},
    **{f"{name}-secrets": {name, f"migrate-{name}", "secrets"} for name in SERVICES},
}


def holders(volume: str) -> set[str]:
    return {
        name
        for name, part in PARTS.items()
        if any(re.match(rf"(\$\{{\w+:-)?{volume}\}}?:", mounted) for mounted in part.get("volumes", ()))
    }


def test_secrets_are_made_once_and_handed_out_apart(tmp_path: Path) -> None:
    """A second run hands out the same; every part's settings are complete; no secret is in two folders but where two
    must know it."""
    handout.main(tmp_path)
    first = held(tmp_path)
    handout.main(tmp_path)
    assert held(tmp_path) == first
    for name in SERVICES:
        read(BaseSettings, {f"{each}_FILE": str(tmp_path / name / each) for each in first[name]})
    keys = [first[part]["IDENTITY_KEY"] for part in (*SERVICES, "operator")]
    assert len(set(keys)) == len(keys)
    assert first["coturn"] == {"TURN_SECRET": first["gateway"]["TURN_SECRET"]}
    assert all(oct(file.stat().st_mode)[-3:] == "600" for file in (tmp_path / "booking").iterdir())


def test_the_gateway_may_read_parked_messages_where_somebody_wants_the_page(tmp_path: Path) -> None:
    """Its own user of the broker may not; whoever takes the gateway over would."""
    handout.main(tmp_path)
    file = tmp_path / "gateway" / "OPERATOR_AMQP_URI"
    assert file.read_text() == ""
    handout.main(tmp_path, operator_page=True)
    assert file.read_text() == (tmp_path / "operator" / "AMQP_URI").read_text()
    settings = {f"{each.name}_FILE": str(each) for each in file.parent.iterdir()}
    assert read(GatewaySettings, settings).operator_amqp_uri
    handout.main(tmp_path)
    assert read(GatewaySettings, settings).operator_amqp_uri == ""


def held(folder: Path) -> dict[str, dict[str, str]]:
    return {part.name: {file.name: file.read_text() for file in part.iterdir()} for part in folder.iterdir()}


def test_what_was_made_before_a_service_came_is_kept(tmp_path: Path) -> None:
    """An update with one service more makes what that one needs, and changes nobody's password."""
    keeper = Home(tmp_path / "keeper").folder
    before = handout.passwords(keeper)
    file = keeper / "passwords.json"
    file.write_text(file.read_text().replace(f'"notify": "{before["database"]["notify"]}"', '"late": "x"'))
    after = handout.passwords(keeper)
    assert after["database"]["notify"] not in ("", before["database"]["notify"])
    assert after["database"]["booking"] == before["database"]["booking"]
    assert after["broker"] == before["broker"]


def test_a_secret_that_is_not_there_is_named() -> None:
    """One line, no traceback: the job that makes secrets has not run."""
    with pytest.raises(WrongSetting, match=r"^DATABASE_URL_FILE is wrong: /nowhere: No such file"):
        read(BaseSettings, {"DATABASE_URL_FILE": "/nowhere"})
