# SPDX-License-Identifier: Apache-2.0
"""Programs for BentoML are run with ekiben in its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ekiben.script", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_bentoml_means_ekiben_in_a_script(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("WORD = 'beside'\n")
    script = tmp_path / "train.py"
    script.write_text(
        "import sys\nimport bentoml.io\nimport beside\n"
        "print(bentoml.__name__, bentoml.io.Text.__module__, beside.WORD, sys.argv[1:], __name__)\n"
    )
    done = run(script, "--epochs", "3")
    said = "ekiben ekiben.io.text beside ['--epochs', '3'] __main__\n"
    assert (done.stdout, done.stderr, done.returncode) == (said, "", 0)


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run(tmp_path / "trian.py")
    assert (done.returncode, done.stderr) == (2, f"error: there is no file '{tmp_path}/trian.py'\n")
    assert run().stderr == "usage: python -m ekiben.script [--bentoml] SCRIPT [ARGUMENTS]\n"
