"""What each user of the broker may do: its own exchange, its own queues, the calls that it has reason to make.

RabbitMQ knows three rights on a name (configure: declare and delete; write: publish, and be bound to; read: consume,
purge, and bind from), and for topic exchanges the routing keys on top. Nobody but the administrator declares what
lasts, so a service configures at most the queue of its own answers. Everything is computed from who reads and who calls
what.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.clients import NAMES as ANSWERING_THE_GATEWAY
from runtime.edge import Subscription
from runtime.topology import PARKING, REPLY_KEY, RPC_EXCHANGE, events_exchange, rpc_queue

GATEWAY, OPERATOR = "gateway", "operator"
NOTHING = "^$"

# Who calls what beside the gateway, which asks everything. A test compares this with the code.
CALLS = {
    "booking": ("availability.alternatives", "availability.offer"),
    "invitations": ("availability.catalogue", "practice.by_id"),
    "notify": (
        *("booking.manage_links", "booking.managed", "invitations.join_links"),
        "practice.account_tokens",
    ),
}


@dataclass(frozen=True)
class Topic:
    """The routing keys of a topic exchange that a user may publish (`write`) and bind its own queue to (`read`)."""

    write: str = NOTHING
    read: str = NOTHING


@dataclass(frozen=True)
class Rights:
    """One user's rights in one virtual host; each a regular expression over whole names."""

    user: str
    configure: str = NOTHING
    write: str = NOTHING
    read: str = NOTHING
    topics: dict[str, Topic] = field(default_factory=dict)


def house(services: Iterable[str], subscriptions: Iterable[Subscription]) -> list[Rights]:
    """The rights of every service, of the gateway and of the operator."""
    names, readers = sorted(services), {each.service for each in subscriptions}
    own = [service(name, CALLS.get(name, ()), reads=name in readers) for name in names]
    return [*own, gateway(names), operator()]


def service(name: str, calls: Sequence[str] = (), *, reads: bool = True) -> Rights:
    """It tells its own events, answers its calls, and works off, repeats and parks what it reads."""
    configure: list[str] = []
    write, read = [re.escape(events_exchange(name)), RPC_EXCHANGE], [rpc_queue(name).name]
    topics = {RPC_EXCHANGE: _rpc([*map(re.escape, calls), REPLY_KEY], asks=bool(calls))}
    if calls:
        configure.append(_replies(name))
        write.append(_replies(name))
        read += [_replies(name), RPC_EXCHANGE]
    if reads:
        queues = rf"evt-.+--{name}\.[a-z_]+"
        write += [rf"{name}\.retry\.\d+", PARKING]
        read.append(queues)
        topics[PARKING] = Topic(write=_any([queues]))
    return Rights(name, _any(configure), _any(write), _any(read), topics)


def gateway(services: Iterable[str]) -> Rights:
    """It asks, and hears every event on queues that go with their connection."""
    temporary = [_replies(GATEWAY), r"amq\.gen-.*"]
    heard = [re.escape(events_exchange(name)) for name in services]
    topics = {RPC_EXCHANGE: _rpc([rf"{name}\.[a-z_]+" for name in ANSWERING_THE_GATEWAY], asks=True)}
    return Rights(
        GATEWAY, _any(temporary), _any([*temporary, RPC_EXCHANGE]), _any([*temporary, *heard, RPC_EXCHANGE]), topics
    )


def operator() -> Rights:
    """Whoever runs the installation: asks every service, and reads, replays and drops parked messages."""
    own = [_replies(OPERATOR), r"parking\.reader"]
    topics = {RPC_EXCHANGE: _rpc([r"[a-z]+\.[a-z_]+"], asks=True), PARKING: Topic(write=".*")}
    write = [*own, RPC_EXCHANGE, PARKING, r"amq\.default"]
    return Rights(OPERATOR, _any(own), _any(write), _any([*own, RPC_EXCHANGE, PARKING]), topics)


def reader(user: str, services: Iterable[str]) -> Rights:
    """An outside team: declares queues named `<user>.…`, binds them to events, consumes them; it publishes nothing."""
    own = re.escape(f"{user}.") + ".+"
    return Rights(user, _any([own]), _any([own]), _any([own, *(re.escape(events_exchange(each)) for each in services)]))


def _rpc(keys: Sequence[str], *, asks: bool) -> Topic:
    return Topic(write=_any(keys), read=_any([REPLY_KEY]) if asks else NOTHING)


def _replies(user: str) -> str:
    return rf"rpc\.reply-{user}-.+"


def _any(patterns: Sequence[str]) -> str:
    return f"^({'|'.join(patterns)})$" if patterns else NOTHING
