# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REAL = "raise RuntimeError('this is BentoML itself')\n"

PROGRAM = """
import sys
from ekiben import bentoml_alias

assert bentoml_alias.install(force={force}) is {installed}
assert bentoml_alias.install() is {installed}
import bentoml
import ekiben
from bentoml.exceptions import NotFound
import bentoml.sklearn
import bentoml.models as models

assert bentoml is ekiben and bentoml.sklearn is ekiben.sklearn and models is ekiben.models
assert NotFound is ekiben.NotFound
assert bentoml.Service is ekiben.Service
assert ekiben.__spec__.name == "ekiben" and ekiben.sklearn.__spec__.name == "ekiben.sklearn"
assert ekiben.__name__ == "ekiben"

class Mine(bentoml.Runnable):
    @bentoml.Runnable.method(batchable=False)
    def f(self, x):
        return x

try:
    from bentoml._internal.utils import LazyLoader
except ImportError as error:
    print(error)
try:
    import bentoml.nosuch
except ModuleNotFoundError as error:
    print(error)
print(sorted(set(sys.modules) & {{"numpy", "sklearn"}}))
"""


def run(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(path)!r})\n{program}"],
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("force", [False, True])
def test_programs_for_bentoml_find_ekiben_under_that_name(
    tmp_path: Path, home: Path, force: bool
) -> None:
    if force:
        (tmp_path / "bentoml.py").write_text(REAL)
    ran = run(PROGRAM.format(force=force, installed=True), tmp_path)
    assert ran.returncode == 0, ran.stderr
    inside, nothing, heavy = ran.stdout.splitlines()
    assert inside.startswith("'bentoml._internal' is BentoML's own inside, which ekiben")
    assert nothing == "ekiben, standing in for 'bentoml', has no 'bentoml.nosuch'"
    assert heavy == "[]"


def test_bentoml_itself_goes_first_unless_forced_out(tmp_path: Path, home: Path) -> None:
    (tmp_path / "bentoml.py").write_text(REAL)
    ran = run(PROGRAM.format(force=False, installed=False), tmp_path)
    assert "this is BentoML itself" in ran.stderr
