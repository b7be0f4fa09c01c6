# SPDX-License-Identifier: Apache-2.0
"""The program under test: the binary of this Python's environment, and how it is run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "tests" / "data" / "models"
PATIENCE = 60.0  # Seconds after which something that should have happened has not.
MINUTES = 600.0  # Seconds for what installs, compiles or compresses hundreds of megabytes.


def binary() -> Path:
    """EKIBEN_TEST_BINARY, else the one that was installed beside this Python."""
    named = os.environ.get("EKIBEN_TEST_BINARY")
    return Path(named).absolute() if named else Path(sys.executable).parent / "ekiben"


def environment(home: Path, **more: str) -> dict[str, str]:
    """The variables for a program whose store is `home`."""
    kept = {name: value for name, value in os.environ.items() if name != "BENTOML_HOME"}
    return kept | {"EKIBEN_HOME": str(home), "NO_COLOR": "1"} | more


def python_path(python: Path) -> dict[str, str]:
    """What lets another Python than this one, which has ekiben, find ekiben too."""
    return {} if python == Path(sys.executable) else {"PYTHONPATH": str(ROOT / "python")}


def run(
    *arguments: str | Path,
    home: Path,
    cwd: Path | None = None,
    timeout: float = PATIENCE,
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    """`ekiben` with these arguments, to its end; `timeout` in seconds."""
    return subprocess.run(
        [binary(), *arguments],
        env=environment(home, **variables),
        cwd=cwd,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=timeout,
        check=False,
    )


def run_python(
    *arguments: str | Path, home: Path, python: Path = Path(sys.executable), **variables: str
) -> subprocess.CompletedProcess[str]:
    """A Python, this environment's unless told, as a user of the SDK starts it."""
    return subprocess.run(
        [python, *arguments],
        env=environment(home, **python_path(python), **variables),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


def eventually(what: str, condition: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until `condition` holds; fail with `what` where it never does."""
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, f"after {patience:.0f} s still not: {what}"
        time.sleep(0.005)
