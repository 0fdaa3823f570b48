"""What a run costs: CPU seconds and memory of process groups, read from the operating system."""

import time
from collections.abc import Iterable

import psutil


def family(pid: int) -> list[psutil.Process]:
    """A process and all its descendants."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time, user and system, that these process families have used so far."""
    total = 0.0
    for process in (member for pid in pids for member in family(pid)):
        try:
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
        except psutil.NoSuchProcess:
            continue
    return total


def memory_mb(pid: int) -> float:
    """Proportional set size of a process family in MB: shared pages are counted once over those who share them."""
    total = 0
    for process in family(pid):
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / 1e6


class Meter:
    """CPU per named group of process families between `start` and `read`."""

    def __init__(self, groups: dict[str, list[int]]):
        self.groups = groups
        self.begun: dict[str, float] = {}

    def start(self) -> None:
        self.begun = {name: cpu_seconds(pids) for name, pids in self.groups.items()}
        self.at = time.perf_counter()

    def read(self) -> dict[str, float]:
        """CPU seconds per group since `start`."""
        return {name: cpu_seconds(pids) - self.begun[name] for name, pids in self.groups.items()}


def listener_pid(port: int) -> int:
    """The process that listens on this loopback port (the database server's or the broker's)."""
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            return int(connection.pid)
    raise RuntimeError(f"nobody listens on port {port}")
