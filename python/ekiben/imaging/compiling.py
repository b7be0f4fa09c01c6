# SPDX-License-Identifier: Apache-2.0
"""Bytecode that fits its source by being beside it, and is the same wherever it was made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..errors import FailedPrecondition

CACHE = "__pycache__"


def compile_tree(root: Path, folder: Path) -> None:
    """Compile all of a folder, in place of what compiled files it has.

    What is compiled is never compared with its source again, so that neither times nor a read-only
    file system matter. Files that are no Python of this version are left as they are.

    Args:
        root: What will be `/`: tracebacks name the files so.
        folder: Below it.

    Raises:
        FailedPrecondition: If the compiler cannot be run.
    """
    for cache in list(folder.rglob(CACHE)):
        shutil.rmtree(cache)
    words = ["-q", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/"]
    command = [sys.executable, "-I", "-m", "compileall", *words, "-j", "0", str(folder)]
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONHASHSEED": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    # 1: a file that cannot be compiled, as packages have them for other versions.
    if done.returncode not in (0, 1):
        raise FailedPrecondition(
            f"'{sys.executable} -m compileall' ended with {done.returncode}: {done.stderr.strip()}"
        )
