# SPDX-License-Identifier: Apache-2.0
"""Where skl2onnx's converters answer otherwise than scikit-learn, put right while they run.

- Trees get double thresholds and leaves when the input is double: version 3 of the operator has
  attributes for them, which no converter uses.
- Thresholds are moved to where float32, to which scikit-learn rounds its input, puts them; the
  converters' own search for that place never ends at an infinite one.
- Trees that send missing values to the left say so, as scikit-learn's and as the operator's do.
- Booleans that protobuf refuses in a list of integers become integers.
- Words are told apart as scikit-learn does, and no locale is asked for that a machine may lack.
- Operators that exist for float32 only get their input as float32.
- A distance that rounding made the root of a negative number is zero.
- IsolationForest becomes one operator instead of dozens a tree (isolation.py), SimpleImputer works
  on doubles and text (imputer.py).
"""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest import mock

import numpy as np

from .forms import NotConvertible
from .imputer import imputer_converter
from .isolation import convert_isolation_forest

TREES = ("TreeEnsembleClassifier", "TreeEnsembleRegressor")

# Converters that round a tree's numbers to float32 unless told of a version that has doubles.
_ROUNDING = (
    "SklearnRandomForestClassifier",
    "SklearnExtraTreesClassifier",
    "SklearnHistGradientBoostingClassifier",
)
_DOUBLES = ("nodes_values", "class_weights", "target_weights", "base_values")

_lock = threading.Lock()


@contextmanager
def corrected_converters() -> Iterator[None]:
    """Within the block, skl2onnx converts as described above; one thread at a time."""
    from skl2onnx.common import _container, _registration, tree_ensemble

    pool = _registration._converter_pool
    corrected = {
        name: _registration.RegisteredConverter(
            functools.partial(pool[name]._fct, op_version=3), pool[name]._options
        )
        for name in _ROUNDING
        if name in pool
    }
    for name, converter in (
        ("SklearnIsolationForest", convert_isolation_forest),
        ("SklearnSimpleImputer", imputer_converter(pool["SklearnSimpleImputer"]._fct)),
    ):
        corrected[name] = _registration.RegisteredConverter(converter, pool[name]._options)
    container = _container.ModelComponentContainer
    add_node = functools.partialmethod(_add_node, container.add_node)
    with _lock, ExitStack() as stack:
        stack.enter_context(mock.patch.dict(pool, corrected))
        stack.enter_context(mock.patch.object(container, "add_node", add_node))
        stack.enter_context(mock.patch.object(tree_ensemble, "sklearn_threshold", exact_threshold))
        for function, wrap in (
            ("add_tree_to_attribute_pairs", _with_missing_direction),
            ("add_tree_to_attribute_pairs_hist_gradient_boosting", _without_categories),
        ):
            original = getattr(tree_ensemble, function)
            for module in _importers(function):
                stack.enter_context(mock.patch.object(module, function, wrap(original)))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        yield


def exact_threshold(threshold: float, dtype: Any, _mode: str) -> float:
    """The largest number w of `dtype` for which `float32(w) <= threshold`.

    So `x <= w` holds for just those x for which scikit-learn goes left.
    """
    if not np.isfinite(threshold):
        return float(threshold)
    below = np.float32(threshold)
    if below > threshold:
        below = np.nextafter(below, np.float32(-np.inf))
    if dtype == np.float32:
        return float(below)
    above = np.nextafter(below, np.float32(np.inf))
    half = (np.float64(below) + np.float64(above)) / 2
    return float(half if np.float32(half) <= below else np.nextafter(half, -np.inf))


def _importers(function: str) -> list[Any]:
    """The modules of skl2onnx that have a name of their own for this function."""
    names = ("random_forest", "gradient_boosting", "decision_tree", "isolation_forest")
    modules = [import_module(f"skl2onnx.operator_converters.{name}") for name in names]
    return [module for module in modules if hasattr(module, function)]


