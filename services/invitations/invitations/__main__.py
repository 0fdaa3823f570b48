"""Composition root: `python -m invitations run | migrate`."""

from pathlib import Path

from invitations.edge import InvitationsEdge
from invitations.settings import Settings
from runtime.service import Service

SERVICE = Service(
    name="invitations",
    edge=InvitationsEdge,
    settings=Settings,
    migrations=Path(__file__).parent / "migrations",
)

if __name__ == "__main__":
    from runtime.cli import main

    main(SERVICE)
