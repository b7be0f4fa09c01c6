# SPDX-License-Identifier: Apache-2.0
"""Modules of PyTorch and TorchScript, trained here: saved, loaded, and equal without Python."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from torch import nn

import ekiben
from ekiben import InvalidArgument
from ekiben.native.proof import session

BATCHABLE = {"__call__": {"batchable": True, "batch_dim": (0, 0)}}


class Digits(nn.Module):
    """A convolutional network with what behaves otherwise in training."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
        self.scores = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(4 * 6 * 6, 2))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.scores(self.features(image)), dim=1)


class Words(nn.Module):
    """Two inputs, of which one is whole numbers, and two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 4)
        self.score = nn.Linear(4, 2)

    def forward(
        self, tokens: torch.Tensor, scale: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return self.score(self.embedding(tokens).mean(1)) * scale, tokens.sum(1)


class Centred(nn.Module):
    """Each row's answer depends on the others."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return rows - rows.mean(0)


class FiveRows(nn.Module):
    """What tracing takes for granted: that there are five rows."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return rows.reshape(5, 4) + 1 if len(rows) == 5 else rows * 2


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    """Bright above or bright below."""
    chance = np.random.default_rng(0)
    pictures = chance.normal(0, 0.3, (64, 1, 8, 8)).astype(np.float32)
    pictures[::2, :, :4] += 1
    pictures[1::2, :, 4:] += 1
    return torch.from_numpy(pictures)


@pytest.fixture(scope="module")
def digits(images: torch.Tensor) -> Digits:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = Digits()
    labels = torch.arange(64) % 2
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(30):
        optimizer.zero_grad()
        loss = nn.functional.nll_loss(torch.log(model(images) + 1e-9), labels)
        loss.backward()
        optimizer.step()
    model.train(False)
    assert (model(images).argmax(1) == labels).all()
    return model


def ask(model: ekiben.Model, **feeds: np.ndarray) -> list[np.ndarray]:
    entry = model.info.ekiben["native"]["__call__"]
    opened = session(Path(model.path_of(entry["file"])).read_bytes())
    answers: list[np.ndarray] = opened.run([one["name"] for one in entry["outputs"]], feeds)
    return answers


def run_locally(model: ekiben.Model, *args: Any) -> Any:
    runner = model.to_runner()
    runner.init_local(quiet=True)
    return runner.run(*args)


def test_the_native_form_answers_as_the_trained_module(
    home: Path, digits: Digits, images: torch.Tensor
) -> None:
    model = ekiben.pytorch.save_model("digits", digits, signatures=BATCHABLE, sample=images[:4])
    entry = model.info.ekiben["native"]["__call__"]
    assert entry["inputs"] == [
        {"name": "image", "dtype": "float32", "shape": [-1, 1, 8, 8], "missing": False}
    ]
    assert entry["outputs"] == [{"name": "variable", "dtype": "float32", "shape": [-1, 2]}]
    assert entry["rows_independent"]
    assert entry["proof"]["samples"] == 8
    with torch.inference_mode():
        expected = digits(images).numpy()
    np.testing.assert_allclose(ask(model, image=images.numpy())[0], expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(run_locally(model, images.numpy()), expected, rtol=1e-5)


def test_files_and_options_are_those_of_bentoml(home: Path, digits: Digits) -> None:
    model = ekiben.pytorch.save_model("digits", digits)
    written = yaml.safe_load((Path(model.path) / "model.yaml").read_text())
    assert written["module"] == "bentoml.pytorch"
    assert written["context"]["framework_name"] == "torch"
    assert list(written["context"]["framework_versions"]) == ["torch"]
    assert written["signatures"] == {"__call__": {"batchable": False}}
    assert written["options"] == {"partial_kwargs": {}}
    assert written["api_version"] == "v1"
    assert Path(model.path_of("saved_model.pt")).is_file()
    assert model.to_runnable().SUPPORTED_RESOURCES == ("nvidia.com/gpu", "cpu")


def test_without_a_sample_python_serves_it(
    home: Path, digits: Digits, images: torch.Tensor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "ekiben"):
        model = ekiben.pytorch.save_model("digits", digits)
    assert "give sample=" in caplog.messages[0]
    assert model.info.ekiben["native"] == {}
    answer = run_locally(model, images.numpy()[:2].astype(np.float64))
    assert isinstance(answer, torch.Tensor)
    assert answer.argmax(1).tolist() == [0, 1]


def test_saving_does_not_end_the_training(home: Path, images: torch.Tensor) -> None:
    module = Digits()
    ekiben.pytorch.save_model("digits", module, sample=images)
    assert module.training


def test_several_inputs_and_outputs_keep_their_types(home: Path) -> None:
    torch.manual_seed(0)
    sample = (torch.randint(0, 20, (1, 6)), torch.ones(1, 1))
    model = ekiben.pytorch.save_model("words", Words(), sample=sample)
    entry = model.info.ekiben["native"]["__call__"]
    assert [(one["name"], one["dtype"]) for one in entry["inputs"]] == [
        *(("tokens", "int64"), ("scale", "float32")),
    ]
    assert [one["dtype"] for one in entry["outputs"]] == ["float32", "int64"]
    tokens, scale = np.arange(12).reshape(2, 6), np.ones((2, 1))
    scores, sums = run_locally(model, tokens, scale)
    assert sums.tolist() == [15, 51]
    answers = ask(model, tokens=tokens, scale=scale.astype(np.float32))
    np.testing.assert_allclose(answers[0], scores, rtol=1e-5)


def test_rows_that_see_each_other_are_not_independent(home: Path) -> None:
    model = ekiben.pytorch.save_model("centred", Centred(), sample=np.eye(3))
    assert not model.info.ekiben["native"]["__call__"]["rows_independent"]


def test_a_fixed_number_of_rows_is_kept_or_refused(home: Path) -> None:
    sample = np.ones((5, 4), np.float32)
    model = ekiben.pytorch.save_model("five", FiveRows(), sample=sample)
    assert model.info.ekiben["native"]["__call__"]["inputs"][0]["shape"] == [5, 4]
    model = ekiben.pytorch.save_model("five", FiveRows(), sample=sample, signature=BATCHABLE)
    assert "cannot run the graph" in model.info.ekiben["not_native"]["__call__"]


@pytest.mark.parametrize(
    ("sample", "why"),
    [
        ("text", "sample is not made of arrays of numbers"),
        (np.ones((2, 3), np.float32), "the module refuses the sample"),
        ((), "sample is empty"),
    ],
)
def test_a_sample_that_does_not_fit_is_the_reason(
    sample: Any, why: str, home: Path, digits: Digits
) -> None:
    model = ekiben.pytorch.save_model("digits", digits, sample=sample)
    assert why in model.info.ekiben["not_native"]["__call__"]


def test_scripted_and_traced_modules_are_saved(
    home: Path, digits: Digits, images: torch.Tensor
) -> None:
    for script in (torch.jit.script(digits), torch.jit.trace(digits, images[:2])):
        model = ekiben.torchscript.save_model("digits", script, sample=images[:2])
        assert "not_native" not in model.info.ekiben
        assert model.info.module == "bentoml.torchscript"
        assert isinstance(ekiben.torchscript.load_model(model), torch.jit.ScriptModule)
        answer = run_locally(model, images.numpy())
        name = model.info.ekiben["native"]["__call__"]["inputs"][0]["name"]
        np.testing.assert_allclose(ask(model, **{name: images.numpy()})[0], answer, rtol=1e-4)


def test_files_within_a_script_are_kept(home: Path, digits: Digits) -> None:
    script = torch.jit.script(digits)
    model = ekiben.torchscript.save_model("digits", script, _extra_files={"names.txt": "a b"})
    assert model.info.metadata == {"_extra_files": ["names.txt"]}
    files: dict[str, Any] = {"names.txt": ""}
    ekiben.torchscript.load_model(model, _extra_files=files)
    assert files["names.txt"] in (b"a b", "a b")


def test_what_is_no_module_is_refused(home: Path, digits: Digits) -> None:
    with pytest.raises(InvalidArgument, match=r"a list is not a torch\.nn\.Module"):
        ekiben.pytorch.save_model("digits", [])
    with pytest.raises(InvalidArgument, match="a Digits is not a ScriptModule"):
        ekiben.torchscript.save_model("digits", digits)
    with pytest.raises(InvalidArgument, match="'predict' is not a method of this Digits"):
        ekiben.pytorch.save_model("digits", digits, signatures={"predict": {}})


def test_bentoml_loads_what_ekiben_saved(
    home: Path, digits: Digits, images: torch.Tensor, bentoml: Callable[[str], Any]
) -> None:
    ekiben.pytorch.save_model("sums", nn.Linear(2, 1), sample=torch.ones(1, 2))
    ekiben.torchscript.save_model("digits", torch.jit.script(digits), signatures=BATCHABLE)
    found = bentoml(
        "import bentoml, json, torch\n"
        "digits = bentoml.torchscript.get('digits:latest')\n"
        "sums = bentoml.pytorch.load_model('sums')\n"
        "print(json.dumps([list(sums(torch.ones(3, 2)).shape),"
        " digits.info.signatures['__call__'].batchable,"
        " list(bentoml.torchscript.load_model(digits)(torch.ones(1, 1, 8, 8)).shape)]))"
    )
    assert found == [[3, 1], True, [1, 2]]


def test_ekiben_loads_what_bentoml_saved(home: Path, bentoml: Callable[[str], Any]) -> None:
    bentoml(
        "import bentoml, torch\n"
        "bentoml.pytorch.save_model('sums', torch.nn.Linear(2, 1))\n"
        "bentoml.torchscript.save_model('script', torch.jit.script(torch.nn.Linear(2, 1)))\n"
        "print('null')"
    )
    assert run_locally(ekiben.pytorch.get("sums"), np.ones((3, 2))).shape == (3, 1)
    assert run_locally(ekiben.torchscript.get("script"), np.ones((3, 2))).shape == (3, 1)
