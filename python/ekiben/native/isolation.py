# SPDX-License-Identifier: Apache-2.0
"""IsolationForest as one tree operator.

A row's score depends only on the sum, over the trees, of the depth of the leaf that it reaches
plus the depth expected below that leaf. Both are known when the forest is, so they are the leaf's
weight.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_FLOAT, _INT64, _DOUBLE = 1, 7, 11  # onnx.TensorProto


def convert_isolation_forest(scope: Any, operator: Any, container: Any) -> None:
    """skl2onnx's converter of IsolationForest: label, decision function and score_samples."""
    from skl2onnx.common.data_types import guess_numpy_type

    forest = operator.raw_operator
    dtype = np.float64 if guess_numpy_type(operator.inputs[0].type) == np.float64 else np.float32
    proto = _DOUBLE if dtype is np.float64 else _FLOAT

    def named(name: str) -> str:
        return str(scope.get_unique_variable_name(name))

    def constant(name: str, value: float, kind: int = proto) -> str:
        full = named(name)
        container.add_initializer(full, kind, [1], [value])
        return full

    def node(op_type: str, inputs: list[str], output: str, **attributes: Any) -> str:
        container.add_node(op_type, inputs, [output], **attributes)
        return output

    depths, expected = (
        named("depths"),
        len(forest.estimators_) * _expected_depth(np.array([forest.max_samples_])),
    )
    container.add_node(
        "TreeEnsembleRegressor",
        [operator.inputs[0].full_name],
        [depths],
        op_domain="ai.onnx.ml",
        op_version=1,
        **_trees(scope, forest, dtype),
    )
    ratio = node("Mul", [depths, constant("scale", -1 / float(expected[0]))], named("ratio"))
    power = node("Pow", [constant("two", 2.0), ratio], named("power"))
    options = container.get_options(forest, {"score_samples": None})
    outputs = [output.full_name for output in operator.outputs]
    wants_scores = bool(options["score_samples"])
    scores = node("Neg", [power], outputs[2] if wants_scores else named("scores"))
    offset = constant("offset", -float(forest.offset_))
    decision = node("Add", [scores, offset], outputs[1])
    outlier = node("Less", [decision, constant("zero", 0.0)], named("outlier"))
    outlier = node("Cast", [outlier], named("outlier_number"), to=_INT64)
    minus_two = node("Mul", [outlier, constant("minus_two", -2, _INT64)], named("minus_two_or_0"))
    node("Add", [minus_two, constant("one", 1, _INT64)], outputs[0])


def _trees(scope: Any, forest: Any, dtype: Any) -> dict[str, Any]:
    from skl2onnx.common import tree_ensemble
    from skl2onnx.operator_converters import random_forest

    attributes: dict[str, Any] = tree_ensemble.get_default_tree_regressor_attribute_pairs()
    attributes["name"] = scope.get_unique_operator_name("TreeEnsembleRegressor")
    attributes["n_targets"] = 1
    members = zip(forest.estimators_, forest.estimators_features_, strict=True)
    for number, (member, features) in enumerate(members):
        tree = member.tree_
        random_forest.add_tree_to_attribute_pairs(
            attributes, False, tree, number, 1.0, 0, False, True, dtype=dtype
        )
        nodes = attributes["nodes_featureids"][-tree.node_count :]
        attributes["nodes_featureids"][-tree.node_count :] = [int(features[n]) for n in nodes]
        depth = _depth_of_nodes(tree) + _expected_depth(tree.n_node_samples)
        leaves = attributes["target_nodeids"][-tree.n_leaves :]
        attributes["target_weights"][-tree.n_leaves :] = [float(depth[leaf]) for leaf in leaves]
    for key in ("nodes_values", "target_weights", "nodes_hitrates"):
        attributes[key] = np.array(attributes[key], dtype=dtype)
    return attributes


def _depth_of_nodes(tree: Any) -> np.ndarray:
    depth = np.zeros(tree.node_count)
    for node in range(tree.node_count):  # Parents come before their children.
        for child in (tree.children_left[node], tree.children_right[node]):
            if child > 0:
                depth[child] = depth[node] + 1
    return depth


def _expected_depth(samples: np.ndarray) -> np.ndarray:
    from sklearn.ensemble._iforest import _average_path_length

    return np.asarray(_average_path_length(np.asarray(samples)))
