# SPDX-License-Identifier: Apache-2.0
"""`ekiben python SCRIPT`: programs written for BentoML run with ekiben in its place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from harness.program import ROOT, binary, environment, run

BENTOML = os.environ.get("EKIBEN_TEST_BENTOML_PYTHON", "")
SCRIPT = """
import sys

import bentoml

with bentoml.models.create("rules") as model:
    pass
print(bentoml.__name__, sys.argv[1:])
sys.exit(int(sys.argv[-1]))
"""


def python(
    *arguments: str | Path, home: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    return run("python", *arguments, home=home, **variables)


def test_a_training_script_saves_into_ekibens_store(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    done = python(
        "--python", sys.executable, script, "--epochs", "3", "--python", "7", home=tmp_path
    )
    assert done.stderr == ""
    assert done.stdout == "ekiben ['--epochs', '3', '--python', '7']\n"
    assert done.returncode == 7
    assert "rules" in run("models", "list", home=tmp_path).stdout


def test_the_script_gets_the_terminals_input(tmp_path: Path) -> None:
    script = tmp_path / "echo.py"
    script.write_text("print(input().upper())\n")
    done = subprocess.run(
        [binary(), "python", "--python", sys.executable, script],
        env=environment(tmp_path),
        input="hello\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("HELLO\n", "")


@pytest.mark.parametrize("forced", [True, False])
def test_where_bentoml_is_installed_only_the_option_puts_ekiben_in_its_place(
    forced: bool, tmp_path: Path
) -> None:
    script = tmp_path / "name.py"
    script.write_text("import bentoml\nprint(bentoml.__name__)\n")
    options = ["--bentoml"] if forced else []
    done = python(
        "--python", BENTOML, *options, script,
        home=tmp_path, PYTHONPATH=str(ROOT / "python"), BENTOML_DO_NOT_TRACK="True",
    )  # fmt: skip
    assert done.stdout == ("ekiben\n" if forced else "bentoml\n"), done.stderr
