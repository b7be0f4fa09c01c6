# SPDX-License-Identifier: Apache-2.0
"""Writing native forms, and what model.yaml says of them. Imports nothing that is heavy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

# The number under `ekiben.format` in model.yaml.
FORMAT = 1

# A signature's entry in model.yaml, and its graph as bytes; None where that is the file that the
# entry names, the original.
Form = tuple[dict[str, Any], bytes | None]


class NoNativeForm(Exception):
    """A signature has no native form; the text is one sentence that says why."""


class NotConvertible(NoNativeForm):
    """None can be made."""


class Differs(NoNativeForm):
    """It answers otherwise than the original; the text says how."""


def write_forms(
    make: Callable[[str], Form], signatures: Iterable[str], folder: Path
) -> dict[str, Any]:
    """Write native/<signature>.onnx in `folder` for each signature that has a native form.

    Returns what model.yaml has under `ekiben`. A signature for which `make` raises NoNativeForm is
    under `not_native` with the reason.
    """
    native: dict[str, Any] = {}
    not_native: dict[str, str] = {}
    for signature in signatures:
        try:
            entry, graph = make(signature)
        except NoNativeForm as error:
            not_native[signature] = str(error)
            continue
        if graph is not None:
            entry["file"] = f"native/{signature}.onnx"
            path = folder / entry["file"]
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(graph)
        native[signature] = entry
    found: dict[str, Any] = {"format": FORMAT, "native": native}
    if not_native:
        found["not_native"] = not_native
    return found


def without_native(signatures: Iterable[str], why: str) -> dict[str, Any]:
    """What stands under `ekiben` for a model none of whose signatures has a native form."""
    return {"format": FORMAT, "native": {}, "not_native": dict.fromkeys(signatures, why)}
