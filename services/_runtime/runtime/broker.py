"""nameko drives an edge class: `service_class` makes a nameko service of a `runtime.service.Service`.

The entrypoints replace nameko's own, which lose a message whose handler fails, and die with an unpublished reply. This
module, `runtime.broker_worker` and `runtime.patience` are the only ones that know eventlet; handlers use no API of it.
"""

import json
import logging
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import eventlet
from kombu import entity
from nameko.exceptions import ContainerBeingKilled
from nameko.messaging import Consumer, QueueConsumer

from runtime.deliveries import Delivery, HandlerTimeout, Handling
from runtime.edge import Endpoint, Subscription, subscriptions
from runtime.errors import Refused
from runtime.rpcclient import HEADER_PREFIX, not_later_than
from runtime.service import Service
from runtime.topology import REPLY_KEY, RPC_EXCHANGE, Queue, rpc_queue, work_queue

log = logging.getLogger(__name__)
WORKERS = 10  # also the prefetch of calls
EVENT_WORKERS = 3  # a flood of events leaves the other workers to the calls
BATCH = 20  # events handled in one transaction, if so many wait; also each queue's prefetch
HANDLER_SECONDS = 60
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds, before an event that cannot even be handed on is handled anew
KEPT_SECONDS = 20 * 60  # then it is given back: the broker ends whoever keeps a message for 30 minutes
HEARTBEAT = 10
RECONNECT = {"interval_start": 0.2, "interval_step": 0.3, "interval_max": 2}  # kombu's own: 2, 4, 6 … 30 s


def nameko_config(amqp_uri: str, report: Callable[[str, bool], None] = lambda name, ready: None) -> dict[str, Any]:
    """nameko's configuration. `report(connection, ready)` hears when a connection begins to consume, and ends."""
    return {"AMQP_URI": amqp_uri, "max_workers": WORKERS, "HEARTBEAT": HEARTBEAT, "report": report}


class PatientQueueConsumer(QueueConsumer):
    """Reconnects within 2 s, hands messages on undecoded, and survives an acknowledgement on a broken connection. Once
    told to stop it takes nothing any more, whether the broker is there, goes away just then, or stays away."""

    def get_consumers(self, consumer_cls: Any, channel: Any) -> Any:
        self._consumers.clear()
        for provider in self._going_on():
            consumer = consumer_cls(queues=[provider.queue], on_message=partial(self.handle_message, provider, None))
            consumer.qos(prefetch_count=self.prefetch_count)
            self._consumers[provider] = consumer
        return self._consumers.values()

    @contextmanager
    def establish_connection(self) -> Iterator[Any]:
        with self.create_connection() as connection:
            connection.ensure_connection(self.on_connection_error, None, reraise_as_library_errors=False, **RECONNECT)
            yield connection

    def on_consume_ready(self, *args: Any, **kwargs: Any) -> None:
        super().on_consume_ready(*args, **kwargs)
        self.container.config["report"](type(self).__name__, True)

    def on_consume_end(self, *args: Any) -> None:
        self.container.config["report"](type(self).__name__, False)

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        self.container.config["report"](type(self).__name__, False)
        log.warning("broker_unreachable", extra={"facts": {"reason": str(exc)[:200], "retry_in": interval}})
        if not self._going_on():
            self._cancel_consumers_if_requested()
            self.should_stop = True
            raise exc  # ends kombu's waiting for the broker

    def _going_on(self) -> list[Any]:
        return [provider for provider in self._providers if not provider.stopping]

    def _cancel_consumers_if_requested(self) -> None:
        # nameko's own forgets whom it has not told yet when the connection breaks, and waits for them for ever.
        pending = dict(self._pending_remove_providers)
        self._pending_remove_providers.clear()
        for provider, removed in pending.items():
            try:
                if consumer := self._consumers.pop(provider, None):
                    consumer.cancel()
            except Exception as error:
                log.warning("not_cancelled", extra={"facts": {"reason": f"{type(error).__name__}: {error}"[:200]}})
            removed.send()

    def ack_message(self, message: Any) -> None:
        self._settle(message.ack, message)

    def requeue_message(self, message: Any) -> None:
        self._settle(message.requeue, message)

    def _settle(self, action: Callable[[], None], message: Any) -> None:
        try:
            if message.channel.connection:
                action()
        except Exception as error:  # nameko lets some through, which ends the process; the broker delivers it again
            log.warning("not_settled", extra={"facts": {"reason": f"{type(error).__name__}: {error}"[:200]}})


