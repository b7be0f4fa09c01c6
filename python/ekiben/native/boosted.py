# SPDX-License-Identifier: Apache-2.0
"""Making and proving the native forms of boosted trees."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from .answers import as_array
from .equal import MOST_DIFFERENCE_OF_SCORES, prove
from .forests import Answer, Forest
from .forms import Differs, Form, NotConvertible, write_forms
from .layout import Layout, Rows, join
from .proof import MOST_DIFFERENCE
from .samples import COUNT, with_missing
from .trees import rows_on_splits

# What the original answers: (method, rows as a float64 matrix).
Original = Callable[[str, np.ndarray], Any]


def build_boosted(
    forest: Forest,
    original: Original,
    answers: Mapping[str, Answer],
    signatures: Iterable[str],
    sample: Any,
    folder: Path,
) -> dict[str, Any]:
    """Write the native forms of a boosted model to `folder`/native.

    Returns what model.yaml has under `ekiben`. A signature whose native form cannot be made, or
    answers otherwise than the original, is under `not_native` with the reason.

    Args:
        answers: What each method answers; a signature that is missing here has no native form.
        sample: Rows to compare on; None to draw some from the trees' thresholds.
    """
    workshop = _Workshop(forest, original, answers, sample)
    return write_forms(workshop.make, signatures, folder)


class _Workshop:
    """One boosted model and its samples. Not thread-safe; used for one save."""

    def __init__(
        self, forest: Forest, original: Original, answers: Mapping[str, Answer], sample: Any
    ) -> None:
        self._forest = forest
        self._original = original
        self._answers = answers
        features = tuple(f"x{index}" for index in range(forest.features))
        self._layout = Layout("matrix", features, ("float64",) * forest.features)
        self._rows, self._source = _rows(forest, self._layout, sample)

    def make(self, signature: str) -> Form:
        """The native form of a signature.

        Raises:
            NotConvertible, Differs: If there is no equal native form.
        """
        if signature not in self._answers:
            raise NotConvertible(f"'{signature}' has no form without Python")
        entry, graph = self._equal_form(signature, MOST_DIFFERENCE)
        if self._answers[signature] == "label" and "predict_proba" in self._answers:
            # Labels can agree on all samples by luck; the scores that decide them then do not.
            self._equal_form("predict_proba", MOST_DIFFERENCE_OF_SCORES)
        return entry, graph.SerializeToString()

    def _equal_form(
        self, signature: str, most_difference: float
    ) -> tuple[dict[str, Any], onnx.ModelProto]:
        layout = self._layout
        with_gaps = join([self._rows, with_missing(self._rows, list(range(len(layout.names))))])
        problem: Exception | None = None
        for rows, missing in (
            (with_gaps, frozenset(layout.names)),
            (self._rows, frozenset[str]()),
        ):
            try:
                answer = _asked(self._original, signature, layout.for_original(rows))
                expected = as_array(answer, signature)
                number = expected.dtype.kind == "f"
                graph = self._forest.graph(self._answers[signature], number)
                feeds = layout.for_native(rows, np.float64)
                entry = prove(graph, signature, expected, feeds, self._source, most_difference)
            except (NotConvertible, Differs) as error:
                problem = error
                continue
            entry["inputs"] = layout.inputs(np.float64, missing)
            return entry, graph
        assert problem is not None
        raise problem


def _asked(original: Original, signature: str, matrix: np.ndarray) -> Any:
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return original(signature, matrix)
    except Exception as error:  # Libraries refuse rows in their own ways.
        why = " ".join(str(error).split())[:160]
        raise NotConvertible(f"the model refuses the samples: {why}; give sample=") from error


def _rows(forest: Forest, layout: Layout, sample: Any) -> tuple[Rows, str]:
    if sample is not None:
        try:
            return layout.rows_of(sample), "sample"
        except (ValueError, TypeError, KeyError) as error:
            raise NotConvertible(f"sample does not fit the model: {error}") from error
    rng = np.random.default_rng(0)
    appended = sum(len(sets) for sets in forest.sets.values())
    splits = [tree.splits for tree in forest.trees]
    matrix = rows_on_splits(splits, forest.features + appended, COUNT, rng)
    if matrix is None:
        return list(rng.normal(0, 1, (COUNT, forest.features)).T), "random normal numbers"
    columns = list(matrix.T[: forest.features])
    for feature, sets in forest.sets.items():
        known = sorted(set().union(*sets)) or [0]
        columns[feature] = rng.choice([*known, max(known) + 1, -1], len(matrix)).astype(float)
    return columns, "tree thresholds"
