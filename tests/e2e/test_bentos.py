# SPDX-License-Identifier: Apache-2.0
"""Bentos, built by BentoML 1.1 or made by hand: listed, got, served and deleted."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.client import call
from harness.program import MODELS, PATIENCE, ROOT, run, run_python
from harness.server import Server
from harness.tars import extract

DATA = ROOT / "tests" / "data" / "bentos"
ROW = b"[[5.9, 3, 5.1, 1.8]]"

SAVE = """
import bentoml
from sklearn import datasets, svm
iris = datasets.load_iris()
bentoml.sklearn.save_model(
    "iris_clf", svm.SVC().fit(iris.data, iris.target), signatures={"predict": {"batchable": True}}
)
"""

MODEL_BENTO = """service: model:iris_svc:v1
name: iris_svc
version: b1
bentoml_version: 1.1.11
creation_time: '2026-11-22T14:03:08+00:00'
labels: {}
models:
- tag: iris_svc:v1
  module: bentoml.onnx
  creation_time: '2026-11-22T14:03:08+00:00'
"""


@dataclass(frozen=True)
class Built:
    """A store with a bento that BentoML built, and that bento as BentoML exports it."""

    home: Path
    tag: str
    exported: Path


def run_bentoml(*arguments: str | Path, home: Path, cwd: Path) -> str:
    """BentoML 1.1's Python: as named, else the one that `make setup-test` made."""
    default = ROOT / "build" / "venv-bentoml-1.1" / "bin" / "python"
    python = os.environ.get("EKIBEN_TEST_BENTOML_1_1_PYTHON", default)
    ours = {"PYTHONPATH", "EKIBEN_HOME"}
    env = {name: value for name, value in os.environ.items() if name not in ours}
    env |= {"BENTOML_HOME": str(home), "BENTOML_DO_NOT_TRACK": "true"}
    ran = subprocess.run(
        [python, *arguments],
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built")
    home, project = folder / "home", folder / "iris"
    shutil.copytree(ROOT / "examples" / "iris", project)
    bentofile = project / "bentofile.yaml"
    # Locking would ask a registry.
    bentofile.write_text(
        bentofile.read_text().replace("python:", "python:\n  lock_packages: false")
    )
    run_bentoml("-c", SAVE, home=home, cwd=project)
    run_bentoml("-m", "bentoml", "build", home=home, cwd=project)
    version = (home / "bentos" / "iris_classifier" / "latest").read_text()
    tag = f"iris_classifier:{version}"
    archive = folder / "iris.tar"
    run_bentoml("-m", "bentoml", "export", tag, archive, home=home, cwd=project)
    exported = folder / "exported"
    with tarfile.open(archive) as tar:
        extract(tar, exported)
    return Built(home, tag, exported)


def serve(target: str | Path, home: Path, out: Path, *arguments: str) -> Server:
    python = ("--python", sys.executable, "--api-workers", "1")
    return Server(out, home, str(target), *python, *arguments)


def digest_of(folder: Path, bento_yaml: str) -> str:
    """As docs/formats/bento.md has it."""

    def line(path: str, mode: str, content: bytes) -> bytes:
        digest = hashlib.sha256(content).hexdigest()
        return b"\0".join(one.encode() for one in (path, mode, str(len(content)), digest)) + b"\n"

    lines = b""
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda one: os.fsencode(one.relative_to(folder))):
        executable = path.stat().st_mode & 0o100
        name = path.relative_to(folder).as_posix()
        if name != "bento.yaml":
            lines += line(name, "x" if executable else "-", path.read_bytes())
    unstable = ("version:", "creation_time:")
    kept = [one for one in bento_yaml.splitlines(True) if not one.startswith(unstable)]
    lines += line("bento.yaml", "-", "".join(kept).encode())
    return "sha256:" + hashlib.sha256(lines).hexdigest()