def _with_missing_direction(original: Callable[..., None]) -> Callable[..., None]:
    def add(
        attributes: dict[str, Any], is_classifier: bool, tree: Any, *args: Any, **kw: Any
    ) -> None:
        original(attributes, is_classifier, tree, *args, **kw)
        nodes = tree.__getstate__()["nodes"]
        if "missing_go_to_left" in (nodes.dtype.names or ()):
            inner = tree.children_left != tree.children_right
            goes_left = (nodes["missing_go_to_left"] != 0) & inner
            attributes["nodes_missing_value_tracks_true"][-tree.node_count :] = goes_left.tolist()

    return add


def _without_categories(original: Callable[..., None]) -> Callable[..., None]:
    def add(
        attributes: dict[str, Any], is_classifier: bool, tree: Any, *args: Any, **kw: Any
    ) -> None:
        if tree.nodes["is_categorical"].any():
            raise NotConvertible("HistGradientBoosting splits on categories, which ONNX lacks")
        original(attributes, is_classifier, tree, *args, **kw)

    return add


def _add_node(
    container: Any,
    original: Callable[..., None],
    op_type: str,
    inputs: Any,
    outputs: Any,
    op_domain: str = "",
    op_version: int | None = None,
    name: str | None = None,
    **attributes: Any,
) -> None:
    _correct_text(container, op_type, attributes)
    if op_type == "Sqrt":
        inputs = _after(container, original, "Relu", inputs, outputs)
    if op_type == "SVMRegressor":
        inputs = _after(container, original, "Cast", inputs, outputs, to=_FLOAT)
    if op_type not in TREES:
        original(container, op_type, inputs, outputs, op_domain, op_version, name, **attributes)
        return
    tracks = attributes.get("nodes_missing_value_tracks_true", [])
    attributes["nodes_missing_value_tracks_true"] = [int(one) for one in tracks]
    if getattr(attributes["nodes_values"], "dtype", None) != np.float64:
        original(container, op_type, inputs, outputs, op_domain, op_version, name, **attributes)
        return
    names = [outputs] if isinstance(outputs, str) else list(outputs)
    single = f"{names[-1]}_single"
    doubles = _in_doubles(attributes)
    original(container, op_type, inputs, [*names[:-1], single], op_domain, 3, name, **doubles)
    original(container, "Cast", [single], [names[-1]], "", None, None, to=_DOUBLE)


_FLOAT, _DOUBLE = 1, 11  # onnx.TensorProto


def _correct_text(container: Any, op_type: str, attributes: dict[str, Any]) -> None:
    if op_type == "StringNormalizer":
        # The default locale is one that a bare Debian lacks. Stop words would be compared with
        # whole texts and so drop rows; as words they are missing from the vocabulary already.
        attributes["locale"] = "C.UTF-8"
        attributes.pop("stopwords", None)
    if op_type == "Tokenizer" and attributes.get("tokenexp") == "[a-zA-Z0-9_]+":
        # What stands for scikit-learn's default: two or more letters, of any alphabet.
        attributes["tokenexp"] = r"[\pL\pN_]{2,}"
    if op_type == "TfIdfVectorizer" and all(str(w).isascii() for w in attributes["pool_strings"]):
        # Lowering other letters cannot make a word of this vocabulary: no locale is needed.
        normalizers = (n for n in reversed(container.nodes) if n.op_type == "StringNormalizer")
        for attribute in getattr(next(normalizers, None), "attribute", ()):
            if attribute.name == "locale":
                attribute.s = b"C"


def _after(
    container: Any,
    original: Callable[..., None],
    op_type: str,
    inputs: Any,
    outputs: Any,
    **attributes: Any,
) -> list[str]:
    """Put a node before another one's only input; returns what that one is to read instead."""
    read = [inputs] if isinstance(inputs, str) else list(inputs)
    made = f"{outputs if isinstance(outputs, str) else outputs[0]}_{op_type.lower()}"
    original(container, op_type, read, [made], "", None, None, **attributes)
    return [made]


def _in_doubles(attributes: dict[str, Any]) -> dict[str, Any]:
    from onnx import numpy_helper

    changed = {key: value for key, value in attributes.items() if key not in _DOUBLES}
    changed.pop("nodes_hitrates", None)
    for key in _DOUBLES:
        if key in attributes:
            numbers = np.asarray(attributes[key], dtype=np.float64).ravel()
            changed[f"{key}_as_tensor"] = numpy_helper.from_array(numbers, key)
    return changed
