"""Every exchange and queue of the system, computed from who reads what. Wire format: names and arguments are for ever.

    <service>.events  (topic)  --type-->  evt-<source>-<type>--<service>.<method>    one work queue per subscription
    <service>.retry.<ms> (topic) --#-->   <service>.retry.<ms>   waits <ms>, then falls into <service>.retry
    <service>.retry   (topic)  --queue--> the work queue that the routing key names: one ladder serves every handler
                                          of a service, and leads to no other service's queues
    parking           (topic)  --#-->     parking        what no repetition can help, with the reason in its headers
    nameko-rpc        (topic)  --<service>.*-->  rpc-<service>

A queue's arguments never change under the same name (RabbitMQ refuses the declaration). Declare the whole topology
before anything publishes: a mandatory publish notices only that *no* queue is bound, not that one of two is missing.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # relay and gateway use these names without loading what a service is made of
    from runtime.edge import Subscription

LADDER_MS = (1_000, 5_000, 30_000, 120_000, 600_000)
DELIVERY_LIMIT = 20  # the backstop; suspects are sorted out long before (runtime.broker)
PARKING = "parking"
RPC_EXCHANGE = "nameko-rpc"
REPLY_KEY = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # of an answer: a random UUID of the asking process
NOT_FOUND = 404

# Never drop: refuse the publisher at a length limit, and move dead letters with confirms.
_SAFE = {"x-queue-type": "quorum", "x-overflow": "reject-publish", "x-dead-letter-strategy": "at-least-once"}


@dataclass(frozen=True)
class Queue:
    """A durable queue and the exchange and key that feed it; what `returns` from the ladder finds it by its name."""

    name: str
    exchange: str
    key: str
    arguments: dict[str, Any] = field(default_factory=dict)
    returns: str = ""


@dataclass(frozen=True)
class Topology:
    """Plain data; all exchanges are durable topic exchanges."""

    exchanges: tuple[str, ...]
    queues: tuple[Queue, ...]

    def describe(self) -> dict[str, Any]:
        """As JSON-able data, for snapshots and documentation."""
        return {"exchanges": list(self.exchanges), "queues": {queue.name: _described(queue) for queue in self.queues}}


def _described(queue: Queue) -> dict[str, Any]:
    told = {"exchange": queue.exchange, "key": queue.key, "arguments": queue.arguments}
    return told | ({"returns": queue.returns} if queue.returns else {})


def events_exchange(service: str) -> str:
    return f"{service}.events"


def retry_exchange(service: str, delay_ms: int) -> str:
    """Where a message of one of the service's queues waits so long."""
    return f"{_returns(service)}.{delay_ms}"


def _returns(service: str) -> str:
    return f"{service}.retry"


def work_queue(subscription: "Subscription") -> Queue:
    """The queue that holds one handler's events of one type."""
    arguments = {
        **_SAFE,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": PARKING,
        "x-dead-letter-routing-key": subscription.queue,
    }
    source, returns = events_exchange(subscription.source), _returns(subscription.service)
    return Queue(subscription.queue, source, subscription.type, arguments, returns)


def rpc_queue(service: str) -> Queue:
    """The queue of one service's calls. Messages in it expire at their caller's deadline."""
    return Queue(f"rpc-{service}", RPC_EXCHANGE, f"{service}.*")


def system(
    services: Iterable[str], subscriptions: "Iterable[Subscription]", ladder: Iterable[int] = LADDER_MS
) -> Topology:
    """The topology for these services and everything that they read."""
    names, reads, steps = sorted(set(services)), list(subscriptions), list(ladder)
    sources = sorted({*names, *(s.source for s in reads)})
    readers = sorted({s.service for s in reads})
    ladders = [_ladder_step(reader, step) for reader in readers for step in steps]
    exchanges = [*map(events_exchange, sources), *map(_returns, readers), *(step.exchange for step in ladders)]
    queues = [Queue(PARKING, PARKING, "#", {"x-queue-type": "quorum"}), *ladders]
    queues += map(work_queue, reads)
    queues += map(rpc_queue, names)
    return Topology((*exchanges, PARKING, RPC_EXCHANGE), tuple(queues))


def _ladder_step(service: str, delay_ms: int) -> Queue:
    # No dead-letter routing key: the message keeps its own, which is the name of the work queue that it came from. Not
    # by the default exchange: a service could repeat its messages into the queues of others (a CC header is enough).
    name = retry_exchange(service, delay_ms)
    return Queue(name, name, "#", {**_SAFE, "x-message-ttl": delay_ms, "x-dead-letter-exchange": _returns(service)})


def declare(amqp_uri: str, topology: Topology, timeout: float = 30.0) -> None:
    """Make everything exist (idempotent). Raises pika's AMQPError, e.g. when a queue exists with other arguments."""
    with _channel(amqp_uri, timeout) as channel:
        for name in topology.exchanges:
            channel.exchange_declare(name, "topic", durable=True)
        for queue in topology.queues:
            channel.queue_declare(queue.name, durable=True, arguments=queue.arguments)
            channel.queue_bind(queue.name, queue.exchange, queue.key)
            if queue.returns:
                channel.queue_bind(queue.name, queue.returns, queue.name)


def exists(amqp_uri: str, topology: Topology, timeout: float = 10.0) -> bool:
    """Whether all the queues are there; needs no right to declare them. Raises pika's AMQPError for other troubles."""
    import pika

    try:
        with _channel(amqp_uri, timeout) as channel:
            for queue in topology.queues:
                channel.queue_declare(queue.name, passive=True)
    except pika.exceptions.ChannelClosedByBroker as error:
        if error.reply_code != NOT_FOUND:
            raise
        return False
    return True


@contextmanager
def _channel(amqp_uri: str, timeout: float) -> Iterator[Any]:
    import pika  # here: describing a topology must not load a client

    parameters = pika.URLParameters(amqp_uri)
    parameters.socket_timeout = parameters.stack_timeout = parameters.blocked_connection_timeout = timeout
    connection = pika.BlockingConnection(parameters)
    try:
        yield connection.channel()
    finally:
        if connection.is_open:
            connection.close()
