# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml
from onnx import TensorProto, helper

import ekiben
from ekiben import FailedPrecondition, InvalidArgument, NotFound


def graph(op_type: str = "Relu", domain: str = "", **attributes: object) -> onnx.ModelProto:
    made = helper.make_graph(
        [helper.make_node(op_type, ["X"], ["Y"], domain=domain, **attributes)],
        "test",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [None, 2])],
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid(domain or "ai.onnx.ml", 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=8)


def test_a_graph_is_saved_and_loaded(home: Path) -> None:
    model = ekiben.onnx.save_model("relu", graph(), labels={"team": "flowers"})
    assert ekiben.onnx.get("relu") == model
    loaded = ekiben.onnx.load_model("relu:latest")
    assert loaded.run(None, {"X": np.array([[-1, 2]], np.float32)})[0].tolist() == [[0, 2]]
    assert model.load_model().get_inputs()[0].name == "X"


def test_model_yaml_is_as_bentoml_writes_it_and_describes_the_graph(home: Path) -> None:
    model = ekiben.onnx.save_model("relu", graph())
    written = yaml.safe_load((Path(model.path) / "model.yaml").read_text())
    assert written["module"] == "bentoml.onnx"
    assert written["api_version"] == "v2"
    assert written["signatures"] == {"run": {"batchable": False}}
    assert list(written["context"]["framework_versions"]) == ["onnx", "onnxruntime"]
    assert list(written["options"]) == [
        *("input_specs", "output_specs", "providers", "session_options"),
    ]
    assert written["options"]["input_specs"]["run"][0]["name"] == "X"
    assert written["ekiben"]["native"]["run"] == {
        "runtime": "onnx",
        "file": "saved_model.onnx",
        "inputs": [{"name": "X", "dtype": "float32", "shape": [-1, 2], "missing": False}],
        "outputs": [{"name": "Y", "dtype": "float32", "shape": [-1, 2]}],
        "rows_independent": True,
    }


def test_a_path_will_do(home: Path, tmp_path: Path) -> None:
    onnx.save(graph(), str(tmp_path / "relu.onnx"))
    model = ekiben.onnx.save_model("relu", tmp_path / "relu.onnx")
    assert (Path(model.path) / "saved_model.onnx").is_file()


def test_rows_that_see_each_other_are_not_independent(home: Path) -> None:
    softmax = ekiben.onnx.save_model("softmax", graph("Softmax", axis=0))
    assert not softmax.info.ekiben["native"]["run"]["rows_independent"]
    rows = {"X": np.ones((1, 2), np.float32)}
    single = ekiben.onnx.save_model("softmax", graph("Softmax", axis=1), sample=rows)
    assert single.info.ekiben["native"]["run"]["rows_independent"]


def test_maps_of_scores_are_served_as_tensors(home: Path) -> None:
    mapped = graph("ZipMap", "ai.onnx.ml", classlabels_int64s=[0, 1])
    mapped.graph.output[0].ClearField("type")
    model = ekiben.onnx.save_model("mapped", mapped)
    entry = model.info.ekiben["native"]["run"]
    assert entry["file"] == "native/run.onnx"
    assert entry["outputs"] == [{"name": "Y", "dtype": "float32", "shape": [-1, 2]}]
    assert ekiben.onnx.load_model(model).get_outputs()[0].type.startswith("seq(map")


def test_a_graph_that_cannot_be_served_is_saved_with_the_reason(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "ekiben"):
        model = ekiben.onnx.save_model("own", graph("Own", "com.example"))
    assert "ONNX Runtime cannot load the graph" in model.info.ekiben["not_native"]["run"]
    assert caplog.messages[0].startswith(f"{model.tag}: no native form of 'run': ")
    model = ekiben.onnx.save_model("relu", graph(), sample={"Z": [[1.0, 2.0]]})
    assert model.info.ekiben["not_native"]["run"] == "sample has no input 'X'"


@pytest.mark.parametrize(
    ("model", "message"),
    [(3, "a int is neither"), ("missing.onnx", "there is no file 'missing.onnx'")],
)
def test_what_is_no_graph_is_refused(home: Path, model: object, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        ekiben.onnx.save_model("relu", model)


def test_a_file_that_is_no_graph_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("not a graph")
    with pytest.raises(InvalidArgument, match="is not an ONNX file"):
        ekiben.onnx.save_model("relu", tmp_path / "text.onnx")


def test_run_is_the_only_signature(home: Path) -> None:
    with pytest.raises(InvalidArgument, match="signature 'predict' is not known"):
        ekiben.onnx.save_model("relu", graph(), signatures={"predict": {}})


def test_a_model_of_another_module_or_a_damaged_one_is_not_loaded(home: Path) -> None:
    with ekiben.models.create("rules"):
        pass
    with pytest.raises(NotFound):
        ekiben.onnx.load_model("rules")
    model = ekiben.onnx.save_model("relu", graph())
    Path(model.path_of("saved_model.onnx")).write_bytes(b"")
    with pytest.raises(FailedPrecondition, match="cannot load"):
        ekiben.onnx.load_model(model)
