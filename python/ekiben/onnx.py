# SPDX-License-Identifier: Apache-2.0
"""ONNX: saving graphs, and loading them into ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .errors import InvalidArgument
from .framework import Framework, SaveOptions
from .model import Model
from .native.forms import Form, write_forms
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

FILE = "saved_model.onnx"
RUN = "run"

_framework = Framework(
    "onnx",
    {"onnx": "onnx", "onnxruntime": "onnxruntime"},
    versions_kept=("onnx", "onnxruntime-gpu", "onnxruntime"),
)


get = _framework.get


def save_model(
    name: str | Tag,
    model: Any,
    *,
    sample: Mapping[str, Any] | None = None,
    **options: Unpack[SaveOptions],
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
        sample: Input name to array of rows; by default random numbers are drawn.
        options: As SaveOptions has them; `run` is the only signature.

    Raises:
        InvalidArgument: If the model is no ONNX graph, a signature other than `run` is given, or
            name, labels or metadata are not as described.
        FailedPrecondition: If the version is taken, a package is missing or the disk refuses.
    """
    onnx = _framework.imported("onnx")
    _framework.imported("onnxruntime")
    proto = _proto(onnx, model)
    for given in (options.get("signatures"), options.get("signature")):
        other = [one for one in given or () if one != RUN]
        if other:
            raise InvalidArgument(
                f"signature '{other[0]}' is not known: an ONNX graph has one, '{RUN}'"
            )
    return _framework.save(
        name,
        lambda saved: onnx.save(proto, saved.path_of(FILE)),
        default=RUN,
        native=lambda folder, _: _native(proto, sample, folder),
        api_version="v2",
        options=_options(proto),
        **options,
    )


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


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model`.

    Its `run` takes the graph's inputs in their order, or by name, casts them to their types, and
    returns the one output or a tuple of them.
    """
    return model_runnable(
        _framework.get(model),
        ("nvidia.com/gpu", "cpu"),
        multi_threading=True,
        load=_load_to_serve,
        call=_run,
        name="ONNXRunnable",
    )


def _load_to_serve(model: Model) -> Any:
    options = model.info.options
    return load_model(
        model,
        providers=options.get("providers"),
        session_options=options.get("session_options"),
    )


def _run(session: Any, signature: str, *args: Any, **kwargs: Any) -> Any:
    import numpy as np

    inputs = session.get_inputs()
    feeds = {one.name: value for one, value in zip(inputs, args, strict=False)} | kwargs
    for one in inputs:
        dtype = _numpy_type(one.type)
        if one.name in feeds and dtype is not None:
            feeds[one.name] = np.asarray(feeds[one.name]).astype(dtype, copy=False)
    answers = getattr(session, signature)(None, feeds)
    return answers[0] if len(answers) == 1 else tuple(answers)


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

    plain = without_maps(proto)

    def make(_: str) -> Form:
        entry = describe(plain or proto, FILE, sample)
        return entry, None if plain is None else plain.SerializeToString()

    return write_forms(make, [RUN], folder)


def _numpy_type(onnx_type: str) -> Any:
    """The numpy type of `tensor(float)`; None for what is no tensor of numbers or text."""
    from .native.inspect import DTYPES

    dtype = DTYPES.get(onnx_type.removeprefix("tensor(").removesuffix(")"))
    return object if dtype == "string" else dtype


def _options(proto: Any) -> dict[str, Any]:
    """What BentoML keeps of the graph, in protobuf's JSON form."""
    from google.protobuf.json_format import MessageToDict

    return {
        "input_specs": {RUN: [MessageToDict(one) for one in proto.graph.input]},
        "output_specs": {RUN: [MessageToDict(one) for one in proto.graph.output]},
        "providers": None,
        "session_options": None,
    }
