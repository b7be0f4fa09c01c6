# SPDX-License-Identifier: Apache-2.0
"""Rows that stand on the thresholds of decision trees, where two forms of a tree can part."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Splits(NamedTuple):
    """A tree's splits, one element a node."""

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    is_leaf: np.ndarray


def rows_on_thresholds(estimator: Any, count: int, rng: np.random.Generator) -> np.ndarray | None:
    """Rows for an estimator with trees, as rows_on_splits() makes them.

    None where the estimator has no trees of its own or no tree has an inner node.
    """
    trees = _trees_of(estimator)
    known = getattr(estimator, "n_features_in_", None)
    return rows_on_splits(trees, int(known) if known else None, count, rng)


def rows_on_splits(
    trees: list[Splits], features: int | None, count: int, rng: np.random.Generator
) -> np.ndarray | None:
    """Rows that reach a random inner node and lie just below, at and just above its threshold.

    None where no tree has an inner node. The steps are one unit in the last place of float64 and
    of float32.
    """
    trees = [tree for tree in trees if not tree.is_leaf.all()]
    if not trees:
        return None
    features = features or 1 + max(int(tree.feature.max()) for tree in trees)
    middle, width = _extent(trees, features)
    rows = []
    for _ in range(max(1, count // 5)):
        row, node, tree = _row_reaching_a_node(trees, middle, width, rng)
        feature, threshold = tree.feature[node], tree.threshold[node]
        if not np.isfinite(threshold):  # It parts missing values from all others.
            rows.append(row)
            continue
        with np.errstate(over="ignore"):
            single = np.float32(threshold)
            above, below = (np.nextafter(single, np.float32(way)) for way in (np.inf, -np.inf))
        for value in (
            threshold,
            np.nextafter(threshold, np.inf),
            np.nextafter(threshold, -np.inf),
            np.float64(above),
            np.float64(below),
        ):
            row[feature] = value
            rows.append(row.copy())
    return np.array(rows)


def _trees_of(estimator: Any) -> list[Splits]:
    if hasattr(getattr(estimator, "tree_", None), "children_left"):
        tree = estimator.tree_
        leaf = tree.children_left == tree.children_right
        return [Splits(tree.feature, tree.threshold, tree.children_left, tree.children_right, leaf)]
    if hasattr(estimator, "_predictors"):
        return [
            Splits(n["feature_idx"], n["num_threshold"], n["left"], n["right"], n["is_leaf"] != 0)
            for iteration in estimator._predictors
            for n in (predictor.nodes for predictor in iteration)
        ]
    members = np.ravel(np.array(getattr(estimator, "estimators_", []), dtype=object))
    return [tree for member in members if hasattr(member, "tree_") for tree in _trees_of(member)]


def _extent(trees: list[Splits], features: int) -> tuple[np.ndarray, np.ndarray]:
    """The middle and the width of each feature's thresholds; 0 and 1 where it has none."""
    feature = np.concatenate([tree.feature[~tree.is_leaf] for tree in trees])
    threshold = np.concatenate([tree.threshold[~tree.is_leaf] for tree in trees])
    middle, width = np.zeros(features), np.ones(features)
    for index in np.unique(feature):
        own = threshold[(feature == index) & np.isfinite(threshold)]
        if not len(own):
            continue
        middle[index] = np.median(own)
        width[index] = max(np.ptp(own), abs(middle[index]) * 0.01, 1e-6)
    return middle, width


def _row_reaching_a_node(
    trees: list[Splits], middle: np.ndarray, width: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, int, Splits]:
    tree = trees[rng.integers(len(trees))]
    low, high = np.full(len(middle), -np.inf), np.full(len(middle), np.inf)
    node = 0
    while rng.random() > 0.25:
        goes_left = rng.random() < 0.5
        child = int((tree.left if goes_left else tree.right)[node])
        if tree.is_leaf[child]:
            break
        feature, threshold = tree.feature[node], tree.threshold[node]
        if goes_left:
            high[feature] = min(high[feature], threshold)
        else:
            low[feature] = max(low[feature], threshold)
        node = child
    row = rng.normal(middle, width)
    below, above = row > high, row <= low
    row[below] = high[below] - np.abs(rng.normal(0, width[below])) * 0.1
    row[above] = low[above] + np.abs(rng.normal(0, width[above])) * 0.1
    squeezed = (row > high) | (row <= low)
    row[squeezed] = (low[squeezed] + high[squeezed]) / 2
    return row, node, tree
