"""Child processes that are wanted alive: started again when they end, told to finish at the end."""

import contextlib
import io
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

log = logging.getLogger(__name__)
SHORT_LIFE = 5.0  # seconds; whoever dies younger than this waits before the next start
LONGEST_PAUSE = 2.0
TICKS = os.sysconf("SC_CLK_TCK")  # in which the system counts a second
# Without a word from who beats, in seconds of a processor that it uses, not of a clock: on a machine that is slow or
# asleep, and while it is stopped itself, it uses none.
ABSENT = 15.0  # it is not ready
SPINNING = 60.0  # it will not come back by itself
LOOK_COUNTS = 1.0  # most that one look adds: clocks jump where machines are frozen and moved


class Child:
    """One supervised `python -m ...`. It reports whether it is ready as "1" or "0" on the descriptor STATUS_FD. Who
    `beats` repeats it every few seconds, and is ended if it computes and computes instead."""

    def __init__(self, name: str, *command: str, beats: bool = False):
        self.name, self._command, self._beats = name, [sys.executable, "-m", *command], beats
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._status = -1
        self._hearing = threading.Lock()
        self._ready = False
        self._heard = False
        self._spent = self._unheard = 0.0  # seconds of a processor: altogether, and since it was heard last
        self._begun = 0.0
        self._pause = 0.0
        self._not_before = 0.0

    def keep_alive(self) -> None:
        """Start it if it does not run: at once, or after a pause if it keeps dying young. Hear what it reports, whoever
        wants to know: a pipe that is full would hold it up."""
        self._hear()
        if self.process is not None and self.process.poll() is not None:
            self._bury(self.process.returncode)
        if self._beats and self.process is not None and self._heard:  # before its first word it loads
            self._end_if_it_spins(self.process)
        if self.process is None and time.monotonic() >= self._not_before:
            self._start()

    @property
    def ready(self) -> bool:
        """What it reported last."""
        self._hear()
        alive = self.process is not None and self.process.poll() is None
        return self._ready and alive and self._unheard < ABSENT

    def _hear(self) -> None:
        with self._hearing, contextlib.suppress(OSError):  # nothing new, or not started
            while said := os.read(self._status, 65_536):
                self._ready, self._heard = said.endswith(b"1"), True
                self._spent, self._unheard = self._processor_seconds(), 0.0

    def _end_if_it_spins(self, process: subprocess.Popen[bytes]) -> None:
        """Nobody is served any more by who never waits; its end tells the broker, or the count of starts, of what it
        had in hand."""
        with self._hearing:
            spent = self._processor_seconds()
            self._unheard += min(LOOK_COUNTS, spent - self._spent)
            self._spent = spent
        if self._unheard > SPINNING:
            log.error("child_spins", extra={"facts": {"child": self.name}})
            self._heard = False
            process.kill()

    def _processor_seconds(self) -> float:
        """What it has used so far; 0 when it is gone, or the system does not tell."""
        try:
            stat = Path(f"/proc/{self.process.pid}/stat").read_bytes() if self.process else b""
        except OSError:
            stat = b""
        fields = stat.rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0  # utime, stime

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
            self.process, self._status, self._ready, self._heard = None, -1, False, False


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
