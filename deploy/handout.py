"""Make every key and password of an installation, once, and hand each part its own: a folder per part, a file per
setting, for the settings' NAME_FILE. Used by docker-compose.yml, where each folder is a volume of its own.

    python -m deploy.handout FOLDER

FOLDER/keeper holds what was made and must be kept; the other folders can be written again from it at any time. With an
OPERATOR_PASSWORD in the environment the gateway gets what its page for parked messages takes, and without one loses it.
"""

import json
import os
import secrets
import sys
from pathlib import Path

from deploy.home import OPERATOR, Home, Secrets, write_private
from deploy.house import SERVICES

NAMES = tuple(service.name for service in SERVICES)
GATEWAY, SETUP, POSTGRES, RABBITMQ, COTURN, ADMIN = "gateway", "setup", "postgres", "rabbitmq", "coturn", "admin"
DATABASE_HOST, BROKER_HOST = "postgres:5432", "rabbitmq:5672"
Files = dict[str, str]


def passwords(keeper: Path) -> dict[str, dict[str, str]]:
    """The kept passwords of the broker's, the database's and the relay's users; made anew what is missing."""
    file = keeper / "passwords.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    users = {"broker": (*NAMES, GATEWAY, OPERATOR, ADMIN), "database": (*NAMES, ADMIN), "relay": (GATEWAY,)}
    found = {server: {name: _password() for name in names} | kept.get(server, {}) for server, names in users.items()}
    if found != kept:
        write_private(file, json.dumps(found, indent=2))
    return found


def _password() -> str:
    return secrets.token_urlsafe(24)  # nothing in it that a URL would have to escape


def shares(made: Secrets, users: dict[str, Files], *, operator_page: bool = False) -> dict[str, Files]:
    """Part -> setting -> value: what each may know, and nothing else. The operator's page reads parked messages, which
    the gateway itself may not."""
    broker, database = users["broker"], users["database"]
    relay = {"TURN_SECRET": users["relay"][GATEWAY]}
    server = f"postgresql+psycopg2://postgres:{database[ADMIN]}@{DATABASE_HOST}/postgres"
    ring = {"IDENTITY_KEYS": json.dumps(made.key_ring())}
    own = {name: {**ring, **_service(name, made, broker, database)} for name in NAMES}
    return {
        **own,
        GATEWAY: {
            **ring,
            **relay,
            "AMQP_URI": _amqp(GATEWAY, broker),
            "SECRET_KEY": made.secret_key,
            "OPERATOR_AMQP_URI": _amqp(OPERATOR, broker) if operator_page else "",
        },
        COTURN: relay,
        OPERATOR: {
            "AMQP_URI": _amqp(OPERATOR, broker),
            "DATABASE_SERVER": server,
            "IDENTITY_KEY": made.seeds[OPERATOR],
            "DEMO_PASSWORD": made.demo_password,
        },
        SETUP: {
            "AMQP_URI": _amqp(ADMIN, broker),
            "BROKER_PASSWORDS": json.dumps(broker),
            "DATABASE_SERVER": server,
            "DATABASE_PASSWORDS": json.dumps({name: database[name] for name in NAMES}),
        },
        POSTGRES: {"PASSWORD": database[ADMIN]},
        RABBITMQ: {"PASSWORD": broker[ADMIN]},
    }


def _service(name: str, made: Secrets, broker: Files, database: Files) -> Files:
    return {
        "AMQP_URI": _amqp(name, broker),
        "DATABASE_URL": f"postgresql+psycopg2://{name}:{database[name]}@{DATABASE_HOST}/{name}",
        "IDENTITY_KEY": made.seeds[name],
        "LINK_KEY": made.link_keys[name],
    }


def _amqp(user: str, broker: Files) -> str:
    return f"amqp://{user}:{broker[user]}@{BROKER_HOST}/%2F"


def main(folder: Path, *, operator_page: bool = False) -> None:
    keeper = Home(folder / "keeper")
    made, users = keeper.secrets(NAMES), passwords(keeper.folder)
    for part, files in shares(made, users, operator_page=operator_page).items():
        (folder / part).mkdir(exist_ok=True)
        for name, value in files.items():
            write_private(folder / part / name, value)
    print("keys and passwords are handed out")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), operator_page=bool(os.environ.get("OPERATOR_PASSWORD")))
