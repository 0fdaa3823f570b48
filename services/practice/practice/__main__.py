"""Composition root: `python -m practice run | migrate`."""

from pathlib import Path

from practice.edge import PracticeEdge
from practice.settings import Settings
from runtime.service import Service

SERVICE = Service(
    name="practice",
    edge=PracticeEdge,
    settings=Settings,
    migrations=Path(__file__).parent / "migrations",
)

if __name__ == "__main__":
    from runtime.cli import main

    main(SERVICE)
