"""Declare every exchange and queue of the system on a broker, say how long it keeps parked messages, and give every
user its rights: once before the first start, and after each update.

AMQP_URI=amqp://… python -m deploy.topology               declare; what is there already stays
  … MANAGEMENT_URL=http://… BROKER_PASSWORDS='{"booking": "…", …}'     and make policies and users, or renew them
AMQP_URI=… MANAGEMENT_URL=… python -m deploy.topology reader NAME      a user for an outside team; prints its password
                                              … drop-reader NAME
python -m deploy.topology --print                         show all of it as JSON, without a broker

Users come last: nobody publishes before every queue is there.
A queue has one policy only. Whoever has others for all queues gives `parking` one of a higher priority than ours, with
both in it.
"""

import json
import os
import secrets
import sys
from dataclasses import asdict, dataclass
from typing import Any

from pika.exceptions import AMQPError

from deploy import rights
from deploy.house import SERVICES, all_subscriptions
from deploy.management import Management, Refusal
from deploy.rights import Rights
from runtime.errors import Unavailable
from runtime.parking import KEEP_PARKED
from runtime.parking_queue import BrokerParking
from runtime.settings import WrongSetting, read, setting
from runtime.topology import PARKING, Topology, declare, system

NAMES = [service.name for service in SERVICES]
POLICIES: dict[str, dict[str, Any]] = {
    "parked": {
        "pattern": f"^{PARKING}$",
        "apply-to": "queues",
        "priority": 10,
        "definition": {"message-ttl": int(KEEP_PARKED.total_seconds()) * 1000},
    }
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to reach the broker as its administrator."""

    amqp_uri: str = setting("AMQP_URI", "amqp://user:password@host:5672/vhost")
    management_url: str = setting(
        "MANAGEMENT_URL", "base of RabbitMQ's management API; empty: no users or policies", ""
    )


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
            rights_of = [asdict(each) for each in everybody()]
            print(json.dumps({**whole().describe(), "policies": POLICIES, "rights": rights_of}, indent=2))
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
    """Exchanges and queues, policies, then users."""
    topology = whole()
    declare(settings.amqp_uri, topology)
    print(f"{len(topology.exchanges)} exchanges and {len(topology.queues)} queues are there")
    if settings.management_url:
        keep_parked(settings)
        users = everybody()
        passwords = read(Passwords, os.environ).by_user
        grant(settings, users, passwords)
        print(f"{len(users)} users have their rights")


def keep_parked(settings: Settings) -> None:
    """Parked messages expire; those too that came before the policy. Raises Refusal."""
    management = Management(settings.management_url, settings.amqp_uri)
    for name, policy in POLICIES.items():
        management.put_policy(name, policy)
    try:
        kept = BrokerParking(settings.amqp_uri).renew()
        print(f"{kept} parked messages are kept, {KEEP_PARKED.days} days from their failure")
    except Unavailable as error:  # somebody reads them
        print(f"Parked messages from before may be kept longer, until this is run again: {error}")


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
