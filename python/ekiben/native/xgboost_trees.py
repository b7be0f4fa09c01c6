# SPDX-License-Identifier: Apache-2.0
"""XGBoost's boosters as forests."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from .forests import Answer, Forest, Link, Tree
from .forms import NotConvertible
from .trees import Splits

_LINKS: dict[str, Link] = {
    "binary:hinge": "hinge",
    "binary:logistic": "sigmoid",
    "reg:logistic": "sigmoid",
    "multi:softmax": "softmax",
    "multi:softprob": "softmax",
    "count:poisson": "exp",
    "reg:gamma": "exp",
    "reg:tweedie": "exp",
    "survival:aft": "exp",
    "survival:cox": "exp",
}


def forest_of(model: Any) -> Forest:
    """The trees of a Booster or of an estimator of XGBoost's.

    Raises:
        NotConvertible: If it has something else than trees over numbers.
    """
    booster = model.get_booster() if hasattr(model, "get_booster") else model
    learner = json.loads(booster.save_raw("json").decode())["learner"]
    boosted = learner["gradient_booster"]
    weights = np.array(boosted.get("weight_drop", []), np.float64)
    boosted = boosted.get("gbtree", boosted)
    if "trees" not in boosted["model"]:
        raise NotConvertible(f"a booster '{boosted.get('name')}' has no trees")
    trees, targets = boosted["model"]["trees"], boosted["model"]["tree_info"]
    used = _used(model, boosted["model"], len(trees))
    if not used:
        raise NotConvertible("it has no trees")
    factors = weights if len(weights) else np.ones(len(trees))
    numbers = learner["learner_model_param"]
    columns = max(int(numbers["num_class"]), int(numbers.get("num_target", 1)), 1)
    objective = learner["objective"]["name"]
    return Forest(
        trees=[_tree(trees[i], targets[i], float(factors[i])) for i in range(used)],
        features=int(numbers["num_feature"]),
        base=_base(numbers["base_score"], objective, columns),
        below=True,
        single=True,
        link=_LINKS.get(objective, "identity"),
        classes=np.arange(max(columns, 2)),
    )


def answers_of(model: Any) -> dict[str, Answer]:
    """What the methods of a Booster or estimator answer."""
    if hasattr(model, "predict_proba"):
        return {"predict": "label", "predict_proba": "probabilities"}
    if hasattr(model, "get_booster"):
        return {"predict": "response"}
    labels = '"name":"multi:softmax"' in model.save_config().replace(" ", "")
    return {"predict": "label" if labels else "response"}


def _used(model: Any, boosted: dict[str, Any], trees: int) -> int:
    """How many of the trees an answer is made of: an estimator stops at its best iteration."""
    best = getattr(model, "best_iteration", None) if _stopped_early(model) else None
    if best is None or "iteration_indptr" not in boosted:
        return trees
    return int(boosted["iteration_indptr"][int(best) + 1])


def _stopped_early(model: Any) -> bool:
    return hasattr(model, "get_booster") and model.get_booster().attr("best_iteration") is not None


def _base(text: str, objective: str, columns: int) -> np.ndarray:
    score = np.array(json.loads(text if text.startswith("[") else f"[{text}]"), np.float64)
    if objective in ("binary:logistic", "reg:logistic"):
        score = np.log(score / (1 - score))
    elif _LINKS.get(objective) == "exp":
        score = np.log(score)
    return np.broadcast_to(score, columns)


def _tree(tree: dict[str, Any], target: int, factor: float) -> Tree:
    if int(tree["tree_param"].get("size_leaf_vector", 1)) > 1:
        raise NotConvertible("its leaves are vectors")
    if any(tree.get("split_type", [])):
        raise NotConvertible("it splits on categories")
    left = np.array(tree["left_children"])
    right = np.array(tree["right_children"])
    kept = _reachable(left, right)
    place = np.full(len(left) + 1, -1)  # The last one is where -1 looks, which means none.
    place[kept] = np.arange(len(kept))
    conditions = np.array(tree["split_conditions"], np.float32).astype(np.float64)[kept]
    is_leaf = left[kept] == -1
    return Tree(
        Splits(
            np.array(tree["split_indices"])[kept],
            conditions,
            place[left[kept]],
            place[right[kept]],
            is_leaf,
        ),
        missing_left=np.array(tree["default_left"], bool)[kept],
        values=np.where(is_leaf, conditions * factor, 0.0)[:, None],
        targets=(target,),
    )


def _reachable(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The nodes that rows can come to, the root first; pruning leaves others behind."""
    found = [0]
    for node in found:
        if left[node] != -1:
            found += [int(left[node]), int(right[node])]
    return np.array(found)
