"""Composition root: `python -m availability run | migrate`."""

from pathlib import Path

from availability.edge import AvailabilityEdge
from availability.settings import Settings
from runtime.service import Service

SERVICE = Service(
    name="availability",
    edge=AvailabilityEdge,
    settings=Settings,
    migrations=Path(__file__).parent / "migrations",
)

if __name__ == "__main__":
    from runtime.cli import main

    main(SERVICE)
