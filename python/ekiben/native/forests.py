# SPDX-License-Identifier: Apache-2.0
"""Forests of decision trees as ONNX graphs: what the boosting libraries are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .trees import Splits

# What the sums over the trees go through to become an answer.
Link = Literal["identity", "sigmoid", "softmax", "exp", "square", "hinge", "log1pexp"]

# What is answered: sums of leaves, what the link makes of them, one column a class, or the class.
Answer = Literal["margins", "response", "probabilities", "label"]


@dataclass(frozen=True)
class Tree:
    """One tree; its arrays have one element a node, the first node being the root.

    Attributes:
        splits: Where the inner nodes part the rows; a row whose value is NaN goes as
            `missing_left` says.
        values: [nodes, targets]; those of leaves count.
        targets: Which sums the columns of `values` are added to.
    """

    splits: Splits
    missing_left: np.ndarray
    values: np.ndarray
    targets: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Forest:
    """All that there is to know of a boosted model.

    Attributes:
        features: How many columns a row has.
        base: What each sum starts from; as many as there are sums.
        below: Whether a row goes left where its value is below the threshold; else also at it.
        single: Whether values are rounded to float32 before they meet a threshold.
        scale: What the sums of the leaves are multiplied by.
        classes: The labels, by column; None where it does not classify.
        factor: What a sum is multiplied by before its link.
        sets: For a feature that is a category, the sets of categories that its splits ask for.
    """

    trees: Sequence[Tree]
    features: int
    base: np.ndarray
    below: bool
    single: bool
    link: Link = "identity"
    scale: float = 1.0
    factor: float = 1.0
    classes: np.ndarray | None = None
    sets: dict[int, list[set[int]]] = field(default_factory=dict)

    def graph(self, answer: Answer, number: bool = False) -> onnx.ModelProto:
        """The graph from `X` float64 [N, features] to `answer`.

        Labels, and a response that is one number a row, are [N]; all else is [N, columns]. Numbers
        are float32, because the tree operator adds up in double but rounds what it gives.

        Args:
            number: Whether a label is given as float32, too.
        """
        writer = _Writer()
        row = "X"
        if self.single:
            row = writer.add("Cast", [row], to=TensorProto.FLOAT)
            row = writer.add("Cast", [row], to=TensorProto.DOUBLE)
        if self.sets:
            row = _with_memberships(writer, row, self)
        sums = writer.add("TreeEnsembleRegressor", [row], "ai.onnx.ml", **self._attributes())
        sums = writer.add("Cast", [sums], to=TensorProto.DOUBLE)
        out = self._answer(writer, sums, answer)
        if answer != "label" or number:
            out = writer.add("Cast", [out], to=TensorProto.FLOAT)
        return writer.model(self.features, out)

    def _answer(self, writer: _Writer, sums: str, answer: Answer) -> str:
        if answer == "margins":
            return self._flat(writer, sums)
        if answer == "response":
            return self._flat(writer, self._linked(writer, sums))
        if len(self.base) == 1:
            second = self._linked(writer, sums)
            first = writer.add("Sub", [writer.constant(np.float64(1)), second])
            columns = writer.add("Concat", [first, second], axis=1)
        else:
            columns = self._linked(writer, sums)
        if answer == "probabilities":
            return columns
        winner = writer.add("ArgMax", [columns], axis=1, keepdims=0)
        if self.classes is None or _are_places(self.classes):
            return winner
        return writer.add("Gather", [writer.constant(self.classes), winner], axis=0)

    def _flat(self, writer: _Writer, columns: str) -> str:
        if len(self.base) > 1:
            return columns
        return writer.add("Reshape", [columns, writer.constant(np.array([-1]))])

    def _linked(self, writer: _Writer, sums: str) -> str:
        if self.factor != 1.0:
            sums = writer.add("Mul", [sums, writer.constant(np.float64(self.factor))])
        if self.link == "sigmoid":
            return writer.add("Sigmoid", [sums])
        if self.link == "softmax":
            return writer.add("Softmax", [sums], axis=1)
        if self.link == "exp":
            return writer.add("Exp", [sums])
        if self.link == "square":
            return writer.add("Mul", [sums, writer.add("Abs", [sums])])
        if self.link == "hinge":
            above = writer.add("Greater", [sums, writer.constant(np.float64(0))])
            return writer.add("Cast", [above], to=TensorProto.DOUBLE)
        if self.link == "log1pexp":
            larger = writer.add("Add", [writer.add("Exp", [sums]), writer.constant(np.float64(1))])
            return writer.add("Log", [larger])
        return sums

    def _attributes(self) -> dict[str, Any]:
        """The tree operator's attributes: all nodes of all trees, one after the other."""
        sizes = [len(tree.splits.feature) for tree in self.trees]
        is_leaf = np.concatenate([tree.splits.is_leaf for tree in self.trees])
        numbers = np.concatenate([np.arange(size) for size in sizes])
        tree_of = np.repeat(np.arange(len(sizes)), sizes)

        def of_nodes(name: str) -> np.ndarray:
            joined = np.concatenate([getattr(tree.splits, name) for tree in self.trees])
            return np.where(is_leaf, 0, joined)

        missing = np.where(is_leaf, 0, np.concatenate([tree.missing_left for tree in self.trees]))
        inner = "BRANCH_LT" if self.below else "BRANCH_LEQ"
        leaves = [(i, *leaf) for i, tree in enumerate(self.trees) for leaf in _leaves(tree)]
        tree_ids, node_ids, targets, values = zip(*leaves, strict=True)
        weights = np.array(values, np.float64) * self.scale
        return {
            "n_targets": len(self.base),
            "nodes_treeids": tree_of.tolist(),
            "nodes_nodeids": numbers.tolist(),
            "nodes_featureids": of_nodes("feature").astype(int).tolist(),
            "nodes_truenodeids": of_nodes("left").astype(int).tolist(),
            "nodes_falsenodeids": of_nodes("right").astype(int).tolist(),
            "nodes_modes": ["LEAF" if one else inner for one in is_leaf],
            "nodes_missing_value_tracks_true": missing.astype(int).tolist(),
            "nodes_values_as_tensor": numpy_helper.from_array(
                of_nodes("threshold").astype(np.float64)
            ),
            "target_treeids": list(tree_ids),
            "target_nodeids": list(node_ids),
            "target_ids": list(targets),
            "target_weights_as_tensor": numpy_helper.from_array(weights),
            "base_values_as_tensor": numpy_helper.from_array(self.base.astype(np.float64)),
        }


