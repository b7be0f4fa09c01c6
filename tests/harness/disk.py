# SPDX-License-Identifier: Apache-2.0
"""A disk of its own that can be made as small as a test wants it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOM = 512 << 20  # Bytes; more than any test writes.


@dataclass(frozen=True)
class Disk:
    """A folder, and below it a disk where this machine lets us mount one."""

    folder: Path
    mounted: bool

    @property
    def used(self) -> int:
        """Bytes."""
        return shutil.disk_usage(self.folder).used

    def resize(self, size: int) -> None:
        """To `size` bytes, which may not be less than what is used.

        REQUIRES: it is mounted.
        """
        _mount("-o", f"remount,size={size >> 10}k", self.folder).check_returncode()


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """One with room, in `folder`."""
    folder.mkdir()
    words = ("-t", "tmpfs", "-o", f"size={ROOM >> 10}k", "tmpfs")
    mounted = _mount(*words, folder).returncode == 0
    try:
        yield Disk(folder, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)


def _mount(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