class EventQueueConsumer(PatientQueueConsumer):
    """The connection for events. It never publishes, so a memory alarm does not stop consumption, which cures it."""

    prefetch_count = BATCH


class RpcQueueConsumer(PatientQueueConsumer):
    """The connection for calls and their replies."""


class _Entrypoint(Consumer):
    """What both have in common: stop taking messages at SIGTERM, wait for a turn, run in a nameko worker."""

    def __init__(self, queue: Queue, **kwargs: Any):
        exchange = entity.Exchange(queue.exchange, type="topic", durable=True)  # type: ignore[no-untyped-call]
        declared = entity.Queue(  # type: ignore[no-untyped-call]
            queue.name, exchange, queue.key, durable=True, queue_arguments=queue.arguments, no_declare=True
        )
        super().__init__(declared, **kwargs)
        self.stopping = False

    def stop(self) -> None:
        self.stopping = True
        super().stop()

    def _run(self, message: Any, *args: Any) -> bool:
        if not self.stopping:
            try:
                settle = partial(self.handle_result, message)
                self.container.spawn_worker(self, args, {}, context_data={}, handle_result=settle)
                return True
            except ContainerBeingKilled:
                pass
        self.queue_consumer.requeue_message(message)
        return False


Settled = tuple[Any, Delivery, Handling]  # a message, and what became of it


class Waiting:
    """Deliveries that have come and wait for a worker, over all of a service's queues. What comes while the workers
    are busy is handled together; what comes in a quiet moment, at once and alone."""

    def __init__(self) -> None:
        self._arrived: deque[tuple[Any, Delivery]] = deque()
        self._workers = 0

    def add(self, message: Any, delivery: Delivery) -> bool:
        """Whether the caller shall begin a worker for it."""
        self._arrived.append((message, delivery))
        if self._workers == EVENT_WORKERS:
            return False
        self._workers += 1
        return True

    def take(self) -> list[tuple[Any, Delivery]]:
        return [self._arrived.popleft() for _ in range(min(BATCH, len(self._arrived)))]

    def worker_done(self) -> bool:
        """Whether another shall begin at once."""
        if not self._arrived:
            self._workers -= 1
        return bool(self._arrived)


class EventEntrypoint(_Entrypoint):
    """Feeds one subscription's queue to `method(self, waiting)`, which takes what waits, from any queue of the service,
    and returns what became of each."""

    queue_consumer = EventQueueConsumer()

    def __init__(self, subscription: Subscription, waiting: Waiting, **kwargs: Any):
        super().__init__(work_queue(subscription), **kwargs)
        self.subscription, self._waiting = subscription, waiting

    def handle_message(self, _body: None, message: Any) -> None:
        delivery = Delivery(
            self.subscription, bytes_of(message), message.headers or {}, message.properties.get("message_id")
        )
        self._take_in(message, delivery)

    def _take_in(self, message: Any, delivery: Delivery) -> None:
        if self._waiting.add(message, delivery):
            self._begin()

    def _begin(self) -> None:
        if not self.stopping:
            try:
                self.container.spawn_worker(
                    self, (self._waiting,), {}, context_data={}, handle_result=self.handle_result
                )
                return
            except ContainerBeingKilled:
                pass
        for message, _ in self._waiting.take():
            self.queue_consumer.requeue_message(message)
        self._done()

    def handle_result(self, _ctx: Any, result: list[Settled] | None = None, exc_info: Any = None) -> Any:
        for message, delivery, handling in result or ():
            if handling is Handling.FINISHED:
                self.queue_consumer.ack_message(message)
            else:
                self.container.spawn_managed_thread(partial(self._keep, message, delivery), "kept event")
        self._done()
        return result, exc_info

    def _keep(self, message: Any, delivery: Delivery) -> None:
        """It could be neither handled nor handed on: it is handled anew, later and later. Given back it would come at
        once again, and the broker counts that: it would soon be parked, though nothing is wrong with it."""
        kept = time.monotonic() - delivery.came
        if kept < KEPT_SECONDS:
            eventlet.sleep(min(LONGEST_PAUSE, max(FIRST_PAUSE, kept)))
            if not self.stopping:
                if message.channel.connection:  # else the broker delivers it again
                    self._take_in(message, delivery)
                return
        self.queue_consumer.requeue_message(message)

    def _done(self) -> None:
        # On a thread of its own: a worker that begins another while all turns are taken runs it on its own stack.
        if self._waiting.worker_done():
            self.container.spawn_managed_thread(self._begin)


