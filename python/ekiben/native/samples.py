# SPDX-License-Identifier: Apache-2.0
"""Rows to compare two forms of a model on, drawn from what the model itself has learned.

The draws are seeded, so one model always gives the same rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .layout import Layout, Rows, column_indices
from .steps import first_step, is_passthrough, steps_of
from .texts import texts_for
from .trees import rows_on_thresholds

COUNT = 128

# Where a feature's own numbers are unknown, these stand for them.
_PLAIN = (0.0, 1.0)


def draw(estimator: Any, layout: Layout) -> tuple[Rows, str]:
    """Rows for `estimator`, and in words what they were drawn from."""
    rng = np.random.default_rng(0)
    first = first_step(estimator)
    if layout.kind == "text":
        return [texts_for(first, COUNT, rng)], "vocabulary"
    if hasattr(first, "transformers_"):
        return _draw_columns(first, layout, rng), "what the columns' transformers learned"
    if hasattr(first, "categories_"):
        dtypes = enumerate(layout.dtypes)
        return [_values(first, place, dtype, rng) for place, dtype in dtypes], "categories"
    matrix, source = points(estimator, rng)
    return list(matrix.T), source


def points(estimator: Any, rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """A matrix of rows for an estimator or pipeline over numbers, and their source in words."""
    steps = [step for step in _flat(estimator) if not is_passthrough(step)]
    for place in reversed(range(len(steps))):
        found = _learned(steps[place], rng)
        if found is None:
            continue
        matrix, source = found
        try:
            for step in reversed(steps[:place]):
                matrix = _before(step, matrix)
        except Exception:  # A transformer that cannot go back: what came before it knows less.
            continue
        if np.isfinite(matrix).all():
            return matrix, source
    features = int(getattr(first_step(estimator), "n_features_in_", 1))
    return rng.normal(0, 1, (COUNT, features)), "random normal numbers"


def _flat(estimator: Any) -> list[Any]:
    steps = steps_of(estimator)
    return steps if steps == [estimator] else [one for step in steps for one in _flat(step)]


def _before(step: Any, matrix: np.ndarray) -> np.ndarray:
    if hasattr(step, "statistics_") and matrix.shape[1] == step.n_features_in_:
        return matrix  # An imputer: whole rows go through it as they are.
    return np.asarray(step.inverse_transform(matrix), dtype=np.float64)


def _learned(step: Any, rng: np.random.Generator) -> tuple[np.ndarray, str] | None:
    """Rows in the step's own input space, or None where it has learned nothing of its input."""
    on_thresholds = rows_on_thresholds(step, COUNT, rng)
    if on_thresholds is not None:
        return on_thresholds, "tree thresholds"
    for attribute, source in (
        ("support_vectors_", "support vectors"),
        ("_fit_X", "training rows that it keeps"),
        ("X_train_", "training rows that it keeps"),
        ("cluster_centers_", "cluster centers"),
        ("means_", "means"),
    ):
        kept = getattr(step, attribute, None)
        if kept is not None and np.ndim(kept if not hasattr(kept, "toarray") else 0) in (0, 2):
            dense = kept.toarray() if hasattr(kept, "toarray") else np.asarray(kept)
            if dense.ndim == 2:
                rows = _around(dense.astype(np.float64), rng)
                # On a center its distance is what rounding leaves of zero: nothing to compare.
                return (rows[-2 * (COUNT // 3) :] if "cent" in attribute else rows), source
    if hasattr(step, "lambdas_"):
        normals = rng.normal(0, 1, (COUNT, len(step.lambdas_)))
        return np.asarray(step.inverse_transform(normals)), "what comes out as normal numbers"
    normal = _means_and_scales(step)
    if normal is not None:
        middle, width, source = normal
        return rng.normal(middle, np.maximum(width, 1e-12), (COUNT, len(middle))), source
    return _learned_by_members(step, rng)


def _means_and_scales(step: Any) -> tuple[np.ndarray, np.ndarray, str] | None:
    def has(*names: str) -> bool:
        return all(getattr(step, name, None) is not None for name in names)

    if has("theta_", "var_"):
        return step.theta_.mean(0), np.sqrt(step.var_.max(0)) + np.ptp(step.theta_, 0), "means"
    if has("components_", "mean_", "explained_variance_"):
        spread = np.abs(step.components_).T @ np.sqrt(step.explained_variance_)
        return step.mean_, spread, "mean and components"
    if has("n_features_in_", "scale_") and (has("mean_") or has("center_")):
        center = step.mean_ if has("mean_") else step.center_
        return center, step.scale_, "means and scales"
    if has("data_min_", "data_max_"):
        middle = (step.data_min_ + step.data_max_) / 2
        return middle, (step.data_max_ - step.data_min_) / 2, "ranges"
    if has("max_abs_"):
        return np.zeros(len(step.max_abs_)), step.max_abs_, "ranges"
    if has("quantiles_"):
        return np.median(step.quantiles_, 0), np.ptp(step.quantiles_, 0) / 2, "quantiles"
    if has("statistics_"):
        numbers = np.asarray(step.statistics_, dtype=np.float64)
        return numbers, np.maximum(np.abs(numbers), 1), "statistics"
    weights = step.coefs_[0].T if has("coefs_") else getattr(step, "coef_", None)
    if weights is None or hasattr(weights, "toarray"):
        return None
    weights = np.abs(np.atleast_2d(weights)).max(0)
    known = weights[weights > 0]
    typical = np.median(known) if len(known) else 1.0
    width = 1 / np.clip(weights, typical * 0.1, None)
    return np.zeros(len(weights)), width, "coefficients"


def _learned_by_members(step: Any, rng: np.random.Generator) -> tuple[np.ndarray, str] | None:
    """What the members of an ensemble have learned, a few rows from each."""
    members = np.ravel(np.array(getattr(step, "estimators_", []), dtype=object))
    calibrated = getattr(step, "calibrated_classifiers_", [])
    features = getattr(step, "n_features_in_", None)
    found = []
    for member in [*members, *(getattr(one, "estimator", None) for one in calibrated)][:16]:
        if member is None or is_passthrough(member):
            continue
        matrix, source = points(member, rng)
        if features is None or matrix.shape[1] == features:
            found.append((matrix, source))
    if not found:
        return None
    each = max(8, COUNT // len(found))
    matrix = np.concatenate([rng.permutation(matrix)[:each] for matrix, _ in found])
    return matrix, " and ".join(sorted({source for _, source in found}))


def _around(kept: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Some of the rows, points between two of them, and points near them."""
    third = COUNT // 3
    chosen = kept[rng.permutation(len(kept))[: COUNT - 2 * third]]
    index = rng.integers(len(kept), size=third)
    other_index = (index + rng.integers(1, max(2, len(kept)), size=third)) % len(kept)
    one, other = kept[index], kept[other_index]
    share = rng.random((third, 1))
    near = kept[rng.integers(len(kept), size=third)]
    width = kept.std(0) if len(kept) > 1 else np.maximum(np.abs(kept[0]), 1)
    near = near + rng.normal(0, 1, near.shape) * width * 0.1
    return np.concatenate([chosen, one * share + other * (1 - share), near])


def _draw_columns(transformer: Any, layout: Layout, rng: np.random.Generator) -> Rows:
    names = getattr(transformer, "feature_names_in_", None)
    rows: list[np.ndarray | None] = [None] * len(layout.names)
    for _, step, columns in transformer.transformers_:
        if is_passthrough(step):
            continue
        for place, index in enumerate(column_indices(columns, names, len(layout.names))):
            if rows[index] is None:
                rows[index] = _values(step, place, layout.dtypes[index], rng)
    plain = [rng.normal(*_PLAIN, COUNT) for _ in rows]
    return [plain[i] if column is None else column for i, column in enumerate(rows)]


def _values(step: Any, place: int, dtype: str, rng: np.random.Generator) -> np.ndarray:
    """Values of one column, by what the steps that read it have learned."""
    for one in steps_of(step):
        if hasattr(one, "build_analyzer"):
            return texts_for(one, COUNT, rng)
        if hasattr(one, "categories_"):
            known = [c for c in one.categories_[place] if dtype != "string" or isinstance(c, str)]
            if getattr(one, "handle_unknown", "error") != "error":
                known.append("never seen" if dtype == "string" else max(known, default=0) + 1)
            chosen = [known[index] for index in rng.integers(len(known), size=COUNT)]
            return np.array(chosen, dtype=object if dtype == "string" else dtype)
    for one in reversed(steps_of(step)):
        normal = _means_and_scales(one) if not isinstance(_statistic(one, place), str) else None
        if normal is not None:
            return rng.normal(normal[0][place], max(normal[1][place], 1e-12), COUNT)
    if dtype == "string":
        known = [_statistic(one, place) for one in steps_of(step)]
        return np.array([next(text for text in known if isinstance(text, str))] * COUNT, object)
    return rng.normal(*_PLAIN, COUNT).astype(dtype)


def _statistic(step: Any, place: int) -> Any:
    statistics = getattr(step, "statistics_", None)
    return None if statistics is None else statistics[place]


def with_missing(rows: Rows, features: list[int]) -> Rows:
    """Copies of rows in which the given features, one at a time and together, are NaN."""
    count = len(rows[0])
    picked = [column[np.arange(len(features) + 1) % count].copy() for column in rows]
    for place, feature in enumerate(features):
        picked[feature][[place, len(features)]] = np.nan
    return picked
