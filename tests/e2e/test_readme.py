# SPDX-License-Identifier: Apache-2.0
"""The README's own program and command lines, taken from its text."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tarfile
import textwrap
from pathlib import Path

from harness.client import call
from harness.program import MINUTES, MODELS, ROOT, run, run_python
from harness.server import Server

README = (ROOT / "README.md").read_text()
BLOCKS = [
    textwrap.dedent(block)
    for block in re.findall(r"(?:^ {4}.*\n|^\n)+", README, re.MULTILINE)
    if block.strip()
]
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith("ekiben ")]


def program() -> str:
    (found,) = [block for block in BLOCKS if block.lstrip().startswith("import ekiben")]
    return found


def service() -> str:
    (found,) = [block for block in BLOCKS if block.lstrip().startswith("import bentoml")]
    return found


def arguments(beginning: str) -> list[str]:
    (line,) = [line for line in COMMANDS if line.startswith(beginning)]
    return shlex.split(line)[1:]


def curl(url: str) -> str:
    (line,) = [line for block in BLOCKS for line in block.splitlines() if line.startswith("curl ")]
    words = shlex.split(line.replace("http://127.0.0.1:3000", url))
    return subprocess.run([*words, "-sS"], capture_output=True, text=True, check=True).stdout


def test_the_program_saves_a_model_that_the_curl_line_asks(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "train.py").write_text(program())
    trained = run_python(tmp_path / "train.py", home=home)
    assert trained.returncode == 0, trained.stderr
    assert trained.stdout.startswith('Model(tag="iris_clf:')

    assert "iris_clf" in run(*arguments("ekiben models list"), home=home).stdout
    serve = arguments("ekiben serve iris_clf")
    with Server(tmp_path / "server", home, *serve[1:]) as server:
        assert curl(server.url) == "[2]"


def test_the_service_asks_the_model_that_the_program_saves(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "train.py").write_text(program())
    (tmp_path / "service.py").write_text(service())
    trained = run_python(tmp_path / "train.py", home=home)
    assert trained.returncode == 0, trained.stderr
    assert "`ekiben serve service:svc --reload`" in README
    options = ("--reload", "--working-dir", str(tmp_path))
    with Server(tmp_path / "server", home, "service:svc", *options) as server:
        reply = call(server.url, "/classify", b"[[5.9, 3, 5.1, 1.8]]")
        assert reply.body == b"[2]", reply.body


def test_a_model_file_is_imported_and_served(tmp_path: Path) -> None:
    shutil.copy(MODELS / "iris_svc.onnx", tmp_path / "classifier.onnx")
    imported = run(*arguments("ekiben models import"), home=tmp_path, cwd=tmp_path)
    assert imported.returncode == 0, imported.stderr
    serve = arguments("ekiben serve classifier")
    with Server(tmp_path / "server", tmp_path, *serve[1:]) as server:
        assert "/run" in server.stdout


def test_the_service_becomes_a_bento_and_the_bento_an_image(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "train.py").write_text(program())
    trained = run_python(tmp_path / "train.py", home=home)
    assert trained.returncode == 0, trained.stderr
    built = run(*arguments("ekiben build"), home=home, cwd=ROOT, timeout=MINUTES)
    assert built.returncode == 0, built.stderr
    # Packages may have to be fetched and are compiled.
    words = arguments("ekiben containerize")
    made = run(*words, home=home, cwd=tmp_path, timeout=MINUTES)
    assert made.returncode == 0, made.stderr
    with tarfile.open(tmp_path / "iris.tar") as archive:
        assert {"index.json", "manifest.json", "oci-layout"} <= set(archive.getnames())


def test_every_page_that_it_names_is_there() -> None:
    for page in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / page).exists(), page
