# SPDX-License-Identifier: Apache-2.0
"""What the README promises: train, save, look at the store, serve, ask, delete."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from harness.client import call
from harness.program import MODELS, ROOT, binary, run, run_python
from harness.server import Server
from harness.service import serve, write_service
from harness.store import Store

TRY = re.compile(r"^try +(curl .*)$", re.MULTILINE)


def paste(server: Server) -> str:
    """What the curl line that the server printed prints in turn."""
    line = TRY.search(server.stdout)
    assert line, server.stdout
    done = subprocess.run(
        ["sh", "-c", line[1]], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_from_training_to_an_answer(tmp_path: Path) -> None:
    home = tmp_path / "home"
    trained = run_python(ROOT / "examples" / "iris" / "train.py", home=home)
    assert trained.returncode == 0, trained.stderr
    saved = re.fullmatch(r'Model\(tag="iris_clf:([a-z2-7]{16})"\)\n', trained.stdout)
    assert saved, trained.stdout
    version = saved[1]

    listed = json.loads(run("models", "list", "-o", "json", home=home).stdout)
    assert [model["tag"] for model in listed] == [f"iris_clf:{version}"]
    path = run("models", "get", f"iris_clf:{version[:6]}", "-o", "path", home=home).stdout
    assert Path(path.rstrip("\n"), "model.yaml").is_file()

    with Server(tmp_path / "server", home, "iris_clf:latest") as server:
        assert f"iris_clf:{version}" in server.stdout
        curl = ["curl", "-sS", f"{server.url}/predict", "-d", "[[5.9, 3, 5.1, 1.8]]"]
        assert subprocess.check_output(curl, text=True) == "[2]"
        assert re.fullmatch(r"\[[012]\]", paste(server))

    deleted = run("models", "delete", "iris_clf", "-y", home=home)
    assert deleted.stdout == f'Model(tag="iris_clf:{version}") deleted\n'
    assert json.loads(run("models", "list", "-o", "json", home=home).stdout) == []


def test_a_model_file_needs_no_python(tmp_path: Path) -> None:
    file = MODELS / "wine_forest.onnx"
    imported = run("models", "import", file, "--name", "wine:v1", "--label", "by=me", home=tmp_path)
    assert imported.stdout == 'Model(tag="wine:v1") imported\n'
    with Server(tmp_path / "server", tmp_path, "wine") as server:
        row = [13.2, 2.77, 2.51, 18.5, 96.6, 1.04, 2.55, 0.57, 1.47, 6.2, 1.05, 3.33, 820]
        answer = call(server.url, "/run", json.dumps([row]).encode())
        assert answer.json()["label"] in ([0], [1], [2])


def test_a_model_file_is_served_where_it_lies(tmp_path: Path) -> None:
    with Server(tmp_path / "server", tmp_path, str(MODELS / "iris_svc.onnx")) as server:
        assert call(server.url, "/run", b"[[5.9, 3, 5.1, 1.8]]").json()["label"] == [2]
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("name", ["iris_logistic", "loan_pipeline", "sentiment_tfidf", "pair"])
def test_the_printed_curl_line_works_for_any_inputs(
    name: str, store: Store, tmp_path: Path
) -> None:
    with Server(tmp_path, store.home, name) as server:
        answer = paste(server)
        assert "error" not in answer
        assert json.loads(answer)


def test_every_output_form_tells_the_same(store: Store) -> None:
    def listing(form: str) -> str:
        done = run("models", "list", "-o", form, home=store.home)
        assert done.returncode == 0
        assert done.stderr == ""
        return done.stdout

    models = json.loads(listing("json"))
    assert yaml.safe_load(listing("yaml")) == models
    assert listing("path").splitlines() == [model["path"] for model in models]
    heading, *rows = listing("table").splitlines()
    assert heading.split() == ["Tag", "Module", "Size", "Creation", "Time"]
    assert [row.split()[0] for row in rows] == [model["tag"] for model in models]

    folder = store.folder("iris_clf")
    known = yaml.safe_load((folder / "model.yaml").read_text())
    got = run("models", "get", "iris_clf", home=store.home)
    assert yaml.safe_load(got.stdout) == known
    got = run("models", "get", "iris_clf", "-o", "json", home=store.home)
    assert json.loads(got.stdout)["labels"] == {"team": "botany"}
    got = run("models", "get", "iris_clf", "-o", "path", home=store.home)
    assert got.stdout == f"{folder}\n"


def test_versions_of_a_name_are_listed_and_deleted_alone_or_together(own_store: Store) -> None:
    home = own_store.home
    for version in ("red", "green"):
        file = MODELS / "iris_svc.onnx"
        assert run("models", "import", file, "--name", f"colour:{version}", home=home).stdout
    listed = run("models", "list", "colour", "-o", "json", home=home)
    assert [model["tag"] for model in json.loads(listed.stdout)] == ["colour:green", "colour:red"]

    refused = run("models", "delete", "colour", home=home)
    assert refused.returncode == 1
    assert "hint: give --yes" in refused.stderr
    run("models", "delete", "colour:g", "-y", home=home)
    assert run("models", "get", "colour", "-o", "path", home=home).stdout.endswith("/red\n")
    run("models", "delete", "colour", "iris_clf", "-y", home=home)
    assert not (home / "models" / "colour").exists()
    assert not (home / "models" / "iris_clf").exists()
    assert run("models", "get", "iris_logistic", home=home).returncode == 0


def test_what_is_printed_can_be_cut_off() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" --help | head -1', binary()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "Serve machine-learning models.\n"
    assert done.stderr == ""


def test_the_line_to_try_a_service_with_asks_the_first_api_that_it_can(tmp_path: Path) -> None:
    source = """
        import bentoml
        from bentoml.io import Image, Text

        svc = bentoml.Service("tried")

        @svc.api(input=Image(), output=Text())
        def see(image):
            return "seen"

        @svc.api(input=Text(), output=Text())
        def shout(text):
            return text.upper()
    """
    with serve(write_service(tmp_path / "service", source), tmp_path) as server:
        assert paste(server) == "TEXT"
