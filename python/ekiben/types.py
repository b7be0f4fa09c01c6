# SPDX-License-Identifier: Apache-2.0
"""The types that users of BentoML import from here."""

from __future__ import annotations

from typing import Any, TypedDict

from .manifest import Signature as ModelSignature

__all__ = ["ModelSignature", "ModelSignatureDict"]


class ModelSignatureDict(TypedDict, total=False):
    """A signature as save_model() takes it."""

    batchable: bool
    batch_dim: tuple[int, int] | int
    input_spec: Any
    output_spec: Any
