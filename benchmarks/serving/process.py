# SPDX-License-Identifier: Apache-2.0
"""CPU and memory of a process and all that it started, read from the kernel, and how such a tree is ended."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)


class Tree:
    """A process that this program started, with its descendants.

    Remembers every process it has seen, with its start time, so that one which outlives its parent still counts and is
    ended, and so that a process id which the kernel has given to somebody else is never touched. Not thread-safe.
    """

    def __init__(self, root: subprocess.Popen) -> None:
        self.root = root
        self._seen: dict[int, str] = {}

    def pids(self) -> list[int]:
        children: dict[int, list[int]] = {}
        started: dict[int, str] = {}
        for entry in os.listdir("/proc"):
            fields = _stat(int(entry)) if entry.isdigit() else None
            if fields and fields[0] != "Z":
                children.setdefault(int(fields[1]), []).append(int(entry))
                started[int(entry)] = fields[19]
        queue = [self.root.pid, *self._seen]
        while queue:
            pid = queue.pop()
            if pid in started and self._seen.get(pid, started[pid]) == started[pid]:
                new = [child for child in children.get(pid, []) if child not in self._seen]
                self._seen[pid] = started[pid]
                queue += new
        return [pid for pid, start in self._seen.items() if started.get(pid) == start]

    def cpu_seconds(self) -> float:
        """User and system time of the living processes, ended threads included, to the nanosecond."""
        return sum(_cpu_seconds(pid) for pid in self.pids())

    def pss_bytes(self) -> int:
        """Memory of the tree; a page that n processes share counts as 1/n for each."""
        return sum(_pss_bytes(pid) for pid in self.pids())

    def end(self, patience_s: float = 10) -> None:
        """Ask the root to end, wait for the whole tree, and kill what is left of it."""
        self.pids()
        if self.root.poll() is None:
            self.root.send_signal(signal.SIGTERM)
        until = time.monotonic() + patience_s
        while time.monotonic() < until and (self.root.poll() is None or self.pids()):
            time.sleep(0.02)
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.root.wait()


def machine_busy_seconds() -> float:
    """CPU time that all cores have not been idle since the machine started: everybody's work, and the hypervisor's."""
    idle, iowait = (int(field) for field in _cpu_line()[3:5])
    cores = os.cpu_count() or 1
    return time.monotonic() * cores - (idle + iowait) / os.sysconf("SC_CLK_TCK")


def _cpu_line() -> list[str]:
    with open("/proc/stat") as stat:
        return stat.readline().split()[1:]


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name: 0 is the state, 1 the parent, 19 the start time."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _cpu_seconds(pid: int) -> float:
    # A process's own CPU clock counts all its threads exactly; /proc/PID/stat rounds to 10 ms.
    clock = ctypes.c_int()
    if _libc.clock_getcpuclockid(pid, ctypes.byref(clock)) != 0:
        return 0.0
    try:
        return time.clock_gettime(clock.value)
    except OSError:
        return 0.0


def _pss_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
