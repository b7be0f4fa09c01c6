# SPDX-License-Identifier: Apache-2.0
"""Making and proving the native form of an estimator, signature by signature."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from .answers import as_array
from .convert import Converter
from .equal import MOST_DIFFERENCE_OF_SCORES, prove
from .forms import Differs, Form, NotConvertible, without_native, write_forms
from .layout import Layout, Rows, call, join, layout_of
from .proof import MOST_DIFFERENCE
from .samples import draw, with_missing

_FLOAT_TYPES: tuple[type[np.floating], ...] = (np.float64, np.float32)


def build(estimator: Any, signatures: Iterable[str], sample: Any, folder: Path) -> dict[str, Any]:
    """Write the native forms of `estimator` to `folder`/native.

    Returns what model.yaml has under `ekiben`. A signature whose native form cannot be made, or
    answers otherwise than the original, is under `not_native` with the reason.

    Args:
        sample: Rows to compare on, as the estimator's methods take them; None to draw some.
    """
    try:
        workshop = _Workshop(estimator, sample)
    except NotConvertible as error:
        return without_native(signatures, str(error))
    return write_forms(workshop.make, signatures, folder)


class _Workshop:
    """One estimator, its samples and its converters. Not thread-safe; used for one save."""

    def __init__(self, estimator: Any, sample: Any) -> None:
        self._estimator = estimator
        self._layout: Layout = layout_of(estimator, sample)
        self._rows, self._source = _sample_rows(estimator, self._layout, sample)
        self._original_type: type[np.floating] = np.float64
        self._converters = [
            Converter(estimator, self._layout, float_type)
            for float_type in (_FLOAT_TYPES if self._layout.has_floats else _FLOAT_TYPES[1:])
        ]

    def make(self, signature: str) -> Form:
        """The native form of a signature.

        Raises:
            NotConvertible, Differs: If there is no equal native form.
        """
        entry, graph = self._equal_form(signature)
        if signature == "predict":
            self._check_what_decides()
        return entry, graph.SerializeToString()

    def _check_what_decides(self) -> None:
        """Labels can agree on all samples by luck; the scores that decide them then do not.

        Raises:
            Differs: If there are such scores and their native form is far off.
        """
        for scores in ("predict_proba", "decision_function"):
            if hasattr(self._estimator, scores):
                with contextlib.suppress(NotConvertible):
                    self._equal_form(scores, MOST_DIFFERENCE_OF_SCORES)
                return

    def _equal_form(
        self, signature: str, most_difference: float = MOST_DIFFERENCE
    ) -> tuple[dict[str, Any], onnx.ModelProto]:
        rows, missing = self._rows_of(signature)
        problem: Exception | None = None
        for some_rows, takes_nan in ((rows, missing), (self._rows, frozenset[str]())):
            for converter in self._converters:
                try:
                    return self._prove(converter, signature, some_rows, takes_nan, most_difference)
                except (NotConvertible, Differs) as error:
                    # A difference tells more than a converter's complaint.
                    if not isinstance(problem, Differs) or isinstance(error, Differs):
                        problem = error
            if not missing:
                break
        assert problem is not None
        raise problem

    def _rows_of(self, signature: str) -> tuple[Rows, frozenset[str]]:
        """The samples, with rows that lack values where the original answers such."""
        layout = self._layout
        able = [i for i, dtype in enumerate(layout.dtypes) if dtype == "float64"]
        able = [i for i in able if layout.names[i] not in layout.unused]
        if not able or layout.kind == "text":
            return self._rows, frozenset()
        if not self._answers(signature, with_missing(self._rows, able)):
            if layout.kind == "matrix":
                return self._rows, frozenset()
            able = [i for i in able if self._answers(signature, with_missing(self._rows, [i]))]
            if not able:
                return self._rows, frozenset()
        rows = join([self._rows, with_missing(self._rows, able)])
        return rows, frozenset(layout.names[i] for i in able)

    def _answers(self, signature: str, rows: Rows) -> bool:
        try:
            self._answer(signature, rows)
        except Exception:  # Estimators refuse missing values in their own ways.
            return False
        return True

    def _answer(self, signature: str, rows: Rows) -> Any:
        """What the original answers. Some that were fitted to float32 take nothing else."""
        try:
            return call(self._estimator, signature, rows, self._layout, self._original_type)
        except Exception:
            if self._layout.kind != "matrix" or self._layout.dtypes[0] != "float64":
                raise
            with contextlib.suppress(Exception):
                answer = call(self._estimator, signature, rows, self._layout, np.float32)
                self._original_type = np.float32
                return answer
            raise

    def _prove(
        self,
        converter: Converter,
        signature: str,
        rows: Rows,
        missing: frozenset[str],
        most_difference: float,
    ) -> tuple[dict[str, Any], onnx.ModelProto]:
        try:
            expected = self._answer(signature, rows)
        except Exception as error:
            why = " ".join(str(error).split())[:160]
            raise NotConvertible(f"the model refuses the samples: {why}; give sample=") from error
        expected = as_array(expected, signature)
        feeds = self._layout.for_native(rows, converter.float_type)
        graph = converter.graph(signature)
        entry = prove(graph, signature, expected, feeds, self._source, most_difference)
        entry["inputs"] = self._layout.inputs(converter.float_type, missing)
        if unused := self._layout.unused_names():
            entry["unused"] = unused
        return entry, graph


def _sample_rows(estimator: Any, layout: Layout, sample: Any) -> tuple[Rows, str]:
    if sample is None:
        try:
            return draw(estimator, layout)
        except Exception as error:  # Estimators keep what they learned in many ways.
            raise NotConvertible(f"cannot draw samples ({error}); give sample=") from error
    try:
        return layout.rows_of(sample), "sample"
    except (ValueError, TypeError, KeyError) as error:
        raise NotConvertible(f"sample does not fit the model: {error}") from error
