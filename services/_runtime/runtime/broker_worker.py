"""The nameko process of a service: `python -m runtime.broker_worker <module>`. Started by `runtime.supervisor`."""

import os
import warnings

warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")  # known: see the decision on messaging
# eventlet's own resolver remembers for minutes that a name was nobody's, or whose address it was before a restart.
os.environ["EVENTLET_NO_GREENDNS"] = "yes"
import eventlet  # noqa: E402

eventlet.monkey_patch()  # before anything else

from runtime.patience import cooperate  # noqa: E402

cooperate()

import importlib  # noqa: E402
import logging  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from functools import partial  # noqa: E402
from typing import Any  # noqa: E402

from eventlet.event import Event  # noqa: E402
from eventlet.semaphore import Semaphore  # noqa: E402
from nameko.containers import ServiceContainer  # noqa: E402

from runtime import heap, metrics, topology  # noqa: E402
from runtime.broker import HANDLER_SECONDS, nameko_config, service_class  # noqa: E402
from runtime.children import metrics_folder, orphaned, report_ready  # noqa: E402
from runtime.clock import utc_now  # noqa: E402
from runtime.confirmed import ConfirmedPublisher  # noqa: E402
from runtime.deliveries import Deliveries, HandlerTimeout  # noqa: E402
from runtime.edge import Endpoint, subscriptions  # noqa: E402
from runtime.loops import start_loops  # noqa: E402
from runtime.rpcclient import BrokerRpc  # noqa: E402
from runtime.service import App, Service  # noqa: E402
from runtime.settings import read  # noqa: E402
from runtime.telemetry import configure_logging, export_spans  # noqa: E402

log = logging.getLogger(__name__)
STARTED = "started"
BEAT_SECONDS = 2.0


def time_limit(seconds: float) -> Any:
    """Raises HandlerTimeout in the block. (eventlet's own is no Exception: nameko would neither ack nor requeue.)"""
    return eventlet.Timeout(seconds, HandlerTimeout(f"handler over {seconds:g} s"))


def build_app(service: Service, settings: Any) -> App:
    return service.build(settings, BrokerRpc(settings.amqp_uri, service.name), utc_now)


def build(
    service: Service, app: App, ladder: tuple[int, ...] = topology.LADDER_MS, seconds: float = HANDLER_SECONDS
) -> ServiceContainer:
    """The service's nameko container, its queues declared, not yet started. Waits for the broker."""
    amqp_uri = app.settings.amqp_uri
    endpoint = Endpoint(app, service.edge)
    reads = subscriptions(service.name, service.edge)
    wanted = topology.system([service.name], reads, ladder)
    state = {STARTED: False}  # one connection consumes before the others do
    eventlet.spawn_n(beat, state)
    _declare(amqp_uri, wanted)
    metrics.tell_queues(metrics_folder(), (queue.name for queue in wanted.queues))
    publisher = ConfirmedPublisher(amqp_uri)
    deliveries = Deliveries(endpoint, publisher, Semaphore(1), partial(time_limit, seconds), ladder)

    def report(connection: str, ready: bool) -> None:
        state[connection] = ready
        report_ready(all(state.values()))

    config = nameko_config(amqp_uri, report)
    return ServiceContainer(service_class(service, endpoint, deliveries.handle_together), config)


def beat(state: dict[str, bool]) -> None:
    """Tell the supervisor all the time. A handler that computes and never waits stops this thread with all others: that
    is how the supervisor notices."""
    while True:
        report_ready(all(state.values()))
        eventlet.sleep(BEAT_SECONDS)


def _declare(amqp_uri: str, wanted: topology.Topology) -> None:
    pause = 0.2
    while True:
        try:
            if not topology.exists(amqp_uri, wanted):
                topology.declare(amqp_uri, wanted)
            return
        except Exception as error:
            if orphaned():
                raise SystemExit("the supervisor is gone") from None
            log.warning("broker_not_ready", extra={"facts": {"reason": f"{type(error).__name__}: {error}"[:200]}})
            eventlet.sleep(pause)
            pause = min(2.0, pause * 2)


def end_with_supervisor(container: ServiceContainer) -> None:
    """A worker whose supervisor is gone drains and ends."""
    while not orphaned():
        eventlet.sleep(1)
    container.stop()


def serve(container: ServiceContainer) -> None:
    """Run until SIGTERM; then finish what has begun and return."""
    started = Event()

    def stop() -> None:
        started.wait()  # nameko cannot stop what it is just starting
        container.stop()

    signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(stop))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor tells us
    container.start()
    started.send()
    container.config["report"](STARTED, True)
    log.info("worker_ready")
    eventlet.spawn_n(end_with_supervisor, container)
    container.wait()


def main(module: str) -> None:
    service = importlib.import_module(module).SERVICE
    settings = read(service.settings, os.environ)
    configure_logging(service.name, settings.log_level)
    export_spans(service.name, settings.otlp_endpoint)
    metrics.keep_in(metrics_folder(), "worker")
    app, stop = build_app(service, settings), threading.Event()
    container = build(service, app)
    loops = start_loops(service, app, service.loops, stop) if settings.loops_in_worker else []
    heap.settle()
    serve(container)
    stop.set()
    for loop in loops:
        loop.join()
    log.info("worker_stopped")


if __name__ == "__main__":
    main(sys.argv[1])
