# SPDX-License-Identifier: Apache-2.0
"""Python objects that are saved by cloudpickle, and readers of texts, which are, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import ekiben
from ekiben import FailedPrecondition, InvalidArgument


class Reader:
    """What EasyOCR's Reader is called by, over images that are their own text."""

    def __init__(self, languages: list[str]) -> None:
        self.languages = languages

    def readtext(self, image: bytes, detail: int = 1) -> list[Any]:
        text = image.decode()
        return [([[0, 0], [9, 9]], text, 1.0)] if detail else [text]

    def readtext_batched(self, images: list[bytes], detail: int = 1) -> list[Any]:
        return [self.readtext(image, detail) for image in images]


def test_a_function_is_saved_and_called(home: Path) -> None:
    offset = 3
    model = ekiben.picklable_model.save_model("add", lambda rows: rows + offset)
    assert ekiben.picklable_model.get("add:latest") == model
    assert ekiben.picklable_model.load_model("add")(np.array([1, 2])).tolist() == [4, 5]
    runner = model.to_runner()
    runner.init_local(quiet=True)
    assert runner.run(np.array([1, 2])).tolist() == [4, 5]


def test_model_yaml_is_as_bentoml_writes_it(home: Path) -> None:
    model = ekiben.picklable_model.save_model("add", abs)
    written = yaml.safe_load((Path(model.path) / "model.yaml").read_text())
    assert written["module"] == "bentoml.picklable_model"
    assert written["context"]["framework_name"] == "cloudpickle"
    assert written["signatures"] == {"__call__": {"batchable": False}}
    assert written["options"] == {"partial_kwargs": {}}
    assert written["api_version"] == "v1"
    assert Path(model.path_of("saved_model.pkl")).is_file()


def test_a_runnable_of_python_code_has_one_worker_a_core(home: Path) -> None:
    runnable = ekiben.picklable_model.save_model("add", abs).to_runnable()
    assert runnable.__name__ == "PicklableRunnable"
    assert not runnable.SUPPORTS_CPU_MULTI_THREADING


def test_fixed_arguments_go_with_every_call(home: Path) -> None:
    model = ekiben.picklable_model.save_model("power", pow)
    runner = model.with_options(partial_kwargs={"__call__": {"exp": 3}}).to_runner()
    runner.init_local(quiet=True)
    assert runner.run(2) == 8
    assert runner.run(2, exp=2) == 4


def test_what_cannot_be_called_is_refused(home: Path) -> None:
    with pytest.raises(InvalidArgument, match="'__call__' is not a method of this int"):
        ekiben.picklable_model.save_model("add", 3)


def test_a_damaged_pickle_is_named(home: Path) -> None:
    model = ekiben.picklable_model.save_model("add", abs)
    Path(model.path_of("saved_model.pkl")).write_bytes(b"\x80")
    with pytest.raises(FailedPrecondition, match=r"cannot load '.*saved_model\.pkl'"):
        ekiben.picklable_model.load_model(model)
    Path(model.path_of("saved_model.pkl")).unlink()
    with pytest.raises(FailedPrecondition, match=r"has no file 'saved_model\.pkl'"):
        ekiben.picklable_model.load_model(model)


def test_a_reader_has_the_signatures_of_easyocr_that_it_can(home: Path) -> None:
    model = ekiben.easyocr.save_model("reader", Reader(["en"]))
    signatures = {name: one.batchable for name, one in model.info.signatures.items()}
    assert signatures == {"readtext": False, "readtext_batched": True}
    assert ekiben.easyocr.load_model(model).languages == ["en"]
    runner = ekiben.easyocr.get("reader").to_runner()
    runner.init_local(quiet=True)
    assert runner.readtext.run(b"hello", detail=0) == ["hello"]
    assert runner.readtext_batched.run([b"a", b"b"], detail=0) == [["a"], ["b"]]


def test_a_module_that_a_pickle_needs_is_named_with_its_pip_line(home: Path) -> None:
    model = ekiben.picklable_model.save_model("add", abs)
    Path(model.path_of("saved_model.pkl")).write_bytes(b"cnot_there.at_all\nanything\n.")
    with pytest.raises(FailedPrecondition, match="No module named 'not_there'") as raised:
        ekiben.picklable_model.load_model(model)
    assert raised.value.hint == "pip install not_there"


def test_what_reads_no_text_is_no_reader(home: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"a function is not a reader with readtext\(\)"):
        ekiben.easyocr.save_model("reader", lambda image: "text")
