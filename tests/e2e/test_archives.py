# SPDX-License-Identifier: Apache-2.0
"""Models leave a store as one file, and enter another; what strangers made is refused."""

from __future__ import annotations

import io
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from harness.client import call
from harness.program import run
from harness.server import Server
from harness.store import Store

NOT_FOUND, INVALID, FAILED = 3, 4, 1


def import_(path: Path, home: Path) -> subprocess.CompletedProcess[str]:
    return run("models", "import", path, home=home)


def export(tag: str, path: Path, home: Path) -> subprocess.CompletedProcess[str]:
    return run("models", "export", tag, path, home=home)


def assert_is_empty(home: Path) -> None:
    models = home / "models"
    assert not models.exists() or not list(models.iterdir())


@pytest.mark.parametrize("form", ["bentomodel", "gz", "zip", "folder"])
def test_a_model_goes_from_one_store_to_another(form: str, store: Store, tmp_path: Path) -> None:
    path = tmp_path / ("iris.bentomodel" if form == "bentomodel" else f"iris.{form}")
    version = (store.home / "models" / "iris_logistic" / "latest").read_text()
    done = export("iris_logistic", path, store.home)
    if form == "folder":
        path = path.with_name("iris.folder.bentomodel")
    said = f'Model(tag="iris_logistic:{version}") exported to {path}\n'
    assert (done.stdout, done.stderr) == (said, "")

    home = tmp_path / "other"
    done = import_(path, home)
    assert (done.stdout, done.stderr) == (f'Model(tag="iris_logistic:{version}") imported\n', "")
    with Server(tmp_path / "server", home, "iris_logistic") as server:
        assert call(server.url, "/predict", b"[[5.9, 3, 5.1, 1.8]]").json() == [2]

    again = import_(path, home)
    assert again.returncode == FAILED
    assert f"'iris_logistic:{version}'" in again.stderr.splitlines()[0]


def test_a_model_that_is_not_there_is_not_exported(store: Store, tmp_path: Path) -> None:
    done = export("iris_cfl", tmp_path / "x.zip", store.home)
    assert done.returncode == NOT_FOUND
    assert done.stderr.startswith("error: model 'iris_cfl' is not in the store")
    assert list(tmp_path.iterdir()) == []


def test_an_archive_that_leaves_its_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.bentomodel"
    with tarfile.open(path, "w:xz") as archive:
        member = tarfile.TarInfo("../../evil.txt")
        member.size = 4
        archive.addfile(member, io.BytesIO(b"evil"))
    home = tmp_path / "home"
    done = import_(path, home)
    assert done.returncode == INVALID
    lines = done.stderr.splitlines()
    assert lines[0].startswith("error: ") and "../../evil.txt" in lines[0]
    assert len(lines) <= 2
    assert_is_empty(home)
    assert not (tmp_path / "evil.txt").exists()


def test_a_link_out_of_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "link.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("passwords")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    home = tmp_path / "home"
    done = import_(path, home)
    assert done.returncode == INVALID
    assert "passwords" in done.stderr
    assert_is_empty(home)


def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "noise.zip"
    path.write_bytes(b"noise" * 100)
    done = import_(path, tmp_path / "home")
    assert done.returncode == INVALID
    assert str(path) in done.stderr.splitlines()[0]
    assert len(done.stderr.splitlines()) <= 2


def test_a_form_that_is_named_goes_over_the_name(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "iris.onnx"
    done = run("models", "export", "iris_logistic", path, "-o", "zip", home=store.home)
    assert done.stdout.endswith(f" exported to {path}\n"), done.stderr
    assert zipfile.is_zipfile(path)
    done = run("models", "import", path, "-f", "zip", home=tmp_path / "home")
    assert done.stdout.endswith(" imported\n"), done.stderr
    assert (
        run("models", "export", "iris_logistic", path, "-o", "rar", home=store.home).returncode == 2
    )


def test_no_python_is_asked(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "iris.bentomodel"
    alone = {"PATH": "", "VIRTUAL_ENV": str(tmp_path)}
    done = run("models", "export", "iris_logistic", path, home=store.home, **alone)
    assert done.returncode == 0, done.stderr
    done = run("models", "import", path, home=tmp_path / "home", **alone)
    assert done.returncode == 0, done.stderr
