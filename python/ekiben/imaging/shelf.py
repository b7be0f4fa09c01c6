# SPDX-License-Identifier: Apache-2.0
"""Folders that are put together once, and only read from then on."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ..errors import disk_errors

_FORMAT = 1  # Changes with whatever changes what is put together of the same things.
_KEPT_SECONDS = 30 * 24 * 3600
_STAGING = ".staging-"


class Shelf:
    """A folder of such folders, each under a name and what it was made of.

    Several processes may use it at once. Losing it costs only time.
    """

    def __init__(self, folder: Path) -> None:
        """Use a folder, which need not exist."""
        self._folder = folder

    def get(self, name: str, made_of: Iterable[str], fill: Callable[[Path], None]) -> Path:
        """The folder that was made of this; where there is none, `fill` makes it.

        Raises:
            FailedPrecondition: If it cannot be written.
        """
        key = hashlib.sha256("\0".join([str(_FORMAT), *made_of]).encode()).hexdigest()
        folder = self._folder / f"{name}-{key[:32]}"
        with disk_errors("write", self._folder):
            if folder.is_dir():
                os.utime(folder)
                return folder
            self._folder.mkdir(parents=True, exist_ok=True)
            staged = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self._folder))
            try:
                fill(staged)
                with contextlib.suppress(FileExistsError):  # Another process was faster.
                    _rename(staged, folder)
            finally:
                shutil.rmtree(staged, ignore_errors=True)
        return folder

    def sweep(self) -> None:
        """Remove what nobody has asked for in 30 days, and what a crash has left."""
        oldest = time.time() - _KEPT_SECONDS
        for folder in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if folder.stat().st_mtime < oldest:
                    shutil.rmtree(folder, ignore_errors=True)


def _rename(staged: Path, folder: Path) -> None:
    try:
        staged.rename(folder)
    except OSError as error:
        if folder.is_dir():
            raise FileExistsError(str(folder)) from error
        raise