@pytest.fixture
def model_bento(tmp_path: Path) -> Path:
    """The folder of a bento of a model, as it is built; the model itself is in no store."""
    home, folder = tmp_path / "other", tmp_path / "bento"
    saved = run("models", "import", MODELS / "iris_svc.onnx", "--name", "iris_svc:v1", home=home)
    assert saved.returncode == 0, saved.stderr
    folder.mkdir()
    (home / "models").rename(folder / "models")
    digest = digest_of(folder, MODEL_BENTO + "ekiben: {format: 1, kind: model}\n")
    ours = f'ekiben: {{format: 1, kind: model, digest: "{digest}"}}\n'
    (folder / "bento.yaml").write_text(MODEL_BENTO + ours)
    return folder


def test_a_bento_that_bentoml_built_is_listed_and_got(built: Built) -> None:
    listed = run("list", "-o", "json", home=built.home)
    assert listed.stderr == ""
    (bento,) = json.loads(listed.stdout)
    assert bento["tag"] == built.tag
    assert bento["labels"] == {"team": "botany"}
    assert bento["model_size_bytes"] > 1000

    path = built.home / "bentos" / built.tag.replace(":", "/")
    got = run("get", "iris_classifier", home=built.home)
    assert got.stdout == (path / "bento.yaml").read_text()
    assert run("get", built.tag, "-o", "path", home=built.home).stdout == f"{path}\n"


def test_a_bento_that_bentoml_built_is_served(built: Built, tmp_path: Path) -> None:
    with serve("iris_classifier:latest", built.home, tmp_path / "out") as server:
        assert f"found   the bento {built.tag} in " in server.stdout
        assert call(server.url, "/classify", ROW).json() == [2]
        version = built.tag.partition(":")[2]
        assert call(server.url, "/docs.json").json()["info"]["version"] == version
    source = built.home / "bentos" / built.tag.replace(":", "/") / "src"
    assert [path.name for path in source.iterdir()] == ["service.py"]


def test_a_bento_brings_its_models_to_wherever_it_is_served(built: Built, tmp_path: Path) -> None:
    assert (built.exported / "models" / "iris_clf").is_dir()
    with serve(built.exported, tmp_path / "empty", tmp_path / "out") as server:
        assert call(server.url, "/classify", ROW).json() == [2]


def test_python_finds_what_bentoml_built(built: Built) -> None:
    program = (
        "import ekiben\n"
        "(bento,) = ekiben.bentos.list()\n"
        "print(bento.tag, bento.info.models[0].tag.name, 'classify' in bento.doc)"
    )
    ran = run_python("-c", program, home=built.home)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{built.tag} iris_clf True\n"


