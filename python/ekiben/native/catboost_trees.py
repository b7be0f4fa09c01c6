# SPDX-License-Identifier: Apache-2.0
"""CatBoost's models as forests."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from .forests import Answer, Forest, Link, Tree
from .forms import NotConvertible
from .trees import Splits

_LINKS: dict[str, Link] = {
    "MultiClass": "softmax",
    "Poisson": "exp",
    "Tweedie": "exp",
    "LogLinQuantile": "exp",
}


def forest_of(model: Any) -> Forest:
    """The trees of a model.

    Raises:
        NotConvertible: If they split on something else than numbers.
    """
    document = _document(model)
    info = document["features_info"]
    other = [kind for kind in info if kind != "float_features" and info[kind]]
    if other:
        raise NotConvertible(f"it has {other[0].replace('_', ' ')}")
    scale, base = document["scale_and_bias"]
    columns = len(base)
    floats = {one["feature_index"]: one for one in info["float_features"]}
    if "oblivious_trees" in document:
        trees = [_oblivious(one, floats, columns) for one in document["oblivious_trees"]]
    else:
        trees = [_branching(one, floats, columns) for one in document["trees"]]
    if not trees:
        raise NotConvertible("it has no trees")
    classes = np.array(getattr(model, "classes_", []))
    loss = _loss(document)
    return Forest(
        trees=trees,
        features=1 + max(one["flat_feature_index"] for one in floats.values()),
        base=np.array(base, np.float64),
        below=False,
        single=True,
        link=_LINKS.get(loss, "sigmoid" if len(classes) else "identity"),
        scale=float(scale),
        classes=classes if len(classes) else None,
    )


def answers_of(model: Any) -> dict[str, Answer]:
    """What the methods of a model answer, by its class."""
    if hasattr(model, "predict_proba"):
        return {"predict": "label", "predict_proba": "probabilities"}
    regressor = type(model).__name__ == "CatBoostRegressor"
    return {"predict": "response" if regressor else "margins"}


def _document(model: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.json")
        try:
            model.save_model(str(path), format="json")
        except Exception as error:
            why = " ".join(str(error).split())[:160]
            raise NotConvertible(f"CatBoost cannot write its trees: {why}") from error
        document: dict[str, Any] = json.loads(path.read_text())
        return document


def _loss(document: dict[str, Any]) -> str:
    params = document["model_info"].get("params", {})
    params = json.loads(params) if isinstance(params, str) else params
    return str(params.get("loss_function", {}).get("type", ""))


def _column(split: dict[str, Any], floats: dict[int, Any]) -> tuple[int, float, bool]:
    """Column, border, and whether a missing value goes left, which is where it is not above."""
    if split["split_type"] != "FloatFeature":
        raise NotConvertible("it splits on categories")
    feature = floats[split["float_feature_index"]]
    border = float(np.float32(split["border"]))
    return feature["flat_feature_index"], border, feature["nan_value_treatment"] != "AsTrue"


def _oblivious(tree: dict[str, Any], floats: dict[int, Any], columns: int) -> Tree:
    """A tree whose nodes of one depth all ask the same; the last question is the root's."""
    asked = [_column(one, floats) for one in reversed(tree.get("splits") or [])]
    depth = len(asked)
    inner = 2**depth - 1
    count = 2 * inner + 1
    level = np.floor(np.log2(np.arange(1, inner + 1))).astype(int)
    leaf = np.arange(count) >= inner
    nodes = np.where(leaf, -1, np.arange(count))

    def of_nodes(place: int, dtype: Any) -> np.ndarray:
        answer = np.zeros(count, dtype)
        answer[:inner] = np.array([one[place] for one in asked], dtype)[level] if depth else 0
        return answer

    values = np.zeros((count, columns))
    values[inner:] = np.reshape(tree["leaf_values"], (-1, columns))
    left, right = np.where(leaf, -1, 2 * nodes + 1), np.where(leaf, -1, 2 * nodes + 2)
    splits = Splits(of_nodes(0, int), of_nodes(1, np.float64), left, right, leaf)
    return Tree(splits, of_nodes(2, bool), values, tuple(range(columns)))


def _branching(tree: dict[str, Any], floats: dict[int, Any], columns: int) -> Tree:
    asked: list[tuple[int, float, bool]] = []
    children: list[list[int]] = []
    values: list[np.ndarray] = []
    waiting: list[tuple[dict[str, Any], int, int]] = [(tree, -1, 0)]
    while waiting:
        node, parent, side = waiting.pop()
        number = len(children)
        if parent >= 0:
            children[parent][side] = number
        children.append([-1, -1])
        inner = "split" in node
        asked.append(_column(node["split"], floats) if inner else (0, 0.0, False))
        values.append(np.zeros(columns) if inner else np.broadcast_to(node["value"], columns))
        if inner:
            waiting += [(node["right"], number, 1), (node["left"], number, 0)]
    feature, border, missing_left = (np.array(one) for one in zip(*asked, strict=True))
    left, right = np.array(children).T
    splits = Splits(feature, border, left, right, left == -1)
    return Tree(splits, missing_left, np.array(values), tuple(range(columns)))
