"""Each service builds, migrates, tests and runs in a folder where there is no other, as its team would have it."""

from collections.abc import Iterator

import pytest

from deploy.house import SERVICES
from runtime.testing import Databases, broker_uri, virtual_host
from tests.alone.bench import Bench, Failed

NAMES = [service.name for service in SERVICES]
pytestmark = pytest.mark.slow


@pytest.fixture(name="bench", scope="module", params=NAMES)
def _bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A service, built and installed from its wheel."""
    bench = Bench(request.param, tmp_path_factory.mktemp(request.param))
    bench.build()
    return bench


def test_everything_that_is_installed_can_be_imported(bench: Bench) -> None:
    """With what the project files declare; the wheel holds all that the code needs."""
    bench.import_all("runtime", bench.service)


@pytest.mark.parametrize("package", ["gateway", "deploy", "tests", "flask"])
def test_nothing_of_the_rest_can_be_imported(bench: Bench, package: str) -> None:
    """The bench's own control: it would find out about a foreign import."""
    with pytest.raises(Failed, match=f"No module named '{package}'"):
        bench.import_all(package)


def test_an_empty_database_is_migrated_knowing_only_its_address(bench: Bench, databases: Databases) -> None:
    """On SQLite and on PostgreSQL, and a second time there is nothing to do."""
    address = databases.new(None, bench.service).url
    bench.migrate(address)
    bench.migrate(address)


def test_its_own_tests_pass(bench: Bench) -> None:
    """Its unit tests, and all the others are found: what a foreign import or a missing package would break breaks
    there, too. `make alone` runs the whole suite, as the service's team would."""
    assert " passed" in bench.test("tests/unit")
    bench.test("--collect-only")


@pytest.fixture(name="broker")
def _broker() -> Iterator[str]:
    if not broker_uri():
        pytest.skip("needs RabbitMQ: run `make services`")
    with virtual_host() as uri:
        yield uri


@pytest.mark.broker
@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_it_starts_becomes_ready_and_ends(bench: Bench, databases: Databases, broker: str) -> None:
    """Nobody else is there, and it does not wait for them. SIGTERM ends it with 0."""
    address = databases.new(None, bench.service).url
    bench.migrate(address)
    ready, code = bench.run(address, broker)
    assert ready == dict.fromkeys(("database", "broker", "worker"), True)
    assert code == 0
