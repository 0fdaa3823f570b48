"""Password hashes: argon2id with the parameters that OWASP names for servers (19 MiB, 2 passes, 1 lane)."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 4  # each takes 19 MiB while it runs


class Passwords:
    """Hashes and checks passwords, a few at a time. Takes tens of milliseconds: never inside a transaction."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turns = BoundedSemaphore(AT_ONCE)
        self._nobody = self.hash("the password of nobody")

    def hash(self, password: str) -> str:
        with self._turns:
            return self._hasher.hash(password)

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether they belong together; for an unknown user (None) False after the same work."""
        with self._turns:
            try:
                right = self._hasher.verify(stored or self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)
