# SPDX-License-Identifier: Apache-2.0
"""Faults at system calls: a program that is killed, or that has no disk left, at a chosen one.

strace runs the program once and writes down each call that changes a file below a folder; then
the program runs again and again, each time with a fault at one of them.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.program import PATIENCE, binary, environment

# Those that change what is on the disk.
CHANGES = (
    "mkdir",
    "write",
    "copy_file_range",
    "sendfile",
    "chmod",
    "fchmodat",
    "fsync",
    "flock",
    "rename",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
)
CALLS = ("openat", "fchmod", *CHANGES)
KILLED = -9
EVERY_CALL = "EKIBEN_TEST_EVERY_CALL"  # Where it is set, no call is left out.


@dataclass(frozen=True)
class Fault:
    """The `number`th call of its kind, from 1 on."""

    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.call} number {self.number}"


@dataclass(frozen=True)
class Command:
    """`ekiben` with these arguments, on a store in `home`."""

    arguments: Sequence[str | Path]
    home: Path
    cwd: Path | None = None
    variables: Mapping[str, str] | None = None

    def run(self, *under: str) -> subprocess.CompletedProcess[str]:
        """To its end, under another program."""
        return subprocess.run(
            [*under, binary(), *self.arguments],
            env=environment(self.home, **(self.variables or {})),
            cwd=self.cwd,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
        )

    def run_with(self, fault: Fault, effect: str) -> subprocess.CompletedProcess[str]:
        """With `effect` at one call: `signal=KILL` before it, or `error=ENOSPC` in its place."""
        inject = f"inject={fault.call}:{effect}:when={fault.number}"
        return self.run(
            "strace", "-qq", "-o", "/dev/null", "-e", f"trace={fault.call}", "-e", inject
        )

    def faults(self, log: Path, most: int, below: Path | None = None) -> list[Fault]:
        """Calls that change something below a folder, the store unless told.

        `most` of them, spread evenly; under EVERY_CALL all.
        """
        found = self.changes(log, below or self.home)
        if EVERY_CALL in os.environ or len(found) <= most:
            return found
        return [found[index * (len(found) - 1) // (most - 1)] for index in range(most)]

    def changes(self, log: Path, below: Path) -> list[Fault]:
        """The calls of a whole run, which this is, that change something below a folder."""
        trace = ("strace", "-y", "-qq", "-s", "4096", "-o", str(log), "-e")
        done = self.run(*trace, f"trace={','.join(CALLS)}")
        assert done.returncode == 0, done.stderr
        numbers: Counter[str] = Counter()
        found = []
        for line in log.read_text(errors="replace").splitlines():
            call = line.partition("(")[0]
            if call not in CALLS:
                continue
            numbers[call] += 1
            if str(below) in line and not _only_reads(line):
                found.append(Fault(call, numbers[call]))
        assert found
        return found


def _only_reads(line: str) -> bool:
    return line.startswith("openat") and not re.search("O_WRONLY|O_RDWR|O_CREAT", line)
