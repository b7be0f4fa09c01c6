# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import datetime
import logging
import stat
import time
from pathlib import Path

import numpy as np
import pytest
import yaml

import ekiben
from ekiben import FailedPrecondition, InvalidArgument, NotFound
from ekiben.model import Model


def saved(name: str, **more: object) -> Model:
    with ekiben.models.create(name, **more) as model:
        Path(model.path_of("weights.bin")).write_bytes(b"\x01\x02")
    return model


def test_a_created_model_lies_whole_in_the_store(home: Path) -> None:
    model = saved("rules", labels={"team": "fraud"}, metadata={"auc": np.float64(0.9)})
    place = home / "models" / "rules" / (model.tag.version or "")
    assert Path(model.path) == place
    assert (place / "weights.bin").read_bytes() == b"\x01\x02"
    assert (home / "models" / "rules" / "latest").read_text() == model.tag.version
    assert [entry.name for entry in (home / "tmp").iterdir()] == ["models.lock"]


def test_a_model_prints_as_its_tag(home: Path) -> None:
    model = saved("rules:v1")
    assert repr(model) == str(model) == 'Model(tag="rules:v1")'
    assert "rules:v1" in model._repr_html_()


def test_model_yaml_has_the_keys_of_bentoml_in_their_order(home: Path) -> None:
    model = saved("rules:v1", signatures={"predict": {"batchable": True}})
    written = yaml.safe_load((Path(model.path) / "model.yaml").read_text())
    assert list(written) == [
        *("name", "version", "module", "labels", "options", "metadata", "context"),
        *("signatures", "api_version", "creation_time"),
    ]
    assert written["signatures"] == {"predict": {"batchable": True, "batch_dim": [0, 0]}}
    assert isinstance(written["creation_time"], str)
    assert datetime.datetime.fromisoformat(written["creation_time"]).utcoffset() is not None


def test_what_was_attached_comes_back(home: Path) -> None:
    day = datetime.date(2026, 11, 22)
    tag = saved(
        "rules",
        labels={"team": "fraud"},
        metadata={"auc": np.float32(0.5), "curve": np.array([[1, 2]]), "when": day, "n": (1, 2)},
        custom_objects={"names": ["a", "b"]},
    ).tag
    model = ekiben.models.get(tag)
    assert model.info.labels == {"team": "fraud"}
    assert model.info.metadata == {"auc": 0.5, "curve": [[1, 2]], "when": day, "n": [1, 2]}
    assert model.custom_objects == {"names": ["a", "b"]}
    assert ekiben.models.get(saved("plain").tag).custom_objects == {}


def test_nothing_enters_the_store_when_the_block_raises(home: Path) -> None:
    with pytest.raises(ZeroDivisionError), ekiben.models.create("rules") as model:
        Path(model.path_of("half")).write_text("x")
        raise ZeroDivisionError
    assert ekiben.models.list() == []
    assert list((home / "tmp").iterdir()) == []


def test_a_taken_version_is_refused_and_what_is_there_stays(home: Path) -> None:
    first = saved("rules:v1", labels={"a": "b"})
    with pytest.raises(FailedPrecondition, match="'rules:v1' is in the store already"):
        saved("rules:v1")
    assert ekiben.models.get("rules:v1").info == first.info


def test_latest_cannot_be_a_version(home: Path) -> None:
    with pytest.raises(InvalidArgument, match="a word for the newest version"):
        saved("rules:latest")


def test_no_version_and_latest_mean_the_newest(home: Path) -> None:
    saved("rules:v2")
    newest = saved("rules:v1")
    assert ekiben.models.get("rules") == newest
    assert ekiben.models.get("rules:latest") == newest


def test_the_newest_is_found_where_latest_is_missing_or_names_nothing(home: Path) -> None:
    saved("rules:v2")
    newest = saved("rules:v1")
    pointer = home / "models" / "rules" / "latest"
    pointer.write_text("gone")
    assert ekiben.models.get("rules") == newest
    pointer.unlink()
    assert ekiben.models.get("rules") == newest


def test_the_beginning_of_one_version_only_is_enough(home: Path) -> None:
    saved("rules:abc1")
    other = saved("rules:abd2")
    assert ekiben.models.get("rules:abd") == other
    with pytest.raises(InvalidArgument) as caught:
        ekiben.models.get("rules:ab")
    assert caught.value.message == "tag 'rules:ab' matches 2 versions: abc1, abd2"


def test_an_exact_version_wins_over_those_that_it_begins(home: Path) -> None:
    exact = saved("rules:v1")
    saved("rules:v10")
    assert ekiben.models.get("rules:v1") == exact


def test_a_mistyped_name_gets_the_nearest(home: Path) -> None:
    saved("iris_clf:v1")
    with pytest.raises(NotFound) as caught:
        ekiben.models.get("iris_cfl:v1")
    assert caught.value.message == f"model 'iris_cfl:v1' is not in the store '{home}'"
    assert caught.value.hint == "did you mean 'iris_clf'?"
    with pytest.raises(NotFound, match="see `ekiben models list iris_clf`"):
        ekiben.models.get("iris_clf:zzz")


