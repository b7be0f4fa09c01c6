# SPDX-License-Identifier: Apache-2.0
"""Surgery on ONNX graphs: keep what one output needs, and give that output its final form."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper


def cut(model: onnx.ModelProto, output: str) -> onnx.ModelProto:
    """A model with only the nodes, constants and inputs that `output` is computed from."""
    graph = model.graph
    made_by = {name: node for node in graph.node for name in node.output if name}
    needed: set[str] = set()
    waiting = [output]
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed.add(name)
        if name in made_by:
            waiting.extend(_read_by(made_by[name]))
    shorter = onnx.ModelProto()
    shorter.CopyFrom(model)
    _keep(shorter.graph.node, lambda node: any(name in needed for name in node.output))
    for node in shorter.graph.node:
        _drop_unread_outputs(node, needed)
    _keep(shorter.graph.initializer, lambda tensor: tensor.name in needed)
    _keep(shorter.graph.input, lambda value: value.name in needed)
    del shorter.graph.value_info[:]
    del shorter.graph.output[:]
    # Without a type, which ONNX Runtime finds out: what converters declare is not always so.
    shorter.graph.output.add().name = output
    _bypass_identities(shorter.graph, output)
    return shorter


def _read_by(node: onnx.NodeProto) -> set[str]:
    """What a node reads, including what its subgraphs read from outside."""
    names = set(node.input)
    for attribute in node.attribute:
        for graph in [attribute.g, *attribute.graphs]:
            own = {value.name for value in graph.input} | {one.name for one in graph.initializer}
            own |= {name for inner in graph.node for name in inner.output}
            outer = {name for inner in graph.node for name in _read_by(inner)} - own
            names |= outer | ({value.name for value in graph.output} - own)
    return names - {""}


def _keep(field: Any, wanted: Any) -> None:
    for index in reversed(range(len(field))):
        if not wanted(field[index]):
            del field[index]


def _drop_unread_outputs(node: onnx.NodeProto, needed: set[str]) -> None:
    while node.output and node.output[-1] not in needed and len(node.output) > 1:
        if node.domain == "ai.onnx.ml":
            return  # Its operators must have all of their outputs.
        del node.output[-1]


def _bypass_identities(graph: onnx.GraphProto, output: str) -> None:
    read_inside = {name for node in graph.node for name in _read_by(node) - set(node.input)}
    source = {
        node.output[0]: node.input[0]
        for node in graph.node
        if node.op_type == "Identity" and node.output[0] not in {output} | read_inside
    }
    for node in graph.node:
        for index, name in enumerate(node.input):
            while name in source:
                name = source[name]
            node.input[index] = name
    _keep(graph.node, lambda node: not (node.op_type == "Identity" and node.output[0] in source))


def without_maps(model: onnx.ModelProto) -> onnx.ModelProto | None:
    """The model with tensors of scores instead of maps from class to score; None where it has none.

    The columns are in the order of the classes, which the label's operator knows.
    """
    tensors = {
        node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "ZipMap"
    }
    if not any(output.name in tensors for output in model.graph.output):
        return None
    plain = onnx.ModelProto()
    plain.CopyFrom(model)
    for node in plain.graph.node:
        if node.op_type == "ZipMap":
            node.CopyFrom(helper.make_node("Identity", [node.input[0]], [node.output[0]]))
    for output in plain.graph.output:
        if output.name in tensors:
            output.ClearField("type")
    _import_default_operators(plain)
    return plain


def _import_default_operators(model: onnx.ModelProto) -> None:
    if not any(one.domain == "" for one in model.opset_import):
        model.opset_import.append(helper.make_opsetid("", 13))


def append(model: onnx.ModelProto, op_type: str, *constants: np.ndarray, **attributes: Any) -> None:
    """Put a node after the output, which keeps its name: `op_type(output, constants...)`."""
    graph = model.graph
    output = graph.output[0].name
    inner = f"{output}_before_{op_type.lower()}_{len(graph.node)}"
    for node in graph.node:
        for index, name in enumerate(node.output):
            if name == output:
                node.output[index] = inner
        for index, name in enumerate(node.input):
            if name == output:
                node.input[index] = inner
    names = []
    for index, constant in enumerate(constants):
        names.append(f"{inner}_{index}")
        graph.initializer.append(numpy_helper.from_array(constant, names[-1]))
    graph.node.append(helper.make_node(op_type, [inner, *names], [output], **attributes))
    _import_default_operators(model)


def rename_inputs(model: onnx.ModelProto, names: list[str]) -> None:
    """Call the inputs so, in order; converters make identifiers of them."""
    renamed = {value.name: name for value, name in zip(model.graph.input, names, strict=True)}
    for node in model.graph.node:
        for index, old in enumerate(node.input):
            node.input[index] = renamed.get(old, old)
    for value in model.graph.input:
        value.name = renamed[value.name]


def rename_output(model: onnx.ModelProto, name: str) -> None:
    """Call the output `name`; what was called so gets its old name."""
    graph = model.graph
    swapped = {graph.output[0].name: name, name: graph.output[0].name}
    for field in [one for node in graph.node for one in (node.input, node.output)]:
        for index, old in enumerate(field):
            field[index] = swapped.get(old, old)
    for value in [*graph.initializer, *graph.output]:
        value.name = swapped.get(value.name, value.name)


def set_output_type(model: onnx.ModelProto, array: np.ndarray) -> None:
    """Declare the output as what it turned out to be, with any number of rows."""
    numeric = array.dtype.kind in "biuf"
    kind = helper.np_dtype_to_tensor_dtype(array.dtype) if numeric else onnx.TensorProto.STRING
    output = model.graph.output[0]
    output.CopyFrom(
        helper.make_tensor_value_info(output.name, kind, ["N", *map(int, array.shape[1:])])
    )
