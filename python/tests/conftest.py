# SPDX-License-Identifier: Apache-2.0
"""What the tests share: a store of their own, and the path to the package."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Read when OpenMP and BLAS are loaded: their idle threads would spin against the other tests.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PACKAGE = Path(__file__).parents[1]
sys.path[:0] = [str(PACKAGE), str(Path(__file__).parent)]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store, which the code under test takes for the user's."""
    folder = tmp_path / "home"
    monkeypatch.setenv("EKIBEN_HOME", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE) + os.pathsep + os.environ.get("PYTHONPATH", ""))
    return folder


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home directory of a user who has set neither EKIBEN_HOME nor BENTOML_HOME."""
    folder = tmp_path / "user"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for variable in ("EKIBEN_HOME", "BENTOML_HOME"):
        monkeypatch.delenv(variable, raising=False)
    yield folder
