# SPDX-License-Identifier: Apache-2.0
"""What the modules of the boosting libraries share: making native forms of their trees."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from .framework import native_forms
from .native.forms import NotConvertible, without_native


def native_boosted(
    family: str,
    load: Callable[[], Any],
    original: Callable[[Any, str, Any], Any],
    signatures: Iterable[str],
    sample: Any,
    folder: Path,
) -> dict[str, Any]:
    """Native forms of the model that `load` reads back from what was saved.

    Args:
        family: `xgboost`, `lightgbm` or `catboost`.
        original: Calls the loaded model: (model, method, rows as a float64 matrix).
        sample: Rows to compare on; None to draw some from the trees' thresholds.
    """

    def make() -> dict[str, Any]:
        from .native.boosted import build_boosted

        trees = importlib.import_module(f"{__package__}.native.{family}_trees")
        model = load()
        try:
            return build_boosted(
                trees.forest_of(model),
                lambda method, rows: original(model, method, rows),
                trees.answers_of(model),
                signatures,
                sample,
                folder,
            )
        except NotConvertible as error:
            return without_native(signatures, str(error))

    return native_forms(make, folder, signatures)
