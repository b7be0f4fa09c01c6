# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ekiben.native.graph import append, cut, rename_output, without_maps
from ekiben.native.proof import session

ROWS = {"X": np.array([[1.0, 2.0], [3.0, 4.0]])}


def model(nodes: list[onnx.NodeProto], outputs: list[str], **constants: object) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "test",
        [
            helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, 2])
            for name in ("X", "unused")
        ],
        [helper.make_tensor_value_info(name, TensorProto.DOUBLE, None) for name in outputs],
        [numpy_helper.from_array(np.array(value), name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def test_a_cut_graph_has_only_what_the_output_needs() -> None:
    whole = model(
        [
            helper.make_node("Identity", ["X"], ["same"]),
            helper.make_node("Mul", ["same", "two"], ["doubled"]),
            helper.make_node("Add", ["unused", "one"], ["other"]),
        ],
        ["doubled", "other"],
        two=2.0,
        one=1.0,
    )
    graph = cut(whole, "doubled").graph
    assert [node.op_type for node in graph.node] == ["Mul"]
    assert [one.name for one in graph.initializer] == ["two"]
    assert [one.name for one in graph.input] == ["X"]
    assert [one.name for one in graph.output] == ["doubled"]
    assert len(whole.graph.node) == 3


def test_what_a_subgraph_reads_from_outside_is_kept() -> None:
    body = helper.make_graph(
        [helper.make_node("Mul", ["row", "factor"], ["scaled"])],
        "body",
        [helper.make_tensor_value_info("row", TensorProto.DOUBLE, [2])],
        [helper.make_tensor_value_info("scaled", TensorProto.DOUBLE, [2])],
    )
    whole = model(
        [
            helper.make_node("Identity", ["two"], ["factor"]),
            helper.make_node("Scan", ["X"], ["Y"], body=body, num_scan_inputs=1),
        ],
        ["Y"],
        two=2.0,
    )
    graph = cut(whole, "Y")
    got = session(graph.SerializeToString()).run(None, ROWS)[0]
    assert got.tolist() == [[2.0, 4.0], [6.0, 8.0]]


def test_an_appended_node_keeps_the_outputs_name() -> None:
    graph = cut(model([helper.make_node("Neg", ["X"], ["Y"])], ["Y"]), "Y")
    append(graph, "Gather", np.array([1]), axis=1)
    append(graph, "Reshape", np.array([-1]))
    assert session(graph.SerializeToString()).run(["Y"], ROWS)[0].tolist() == [-2.0, -4.0]


def test_a_renamed_output_trades_names_with_whatever_had_it() -> None:
    nodes = [helper.make_node("Neg", ["X"], ["label"]), helper.make_node("Neg", ["label"], ["Y"])]
    graph = cut(model(nodes, ["Y"]), "Y")
    rename_output(graph, "label")
    assert session(graph.SerializeToString()).run(["label"], ROWS)[0].tolist() == [[1, 2], [3, 4]]


def test_maps_become_tensors() -> None:
    assert without_maps(model([helper.make_node("Neg", ["X"], ["Y"])], ["Y"])) is None
    nodes = [
        helper.make_node("Cast", ["X"], ["scores"], to=TensorProto.FLOAT),
        helper.make_node(
            "ZipMap", ["scores"], ["maps"], domain="ai.onnx.ml", classlabels_int64s=[0, 1]
        ),
    ]
    plain = without_maps(model(nodes, ["maps"]))
    assert plain is not None
    rows = {**ROWS, "unused": ROWS["X"]}
    assert session(plain.SerializeToString()).run(["maps"], rows)[0].tolist() == [[1, 2], [3, 4]]
