"""The composition root of notify: `python -m notify run | migrate`."""

from pathlib import Path

from notify import reminder_loop, sender
from notify.bounces import loop as bounces
from notify.edge import NotifyEdge
from notify.settings import Settings
from runtime.service import Service

SERVICE = Service(
    name="notify",
    edge=NotifyEdge,
    settings=Settings,
    migrations=Path(__file__).parent / "migrations",
    loops={
        "sender": sender.run,
        "texts": sender.run_texts,
        "reminders": reminder_loop.run,
        "bounces": bounces.run,
    },
)

if __name__ == "__main__":
    from runtime.cli import main

    main(SERVICE)
