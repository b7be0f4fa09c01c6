# SPDX-License-Identifier: Apache-2.0
"""ONNX: saving graphs, and loading them into ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import InvalidArgument
from .framework import Framework
from .manifest import Signature
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag

FILE = "saved_model.onnx"
RUN = "run"

_framework = Framework(
    "onnx",
    {"onnx": "onnx", "onnxruntime": "onnxruntime"},
    versions_kept=("onnx", "onnxruntime-gpu", "onnxruntime"),
)


def save_model(
    name: str | Tag,
    model: Any,
    *,
    signatures: Mapping[str, Signature | Mapping[str, Any]] | None = None,
    labels: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    external_modules: Iterable[ModuleType] | None = None,
    sample: Mapping[str, Any] | None = None,
) -> Model:
    """Save an ONNX graph. It is served as it is, under the one signature `run`.

    Where it can be run on rows, it is found out whether rows may be joined into one batch without
    changing any answer. Maps from class to score, as converters like to put at the end, become
    tensors in what is served. A graph that ONNX Runtime cannot load, or that takes or gives
    something but tensors, is saved all the same, with a line on the log.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: An onnx.ModelProto, or the path of a file with one. Tensors that lie in files
            beside it are taken into the saved file.
        signatures: `{"run": {...}}`; not batchable by default.
        labels: Text to text, to find models by.
        metadata: Anything plain that is worth knowing.
        custom_objects: Python objects to save along, by cloudpickle.
        external_modules: Modules whose code goes into the pickles.
        sample: Input name to array of rows; by default random numbers are drawn.

    Raises:
        InvalidArgument: If the model is no ONNX graph, a signature other than `run` is given, or
            name, labels or metadata are not as described.
        FailedPrecondition: If the version is taken, a package is missing or the disk refuses.
    """
    onnx = _framework.imported("onnx")
    _framework.imported("onnxruntime")
    proto = _proto(onnx, model)
    chosen = _framework.signatures(signatures, RUN)
    other = [one for one in chosen if one != RUN]
    if other:
        raise InvalidArgument(
            f"signature '{other[0]}' is not known: an ONNX graph has one, '{RUN}'"
        )
    return _framework.save(
        name,
        lambda saved: onnx.save(proto, saved.path_of(FILE)),
        lambda folder: _native(proto, sample, folder),
        signatures=chosen,
        labels=labels,
        metadata=metadata,
        custom_objects=custom_objects,
        external_modules=external_modules,
        api_version="v2",
        options=_options(proto),
    )


def get(tag: str | Tag) -> Model:
    """The model that `tag` means, if it was saved by this module or BentoML's.

    Raises:
        NotFound: If there is none, or another module saved it.
    """
    return _framework.get(tag)


def load_model(
    tag: str | Tag | Model,
    *,
    providers: Sequence[Any] | None = None,
    session_options: Any = None,
) -> Any:
    """The graph in an onnxruntime.InferenceSession, which any number of threads may run at once.

    Args:
        tag: What to load.
        providers: What to run it on, as ONNX Runtime names it; the CPU by default.
        session_options: An onnxruntime.SessionOptions.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If onnxruntime is missing or the file is damaged.
    """
    model = _framework.get(tag)
    runtime = _framework.imported("onnxruntime")
    return _framework.loaded(
        model,
        FILE,
        lambda path: runtime.InferenceSession(
            path,
            sess_options=session_options,
            providers=list(providers or ["CPUExecutionProvider"]),
        ),
    )


def _proto(onnx: ModuleType, model: Any) -> Any:
    if isinstance(model, onnx.ModelProto):
        return model
    if not isinstance(model, (str, os.PathLike)):
        raise InvalidArgument(
            f"a {type(model).__name__} is neither an onnx.ModelProto nor a path",
            hint="give save_model(name, model) one of the two",
        )
    path = Path(model)
    if not path.is_file():
        raise InvalidArgument(f"there is no file '{path}'")
    try:
        return onnx.load(str(path))
    except Exception as error:  # The parser's errors are those of protobuf's several versions.
        raise InvalidArgument(f"'{path}' is not an ONNX file: {error}") from error


def _native(proto: Any, sample: Mapping[str, Any] | None, folder: Path) -> dict[str, Any]:
    from .native.graph import without_maps
    from .native.inspect import describe
    from .native.layout import NotConvertible

    plain = without_maps(proto)
    file = FILE if plain is None else f"native/{RUN}.onnx"
    if plain is not None:
        (folder / "native").mkdir()
        (folder / file).write_bytes(plain.SerializeToString())
    try:
        return {"format": 1, "native": {RUN: describe(plain or proto, file, sample)}}
    except NotConvertible as error:
        return {"format": 1, "native": {}, "not_native": {RUN: str(error)}}


def _options(proto: Any) -> dict[str, Any]:
    """What BentoML keeps of the graph, in protobuf's JSON form."""
    from google.protobuf.json_format import MessageToDict

    return {
        "input_specs": {RUN: [MessageToDict(one) for one in proto.graph.input]},
        "output_specs": {RUN: [MessageToDict(one) for one in proto.graph.output]},
        "providers": None,
        "session_options": None,
    }


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model`; its one method takes the graph's inputs in order."""
    return model_runnable(
        model, ("nvidia.com/gpu", "cpu"), multi_threading=True, load=load_model, call=_run
    )


def _run(session: Any, signature: str, *args: Any, **kwargs: Any) -> Any:
    inputs = {given.name: value for given, value in zip(session.get_inputs(), args, strict=False)}
    outputs = session.run(None, {**inputs, **kwargs})
    return outputs[0] if len(outputs) == 1 else tuple(outputs)
