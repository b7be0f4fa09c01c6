# SPDX-License-Identifier: Apache-2.0
"""What an ONNX graph takes and gives, and whether it treats rows alike."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx

from .forms import NotConvertible
from .proof import rows_are_independent, session

_ROWS = 16

DTYPES = {
    "float": "float32",
    "double": "float64",
    "string": "string",
    "bool": "bool",
    "float16": "float16",
    **{name: name for name in ("int8", "int16", "int32", "int64")},
    **{name: name for name in ("uint8", "uint16", "uint32", "uint64")},
}


def describe(proto: onnx.ModelProto, file: str, sample: Mapping[str, Any] | None) -> dict[str, Any]:
    """The entry of model.yaml for a graph that is its own native form.

    Raises:
        NotConvertible: If ONNX Runtime cannot load it or it takes or gives something but tensors.
    """
    try:
        opened = session(proto.SerializeToString())
    except Exception as error:
        why = str(error).strip().splitlines()[0]
        raise NotConvertible(f"ONNX Runtime cannot load the graph: {why}") from error
    inputs = [_spec(value, missing=False) for value in opened.get_inputs()]
    outputs = [_spec(value) for value in opened.get_outputs()]
    independent = False
    feeds = _feeds(inputs, sample)
    if feeds is not None:
        independent = _answer_alike(opened, feeds, outputs)
    return {
        "runtime": "onnx",
        "file": file,
        "inputs": inputs,
        "outputs": outputs,
        "rows_independent": independent,
    }


def _spec(value: Any, **more: Any) -> dict[str, Any]:
    dtype = DTYPES.get(value.type.removeprefix("tensor(").removesuffix(")"))
    if dtype is None:
        raise NotConvertible(f"'{value.name}' is a {value.type}, not a tensor")
    shape = [axis if isinstance(axis, int) and axis >= 0 else -1 for axis in value.shape]
    return {"name": value.name, "dtype": dtype, "shape": shape, **more}


def _answer_alike(opened: Any, feeds: dict[str, np.ndarray], outputs: list[dict[str, Any]]) -> bool:
    """Whether rows answer alone as together; corrects the shapes of `outputs`, too.

    Converters declare shapes that are not so, such as [1] for one label a row.
    """
    try:
        for output in outputs:
            run = functools.partial(_run, opened, output["name"])
            together = run(feeds)
            if not rows_are_independent(run, feeds, together):
                return False
            if len(output["shape"]) != together.ndim or output["shape"][0] != -1:
                output["shape"] = [-1, *map(int, together.shape[1:])]
    except Exception:  # A graph may refuse rows that mean nothing to it: nothing is proven.
        return False
    return True


def _run(opened: Any, output: str, feeds: dict[str, np.ndarray]) -> np.ndarray:
    answer: np.ndarray = opened.run([output], feeds)[0]
    return answer


def _feeds(
    inputs: list[dict[str, Any]], sample: Mapping[str, Any] | None
) -> dict[str, np.ndarray] | None:
    """The caller's rows, or made-up ones; None where an input has no rows or no known shape."""
    if any(one["shape"][:1] != [-1] for one in inputs):
        return None
    if sample is not None:
        lacking = [one["name"] for one in inputs if one["name"] not in sample]
        if lacking:
            raise NotConvertible(f"sample has no input '{lacking[0]}'")
        return {
            one["name"]: np.asarray(sample[one["name"]]).astype(_numpy_type(one)) for one in inputs
        }
    if any(-1 in one["shape"][1:] for one in inputs):
        return None
    rng = np.random.default_rng(0)
    return {one["name"]: _drawn(one, (_ROWS, *one["shape"][1:]), rng) for one in inputs}


def _drawn(one: dict[str, Any], shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    if one["dtype"] == "string":
        drawn = rng.choice(np.array(["", "one", "two words", "Three, 3"], dtype=object), shape)
    elif one["dtype"].startswith("float"):
        drawn = rng.normal(0, 1, shape)
    else:
        drawn = rng.integers(0, 2, shape)
    return drawn.astype(_numpy_type(one))


def _numpy_type(one: dict[str, Any]) -> Any:
    return object if one["dtype"] == "string" else one["dtype"]