def _leaves(tree: Tree) -> list[tuple[int, int, float]]:
    """Node, sum and value of each leaf."""
    return [
        (int(node), target, float(tree.values[node, column]))
        for node in np.flatnonzero(tree.splits.is_leaf)
        for column, target in enumerate(tree.targets)
    ]


def _are_places(classes: np.ndarray) -> bool:
    return classes.dtype.kind in "iu" and classes.tolist() == list(range(len(classes)))


def _with_memberships(writer: _Writer, row: str, forest: Forest) -> str:
    """Append to each row, for each set of each category, 1.0 where it is in the set, else 0.0.

    What is no category, because it is negative, too large or NaN, is in none.
    """
    columns = [row]
    for feature, sets in forest.sets.items():
        table = np.zeros((max(max(one, default=0) for one in sets) + 2, len(sets)))
        for column, members in enumerate(sets):
            table[sorted(members), column] = 1.0
        last = writer.constant(np.array(len(table) - 1))
        value = writer.add("Gather", [row, writer.constant(np.array(feature))], axis=1)
        known = writer.add("GreaterOrEqual", [value, writer.constant(np.float64(0))])
        whole = writer.constant(np.float64(len(table) - 1))
        value = writer.add("Where", [known, value, whole])
        value = writer.add("Min", [value, whole])
        place = writer.add("Cast", [value], to=TensorProto.INT64)
        place = writer.add("Min", [place, last])
        columns.append(writer.add("Gather", [writer.constant(table), place], axis=0))
    return writer.add("Concat", columns, axis=1)


class _Writer:
    """Collects the nodes and constants of a graph."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def add(self, op_type: str, inputs: list[str], domain: str = "", **attributes: Any) -> str:
        output = f"{op_type.lower()}_{len(self._nodes)}"
        node = helper.make_node(op_type, inputs, [output], domain=domain, **attributes)
        self._nodes.append(node)
        return output

    def constant(self, value: Any) -> str:
        name = f"constant_{len(self._constants)}"
        array = np.asarray(value)
        if array.dtype.kind in "OU":
            tensor = helper.make_tensor(
                name, TensorProto.STRING, array.shape, [str(one).encode() for one in array.ravel()]
            )
        else:
            tensor = numpy_helper.from_array(array, name)
        self._constants.append(tensor)
        return name

    def model(self, features: int, output: str) -> onnx.ModelProto:
        taken = helper.make_tensor_value_info("X", TensorProto.DOUBLE, ["N", features])
        graph = helper.make_graph(self._nodes, "ekiben", [taken], [], self._constants)
        graph.output.add().name = output
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)
