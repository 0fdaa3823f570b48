"""Every exchange and queue of the system, computed from who reads what. Wire format: names and arguments are for ever.

    <service>.events  (topic)  --type-->  evt-<source>-<type>--<service>.<method>    one work queue per subscription
    retry.<ms>        (topic)  --#-->     retry.<ms>     waits <ms>, then falls back into the work queue that its
                                                         routing key names: one ladder serves every handler
    parking           (topic)  --#-->     parking        what no repetition can help, with the reason in its headers
    nameko-rpc        (topic)  --<service>.*-->  rpc-<service>

A queue's arguments never change under the same name (RabbitMQ refuses the declaration). Declare the whole topology
before anything publishes: a mandatory publish notices only that *no* queue is bound, not that one of two is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # relay and gateway use these names without loading what a service is made of
    from runtime.edge import Subscription

LADDER_MS = (1_000, 5_000, 30_000, 120_000, 600_000)
DELIVERY_LIMIT = 20  # the backstop; suspects are sorted out long before (runtime.broker)
PARKING = "parking"
RPC_EXCHANGE = "nameko-rpc"

# Never drop: refuse the publisher at a length limit, and move dead letters with confirms.
_SAFE = {"x-queue-type": "quorum", "x-overflow": "reject-publish", "x-dead-letter-strategy": "at-least-once"}


@dataclass(frozen=True)
class Queue:
    """A durable queue and the one exchange and key that feed it."""

    name: str
    exchange: str
    key: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Topology:
    """Plain data; all exchanges are durable topic exchanges."""

    exchanges: tuple[str, ...]
    queues: tuple[Queue, ...]

    def describe(self) -> dict[str, Any]:
        """As JSON-able data, for snapshots and documentation."""
        queues = {q.name: {"exchange": q.exchange, "key": q.key, "arguments": q.arguments} for q in self.queues}
        return {"exchanges": list(self.exchanges), "queues": queues}


def events_exchange(service: str) -> str:
    return f"{service}.events"


def retry_exchange(delay_ms: int) -> str:
    return f"retry.{delay_ms}"


def work_queue(subscription: "Subscription") -> Queue:
    """The queue that holds one handler's events of one type."""
    arguments = {
        **_SAFE,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": PARKING,
        "x-dead-letter-routing-key": subscription.queue,
    }
    return Queue(subscription.queue, events_exchange(subscription.source), subscription.type, arguments)


def rpc_queue(service: str) -> Queue:
    """The queue of one service's calls. Messages in it expire at their caller's deadline."""
    return Queue(f"rpc-{service}", RPC_EXCHANGE, f"{service}.*")


def system(
    services: Iterable[str], subscriptions: "Iterable[Subscription]", ladder: Iterable[int] = LADDER_MS
) -> Topology:
    """The topology for these services and everything that they read."""
    names, reads, steps = sorted(set(services)), list(subscriptions), list(ladder)
    sources = sorted({*names, *(s.source for s in reads)})
    exchanges = [*map(events_exchange, sources), *map(retry_exchange, steps), PARKING, RPC_EXCHANGE]
    queues = [Queue(PARKING, PARKING, "#", {"x-queue-type": "quorum"}), *map(_ladder_step, steps)]
    queues += map(work_queue, reads)
    queues += map(rpc_queue, names)
    return Topology(tuple(exchanges), tuple(queues))


def _ladder_step(delay_ms: int) -> Queue:
    # No dead-letter routing key: the message keeps its own, which is the name of the work queue that it came from.
    name = retry_exchange(delay_ms)
    return Queue(name, name, "#", {**_SAFE, "x-message-ttl": delay_ms, "x-dead-letter-exchange": ""})


def declare(amqp_uri: str, topology: Topology, timeout: float = 10.0) -> None:
    """Make everything exist (idempotent). Raises pika's AMQPError, e.g. when a queue exists with other arguments."""
    import pika  # here: describing a topology must not load a client

    parameters = pika.URLParameters(amqp_uri)
    parameters.socket_timeout = parameters.stack_timeout = parameters.blocked_connection_timeout = timeout
    connection = pika.BlockingConnection(parameters)
    try:
        channel = connection.channel()
        for name in topology.exchanges:
            channel.exchange_declare(name, "topic", durable=True)
        for queue in topology.queues:
            channel.queue_declare(queue.name, durable=True, arguments=queue.arguments)
            channel.queue_bind(queue.name, queue.exchange, queue.key)
    finally:
        if connection.is_open:
            connection.close()
