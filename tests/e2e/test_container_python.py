# SPDX-License-Identifier: Apache-2.0
"""`ekiben.container`: images from Python, as BentoML's programs ask for them."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from harness.containers import Archive
from harness.image import Image
from harness.program import binary, run
from harness.store import Store

import ekiben
from ekiben.errors import FailedPrecondition, InvalidArgument, NotFound

# Tells what it was asked for, and has an image at once.
TOOL = """#!/bin/sh
printf '%s\\n' "$@" > "$(dirname "$0")/asked"
"""


@pytest.fixture
def home(own_store: Store, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with the bento iris_clf:v1, which is a model, for this process too."""
    done = run("build", "iris_clf", "--version", "v1", home=own_store.home)
    assert done.returncode == 0, done.stderr
    monkeypatch.setenv("EKIBEN_HOME", str(own_store.home))
    monkeypatch.setenv("PATH", str(binary().parent), prepend=os.pathsep)
    return own_store.home


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a tool called podman leaves the words that it was called with."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "podman").write_text(TOOL)
    (folder / "podman").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder / "asked"


def test_an_image_is_made_from_python(home: Path, tmp_path: Path) -> None:
    made = ekiben.container.build(
        "iris_clf:latest",
        image_tag=("iris:one", "iris:two"),
        label={"team": "a=b"},
        output=tmp_path / "iris.tar",
        sbom=tmp_path / "sbom.json",
    )
    assert made == "iris:one"
    image = Archive(tmp_path / "iris.tar")
    assert image.manifest["RepoTags"] == ["iris:one", "iris:two"]
    assert image.config["config"]["Labels"]["team"] == "a=b"
    assert json.loads((tmp_path / "sbom.json").read_text())["bomFormat"] == "CycloneDX"


def test_a_bento_itself_may_be_given_and_names_the_image(home: Path, tmp_path: Path) -> None:
    bento = ekiben.bentos.get("iris_clf")
    assert ekiben.container.build(bento, output=f"{tmp_path}/layout/") == "iris_clf:v1"
    assert Image(tmp_path / "layout").layers


def test_options_go_to_the_tool_that_is_named(home: Path, tool: Path) -> None:
    ekiben.container.build(
        "iris_clf:v1",
        backend="podman",
        image_tag="iris:one",
        no_cache=True,
        pull=False,
        network="host",
        build_arg={"A": "1", "B": "x=y"},
        add_host=["a:1"],
    )
    words = tool.read_text().splitlines()
    assert words[0] == "build" and "--tag=iris:one" in words
    assert words[words.index("--no-cache") :][:5] == [
        "--no-cache",
        "--network=host",
        "--build-arg=A=1",
        "--build-arg=B=x=y",
        "--add-host=a:1",
    ]


def test_an_option_without_a_tool_is_refused(home: Path) -> None:
    with pytest.raises(InvalidArgument, match="option 'no_cache' is for a tool") as caught:
        ekiben.container.build("iris_clf:v1", no_cache=True)
    assert "backend='docker'" in caught.value.hint


def test_a_bento_that_is_not_there_is_told_by_name(home: Path) -> None:
    with pytest.raises(NotFound, match="iris_cls"):
        ekiben.container.build("iris_cls:v1")


def test_bentomls_older_name_says_whether_it_worked(
    home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "iris.tar"
    assert ekiben.bentos.containerize("iris_clf", docker_image_tag="iris:old", output=file)
    assert Archive(file).manifest["RepoTags"] == ["iris:old"]
    assert not ekiben.bentos.containerize("iris_clf", labels={"a": "b"}, image_tag="UPPER case")
    assert "no image of iris_clf" in caplog.text


def test_the_dockerfile_is_printed_or_written(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ekiben.container.get_containerfile("iris_clf:v1", tmp_path / "Dockerfile")
    text = (tmp_path / "Dockerfile").read_text()
    assert text.startswith("#") and "ENTRYPOINT" in text
    told = io.StringIO()
    ekiben.container.get_containerfile("iris_clf:v1", told)
    assert told.getvalue() == text
    (home / "bentos/iris_clf/v1/env/docker/Dockerfile").unlink()
    with pytest.raises(FailedPrecondition, match="has no Dockerfile"):
        ekiben.container.get_containerfile("iris_clf:v1")


def test_the_health_of_a_tool_is_whether_it_answers(tool: Path) -> None:
    assert ekiben.container.health("podman")
    assert tool.read_text() == "info\n"
    assert not ekiben.container.health("nothing-of-that-name")
