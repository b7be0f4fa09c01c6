# SPDX-License-Identifier: Apache-2.0
"""From a scikit-learn estimator to one ONNX graph a signature."""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx

from .forms import NotConvertible
from .graph import append, cut, rename_inputs
from .layout import Layout
from .steps import last_step
from .traps import corrected_converters
from .votes import count_votes, is_forest

# The newest versions that all supported releases of ONNX Runtime run; 3 of the machine-learning
# operators is the first with double trees.
_OPSETS = {"": 18, "ai.onnx.ml": 3}

_SECOND_OUTPUT = ("predict_proba", "predict_log_proba", "decision_function")


@dataclass
class Converter:
    """Graphs of one estimator for one floating-point type.

    It converts the whole estimator once for each set of options that a signature needs and keeps
    that for the next signature. It compares nothing. Not thread-safe.
    """

    estimator: Any
    layout: Layout
    float_type: type[np.floating]
    _whole: dict[tuple[str, ...], onnx.ModelProto] = field(default_factory=dict)

    def graph(self, signature: str) -> onnx.ModelProto:
        """The graph that computes `signature`, with one output, as the converter shapes it.

        Raises:
            NotConvertible: If there is no converter, or none for this signature.
        """
        try:
            whole = self._converted(self._options(signature))
        except NotConvertible:
            if signature != "predict" or not hasattr(last_step(self.estimator), "classes_"):
                raise
            # The labels are the same; for some the converter has doubles only so.
            whole = self._converted(("raw_scores", *self._options(signature)))
        names = [output.name for output in whole.graph.output]
        place = self._place(signature, len(names))
        if place >= len(names):
            raise NotConvertible(f"skl2onnx gives no '{signature}' for {_kind(self.estimator)}")
        graph = cut(whole, names[place])
        last = last_step(self.estimator)
        if signature == "predict" and is_forest(last):
            count_votes(graph, len(last.estimators_))
        if signature == "predict_log_proba":
            append(graph, "Log")
        return graph

    def _options(self, signature: str) -> tuple[str, ...]:
        last = last_step(self.estimator)
        chosen: tuple[str, ...] = ()
        if signature == "score_samples":
            chosen = ("score_samples",)
        if signature == "decision_function" and hasattr(last, "classes_"):
            chosen = ("raw_scores",)
        if signature in ("predict", "decision_function") and np.size(getattr(last, "_probA", ())):
            chosen += ("no_probabilities",)
        return chosen

    def _place(self, signature: str, outputs: int) -> int:
        """Which of the converter's outputs is the signature's."""
        last = last_step(self.estimator)
        predicts = hasattr(last, "predict")
        if signature == "predict" and predicts:
            return 0
        if signature == "transform" and not hasattr(last, "classes_"):
            return 1 if predicts and outputs > 1 else 0
        if signature in _SECOND_OUTPUT:
            return 1
        if signature == "score_samples":
            return 2
        raise NotConvertible(f"skl2onnx gives no '{signature}' for {_kind(self.estimator)}")

    def _converted(self, options: tuple[str, ...]) -> onnx.ModelProto:
        if options not in self._whole:
            self._whole[options] = self._convert(options)
        return self._whole[options]

    def _convert(self, options: tuple[str, ...]) -> onnx.ModelProto:
        from skl2onnx import convert_sklearn

        estimator = _as_converters_want(self.estimator, "no_probabilities" in options)
        last = last_step(estimator)
        chosen: dict[str, Any] = {one: True for one in options if one != "no_probabilities"}
        attempts = [chosen]
        if hasattr(last, "classes_") and hasattr(last, "predict"):
            attempts = [{**chosen, "zipmap": False}, chosen]
        problem: Exception | None = None
        logging.getLogger("skl2onnx").setLevel(logging.ERROR)
        for attempt in attempts:
            for target in (_OPSETS, _OPSETS[""]):  # Some converters know only one way to say it.
                try:
                    with corrected_converters():
                        converted: onnx.ModelProto = convert_sklearn(
                            estimator,
                            name="ekiben",
                            initial_types=self._initial_types(),
                            options={id(last): attempt} if attempt else None,
                            target_opset=target,
                        )
                    rename_inputs(converted, [name for name, _ in self._initial_types()])
                    return converted
                except NotConvertible:
                    raise
                except Exception as error:  # Converters fail in any way; each is a reason.
                    problem = problem or error
            if not isinstance(problem, NameError):  # Not for want of the option.
                break
        raise NotConvertible(_reason(problem, self.estimator)) from problem

    def _initial_types(self) -> list[tuple[str, Any]]:
        from skl2onnx.common import data_types

        double = self.float_type is np.float64
        types = {
            "float64": data_types.DoubleTensorType if double else data_types.FloatTensorType,
            "int64": data_types.Int64TensorType,
            "string": data_types.StringTensorType,
        }
        layout = self.layout
        if layout.kind == "text":
            return [("X", types["string"]([None]))]
        if layout.kind == "matrix":
            return [("X", types[layout.dtypes[0]]([None, len(layout.names)]))]
        return [
            (name, types[dtype]([None, 1]))
            for name, dtype in zip(layout.names, layout.dtypes, strict=True)
            if name not in layout.unused
        ]


def _as_converters_want(estimator: Any, no_probabilities: bool) -> Any:
    """The estimator, or a copy with what changes no answer but stops a converter.

    Labels and scores of a support vector machine do not come from its probabilities, but those of
    a converted one that has probabilities do. How a vote's transform() is laid out does not matter
    to its predictions. Squares of single-precision centers are to be added up as doubles.
    """
    last = last_step(estimator)
    if no_probabilities:
        estimator = copy.deepcopy(estimator)
        last_step(estimator)._probA = last_step(estimator)._probB = np.empty(0)
    elif getattr(last, "flatten_transform", False):
        estimator = copy.deepcopy(estimator)
        last_step(estimator).flatten_transform = False
    elif getattr(getattr(last, "cluster_centers_", None), "dtype", None) == np.float32:
        estimator = copy.deepcopy(estimator)
        last_step(estimator).cluster_centers_ = last.cluster_centers_.astype(np.float64)
    return estimator


def _kind(estimator: Any) -> str:
    return type(last_step(estimator)).__name__


def _reason(error: Exception | None, estimator: Any) -> str:
    if isinstance(error, NameError):
        return f"skl2onnx has no such output for {_kind(estimator)}"
    text = " ".join(str(error).partition("You may raise")[0].split()) or type(error).__name__
    if "Unable to find a shape calculator" in text or "Unable to find a converter" in text:
        unknown = text.partition("'<class '")[2].partition("'")[0].rpartition(".")[2]
        return f"skl2onnx has no converter for {unknown or _kind(estimator)}"
    return f"skl2onnx cannot convert {_being_converted(error) or _kind(estimator)}: {text[:160]}"


def _being_converted(error: Exception | None) -> str:
    """Which step of a pipeline the converters were at."""
    name = ""
    trace = error.__traceback__ if error is not None else None
    while trace is not None:
        step = getattr(trace.tb_frame.f_locals.get("operator"), "raw_operator", None)
        name = type(step).__name__ if step is not None else name
        trace = trace.tb_next
    return name
