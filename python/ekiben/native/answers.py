# SPDX-License-Identifier: Apache-2.0
"""What a graph answers, brought into the form of the original's answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx

from .forms import NotConvertible
from .graph import append
from .proof import session

_OUTPUT_NAMES = {
    "predict_proba": "probabilities",
    "predict_log_proba": "log_probabilities",
    "decision_function": "scores",
    "score_samples": "scores",
    "transform": "variable",
}


def as_array(answer: Any, signature: str) -> np.ndarray:
    """The original's answer as one array.

    Raises:
        NotConvertible: If it is none, or has no rows.
    """
    if isinstance(answer, (list, tuple)):
        raise NotConvertible(f"'{signature}' answers with a list of {len(answer)} arrays")
    if hasattr(answer, "toarray"):
        answer = answer.toarray()
    if hasattr(answer, "to_numpy"):
        answer = answer.to_numpy()
    array = np.asarray(answer)
    if array.ndim == 0:
        raise NotConvertible(f"'{signature}' answers with one value for all rows")
    return array


def adapt(graph: onnx.ModelProto, got: np.ndarray, expected: np.ndarray, signature: str) -> None:
    """Give the output the shape and kind of the original's answer."""
    if expected.ndim == 1 and got.ndim == 2:
        if got.shape[1] == 2 and signature == "decision_function":
            append(graph, "Gather", np.array([1]), axis=1)
        if 1 in got.shape or signature == "decision_function":
            append(graph, "Reshape", np.array([-1]))
    if got.ndim == 1 and expected.shape == (len(got), 1):
        append(graph, "Reshape", np.array([-1, 1]))
    if got.dtype.kind in "iu" and expected.dtype.kind in "bf":
        to = onnx.TensorProto.BOOL if expected.dtype.kind == "b" else onnx.TensorProto.DOUBLE
        append(graph, "Cast", to=to)


def output_name(signature: str, answer: np.ndarray) -> str:
    """What the output is called: by what it means, not by how a converter calls it."""
    return _OUTPUT_NAMES.get(signature) or ("variable" if answer.dtype.kind == "f" else "label")


def output_spec(name: str, array: np.ndarray) -> dict[str, Any]:
    """What model.yaml says of an output that gave `array`."""
    dtype = array.dtype.name if array.dtype.kind in "biuf" else "string"
    return {"name": name, "dtype": dtype, "shape": [-1, *map(int, array.shape[1:])]}


def opened(graph: onnx.ModelProto) -> Any:
    """A session for the graph.

    Raises:
        NotConvertible: If ONNX Runtime cannot load it.
    """
    try:
        return session(graph.SerializeToString())
    except Exception as error:
        raise NotConvertible(f"ONNX Runtime cannot load the graph: {_first_line(error)}") from error


def run_once(graph: onnx.ModelProto, feeds: dict[str, np.ndarray]) -> np.ndarray:
    """What the graph's only output is for these inputs.

    Raises:
        NotConvertible: If ONNX Runtime cannot run it, or it is no tensor.
    """
    runnable = opened(graph)
    try:
        answer = runnable.run(None, feeds)[0]
    except Exception as error:
        raise NotConvertible(f"ONNX Runtime cannot run the graph: {_first_line(error)}") from error
    if not isinstance(answer, np.ndarray):
        raise NotConvertible(f"the graph answers with a {type(answer).__name__}, not a tensor")
    return answer


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines() or [type(error).__name__]
    return text[0].rpartition(" : ")[2][:160]