class RpcEntrypoint(_Entrypoint):
    """Feeds a service's calls to `method(self, name, payload, headers)` and sends the answer in nameko's form."""

    queue_consumer = RpcQueueConsumer()

    def handle_message(self, _body: None, message: Any) -> None:
        name = message.delivery_info["routing_key"].rpartition(".")[2]
        headers = {
            key.removeprefix(HEADER_PREFIX): value
            for key, value in (message.headers or {}).items()
            if key.startswith(HEADER_PREFIX) and isinstance(value, str)
        }
        self._run(message, name, bytes_of(message), headers)

    def handle_result(self, message: Any, _ctx: Any, result: bytes | None = None, exc_info: Any = None) -> Any:
        if result is None:
            result = encode_answer(None, Refused("internal"))
        try:
            self._reply(message, result)
        except Exception as error:  # the broker delivers the call again, to whoever is there
            log.warning("reply_not_sent", extra={"facts": {"reason": f"{type(error).__name__}: {error}"[:200]}})
        else:
            self.queue_consumer.ack_message(message)
        return None, exc_info

    @staticmethod
    def _reply(message: Any, body: bytes) -> None:
        # On the request's own channel: no confirm to wait for, and request and reply share the connection's fate.
        # Only to where answers go: the broker answers anything else by closing the connection, every other call's too,
        # and would deliver this one again, for ever.
        properties = message.properties
        if not (address := properties.get("reply_to")):
            return
        if not re.fullmatch(REPLY_KEY, address):
            log.warning("reply_address_refused", extra={"facts": {"call": message.delivery_info["routing_key"]}})
            return
        content = message.channel.prepare_message(
            body,
            content_type="application/json",
            content_encoding="utf-8",
            properties={"correlation_id": properties.get("correlation_id"), "delivery_mode": 1},
        )
        message.channel.basic_publish(content, RPC_EXCHANGE, address)


def service_class(service: Service, endpoint: Endpoint, handle: Callable[[Sequence[Delivery]], list[Handling]]) -> type:
    """A nameko service class: one entrypoint for all calls, one per event subscription under its handler's name."""
    members: dict[str, Any] = {"name": service.name}

    def answer(_self: Any, name: str, body: bytes, headers: dict[str, str]) -> bytes:
        return answer_call(endpoint, name, body, headers)

    def on_events(_self: Any, waiting: Waiting) -> list[Settled]:
        taken = waiting.take()
        handled = handle([delivery for _, delivery in taken])
        return [(*one, handling) for one, handling in zip(taken, handled, strict=True)]

    members["answer_call"] = RpcEntrypoint.decorator(rpc_queue(service.name))(answer)
    waiting = Waiting()
    for subscription in subscriptions(service.name, service.edge):
        own = _copy(on_events)
        members[f"{subscription.method}__{subscription.type}"] = EventEntrypoint.decorator(subscription, waiting)(own)
    return type(f"{service.name.title()}Service", (), members)


def _copy(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: function(*args)  # nameko marks functions: each entrypoint needs one of its own


def answer_call(endpoint: Endpoint, name: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Run one call and encode its answer, error or not."""
    try:
        limit = eventlet.Timeout(HANDLER_SECONDS, HandlerTimeout(f"call over {HANDLER_SECONDS} s"))
        with limit, not_later_than(headers.get("deadline")):
            return encode_answer(endpoint.call(name, _payload(body), headers))
    except Refused as error:
        return encode_answer(None, error)
    except Exception:
        log.exception("answer_not_encodable", extra={"facts": {"method": name}})
        return encode_answer(None, Refused("internal"))


def _payload(body: bytes) -> dict[str, Any]:
    try:
        (payload,) = json.loads(body)["args"]
    except (ValueError, KeyError, TypeError):
        raise Refused("invalid", {"errors": {"_schema": ["malformed request"]}}) from None
    if not isinstance(payload, dict):
        raise Refused("invalid", {"errors": {"_schema": ["the payload is not an object"]}})
    return payload


def encode_answer(result: Any, error: Refused | None = None) -> bytes:
    """nameko's reply: the named error travels as its code and facts, nothing else does."""
    told = error and {
        "exc_type": "Refused",
        "exc_path": "runtime.errors.Refused",
        "exc_args": [error.code, error.facts],
        "value": error.code,
    }
    return json.dumps({"result": result, "error": told}, separators=(",", ":")).encode()


def bytes_of(message: Any) -> bytes:
    return message.body if isinstance(message.body, bytes) else str(message.body).encode()
