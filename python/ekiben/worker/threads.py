# SPDX-License-Identifier: Apache-2.0
"""Threads that run what may take long, and the end of all of them."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Callable


class Threads:
    """At most `most` threads; what comes beyond waits its turn. Any thread may submit.

    One is started only when no other is free.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._count = 0
        self._free = 0

    def submit(self, job: Callable[[], None]) -> None:
        """Run `job` in one of the threads. It must not raise."""
        with self._lock:
            start = self._free <= self._jobs.qsize() and self._count < self._most
            if start:
                self._count += 1
        self._jobs.put(job)
        if start:
            threading.Thread(target=self._work, name="ekiben-function", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._free += 1
            job = self._jobs.get()
            with self._lock:
                self._free -= 1
            job()


def end_process(status: int = 0) -> None:
    """End at once, whatever threads of the user's go on; what was printed is seen."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # Whoever has read it may be gone.
            stream.flush()
    os._exit(status)
