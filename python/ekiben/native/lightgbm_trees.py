# SPDX-License-Identifier: Apache-2.0
"""LightGBM's boosters as forests."""

from __future__ import annotations

from typing import Any

import numpy as np

from .forests import Answer, Forest, Link, Tree
from .forms import NotConvertible
from .trees import Splits

_LINKS: dict[str, Link] = {
    "binary": "sigmoid",
    "multiclass": "softmax",
    "multiclassova": "sigmoid",
    "cross_entropy": "sigmoid",
    "cross_entropy_lambda": "log1pexp",
    "poisson": "exp",
    "gamma": "exp",
    "tweedie": "exp",
}

_CLASSIFIERS = ("binary", "multiclass", "multiclassova")


def forest_of(booster: Any) -> Forest:
    """The trees of a Booster.

    Raises:
        NotConvertible: If they do what ONNX's cannot.
    """
    dumped = booster.dump_model()
    columns = dumped["num_tree_per_iteration"]
    trees = dumped["tree_info"]
    features = dumped["max_feature_idx"] + 1
    name, *parameters = dumped.get("objective", "").split() or [""]
    sigmoid = [float(one[8:]) for one in parameters if one.startswith("sigmoid:")]
    sets: dict[int, list[set[int]]] = {}
    for tree in trees:
        _collect_sets(tree["tree_structure"], sets)
    places = _places(sets, features)
    return Forest(
        trees=[_tree(one, index % columns, places) for index, one in enumerate(trees)],
        features=features,
        base=np.zeros(columns),
        below=False,
        single=False,
        link="square" if "sqrt" in parameters else _LINKS.get(name, "identity"),
        scale=columns / len(trees) if dumped.get("average_output") else 1.0,
        factor=sigmoid[0] if sigmoid else 1.0,
        sets=sets,
    )


def answers_of(booster: Any) -> dict[str, Answer]:
    """What the methods of a Booster answer; predict_proba is ekiben's own addition to them."""
    answers: dict[str, Answer] = {"predict": "response"}
    if classifies(booster):
        answers["predict_proba"] = "probabilities"
    return answers


def classifies(booster: Any) -> bool:
    """Whether the booster's predictions are probabilities of classes."""
    header = booster.model_to_string(num_iteration=1).partition("\nTree=")[0]
    objective = header.partition("\nobjective=")[2].split("\n")[0].split(" ")[0]
    return objective in _CLASSIFIERS


def _inner(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The inner nodes under and with `node`, each before its children."""
    waiting, found = [node], []
    while waiting:
        one = waiting.pop()
        if "split_feature" in one:
            found.append(one)
            waiting += [one["right_child"], one["left_child"]]
    return found


def _members(node: dict[str, Any]) -> set[int]:
    return {int(one) for one in str(node["threshold"]).split("||")}


def _collect_sets(root: dict[str, Any], sets: dict[int, list[set[int]]]) -> None:
    for node in _inner(root):
        if node["decision_type"] == "==":
            known = sets.setdefault(node["split_feature"], [])
            if _members(node) not in known:
                known.append(_members(node))


def _places(
    sets: dict[int, list[set[int]]], features: int
) -> dict[tuple[int, frozenset[int]], int]:
    """The column, behind the row's own, that tells whether a category is in a set."""
    asked = [(feature, frozenset(one)) for feature, them in sets.items() for one in them]
    return {key: features + index for index, key in enumerate(asked)}


def _tree(tree: dict[str, Any], target: int, places: dict[tuple[int, frozenset[int]], int]) -> Tree:
    feature, threshold, left, right, missing_left, values = [], [], [], [], [], []
    waiting: list[tuple[dict[str, Any], int, bool]] = [(tree["tree_structure"], -1, False)]
    while waiting:
        node, parent, is_left = waiting.pop()
        number = len(feature)
        if parent >= 0:
            (left if is_left else right)[parent] = number
        split = "split_feature" in node
        left.append(-1)
        right.append(-1)
        values.append(0.0 if split else float(node["leaf_value"]))
        if not split:
            if node.get("leaf_coeff"):
                raise NotConvertible("its leaves are linear models")
            feature.append(0)
            threshold.append(0.0)
            missing_left.append(False)
            continue
        column, limit, default = _split(node, places)
        feature.append(column)
        threshold.append(limit)
        missing_left.append(default)
        first, second = (node["left_child"], True), (node["right_child"], False)
        if node["decision_type"] == "==":  # In the set, which is 1.0, goes left.
            first, second = (node["left_child"], False), (node["right_child"], True)
        waiting += [(second[0], number, second[1]), (first[0], number, first[1])]
    is_leaf = np.array(left) == -1
    splits = Splits(*map(np.array, (feature, threshold, left, right)), is_leaf)
    return Tree(splits, np.array(missing_left), np.array(values)[:, None], (target,))


def _split(
    node: dict[str, Any], places: dict[tuple[int, frozenset[int]], int]
) -> tuple[int, float, bool]:
    """Column, threshold, and whether a missing value goes left."""
    if node["decision_type"] == "==":
        return places[node["split_feature"], frozenset(_members(node))], 0.5, False
    if node["missing_type"] == "Zero":
        raise NotConvertible("it takes zeros for missing values")
    limit = float(node["threshold"])
    missing_is_zero = node["missing_type"] == "None"
    return node["split_feature"], limit, limit >= 0 if missing_is_zero else node["default_left"]
