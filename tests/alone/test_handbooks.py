"""Each service's README is its team's handbook: of one form, complete, and true as far as a machine can tell."""

import importlib
import importlib.util
import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from deploy.cli import parser
from deploy.docs import samples
from deploy.house import SERVICES
from runtime.edge import procedures, subscriptions
from runtime.service import Service
from runtime.settings import BaseSettings
from tests.alone.bench import ROOT

HEADINGS = [
    "Owns",
    "Answers",
    "Emits",
    "Reads",
    "Settings",
    "SLO",
    "Rules worth knowing",
    "Work on it alone",
    "Runbook",
]
RUNBOOK = [
    "Queue grows",
    "Parked messages",
    "Database down",
    "Broker down",
    "Outbox lag grows",
    "Deploy and roll back",
]
METRICS = set(re.findall(r"terminfluss_\w+", (ROOT / "docs" / "observability.md").read_text()))
HANDBOOKS = [ROOT / "services" / name / "README.md" for name in ("_runtime", *(service.name for service in SERVICES))]
handbooks = pytest.mark.parametrize("handbook", HANDBOOKS, ids=lambda file: file.parent.name)
services = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


@handbooks
def test_all_have_one_form(handbook: Path) -> None:
    """Whoever is called at night finds the same places in each; a service may add to its runbook."""
    text = handbook.read_text()
    assert re.findall(r"^## (.+)$", text, re.M) == HEADINGS
    assert re.findall(r"^### (.+)$", section(handbook, "Runbook"), re.M)[: len(RUNBOOK)] == RUNBOOK


@handbooks
def test_objectives_name_how_they_are_measured(handbook: Path) -> None:
    """By metrics that exist."""
    assert set(re.findall(r"terminfluss_\w+", section(handbook, "SLO")))
    assert set(re.findall(r"terminfluss_\w+", handbook.read_text())) <= METRICS


@services
def test_every_method_is_named(service: Service) -> None:
    """In its section, and none that is not there any more."""
    assert methods(handbook_of(service)) == set(procedures(service.edge))


@services
def test_every_event_is_named(service: Service) -> None:
    """What it tells and what it reads, no more and no less."""
    known = {path.stem for each in SERVICES for path in samples(each)}
    assert known & names(service, "Emits") == {path.stem for path in samples(service)}
    assert known & names(service, "Reads") == {one.type for one in subscriptions(service.name, service.edge)}


@services
def test_every_table_is_named(service: Service) -> None:
    """What a team owns is what it has to back up, and to purge."""
    models = importlib.import_module(f"{service.name}.models")
    tables = models.Base.metadata.tables if hasattr(models, "Base") else models.metadata.tables
    assert set(tables) <= names(service, "Owns")


@services
def test_every_setting_is_named(service: Service) -> None:
    """Its own by name, with a link to the generated page for what they mean; the common ones by that link."""
    common = {field.name for field in fields(BaseSettings)}
    own = {field.metadata["env"] for field in fields(service.settings) if field.name not in common}
    text = section(handbook_of(service), "Settings")
    assert own <= names(service, "Settings")
    assert "settings.md#every-service" in text
    assert not own or f"settings.md#{service.name}" in text


def test_every_common_setting_is_named_by_the_runtime() -> None:
    """Which is where they come from."""
    text = section(HANDBOOKS[0], "Settings")
    assert {field.metadata["env"] for field in fields(BaseSettings)} == set(re.findall(r"`([A-Z_]+)`", text))


@handbooks
def test_every_command_can_be_given_as_it_stands(handbook: Path) -> None:
    """`./terminfluss` knows the options, and `python -m` finds the module."""
    found = re.findall(r"^(\./terminfluss .+)$|`(\./terminfluss [a-z][^`]+)`", handbook.read_text(), re.M)
    for command in map("".join, found):
        parser().parse_args(shlex.split(command.replace("SERVICE", "booking"))[1:])
    for module in re.findall(r"python -m ([a-z][\w.]+)", handbook.read_text()):
        assert importlib.util.find_spec(module), module


@handbooks
def test_the_broker_s_own_commands_exist(handbook: Path) -> None:
    """These do, in RabbitMQ 3 and 4; `rabbitmqctl` knows no `alarms`."""
    found = re.findall(r"`?(rabbitmqctl|rabbitmq-diagnostics) (?:-p VHOST )?([a-z_]+)", handbook.read_text())
    assert set(found) <= {("rabbitmqctl", "list_queues"), ("rabbitmq-diagnostics", "alarms")}


def handbook_of(service: Service) -> Path:
    return ROOT / "services" / service.name / "README.md"


def section(handbook: Path, heading: str) -> str:
    """The text below a heading, down to the next of its rank."""
    return handbook.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]


def names(service: Service, heading: str) -> set[str]:
    """What stands in backquotes in that section."""
    return set(re.findall(r"`([^`]+)`", section(handbook_of(service), heading)))


def methods(handbook: Path) -> set[str]:
    """What the table of methods names."""
    _, _, table = section(handbook, "Answers").partition("| who | methods |\n|---|---|\n")
    return {name for name in re.findall(r"`([^`]+)`", table.partition("\n\n")[0]) if re.fullmatch("[a-z_]+", name)}
