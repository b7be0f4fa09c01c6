# SPDX-License-Identifier: Apache-2.0
"""Arguments of a bento: in its bentofile, typed, in a file; built in, and over those that are."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness.client import call
from harness.program import run
from harness.server import Server
from harness.service import serve, write_service
from harness.store import Store

SERVICE = """
    import bentoml
    from bentoml.io import JSON
    from pydantic import BaseModel

    class Args(BaseModel):
        size: int = 1
        name: str = "nobody"

    args = bentoml.use_arguments(Args)
    svc = bentoml.Service(f"plain_{args.name}")

    @svc.api(input=JSON(), output=JSON())
    def what(value):
        return {**args.model_dump(), "all": vars(bentoml.use_arguments())}
"""
BENTOFILE = "service: service:svc\nargs: {size: 3, name: a, layers: [1, x]}\n"
PYTHON = ("--python", sys.executable, "--api-workers", "1")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_service(tmp_path / "project", SERVICE)
    (folder / "bentofile.yaml").write_text(BENTOFILE)
    return folder


def asked(server: Server) -> Any:
    return call(server.url, "/what", b"{}").json()


def built(project: Path, home: Path, *arguments: str) -> Path:
    done = run("build", project, *arguments, "--version", "v1", "-o", "tag", home=home)
    assert (done.returncode, done.stderr.count("warning")) == (0, 0), done.stderr
    return home / "bentos" / done.stdout.strip().replace(":", os.sep)


def test_a_bento_has_the_arguments_that_it_was_built_with(project: Path, tmp_path: Path) -> None:
    bento = built(project, tmp_path / "home", "--arg", "name=b", "--arg", "new=1=2")
    assert bento.parent.name == "plain_b"
    args = yaml.safe_load((bento / "bento.yaml").read_text())["ekiben"]["args"]
    assert args == {"size": 3, "layers": [1, "x"], "name": "b", "new": "1=2"}
    with Server(tmp_path / "out", tmp_path / "home", str(bento), *PYTHON) as server:
        assert asked(server) == {"size": 3, "name": "b", "all": args}


def test_what_is_typed_when_a_bento_is_served_goes_over_what_it_has(
    project: Path, tmp_path: Path
) -> None:
    bento = built(project, tmp_path / "home")
    (tmp_path / "args.json").write_text('{"size": 8, "name": "file"}')
    given = ("--arg", "size=9", "--arg-file", str(tmp_path / "args.json"))
    with Server(tmp_path / "out", tmp_path / "home", str(bento), *PYTHON, *given) as server:
        assert asked(server) == {
            "size": 9,
            "name": "file",
            "all": {"size": "9", "name": "file", "layers": [1, "x"]},
        }


def test_a_folder_is_served_with_the_arguments_of_its_bentofile(
    project: Path, tmp_path: Path
) -> None:
    with serve(project, tmp_path / "home", "--arg", "name=typed", target=".") as server:
        assert asked(server)["all"] == {"size": 3, "layers": [1, "x"], "name": "typed"}


def test_a_service_alone_is_served_with_those_that_are_typed(project: Path, tmp_path: Path) -> None:
    with serve(project, tmp_path / "home", "--arg", "size=4") as server:
        assert asked(server) == {"size": 4, "name": "nobody", "all": {"size": "4"}}


def test_a_pyproject_says_which_service_a_folder_has(project: Path, tmp_path: Path) -> None:
    (project / "bentofile.yaml").unlink()
    (project / "service.py").rename(project / "other.py")
    (project / "pyproject.toml").write_text(
        '[tool.bentoml.build]\nservice = "other:svc"\nargs = {size = 6}\n'
    )
    with serve(project, tmp_path / "home", target=".") as server:
        assert asked(server)["size"] == 6


def test_an_alias_of_a_bentofile_is_known_where_its_folder_is_served(
    project: Path, own_store: Store
) -> None:
    write_service(
        project,
        """
        import bentoml
        from bentoml.io import JSON
        svc = bentoml.Service("plain", models=[bentoml.models.get("flowers")])
        @svc.api(input=JSON(), output=JSON())
        def what(value):
            return bentoml.models.get("flowers").tag.name
        """,
    )
    (project / "bentofile.yaml").write_text(
        "service: service:svc\nmodels: [{tag: iris_clf, alias: flowers}]\n"
    )
    with serve(project, own_store.home, target=".") as server:
        assert asked(server) == "iris_clf"


def test_arguments_that_do_not_fit_are_named(project: Path, tmp_path: Path) -> None:
    typed = ("--arg", "size=small")
    for command in (("build", project), ("serve", project, "--port", "0")):
        done = run(*command, *typed, home=tmp_path / "home")
        assert done.returncode != 0
        assert "the arguments do not fit Args: size: " in done.stderr, done.stderr
        assert "--arg KEY=VALUE" in done.stderr and "Traceback" not in done.stderr


def test_a_word_that_is_no_argument_is_named(project: Path, tmp_path: Path) -> None:
    for command in ("build", "serve"):
        wrong = run(command, project, "--arg", "size", home=tmp_path / "home")
        assert wrong.returncode != 0
        assert "--arg: expected KEY=VALUE, got 'size'" in wrong.stderr