def test_a_deleted_bento_is_gone_and_its_models_are_not(built: Built, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(built.home, home)
    deleted = run("delete", "iris_classifier", "-y", home=home)
    assert deleted.stdout == f'Bento(tag="{built.tag}") deleted\n'
    assert run("list", "-o", "json", home=home).stdout == "[]\n"
    assert run("models", "get", "iris_clf", home=home).returncode == 0


def test_a_bento_of_a_model_is_served_natively_from_its_folder(
    model_bento: Path, tmp_path: Path
) -> None:
    with serve(model_bento, tmp_path / "empty", tmp_path / "out") as server:
        assert "found   the bento iris_svc:b1 in " in server.stdout
        assert call(server.url, "/run", ROW).status == 200


def test_a_bento_of_a_model_is_served_out_of_the_store(model_bento: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(model_bento, home / "bentos" / "iris_svc" / "b1")
    with serve("bento:iris_svc", home, tmp_path / "out") as server:
        assert call(server.url, "/run", ROW).status == 200


def test_a_bento_that_is_not_as_it_was_built_is_refused(model_bento: Path, tmp_path: Path) -> None:
    (model_bento / "models" / "iris_svc" / "latest").write_text("v2")
    refused = run("serve", model_bento, home=tmp_path / "empty")
    assert refused.returncode == 1
    assert "is not as it was built" in refused.stderr
    assert "hint: " in refused.stderr


def test_a_bento_that_is_not_as_it_was_built_is_not_imported(
    model_bento: Path, tmp_path: Path
) -> None:
    (model_bento / "README.md").write_text("other")
    refused = run("import", model_bento, home=tmp_path / "home")
    assert refused.returncode == 1
    error, hint = refused.stderr.splitlines()
    assert error == (
        f"error: '{model_bento}': it is not as it was built: a file was changed, added or removed"
    )
    assert "nothing was taken" in hint
    assert run("list", "-o", "path", home=tmp_path / "home").stdout == ""


def test_a_service_that_is_a_class_is_one_clear_line(tmp_path: Path) -> None:
    folder = tmp_path / "greeter"
    folder.mkdir()
    shutil.copy(DATA / "by_bentoml_1.4_class.yaml", folder / "bento.yaml")
    refused = run("serve", folder, home=tmp_path / "empty")
    assert refused.returncode == 1
    error, hint = refused.stderr.splitlines()
    assert "is a class ('service:Greeter', BentoML 1.4.39)" in error
    assert hint.startswith("hint: ")
    refused = run("containerize", folder, "--output", tmp_path / "x.tar", home=tmp_path / "empty")
    assert refused.returncode == 1
    error, hint = refused.stderr.splitlines()
    assert "is a class ('service:Greeter', BentoML 1.4.39)" in error
    assert "--backend" in hint
    assert not (tmp_path / "x.tar").exists()


@pytest.mark.parametrize("name", ["iris.bento", "iris.zip", "iris.gz", "iris"])
def test_a_bento_goes_from_one_store_to_another_with_its_models(
    built: Built, tmp_path: Path, name: str
) -> None:
    form = ("-o", "folder") if name == "iris" else ()
    done = run("export", built.tag, tmp_path / name, *form, home=built.home)
    assert done.stdout == f'Bento(tag="{built.tag}") exported to {tmp_path / name}\n', done.stderr
    home = tmp_path / "home"
    done = run("import", tmp_path / name, home=home)
    assert done.stdout == f'Bento(tag="{built.tag}") imported\n', done.stderr
    with serve("iris_classifier", home, tmp_path / "out") as server:
        assert call(server.url, "/classify", ROW).json() == [2]
    again = run("import", tmp_path / name, home=home)
    assert again.returncode == 1
    assert "is in the store already" in again.stderr


def test_bentoml_and_ekiben_import_what_the_other_exported(built: Built, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    done = run("export", built.tag, f"{tmp_path}/", home=built.home)
    archive = tmp_path / f"{built.tag.replace(':', '-')}.bento"
    assert archive.is_file(), done.stderr
    theirs.mkdir()
    run_bentoml("-m", "bentoml", "import", archive, home=theirs, cwd=tmp_path)
    assert built.tag in run_bentoml("-m", "bentoml", "list", home=theirs, cwd=tmp_path)
    exported = tmp_path / "by_bentoml.bento"
    run_bentoml("-m", "bentoml", "export", built.tag, exported, home=built.home, cwd=tmp_path)
    done = run("import", exported, home=ours)
    assert done.stdout == f'Bento(tag="{built.tag}") imported\n', done.stderr


def test_what_is_no_bento_or_was_changed_is_not_imported(model_bento: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "text.bento").write_text("no archive")
    done = run("import", tmp_path / "text.bento", home=home)
    assert (done.returncode, "tar.xz archive" in done.stderr) == (4, True), done.stderr
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "file").touch()
    assert "it has no bento.yaml" in run("import", tmp_path / "empty", home=home).stderr
    (model_bento / "more.txt").write_text("more")
    done = run("import", model_bento, home=home)
    assert done.returncode == 1, done.stderr
    assert not (home / "bentos").exists()
    (model_bento / "more.txt").unlink()
    done = run("import", model_bento, home=home)
    assert done.stdout == 'Bento(tag="iris_svc:b1") imported\n', done.stderr
