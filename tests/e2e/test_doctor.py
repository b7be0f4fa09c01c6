# SPDX-License-Identifier: Apache-2.0
"""`ekiben doctor` finds what is wrong, says what to do, and repairs what can be repaired."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness.program import run
from harness.store import Store


def doctor(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run("doctor", "--python", sys.executable, *arguments, home=home, **variables)


def test_a_whole_store_on_a_whole_machine_has_nothing_wrong(store: Store) -> None:
    done = doctor(store.home, "-o", "json")
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    assert [one for one in found["findings"] if "disk" not in one["what"]] == []
    assert found["home"] == str(store.home)
    assert found["models"] > 4
    assert "with ONNX Runtime" in found["runtime"]
    assert sys.executable in found["python"]


def test_damage_is_named_with_its_place_and_what_to_do(own_store: Store) -> None:
    folder = own_store.folder("iris_logistic")
    (folder / "model.yaml").write_text("name: [")
    done = doctor(own_store.home)
    assert done.returncode == 1
    assert f"\nerror: {folder}/model.yaml: " in done.stdout
    assert f"\n  where: {folder}\n  next:  bring it back from a copy, or " in done.stdout
    assert done.stderr == "error: 1 thing is wrong\n"


def test_what_was_left_is_removed_and_latest_put_right(own_store: Store) -> None:
    home = own_store.home
    latest = home / "models" / "iris_logistic" / "latest"
    version = latest.read_text()
    latest.write_text("nothing")
    left = home / "tmp" / ("0123456789abcdef" * 2)
    shutil.copytree(own_store.folder("sentiment_tfidf"), left)
    (home / "tmp" / "notes").mkdir()

    done = doctor(home)
    assert done.returncode == 0, done.stderr
    assert "\nwarning: 'latest' of the model 'iris_logistic' is 'nothing', and the newest is" in (
        done.stdout
    )
    assert f"\n  where: {left}\n  next:  remove it: `ekiben doctor --fix`" in done.stdout
    assert left.exists()

    done = doctor(home, "--fix", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["repaired"]) == 2
    assert latest.read_text() == version
    assert sorted(one.name for one in (home / "tmp").iterdir()) == [
        "bentos.lock",
        "models.lock",
        "notes",
    ]


@pytest.mark.parametrize(
    ("variable", "what"), [("EKIBEN_RUNTIMES", "onnx"), ("EKIBEN_ONNXRUNTIME", "ONNX Runtime")]
)
def test_what_is_needed_to_serve_is_looked_for(
    variable: str, what: str, store: Store, tmp_path: Path
) -> None:
    done = doctor(store.home, "-o", "json", **{variable: str(tmp_path / "none")})
    assert done.returncode == 1, done.stdout
    found = [one for one in json.loads(done.stdout)["findings"] if one["level"] == "error"]
    assert what in found[0]["what"]
    assert found[0]["next"]


def test_without_python_only_services_in_python_are_missed(store: Store) -> None:
    done = run("doctor", "--python", "nopython", home=store.home)
    assert done.returncode == 0
    assert "warning: no service in Python can be served: there is no Python interpreter" in (
        done.stdout
    )
