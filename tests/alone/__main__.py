"""Build, migrate, test and run services in folders where there is no other: `python -m tests.alone booking …`.

Without PostgreSQL and RabbitMQ (`make services`) what needs them is left out, and said so.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from deploy.house import SERVICES
from runtime.testing import Databases, broker_uri, server_url, virtual_host
from tests.alone.bench import Bench, Failed

NAMES = [service.name for service in SERVICES]


def steps(bench: Bench) -> dict[str, Callable[[], object]]:
    """What is proved, in order."""
    kinds = ["sqlite", *(["postgresql"] if server_url() else [])]
    found: dict[str, Callable[[], object]] = {
        "build": bench.build,
        "import": partial(bench.import_all, "runtime", bench.service),
        **{f"migrate {kind}": partial(migrate, bench, kind) for kind in kinds},
        "test": bench.test,
    }
    return found | ({"run": partial(run, bench)} if server_url() and broker_uri() else {})


def migrate(bench: Bench, kind: str) -> None:
    with closing(Databases(kind, bench.folder)) as databases:
        bench.migrate(databases.new(None, bench.service).url)


def run(bench: Bench) -> None:
    with closing(Databases("postgresql", bench.folder)) as databases, virtual_host() as uri:
        address = databases.new(None, bench.service).url
        bench.migrate(address)
        _, code = bench.run(address, uri)
        if code:
            raise Failed(f"ended with {code}")


def prove(service: str) -> bool:
    with tempfile.TemporaryDirectory(prefix=f"{service}-") as folder:
        for name, step in steps(Bench(service, Path(folder))).items():
            begun = time.monotonic()
            try:
                step()
            except Failed as error:
                say(f"{service}: {name} failed\n{error}")
                return False
            say(f"{service}: {name} ({time.monotonic() - begun:.0f} s)")
    return True


def main(services: list[str]) -> None:
    if not set(services) <= set(NAMES):
        sys.exit(f"{__doc__}\nServices: {', '.join(NAMES)}")
    if not (server_url() and broker_uri()):
        say("No PostgreSQL or no RabbitMQ (`make services`): what needs them is left out")
    sys.exit(not all(prove(service) for service in services or NAMES))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
