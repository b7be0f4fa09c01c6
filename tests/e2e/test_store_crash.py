# SPDX-License-Identifier: Apache-2.0
"""A writer that dies at any of its system calls leaves a whole store behind.

strace kills the program as it enters the first, the second, … call of each kind that changes files,
until it gets to its end without one more of that kind.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.faults import CHANGES, KILLED
from harness.program import PATIENCE, binary, environment

WEIGHTS = b"weights" * 1000


def run(home: Path, *arguments: str | Path, under: tuple[str, ...] = ()) -> tuple[int, str, str]:
    """Exit code (negative for a signal), stdout and stderr of `ekiben` with these arguments."""
    done = subprocess.run(
        [*under, binary(), *arguments],
        # Without plugins a file is imported as it is, so that any bytes will do.
        env=environment(home, EKIBEN_RUNTIMES=str(home / "none")),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def versions(home: Path) -> list[str]:
    """Return what `models list` says, after checking that each of these models is whole."""
    code, out, err = run(home, "models", "list", "-o", "json")
    assert (code, err) == (0, "")
    models = json.loads(out)
    for model in models:
        assert (Path(model["path"]) / "saved_model.onnx").read_bytes() == WEIGHTS
    return [model["tag"] for model in models]


def killed(home: Path, *arguments: str | Path) -> Iterator[str]:
    """Run the program on a fresh copy of `home`, killed once at each call, and name that call."""
    before = home.with_name("before")
    shutil.copytree(home, before)
    for call in CHANGES:
        number = 1
        while True:
            shutil.rmtree(home)
            shutil.copytree(before, home)
            inject = f"inject={call}:signal=KILL:when={number}"
            under = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject)
            code, _, err = run(home, *arguments, under=under)
            if code != KILLED:
                assert code == 0, err
                break
            yield f"{call} number {number}"
            number += 1


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(WEIGHTS)
    return path


@pytest.fixture
def home(tmp_path: Path, model_file: Path) -> Path:
    """Make a store with iris:v1 and then iris:v2."""
    home = tmp_path / "home"
    for name in ("iris:v1", "iris:v2"):
        assert run(home, "models", "import", model_file, "--name", name)[0] == 0
    return home


def latest(home: Path) -> str:
    code, out, err = run(home, "models", "get", "iris", "-o", "path")
    assert (code, err) == (0, "")
    return Path(out.strip()).name


def test_an_import_that_is_killed_has_happened_or_not(home: Path, model_file: Path) -> None:
    seen = set()
    for where in killed(home, "models", "import", model_file, "--name", "iris:v3"):
        found = versions(home)
        assert found[-2:] == ["iris:v2", "iris:v1"], where
        assert found[:-2] in ([], ["iris:v3"]), where
        assert latest(home) in ("v2", "v3"), where
        seen.add(len(found))

        code, _, err = run(home, "models", "import", model_file, "--name", "iris:v4")
        assert code == 0, f"{where}: {err}"
        assert latest(home) == "v4", where
    assert seen == {2, 3}


def test_the_first_import_that_is_killed_has_happened_or_not(
    tmp_path: Path, model_file: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for where in killed(home, "models", "import", model_file, "--name", "iris:v1"):
        code, out, err = run(home, "models", "list", "-o", "json")
        assert (code, err) == (0, ""), where
        if json.loads(out):
            assert latest(home) == "v1", where
        assert run(home, "models", "import", model_file, "--name", "iris:v2")[0] == 0, where
        assert latest(home) == "v2", where


def test_a_delete_that_is_killed_has_happened_or_not(home: Path) -> None:
    seen = set()
    for where in killed(home, "models", "delete", "iris:v2", "-y"):
        found = versions(home)
        assert found in (["iris:v2", "iris:v1"], ["iris:v1"]), where
        assert latest(home) == ("v2" if len(found) == 2 else "v1"), where
        seen.add(len(found))

        code, _, err = run(home, "models", "delete", "iris", "-y")
        assert code == 0, f"{where}: {err}"
        assert versions(home) == [], where
    assert seen == {1, 2}
