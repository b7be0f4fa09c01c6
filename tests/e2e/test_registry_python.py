# SPDX-License-Identifier: Apache-2.0
"""`ekiben.bentos.push`, `ekiben.models.pull` and the like, as a user's program calls them."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness.program import run_python
from harness.registry import Registry
from harness.store import loan_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return loan_home(tmp_path_factory.mktemp("home"), "b1")


def said(program: str, home: Path, **variables: str) -> list[str]:
    """The lines that a program prints; an error of ekiben's is one, by its name."""
    wrapped = "\n".join(
        [
            "import ekiben",
            "try:",
            *(f"    {line}" for line in program.splitlines()),
            "except ekiben.EkibenError as error:",
            "    print(type(error).__name__, error)",
        ]
    )
    done = run_python("-c", wrapped, home=home, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_bentos_and_models_go_through_a_registry(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    host = registry.host
    pushed = said(
        f"print(ekiben.bentos.push('loan:b1', '{host}/python/bento', latest=True))\n"
        f"print(ekiben.models.push(ekiben.models.get('loan'), '{host}/python/model:stable'))",
        home,
    )
    assert all(one.startswith("sha256:") and len(one) == 71 for one in pushed)
    pulled = said(
        f"print(ekiben.pull('{host}/python/bento'))\n"
        f"print(ekiben.models.pull('{host}/python/model@{pushed[1]}').tag)\n"
        "print(ekiben.bentos.get('loan:b1').tag)",
        tmp_path,
    )
    assert pulled == ['Bento(tag="loan:b1")', "loan:v1", "loan:b1"]


def test_what_is_wrong_is_an_error_of_its_kind(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    name = f"{registry.host}/wrong/loan"
    below = {"EKIBEN_REGISTRY": f"{registry.host}/wrong"}
    assert said("print(len(ekiben.models.push('loan')))", home, **below) == ["71"]
    for program, error in {
        "ekiben.push('loan:b1')": "InvalidArgument 'loan:b1' names no registry",
        "ekiben.push('lone', 'localhost:1/x')": "NotFound ",
        "ekiben.pull('localhost:1/x')": "Unavailable cannot connect to 'localhost:1'",
        f"ekiben.pull('{name}:v2')": "NotFound ",
        f"ekiben.push('loan:b1', '{name}:v1')": f"FailedPrecondition '{name}:v1' is something else",
        f"ekiben.models.pull('{name}:v1', verify='required')": "FailedPrecondition ",
        f"ekiben.bentos.pull('{name}:v1')": f"FailedPrecondition '{name}:v1' is a model, no bento",
    }.items():
        where = home if "push" in program else tmp_path
        (line, *_) = said(program, where)
        assert line.startswith(error), program
