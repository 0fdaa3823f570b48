"""The data directory of the one-process mode: databases and secrets, made at the first start and kept."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from runtime.identity import Signer

OPERATOR = "operator"


class HomeInUse(Exception):
    """Another process works on this data directory."""


@dataclass(frozen=True)
class Secrets:
    """What nobody but this installation may know. `seeds` sign identities, `link_keys` make links, by service."""

    secret_key: str
    seeds: dict[str, str]
    link_keys: dict[str, str]
    demo_password: str

    def key_ring(self) -> dict[str, str]:
        """The public key of every issuer."""
        return {name: Signer(name, seed).public_key() for name, seed in self.seeds.items()}

    def operator(self) -> Signer:
        """Signs for whoever runs the installation."""
        return Signer(OPERATOR, self.seeds[OPERATOR])


class Home:
    """The directory, held by one process at a time until that ends, however it ends. Without `hold` it is for a command
    beside that process."""

    def __init__(self, folder: Path, *, hold: bool = True):
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = self._hold() if hold else None

    def _hold(self) -> IO[str]:
        lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HomeInUse(str(self.folder)) from None
        return lock

    def database_url(self, service: str) -> str:
        return f"sqlite:///{self.folder / service}.db"

    def secrets(self, services: Sequence[str]) -> Secrets:
        """The kept secrets; made anew what is missing, also for a service that came later."""
        file = self.folder / "secrets.json"
        kept = json.loads(file.read_text()) if file.exists() else {}
        found = Secrets(
            secret_key=kept.get("secret_key") or secrets.token_urlsafe(32),
            seeds={name: _seed() for name in (*services, OPERATOR)} | kept.get("seeds", {}),
            link_keys={name: secrets.token_urlsafe(32) for name in services} | kept.get("link_keys", {}),
            demo_password=kept.get("demo_password") or secrets.token_urlsafe(9),
        )
        if asdict(found) != kept:
            write_private(file, json.dumps(asdict(found), indent=2))
        return found


def _seed() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def write_private(file: Path, text: str) -> None:
    """Readable by the owner only from its first byte on, and never half written."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
