# SPDX-License-Identifier: Apache-2.0
"""A bento with something secret in it is not built."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from harness.program import run

TOKEN = "gh" + "p_" + "aB3dE6gH9jK2" * 3
KEY = "-----BEGIN " + "PRIVATE KEY-----\n" + "aB3dE6gH9jK2" * 5 + "\n"


def build(project: Path, *more: str) -> subprocess.CompletedProcess[str]:
    words = ("build", project, "-o", "tag", "--python", sys.executable, *more)
    return run(*words, home=project.parent / "home")


def test_secrets_are_refused_by_file_and_line_and_never_printed(project: Path) -> None:
    (project / "config.py").write_text(f"mode = 1\ntoken = '{TOKEN}'\n")
    (project / "tls").mkdir()
    (project / "tls" / "server.key").write_text(KEY)
    (project / ".env").write_text("DB_PASSWORD=abc\n")
    done = build(project)
    assert done.returncode == 4
    error, hint = done.stderr.splitlines()[-2:]
    assert error == (
        "error: what looks like a secret would be in the bento: .env:1 has the value of "
        "DB_PASSWORD; config.py:2 has a token of GitHub; tls/server.key:1 has a private key"
    )
    assert ".bentoignore" in hint and "--allow-secrets" in hint
    assert TOKEN not in done.stdout + done.stderr
    home = project.parent / "home"
    assert not (home / "bentos").exists()
    assert not [one for one in (home / "tmp").iterdir() if one.is_dir()]


def test_what_is_left_out_or_allowed_is_no_matter(project: Path) -> None:
    (project / "config.py").write_text(f"token = '{TOKEN}'\n")
    (project / "test.key").write_text(KEY)
    (project / ".bentoignore").write_text("config.py\n")
    assert build(project).returncode == 4
    assert build(project, "--allow-secrets", "*.key").returncode == 0
    (project / "bentofile.yaml").write_text(
        "service: service:svc\nekiben:\n  allow_secrets: [test.key]\n"
    )
    done = build(project)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("bentofile", "what"),
    [
        ("docker: {env: {API_TOKEN: abc}}", "the variable API_TOKEN has a value"),
        ("docker: {env: ./variables}", "the variable API_TOKEN has a value"),
        ("envs: [{name: API_TOKEN, value: abc}]", "the variable API_TOKEN has a value"),
        (f"labels: {{owner: {TOKEN}}}", "a token of GitHub"),
        (f"image: {{commands: ['echo {TOKEN}']}}", "image.commands:1 has a token of GitHub"),
        ("docker: {setup_script: ./setup.sh}", "./setup.sh:2 has a token of GitHub"),
    ],
)
def test_options_carry_no_secrets_either(bentofile: str, what: str, project: Path) -> None:
    (project / "bentofile.yaml").write_text(
        f"service: service:svc\ninclude: [service.py]\n{bentofile}\n"
    )
    (project / "variables").write_text("API_TOKEN=abc\n")
    (project / "setup.sh").write_text(f"#!/bin/sh\nexport TOKEN={TOKEN}\n")
    done = build(project)
    assert done.returncode == 4, done.stderr
    assert what in done.stderr
    assert TOKEN not in done.stderr


def test_a_variable_without_a_value_is_set_where_the_bento_runs(project: Path) -> None:
    (project / "bentofile.yaml").write_text("service: service:svc\nenvs: [{name: API_TOKEN}]\n")
    assert build(project).returncode == 0


def cpu_of_children() -> float:
    """Seconds; what else runs on this machine does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_large_models_cost_nothing(project: Path) -> None:
    (project / "weights.txt").write_bytes(b"0.1 " * (50 << 18))  # 50 MiB of text.
    (project / "weights.bin").write_bytes(bytes(50 << 20))
    (project / "many").mkdir()
    for number in range(200):
        (project / "many" / f"{number}.py").write_text("value = 'text'\n" * 500)
    began = cpu_of_children()
    assert build(project, "--allow-secrets", "*").returncode == 0
    without = cpu_of_children() - began
    began = cpu_of_children()
    assert build(project).returncode == 0
    assert cpu_of_children() - began < 2 * without + 1
