# SPDX-License-Identifier: Apache-2.0
"""The SDK and the command line write to one store at once; neither loses what the other wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from harness.program import binary, environment, run

EACH = 8

SAVE = f"""
import pathlib
import ekiben
for _ in range({EACH}):
    with ekiben.models.create("shared") as model:
        pathlib.Path(model.path_of("saved_model.onnx")).write_bytes(b"weights")
"""
IMPORT = """
for _ in $(seq %d); do "$1" models import "$2" --name shared || exit 1; done
"""


def test_all_models_of_all_writers_are_there_and_the_newest_is_latest(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = tmp_path / "model.onnx"
    file.write_bytes(b"weights")
    # Without plugins a file is imported as it is, so that any bytes will do.
    env = environment(home, EKIBEN_RUNTIMES=str(tmp_path))
    quiet = {"env": env, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    in_python = [sys.executable, "-c", SAVE]
    in_shell = ["sh", "-c", IMPORT % EACH, "sh", binary(), file]

    writers = [
        subprocess.Popen(command, **quiet) for command in (in_python, in_shell) for _ in range(2)
    ]
    while any(writer.poll() is None for writer in writers):
        listed = run("models", "list", home=home)
        assert listed.returncode == 0
        assert "warning" not in listed.stderr

    assert [writer.returncode for writer in writers] == [0] * 4
    models = json.loads(run("models", "list", "-o", "json", home=home).stdout)
    assert len(models) == 4 * EACH
    latest = (home / "models" / "shared" / "latest").read_text()
    assert models[0]["tag"] == f"shared:{latest}"
    assert [path.name for path in (home / "tmp").iterdir()] == ["models.lock"]
