"""The composition root: `python -m booking run | migrate`."""

from pathlib import Path

from booking.edge import BookingEdge
from booking.settings import Settings
from booking.sweeper import sweep
from runtime.service import Service

SERVICE = Service(
    name="booking",
    edge=BookingEdge,
    settings=Settings,
    migrations=Path(__file__).parent / "migrations",
    loops={"sweeper": sweep},
)

if __name__ == "__main__":
    from runtime.cli import main

    main(SERVICE)
