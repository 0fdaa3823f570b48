"""Declare every exchange and queue of the system on a broker, and give every user its rights: once before the first
start, and after each update.

AMQP_URI=amqp://… python -m deploy.topology               declare; what is there already stays
  … MANAGEMENT_URL=http://… BROKER_PASSWORDS='{"booking": "…", …}'     and make the users, or renew their rights
AMQP_URI=… MANAGEMENT_URL=… python -m deploy.topology reader NAME      a user for an outside team; prints its password
                                              … drop-reader NAME
python -m deploy.topology --print                         show exchanges, queues and rights as JSON, without a broker

Users come last: nobody publishes before every queue is there.
"""

import json
import os
import secrets
import sys
from dataclasses import asdict, dataclass

from pika.exceptions import AMQPError

from deploy import rights
from deploy.house import SERVICES, all_subscriptions
from deploy.management import Management, Refusal
from deploy.rights import Rights
from runtime.settings import WrongSetting, read, setting
from runtime.topology import Topology, declare, system

NAMES = [service.name for service in SERVICES]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to reach the broker as its administrator."""

    amqp_uri: str = setting("AMQP_URI", "amqp://user:password@host:5672/vhost")
    management_url: str = setting("MANAGEMENT_URL", "base of RabbitMQ's management API; empty: no users are made", "")


@dataclass(frozen=True, kw_only=True)
class Passwords:
    """Who is to sign in with what."""

    by_user: dict[str, str] = setting("BROKER_PASSWORDS", "JSON: password per service, gateway and operator")


def whole() -> Topology:
    """The topology for all services and everything that they read."""
    return system(NAMES, all_subscriptions())


def everybody() -> list[Rights]:
    """The rights of every part of the system."""
    return rights.house(NAMES, all_subscriptions())


def main(arguments: list[str]) -> None:
    match arguments:
        case ["--print"]:
            print(json.dumps({**whole().describe(), "rights": [asdict(each) for each in everybody()]}, indent=2))
        case ["reader", name]:
            make_reader(read(Settings, os.environ), name)
        case ["drop-reader", name]:
            settings = read(Settings, os.environ)
            Management(settings.management_url, settings.amqp_uri).drop_user(reader_name(name))
        case []:
            set_up(read(Settings, os.environ))
        case _:
            sys.exit(__doc__)


def set_up(settings: Settings) -> None:
    """Exchanges and queues, then users."""
    topology = whole()
    declare(settings.amqp_uri, topology)
    print(f"{len(topology.exchanges)} exchanges and {len(topology.queues)} queues are there")
    if settings.management_url:
        users = everybody()
        passwords = read(Passwords, os.environ).by_user
        grant(settings, users, passwords)
        print(f"{len(users)} users have their rights")


def grant(settings: Settings, users: list[Rights], passwords: dict[str, str]) -> None:
    """Make or renew these users. Raises WrongSetting when one has no password, Refusal."""
    if missing := [each.user for each in users if not passwords.get(each.user)]:
        raise WrongSetting(f"BROKER_PASSWORDS is wrong: no password for {', '.join(missing)}")
    management = Management(settings.management_url, settings.amqp_uri)
    for each in users:
        management.put_user(each.user, passwords[each.user])
        management.put_rights(each)


def reader_name(name: str) -> str:
    """The broker user of an outside team."""
    return f"reader-{name}"


def make_reader(settings: Settings, name: str) -> None:
    """A user that may hear every event and tell none; its password is printed once and kept nowhere."""
    user = reader_name(name)
    password = secrets.token_urlsafe(24)
    grant(settings, [rights.reader(user, NAMES)], {user: password})
    print(json.dumps({"user": user, "password": password, "queues": f"{user}.…"}, ensure_ascii=False))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except WrongSetting as error:
        sys.exit(str(error))
    except (AMQPError, Refusal, OSError) as error:
        sys.exit(f"The broker refused: {error!r}")
