# SPDX-License-Identifier: Apache-2.0
"""An import that is killed, at whichever step, leaves a store in which nothing is half."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from harness.program import MODELS, PATIENCE, binary, environment, run

FILE = MODELS / "iris_svc.onnx"
STEPS = ("mkdir", "openat", "write", "fsync", "flock", "rename", "renameat2")


def import_until(home: Path, calls: str, number: int) -> bool:
    """Import, killed at the n-th of these system calls; whether it came to that."""
    inject = f"inject={calls}:signal=KILL:when={number}"
    command = [binary(), "models", "import", FILE, "--name", "iris"]
    done = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", f"trace={calls}", "-e", inject, *command],
        env=environment(home),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode != 0


@pytest.mark.parametrize("calls", STEPS)
def test_a_killed_import_leaves_a_whole_store(calls: str, tmp_path: Path) -> None:
    assert run("models", "import", FILE, "--name", "iris:first", home=tmp_path).returncode == 0
    kills = 0
    while import_until(tmp_path, calls, kills + 1):
        kills += 1
        listed = run("models", "list", "iris", "-o", "json", home=tmp_path)
        assert listed.stderr == "", f"after {calls} {kills}"
        for model in json.loads(listed.stdout):
            copy = Path(model["path"], "saved_model.onnx")
            assert copy.read_bytes() == FILE.read_bytes()
        assert run("models", "get", "iris", home=tmp_path).returncode == 0
    assert kills > 0
    # Whoever comes after is not held up by what is left.
    assert run("models", "import", FILE, "--name", "iris:last", home=tmp_path).returncode == 0
    newest = run("models", "get", "iris", "-o", "path", home=tmp_path).stdout
    assert newest.endswith("/last\n")
