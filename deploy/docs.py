"""The documents that are made from the code: settings.md, events.md, asyncapi.yaml and topology.txt in docs/.

Beside each service it also puts what its readers expect of it.

python -m deploy.docs            write them
python -m deploy.docs --check    say which are stale, and change nothing
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from deploy import asyncapi, wiring
from deploy.asyncapi.registry import registry
from deploy.house import SERVICES, all_subscriptions
from deploy.ops import place
from gateway.settings import GatewaySettings
from runtime.service import Service
from runtime.settings import BaseSettings

ROOT = Path(__file__).resolve().parents[1]
MADE = "<!-- Made by `make docs` from the code. Change it there. -->"

# What the runners and the tests read beside the settings classes.
RUNNERS = (
    ("TERMINFLUSS_HOME", "`./var`", "one process: directory of databases and secrets"),
    ("DEMO_PASSWORD", "made and printed", "password of the demo practice's owner; a new value becomes the password"),
    (
        "DATABASE_SERVER",
        "required",
        "`deploy.processes`: SQLAlchemy URL of a PostgreSQL server that may make databases",
    ),
    ("MANAGEMENT_URL", "empty", "`deploy.topology`: base of RabbitMQ's management API; empty: no users or policies"),
    ("BROKER_PASSWORDS", "required", "`deploy.topology`, to make users: JSON, password per service, gateway, operator"),
    ("DATABASE_PASSWORDS", "required", "`deploy.databases`: JSON, password per service"),
    ("E2E", "empty", "tests: `1` also runs those that need containers, as `make e2e` does"),
    ("TEST_DATABASE_URL, TEST_AMQP_URI", "`var/services.env`", "tests: servers to use instead of `make services`"),
    ("TEST_PG_PORT, TEST_AMQP_PORT", "the next free ones", "`make services`: ports of the private nodes"),
    ("TEST_PG_OPTIONS", "empty", "`make services`: for PostgreSQL's command line, such as `-c fsync=off`"),
    ("REQUIRE_ALL", "empty", "tests: `1` makes a skipped test a failed one, as in CI"),
)


def documents() -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    folder = ROOT / "docs"
    return {
        folder / "settings.md": settings_page(),
        folder / "events.md": events_page(),
        folder / "asyncapi.yaml": asyncapi.text(),
        folder / "topology.txt": wiring.text(),
        **dict(readers()),
    }


def readers() -> Iterator[tuple[Path, str]]:
    """What each reader expects, as it lies with the service that it reads: both are tested without the other."""
    for file in sorted([*ROOT.glob("services/*/expects/*.json"), *ROOT.glob("gateway/expects/*.json")]):
        yield ROOT / "services" / file.stem / "readers" / f"{file.parents[1].name}.json", file.read_text()


def settings_page() -> str:
    """All settings: of every service, of each service, of the gateway, of the runners."""
    common = {field.name: field for field in fields(BaseSettings)}
    parts = [
        f"# Settings\n\n{MADE}\n",
        "All settings are environment variables, read once, at the start; a wrong one stops the start with a line that "
        "names it. Lists and maps are JSON, switches are `1` or `0`. `NAME_FILE` names a file that holds the value of "
        "`NAME`, for secrets. `make run` needs none of them: it fills in what is required, and keeps what it made in "
        "its home. How to make the keys: [operations.md](operations.md#keys).\n",
        _section("Every service", common.values()),
    ]
    for service in SERVICES:
        own = [field for field in fields(service.settings) if _differs(field, common)]
        parts.append(_section(f"`{service.name}`", own) if own else f"## `{service.name}`\n\nNone of its own.\n")
    parts.append(_section("`gateway`", fields(GatewaySettings)))
    parts.append(_section("Commands (`./terminfluss`)", fields(place.Settings)))
    rows = [f"| {_names(names)} | {default} | {meaning} |" for names, default, meaning in RUNNERS]
    parts.append("\n".join(["## Runners and tests\n", *HEAD, *rows]) + "\n")
    return "\n".join(parts)


HEAD = ("| variable | default | meaning |", "|---|---|---|")


def _differs(field: "Field[Any]", common: "dict[str, Field[Any]]") -> bool:
    known = common.get(field.name)
    return known is None or (known.default, known.metadata) != (field.default, field.metadata)


def _section(title: str, settings: Any) -> str:
    return "\n".join([f"## {title}\n", *HEAD, *map(_row, settings)]) + "\n"


def _row(field: "Field[Any]") -> str:
    return f"| `{field.metadata['env']}` | {_default(field)} | {field.metadata['help']} |"


def _default(field: "Field[Any]") -> str:
    if field.default is MISSING:
        return "**required**"
    if isinstance(field.default, bool):
        return f"`{int(field.default)}`"
    return "empty" if field.default == "" else f"`{field.default}`"


def _names(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split(", "))


def events_page() -> str:
    """Every event type with its readers and its golden sample."""
    parts = [
        f"# Events\n\n{MADE}\n",
        "What the services tell each other, as [CloudEvents 1.0](https://cloudevents.io) in structured JSON "
        "(`application/cloudevents+json`). Each service publishes to its own durable topic exchange "
        "`<service>.events` with the type as routing key. `subject` is the object's id, `objectversion` rises by one "
        "with each of its changes: a reader ignores what is older than what it has, since order between queues is not "
        "promised. An event may arrive more than once, always under the same `id`. A published version never loses a "
        "field or changes its meaning; a new one gets a type of its own, such as `appointment.booked.v2`.\n",
        "Below stands an example of each. [asyncapi.yaml](asyncapi.yaml) describes every field, and every call beside "
        "the events; [contracts.md](contracts.md) tells how they are kept.\n",
        "Readers below are the handlers with a durable queue, `evt-<source>-<type>--<service>.<handler>`. Beside them "
        "each gateway process listens to all events on a transient queue of its own and drops what they make old.\n",
        _overview(),
    ]
    for service in SERVICES:
        parts += _service(service)
    return "\n".join(parts)


def _overview() -> str:
    rows = [f"| `{service.name}` | `{type}` | {_readers(service.name, type)} |" for service, type in _told()]
    return "\n".join(["| from | type | read by |", "|---|---|---|", *rows]) + "\n"


def _told() -> Iterator[tuple[Service, str]]:
    return ((service, path.stem) for service in SERVICES for path in samples(service))


def samples(service: Service) -> list[Path]:
    """The golden samples of what the service tells, one file per type; its own tests compare them with the code."""
    return sorted((ROOT / "services" / service.name / "samples").glob("*.json"))


def _readers(source: str, type: str) -> str:
    readers = [s.consumer for s in all_subscriptions() if (s.source, s.type) == (source, type)]
    return ", ".join(f"`{reader}`" for reader in sorted(readers)) or "–"


def _service(service: Service) -> Iterator[str]:
    files = samples(service)
    yield f"## `{service.name}.events`\n" if files else f"## `{service.name}.events`\n\nNothing yet.\n"
    for path in files:
        event = json.loads(path.read_text())
        when, readers = registry(service).EMITS[path.stem].when, _readers(service.name, path.stem)
        yield f"### {event['type']}\n\n{when} Schema `{event['dataschema']}`. Read by: {readers}.\n"
        text = json.dumps(event, ensure_ascii=False, indent=2)
        yield f"<details><summary>Sample</summary>\n\n```json\n{text}\n```\n\n</details>\n"


def stale() -> list[Path]:
    """The generated files that are not what the code says now."""
    return [path for path, text in documents().items() if not path.exists() or path.read_text() != text]


def main(arguments: list[str]) -> None:
    if arguments == ["--check"]:
        if old := stale():
            sys.exit(f"stale, run `make docs`: {', '.join(str(path.relative_to(ROOT)) for path in old)}")
    elif arguments:
        sys.exit(__doc__)
    else:
        for path, text in documents().items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
