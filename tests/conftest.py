# SPDX-License-Identifier: Apache-2.0
"""What the tests of the whole program have: a store with models in it, and servers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.containers import Docker, Network
from harness.program import MODELS, run, run_python
from harness.registry import Registry
from harness.server import Server
from harness.service import PLAIN, write_service
from harness.store import Store

# Trained elsewhere, each with something of its own: several inputs, strings, maps, holes.
IMPORTED = ("loan_pipeline", "sentiment_tfidf", "catboost_wine_multi", "xgb_cancer")


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with the models that the tests serve. Shared: nobody may write to it."""
    folder = tmp_path_factory.mktemp("models")
    home = folder / "home"
    script = Path(__file__).parent / "harness" / "make_store.py"
    made = run_python(script, folder, home=home)
    assert made.returncode == 0, made.stderr
    for name in IMPORTED:
        imported = run("models", "import", MODELS / f"{name}.onnx", "--name", name, home=home)
        assert imported.returncode == 0, imported.stderr
    return Store(home, folder, made.stderr)


@pytest.fixture
def own_store(store: Store, tmp_path: Path) -> Store:
    """A copy of the store, to be changed or damaged."""
    home = tmp_path / "home"
    shutil.copytree(store.home, home)
    return Store(home, store.answers, store.log)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a service that needs no model, and no lock."""
    return write_service(tmp_path / "project", PLAIN)


@pytest.fixture(scope="session")
def iris(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of `iris_logistic` for tests that leave it as it was."""
    with Server(tmp_path_factory.mktemp("iris"), store.home, "iris_logistic") as server:
        yield server


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry of one module's own, without logins."""
    with Registry(tmp_path_factory.mktemp("registry")) as one:
        yield one


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """A network namespace to run containers in, for machines whose kernel lets us make one."""
    made = Network()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def docker() -> Iterator[Docker]:
    """A docker daemon with a store of its own."""
    made = Docker()
    yield made
    made.remove()
