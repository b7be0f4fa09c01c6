# SPDX-License-Identifier: Apache-2.0
"""What a worker tells of a service that is loaded anew, and how it imports its modules."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ekiben.exceptions import NotFound
from ekiben.store import ModelStore, asked_for_newest
from ekiben.worker.sources import FreshLoader, always_fresh, describe_sources


@pytest.fixture
def imports(tmp_path: Path) -> Iterator[Path]:
    """A folder whose modules are compiled each time; afterwards imports are as before."""
    hooks, paths, known = sys.path_hooks[:], sys.path[:], set(sys.modules)
    always_fresh(tmp_path)
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path_hooks[:], sys.path[:] = hooks, paths
    for name in set(sys.modules) - known:
        del sys.modules[name]
    sys.path_importer_cache.clear()


def test_two_edits_of_one_second_and_size_give_the_second_ones_code(imports: Path) -> None:
    file = imports / "edited_module.py"
    for value in ("one", "two"):
        file.write_text(f"VALUE = '{value}'\n")
        os.utime(file, (1_000_000_000, 1_000_000_000))
        sys.modules.pop("edited_module", None)
        assert value == importlib.import_module("edited_module").VALUE
    assert not (imports / "__pycache__").exists()


def test_installed_packages_are_imported_as_ever(imports: Path) -> None:
    package = imports / "lib" / "site-packages"
    package.mkdir(parents=True)
    (package / "installed_module.py").write_text("VALUE = 1\n")
    (imports / "edited_package").mkdir()
    (imports / "edited_package" / "inner.py").write_text("VALUE = 2\n")
    sys.path.insert(0, str(package))
    inner = importlib.import_module("edited_package.inner")
    installed = importlib.import_module("installed_module")
    assert isinstance(inner.__loader__, FreshLoader)
    assert not isinstance(installed.__loader__, FreshLoader)


def test_a_python_below_the_folder_is_installed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    library = tmp_path / "env" / "lib"
    library.mkdir(parents=True)
    (library / "library_module.py").write_text("VALUE = 1\n")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    request.getfixturevalue("imports")
    sys.path.insert(0, str(library))
    assert not isinstance(importlib.import_module("library_module").__loader__, FreshLoader)


def test_the_bentofiles_patterns_are_told(tmp_path: Path) -> None:
    assert describe_sources("service:svc", tmp_path)["packed"] is None
    (tmp_path / "bentofile.yaml").write_text(
        "service: service:svc\ninclude: ['*.py', labels.csv]\nexclude: tests/\n"
    )
    (tmp_path / ".bentoignore").write_text("*.tmp\n")
    packed = {"include": ["*.py", "labels.csv"], "exclude": ["tests/", "*.tmp"]}
    assert describe_sources("service:svc", tmp_path)["packed"] == packed
    assert describe_sources(tmp_path.name, tmp_path.parent)["packed"] == packed


def test_a_bentofile_without_patterns_packs_everything(tmp_path: Path) -> None:
    (tmp_path / "bentofile.yaml").write_text("service: service:svc\n")
    assert describe_sources("service:svc", tmp_path)["packed"] == {"include": ["*"], "exclude": []}


def test_a_bentofile_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "bentofile.yaml").write_text("include: [")
    assert describe_sources("service:svc", tmp_path)["packed"] is None


def test_pyproject_is_a_bentofile_too(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.bentoml.build]\ninclude = ["*.py"]\n')
    told = {"include": ["*.py"], "exclude": []} if sys.version_info >= (3, 11) else None
    assert describe_sources("service:svc", tmp_path)["packed"] == told
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")
    assert describe_sources("service:svc", tmp_path)["packed"] is None


def test_models_whose_newest_version_was_asked_for_are_told(tmp_path: Path) -> None:
    for tag in ("asked_for:latest", "exact:v1"):
        with pytest.raises(NotFound):
            ModelStore(tmp_path / "home").get(tag)
    assert "asked_for" in describe_sources("service:svc", tmp_path)["newest"]
    assert "exact" not in asked_for_newest