def test_the_list_is_by_name_and_then_newest_first(home: Path) -> None:
    for tag in ("b:1", "a:2", "a:1"):
        saved(tag)
    assert [str(model.tag) for model in ekiben.models.list()] == ["a:1", "a:2", "b:1"]
    assert [str(model.tag) for model in ekiben.models.list("b")] == ["b:1"]
    with pytest.raises(NotFound):
        ekiben.models.list("c")


def test_an_empty_store_lists_nothing_and_is_not_made_by_reading(home: Path) -> None:
    assert ekiben.models.list() == []
    assert not home.exists()


def test_a_signature_that_cannot_be_meant_is_named(home: Path) -> None:
    signatures = {"predict": {"batchable": True, "batch_dim": 3.5}}
    with (
        pytest.raises(InvalidArgument, match=r"signature 'predict': batch_dim is 3\.5"),
        ekiben.models.create("rules", signatures=signatures),
    ):
        pass


def test_the_last_version_takes_the_name_with_it(home: Path) -> None:
    saved("rules:v1")
    saved("rules:v2")
    ekiben.models.delete("rules:v2")
    assert (home / "models" / "rules" / "latest").read_text() == "v1"
    ekiben.models.delete("rules:latest")
    assert not (home / "models" / "rules").exists()
    assert [entry.name for entry in (home / "tmp").iterdir()] == ["models.lock"]
    with pytest.raises(NotFound):
        ekiben.models.delete("rules:v1")


def test_deleting_a_name_deletes_every_version(home: Path) -> None:
    saved("rules:v1")
    saved("rules:v2")
    kept = saved("others:v1")
    ekiben.models.delete("rules")
    assert ekiben.models.list() == [kept]


def test_a_half_written_folder_is_no_model(home: Path) -> None:
    whole = saved("rules:v1")
    (home / "models" / "rules" / "v2").mkdir()
    assert ekiben.models.list("rules") == [whole]
    assert ekiben.models.get("rules") == whole
    with pytest.raises(NotFound):
        ekiben.models.get("rules:v2")


def test_a_damaged_model_is_named_and_left_out_of_lists(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = saved("rules:v1")
    broken = home / "models" / "rules" / "v2" / "model.yaml"
    broken.parent.mkdir()
    for text in ("name: rules\nversion: v2\n", "]", "", "name: [1"):
        broken.write_text(text)
        with pytest.raises(FailedPrecondition) as caught:
            ekiben.models.get("rules:v2")
        assert caught.value.message.startswith(f"'{broken}' is damaged: ")
    with caplog.at_level(logging.WARNING, "ekiben"):
        assert ekiben.models.list() == [whole]
    assert f"left out: '{broken}' is damaged" in caplog.text


def test_an_older_model_that_comes_late_does_not_become_the_latest(home: Path) -> None:
    with ekiben.models.create("rules:old"):
        newer = saved("rules:new")
    assert ekiben.models.get("rules") == newer


def test_a_store_that_cannot_be_written_says_where_and_why(home: Path) -> None:
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file, not a folder")
    with pytest.raises(FailedPrecondition) as caught:
        saved("rules")
    assert f"'{home}" in caught.value.message
    assert "EKIBEN_HOME" in caught.value.hint


def test_others_may_read_what_the_umask_lets_them(home: Path) -> None:
    model = saved("rules")
    assert stat.S_IMODE(Path(model.path).stat().st_mode) == 0o777 & ~_umask()


def _umask() -> int:
    import os

    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"labels": {"n": 1}}, "label 'n': 1 is not text: text"),
        ({"labels": ["a"]}, "labels must be a dict of text to text, not list"),
        ({"metadata": {"a": {"b": object()}}}, "metadata 'a.b' is a object"),
        ({"metadata": {(1, 2): 3}}, "metadata key (1, 2) is neither text nor a number"),
        ({"signatures": {"predict": {"batch": True}}}, "signature 'predict' has 'batch'"),
        ({"signatures": {"predict": True}}, "signature 'predict' has 'True'"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is(
    home: Path, more: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        saved("rules", **more)
    assert caught.value.message == message
    assert not home.exists()


def test_times_without_a_zone_are_utc(home: Path) -> None:
    model = saved("rules:v1")
    path = Path(model.path) / "model.yaml"
    text = path.read_text()
    written = model.info.creation_time.isoformat()
    path.write_text(text.replace(written, written.removesuffix("+00:00")))
    assert ekiben.models.get("rules:v1").info.creation_time == model.info.creation_time
    assert abs(time.time() - model.info.creation_time.timestamp()) < 60


def test_plain_files_have_no_module_to_load_them(home: Path) -> None:
    with pytest.raises(FailedPrecondition, match="was saved as plain files"):
        saved("rules").load_model()


def test_options_are_a_dict_with_bentomls_ways(home: Path) -> None:
    options = ekiben.models.ModelOptions(level=1).with_options(mode="x")
    with ekiben.models.create("rules", options=options) as model:
        Path(model.path, "x").write_text("x")
    assert ekiben.models.get("rules").info.options == options.to_dict() == {"level": 1, "mode": "x"}
