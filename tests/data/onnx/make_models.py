# SPDX-License-Identifier: Apache-2.0
"""Writes the small graphs of this folder, each made to show one behaviour of the onnx plugin.

    pip install onnx==1.23.2 numpy
    python make_models.py

The graphs are committed, so that tests need no onnx package; this says what is in them.
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper

HERE = pathlib.Path(__file__).parent
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
FLOAT, STRING = TensorProto.FLOAT, TensorProto.STRING


def tensor(name, shape, dtype=FLOAT):
    """A named input or output that is a tensor."""
    return helper.make_tensor_value_info(name, dtype, shape)


def value(name, type_proto):
    """A named input or output of any other type."""
    return helper.make_value_info(name, type_proto)


def save(name, nodes, inputs, outputs, initializers=()):
    """Writes the graph as NAME.onnx."""
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=OPSETS, producer_name="ekiben tests")
    model.ir_version = 8
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())


def external(location, offset=None, length=None, name="weights"):
    """Four floats that lie in another file."""
    proto = TensorProto(name=name, data_type=FLOAT, dims=[4])
    proto.data_location = TensorProto.EXTERNAL
    for key, text in (("location", location), ("offset", offset), ("length", length)):
        if text is not None:
            proto.external_data.add(key=key, value=str(text))
    return proto


def plain_graphs():
    """What works."""
    node = helper.make_node
    save(
        "strings",
        [node("Identity", ["x"], ["y"])],
        [tensor("x", [None, None], STRING)],
        [tensor("y", [None, None], STRING)],
    )
    types = [
        "BOOL",
        "UINT8",
        "UINT16",
        "UINT32",
        "UINT64",
        "INT8",
        "INT16",
        "INT32",
        "INT64",
        "FLOAT16",
        "FLOAT",
        "DOUBLE",
    ]
    save(
        "types",
        [node("Identity", [f"in_{t}"], [f"out_{t}"]) for t in types],
        [tensor(f"in_{t}", [None], getattr(TensorProto, t)) for t in types],
        [tensor(f"out_{t}", [None], getattr(TensorProto, t)) for t in types],
    )
    save(
        "add",
        [node("Add", ["x", "y"], ["sum"])],
        [tensor("x", [None, 3]), tensor("y", [None, 3])],
        [tensor("sum", [None, 3])],
    )
    save("any_rank", [node("Relu", ["x"], ["y"])], [tensor("x", None)], [tensor("y", None)])
    save(
        "scalar",
        [node("ReduceSum", ["x"], ["y"], keepdims=0)],
        [tensor("x", [None, 3])],
        [tensor("y", [])],
    )
    save(
        "nonzero",
        [node("NonZero", ["x"], ["y"])],
        [tensor("x", [None, 3])],
        [tensor("y", [2, None], TensorProto.INT64)],
    )
    save(
        "matmul",
        [node("MatMul", ["x", "y"], ["z"], name="product")],
        [tensor("x", None), tensor("y", None)],
        [tensor("z", None)],
    )
    maps = {
        "int64s": (TensorProto.INT64, [7, -1, 3]),
        "strings": (STRING, ["rose", "iris", "lily"]),
    }
    for kind, (key, labels) in maps.items():
        map_type = helper.make_map_type_proto(key, helper.make_tensor_type_proto(FLOAT, []))
        save(
            f"zipmap_{kind}",
            [node("ZipMap", ["x"], ["y"], domain="ai.onnx.ml", **{f"classlabels_{kind}": labels})],
            [tensor("x", [None, 3])],
            [value("y", helper.make_sequence_type_proto(map_type))],
        )
    pieces = helper.make_sequence_type_proto(helper.make_tensor_type_proto(FLOAT, None))
    save(
        "pieces",
        [node("SplitToSequence", ["x", "width"], ["y"], axis=1)],
        [tensor("x", [None, 4]), tensor("width", [], TensorProto.INT64)],
        [value("y", pieces)],
    )
    save(
        "nine_axes",
        [node("Reshape", ["x", "shape"], ["y"])],
        [tensor("x", [None]), tensor("shape", [None], TensorProto.INT64)],
        [tensor("y", None)],
    )


def refused_graphs():
    """What cannot be carried, and is refused when it is loaded."""
    node = helper.make_node
    floats = helper.make_tensor_type_proto(FLOAT, [None])
    sequence = helper.make_sequence_type_proto(floats)
    save(
        "refused_map_input",
        [node("DictVectorizer", ["x"], ["y"], domain="ai.onnx.ml", string_vocabulary=["a", "b"])],
        [value("x", helper.make_map_type_proto(STRING, helper.make_tensor_type_proto(FLOAT, [])))],
        [tensor("y", None)],
    )
    save(
        "refused_sequence_input",
        [node("ConcatFromSequence", ["x"], ["y"], axis=0)],
        [value("x", sequence)],
        [tensor("y", None)],
    )
    save(
        "refused_string_sequence",
        [node("SequenceConstruct", ["x"], ["y"])],
        [tensor("x", [None], STRING)],
        [
            value(
                "y", helper.make_sequence_type_proto(helper.make_tensor_type_proto(STRING, [None]))
            )
        ],
    )
    save(
        "refused_optional",
        [node("Optional", ["x"], ["y"])],
        [tensor("x", [None])],
        [value("y", helper.make_optional_type_proto(floats))],
    )
    save(
        "refused_bfloat16",
        [node("Cast", ["x"], ["y"], to=TensorProto.BFLOAT16)],
        [tensor("x", [None])],
        [tensor("y", [None], TensorProto.BFLOAT16)],
    )
    save(
        "refused_nine_axes",
        [node("Relu", ["x"], ["y"])],
        [tensor("x", [1] * 9)],
        [tensor("y", [1] * 9)],
    )
    save(
        "unknown_operator",
        [node("Fold", ["x"], ["y"], name="fold")],
        [tensor("x", [None])],
        [tensor("y", [None])],
    )


def external_graphs():
    """x + weights, the weights in another file."""
    add = [helper.make_node("Add", ["x", "weights"], ["y"])]
    ports = [tensor("x", [None, 4])], [tensor("y", [None, 4])]
    np.arange(1, 5, dtype="<f4").tofile(HERE / "weights.bin")
    places = {
        "": ("weights.bin", 0, 16),
        "_above": ("../weights.bin", 0, 16),
        "_hidden_above": ("below/../../weights.bin", 0, 16),
        "_absolute": ("/etc/passwd", 0, 16),
        "_missing": ("nothing.bin", 0, 16),
        "_link": ("link.bin", 0, 16),
        "_short": ("weights.bin", 8, 16),
        "_wrapping": ("weights.bin", 2**64 - 8, 16),
        "_memory": ("*/_ORT_MEM_ADDR_/*", 4096, 16),
        "_empty": ("", 0, 16),
    }
    for suffix, (location, offset, length) in places.items():
        save(f"external{suffix}", add, *ports, [external(location, offset, length)])
    branch = helper.make_graph(
        [helper.make_node("Identity", ["w"], ["out"])],
        "branch",
        [],
        [tensor("out", [4])],
        [external("../weights.bin", 0, 16, "w")],
    )
    save(
        "external_in_branch",
        [helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)],
        [tensor("c", [], TensorProto.BOOL)],
        [tensor("y", [4])],
    )
    constant = helper.make_node("Constant", [], ["w"], value=external("../weights.bin", 0, 16, "w"))
    save("external_in_constant", [constant, helper.make_node("Add", ["x", "w"], ["y"])], *ports)


if __name__ == "__main__":
    plain_graphs()
    refused_graphs()
    external_graphs()
    print(f"{len(list(HERE.glob('*.onnx')))} graphs, made with onnx {onnx.__version__}")
