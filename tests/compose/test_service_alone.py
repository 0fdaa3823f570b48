"""One service's image with nothing but a database and a broker of its own: it migrates, runs, answers, and ends."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

import pytest
from testcontainers.core.config import ConnectionMode, testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.postgres import PostgresContainer
from testcontainers.rabbitmq import RabbitMqContainer

from runtime.errors import Refused, Unavailable
from runtime.identity import Signer
from runtime.rpcclient import BrokerRpc
from runtime.testing import SEED
from tests.compose.stack import START, program
from tests.systems import until

C = TypeVar("C", bound=DockerContainer)
WORD = "only-for-this-test"
STRANGER = {"email": "a@b.example", "password": "wrong", "address": "probe"}
SETTINGS = {
    "DATABASE_URL": f"postgresql+psycopg2://practice:{WORD}@postgres:5432/practice",
    "AMQP_URI": f"amqp://practice:{WORD}@rabbitmq:5672/%2F",
    "IDENTITY_KEY": SEED,
    "IDENTITY_KEYS": f'{{"practice": "{Signer("practice", SEED).public_key()}"}}',
}


def near(container: C, network: Network, name: str) -> C:
    """In the network under this name; what it publishes, on loopback only."""
    container.ports = dict.fromkeys(container.ports, ("127.0.0.1",))  # type: ignore[arg-type]
    return container.with_network(network).with_network_aliases(name)


@pytest.fixture(name="network")
def _network() -> Iterator[Network]:
    program()  # skips without an engine
    testcontainers_config.ryuk_disabled = True  # its image is one more to fetch, and `with` cleans up
    testcontainers_config.tc_host_override = "127.0.0.1"
    testcontainers_config.connection_mode_override = ConnectionMode.docker_host
    testcontainers_config.max_tries = START
    with Network() as network:
        yield network


@pytest.fixture(name="rpc")
def _rpc(network: Network) -> Iterator[BrokerRpc]:
    """A database and a broker for one service; a client of that broker."""
    database = PostgresContainer("postgres:15", username="practice", password=WORD, dbname="practice")
    broker = RabbitMqContainer("rabbitmq:3-management", username="practice", password=WORD)
    with near(database, network, "postgres"), near(broker, network, "rabbitmq"):
        where = f"{broker.get_container_host_ip()}:{broker.get_exposed_port(broker.port)}"
        rpc = BrokerRpc(f"amqp://practice:{WORD}@{where}/%2F", "probe")
        yield rpc
        rpc.close()


def container(network: Network, *command: str) -> DockerContainer:
    image = DockerContainer("terminfluss/practice").with_network(network).with_command(list(command))
    image.with_tmpfs_mount("/tmp")
    for name, value in SETTINGS.items():
        image.with_env(name, value)
    return image.with_kwargs(read_only=True, cap_drop=["ALL"])


def test_a_service_alone_migrates_runs_answers_and_ends(network: Network, rpc: BrokerRpc) -> None:
    """No other service, no topology job, no secrets job: its README's settings are all that it takes."""
    with ExitStack() as stack:
        migration = stack.enter_context(container(network, "python", "-m", "practice", "migrate"))
        assert migration.get_wrapped_container().wait()["StatusCode"] == 0, migration.get_logs()
        service = stack.enter_context(container(network, "python", "-m", "practice", "run"))
        assert until(lambda: refusal(rpc), START, "an answer") == "bad_credentials"
        engine = service.get_wrapped_container()
        engine.kill("SIGTERM")
        assert engine.wait(timeout=120)["StatusCode"] == 0, service.get_logs()


def refusal(rpc: BrokerRpc) -> Any:
    """What the service says to a stranger who signs in; None while it does not say anything."""
    try:
        return rpc.call("practice", "sign_in", STRANGER, timeout=20)
    except Refused as error:
        return error.code
    except Unavailable:
        return None
