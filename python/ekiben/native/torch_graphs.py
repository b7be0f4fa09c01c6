# SPDX-License-Identifier: Apache-2.0
"""Making and proving the native forms of PyTorch's modules."""

from __future__ import annotations

import inspect
import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from ..manifest import Signature
from ..torch_models import as_tensor
from .forms import Differs, Form, NotConvertible, write_forms
from .inspect import describe
from .proof import compare, session

# Networks add up thousands of float32 products, in another order here than there.
MOST_DIFFERENCE = 1e-4

_OPSET = 17
_ROWS = 8
_METHODS = ("__call__", "forward")

Arrays = list[np.ndarray]


def build_torch(
    module: Any, signatures: Mapping[str, Signature], sample: Any, folder: Path
) -> dict[str, Any]:
    """Write the native forms of `module` to `folder`/native.

    Returns what model.yaml has under `ekiben`.

    Args:
        sample: A tensor or an array, or a tuple of them, one an argument.
    """

    def make(name: str) -> Form:
        if name not in _METHODS:
            raise NotConvertible(f"only '__call__' can be exported, not '{name}'")
        with _evaluating(module):
            return _equal_form(module, signatures[name], _arrays(sample))

    return write_forms(make, signatures, folder)


@contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    was_training = getattr(module, "training", False)
    module.train(False)
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        module.train(was_training)


def _arrays(sample: Any) -> Arrays:
    given = sample if isinstance(sample, (tuple, list)) else [sample]
    arrays = []
    for one in given:
        array = one.detach().cpu().numpy() if isinstance(one, torch.Tensor) else np.asarray(one)
        if array.dtype.kind not in "biuf" or array.ndim == 0:
            raise NotConvertible("sample is not made of arrays of numbers")
        arrays.append(array.astype(np.float32) if array.dtype == np.float64 else array)
    if not arrays:
        raise NotConvertible("sample is empty")
    return arrays


def _equal_form(module: Any, signature: Signature, sample: Arrays) -> Form:
    rows = {len(array) for array in sample}
    by_rows = len(rows) == 1 and signature.batch_dim == (0, 0)
    if by_rows:
        try:
            return _prove(module, sample, _more_rows(sample), any_rows=True)
        except (NotConvertible, Differs):
            if signature.batchable:
                raise
    return _prove(module, sample, sample, any_rows=False)


def _more_rows(sample: Arrays) -> Arrays:
    """At least _ROWS rows: the sample's, then more whose numbers are of the same size."""
    rng = np.random.default_rng(0)
    count = max(len(sample[0]), _ROWS)
    return [np.concatenate([one, _like(one, count, rng)])[:count] for one in sample]


def _like(array: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    shape = (count, *array.shape[1:])
    if array.dtype.kind == "f":
        return rng.normal(array.mean(), array.std() or 1.0, shape).astype(array.dtype)
    return rng.choice(array.ravel(), shape)


def _prove(module: Any, sample: Arrays, rows: Arrays, any_rows: bool) -> Form:
    expected = [_answers(module, some) for some in _parts(rows, any_rows)]
    names = _names(module, len(sample))
    outputs = [f"output_{i}" for i in range(len(expected[0]))] if len(expected[0]) > 1 else []
    outputs = outputs or ["variable"]
    graph = _exported(module, sample, names, outputs, any_rows)
    try:
        runnable = session(graph)
    except Exception as error:
        why = str(error).strip().splitlines()[0]
        raise NotConvertible(f"ONNX Runtime cannot load the graph: {why}") from error
    difference = 0.0
    for some, answers in zip(_parts(rows, any_rows), expected, strict=True):
        try:
            got = runnable.run(outputs, dict(zip(names, some, strict=True)))
        except Exception as error:  # A shape that tracing took for granted, for one.
            why = " ".join(str(error).split())[:160]
            raise NotConvertible(f"ONNX Runtime cannot run the graph: {why}") from error
        for name, one, other in zip(outputs, answers, got, strict=True):
            found = compare(
                one, other, by_column=False, what=f"its '{name}'", most_difference=MOST_DIFFERENCE
            )
            difference = max(difference, found)
    feeds = dict(zip(names, rows, strict=True))
    entry = describe(onnx.load_from_string(graph), "", feeds if any_rows else None)
    entry["proof"] = {
        "samples": len(rows[0]),
        "source": "sample",
        "max_relative_difference": difference,
    }
    return entry, graph


def _parts(rows: Arrays, any_rows: bool) -> list[Arrays]:
    """What to compare on: all rows, and where their number is free, one and a few of them."""
    if not any_rows:
        return [rows]
    return [rows, [one[:1] for one in rows], [one[1:4] for one in rows]]


def _answers(module: Any, rows: Arrays) -> list[np.ndarray]:
    try:
        answer = module(*(as_tensor(one, str(one.dtype)) for one in rows))
    except Exception as error:
        why = " ".join(str(error).split())[:160]
        raise NotConvertible(f"the module refuses the sample: {why}") from error
    answers = list(answer) if isinstance(answer, (tuple, list)) else [answer]
    if not answers or not all(isinstance(one, torch.Tensor) for one in answers):
        raise NotConvertible(f"it answers with a {type(answer).__name__}, not with tensors")
    return [one.numpy() for one in answers]


def _names(module: Any, count: int) -> list[str]:
    """The names of the arguments, where it tells them."""
    try:
        schema = module.forward.schema.arguments[1:]
        names = [argument.name for argument in schema]
    except AttributeError:
        names = list(inspect.signature(module.forward).parameters)
    known = names[:count] if len(names) >= count else []
    return known if known and "args" not in known else [f"input_{i}" for i in range(count)]


def _exported(
    module: Any, sample: Arrays, names: list[str], outputs: list[str], any_rows: bool
) -> bytes:
    axes = {name: {0: "N"} for name in [*names, *outputs]} if any_rows else None
    written = io.BytesIO()
    options: dict[str, Any] = {}
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        options["dynamo"] = False  # The newer exporter needs another package.
    try:
        torch.onnx.export(
            module,
            tuple(as_tensor(one, str(one.dtype)) for one in sample),
            written,
            input_names=names,
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=_OPSET,
            **options,
        )
    except Exception as error:  # The exporter fails in any way; each is a reason.
        why = " ".join(str(error).split())[:160] or type(error).__name__
        raise NotConvertible(f"PyTorch cannot export it: {why}") from error
    return written.getvalue()
