# SPDX-License-Identifier: Apache-2.0
"""The fixtures of python/tests, and BentoML in the same Python where it is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def bentoml(home: Path) -> Callable[[str], Any]:
    """Runs a script with BentoML over the store under test; what it prints, read as JSON."""

    def run(script: str) -> Any:
        environment = {
            **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            "BENTOML_HOME": str(home),
            "BENTOML_DO_NOT_TRACK": "True",
        }
        ran = subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout.splitlines()[-1])

    return run
