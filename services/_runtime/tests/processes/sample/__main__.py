"""A service as its own process, as each real one has it."""

from pathlib import Path
from threading import Event as Stop

from runtime.cli import main
from runtime.service import App, Service
from services._runtime.tests.conformance.house import Settings, ShopEdge


def tick(app: App, stop: Stop) -> None:
    """Notes that it runs, and how it is run."""
    import sys
    import threading

    while not stop.wait(0.1):
        native = isinstance(threading.current_thread(), threading.Thread) and "eventlet" not in sys.modules
        Path(f"{app.settings.diary}.ticks").write_text("native" if native and "nameko" not in sys.modules else "green")


SERVICE = Service(name="shop", edge=ShopEdge, settings=Settings, migrations=Path(__file__).parent, loops={"tick": tick})

if __name__ == "__main__":
    main(SERVICE)
