# SPDX-License-Identifier: Apache-2.0
"""Bentos of the store, and the models of the one that is served."""

from __future__ import annotations

from pathlib import Path

import pytest

import ekiben
from ekiben.bento import served
from ekiben.errors import FailedPrecondition, InvalidArgument, NotFound

BENTO = """service: service:svc
name: {name}
version: {version}
bentoml_version: 1.1.11
creation_time: '2026-11-2{day}T14:03:08+00:00'
labels: {{team: botany}}
models:
- tag: rules:v1
  module: ''
  creation_time: '2026-11-20T10:00:00+00:00'
"""


def build(home: Path, tag: str, day: int = 2) -> Path:
    name, _, version = tag.partition(":")
    folder = home / "bentos" / name / version
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "service.py").write_text("svc = 1\n")
    (folder / "README.md").write_text(f"# {tag}\n")
    (folder / "bento.yaml").write_text(BENTO.format(name=name, version=version, day=day))
    (folder.parent / "latest").write_text(version)
    return folder


def save(tag: str, text: str) -> None:
    with ekiben.models.create(tag) as model:
        Path(model.path, "rules.txt").write_text(text)


def test_bentos_are_listed_with_the_newest_first(home: Path) -> None:
    build(home, "iris:new", day=3)
    build(home, "iris:old", day=1)
    build(home, "wine:v1")
    assert [str(one.tag) for one in ekiben.bentos.list()] == ["iris:new", "iris:old", "wine:v1"]
    assert [str(one.tag) for one in ekiben.list("iris")] == ["iris:new", "iris:old"]


def test_a_bento_has_its_tag_path_and_info(home: Path) -> None:
    folder = build(home, "iris:v1")
    bento = ekiben.bentos.get("iris:latest")
    assert str(bento) == 'Bento(tag="iris:v1")'
    assert bento.path == str(folder)
    assert bento.info.service == "service:svc"
    assert bento.info.labels == {"team": "botany"}
    assert [str(model.tag) for model in bento.info.models] == ["rules:v1"]
    assert bento.creation_time.isoformat() == "2026-11-22T14:03:08+00:00"
    assert bento.doc == "# iris:v1\n"
    assert bento == ekiben.get("iris:v")


def test_a_path_within_a_bento_stays_within(home: Path) -> None:
    folder = build(home, "iris:v1")
    assert ekiben.get("iris").path_of("src/../README.md") == str(folder / "README.md")
    with pytest.raises(InvalidArgument, match="leads out of the bento"):
        ekiben.get("iris").path_of("../v2/README.md")


def test_the_size_counts_models_wherever_they_lie(home: Path) -> None:
    folder = build(home, "iris:v1")
    own = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert ekiben.get("iris").total_size() == own
    save("rules:v1", "amount > 1000")
    models = home / "models" / "rules" / "v1"
    assert ekiben.get("iris").total_size() == own + sum(
        path.stat().st_size for path in models.iterdir()
    )


def test_deleting_makes_the_next_one_the_latest(home: Path) -> None:
    build(home, "iris:old", day=1)
    build(home, "iris:new", day=3)
    ekiben.bentos.delete("iris:new")
    assert (home / "bentos" / "iris" / "latest").read_text() == "old"
    ekiben.delete("iris")
    assert not (home / "bentos" / "iris").exists()
    assert (home / "tmp" / "bentos.lock").exists()


def test_what_is_not_there_is_a_bento_that_is_not_there(home: Path) -> None:
    build(home, "iris_classifier:v1")
    with pytest.raises(NotFound) as caught:
        ekiben.bentos.get("iris_clasifier")
    assert "bento 'iris_clasifier' is not in the store" in caught.value.message
    assert caught.value.hint == "did you mean 'iris_classifier'?"
    with pytest.raises(NotFound) as caught:
        ekiben.bentos.get("iris_classifier:x")
    assert caught.value.hint == "see `ekiben list iris_classifier`"


def test_a_damaged_bento_says_what_is_wrong(home: Path) -> None:
    folder = build(home, "iris:v1")
    (folder / "bento.yaml").write_text("name: iris\nversion: v1\n")
    with pytest.raises(FailedPrecondition, match="it has no 'service'"):
        ekiben.bentos.get("iris:v1")


def test_the_bento_that_is_served_brings_its_models(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build(home, "iris:v1")
    save("rules:v1", "amount > 1000")
    (home / "models").rename(folder / "models")
    save("rules:v2", "amount > 2000")
    monkeypatch.setenv("EKIBEN_BENTO", str(folder))
    assert [str(one.tag) for one in ekiben.models.list()] == ["rules:v1"]
    assert ekiben.models.get("rules").path == str(folder / "models" / "rules" / "v1")
    found = served()
    assert found is not None
    assert str(found.tag) == "iris:v1"
    with pytest.raises(FailedPrecondition, match="not saved or deleted in the bento"):
        save("rules:v3", "amount > 3000")


def test_a_bento_without_models_is_served_with_those_of_the_store(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EKIBEN_BENTO", str(build(home, "iris:v1")))
    save("rules:v1", "amount > 1000")
    assert ekiben.models.get("rules").path == str(home / "models" / "rules" / "v1")


def test_where_no_bento_is_served_there_is_none(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EKIBEN_BENTO", "")
    assert served() is None


@pytest.mark.parametrize("form", [None, "zip", "folder"])
def test_a_bento_leaves_with_its_models_and_comes_back(
    form: str | None, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(home, "iris:v1")
    save("rules:v1", "amount > 1000")
    bento = ekiben.bentos.get("iris")
    path = ekiben.export_bento(bento, tmp_path / "out" / "iris", form)
    assert path == str(tmp_path / "out" / ("iris.bento" if form is None else "iris"))
    monkeypatch.setenv("EKIBEN_HOME", str(tmp_path / "other"))
    again = ekiben.bentos.import_bento(path, form)
    assert again.tag == bento.tag
    rules = Path(again.path_of("models/rules/v1/rules.txt"))
    assert rules.read_text() == "amount > 1000"
    assert ekiben.get("iris:latest") == again
    with pytest.raises(FailedPrecondition, match="bento 'iris:v1' is in the store already"):
        ekiben.import_bento(path, form)


def test_what_is_no_bento_is_not_imported(home: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidArgument, match="is no bento: it has no"):
        ekiben.import_bento(tmp_path / "folder")
    with pytest.raises(InvalidArgument, match="format 'bentomodel' is not known"):
        ekiben.import_bento(tmp_path / "folder", "bentomodel")
    with pytest.raises(NotFound, match="bento 'iris' is not in the store"):
        ekiben.export_bento("iris", tmp_path)
