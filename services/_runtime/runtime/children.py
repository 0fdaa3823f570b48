"""Child processes that are wanted alive: started again when they end, told to finish at the end."""

import contextlib
import io
import logging
import os
import subprocess
import sys
import threading
import time

log = logging.getLogger(__name__)
SHORT_LIFE = 5.0  # seconds; whoever dies younger than this waits before the next start
LONGEST_PAUSE = 2.0


class Child:
    """One supervised `python -m ...`. It reports whether it is ready as "1" or "0" on the descriptor STATUS_FD."""

    def __init__(self, name: str, *command: str):
        self.name, self._command = name, [sys.executable, "-m", *command]
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._status = -1
        self._hearing = threading.Lock()
        self._ready = False
        self._begun = 0.0
        self._pause = 0.0
        self._not_before = 0.0

    def keep_alive(self) -> None:
        """Start it if it does not run: at once, or after a pause if it keeps dying young. Hear what it reports, whoever
        wants to know: a pipe that is full would hold it up."""
        self._hear()
        if self.process is not None and self.process.poll() is not None:
            self._bury(self.process.returncode)
        if self.process is None and time.monotonic() >= self._not_before:
            self._start()

    @property
    def ready(self) -> bool:
        """What it reported last."""
        self._hear()
        return self._ready and self.process is not None and self.process.poll() is None

    def _hear(self) -> None:
        with self._hearing, contextlib.suppress(OSError):  # nothing new, or not started
            while said := os.read(self._status, 65_536):
                self._ready = said.endswith(b"1")

    def terminate(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for its end; from `until` (monotonic) on by force."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("child_killed", extra={"facts": {"child": self.name}})
            self.process.kill()
            self.process.wait()

    def _start(self) -> None:
        self._status, child_end = os.pipe()
        os.set_blocking(self._status, False)
        environ = {**os.environ, "STATUS_FD": str(child_end), "SUPERVISOR_PID": str(os.getpid())}
        self.process = subprocess.Popen(self._command, env=environ, pass_fds=[child_end])
        os.close(child_end)
        self.starts += 1
        self._begun = time.monotonic()

    def _bury(self, code: int) -> None:
        lived = time.monotonic() - self._begun
        self._pause = min(LONGEST_PAUSE, self._pause * 2 or 0.25) if lived < SHORT_LIFE else 0.0
        self._not_before = time.monotonic() + self._pause
        log.error("child_ended", extra={"facts": {"child": self.name, "code": code, "lived": round(lived, 1)}})
        with self._hearing:
            os.close(self._status)
            self.process, self._status, self._ready = None, -1, False


def metrics_folder() -> str:
    """Where the supervisor reads what this process measures; empty: nobody does."""
    return os.environ.get("METRICS_FOLDER", "")


def orphaned() -> bool:
    """Whether the supervisor that started this process is gone: nobody would restart us, or stop us."""
    return os.environ.get("SUPERVISOR_PID", str(os.getppid())) != str(os.getppid())


def report_ready(ready: bool) -> None:
    """Tell the supervisor, if there is one."""
    if descriptor := os.environ.get("STATUS_FD"):
        with contextlib.suppress(OSError):  # it is gone; others notice that
            # Not os.write: eventlet's own waits for ever on a pipe that nobody reads any more.
            io.FileIO(int(descriptor), "w", closefd=False).write(b"1" if ready else b"0")
