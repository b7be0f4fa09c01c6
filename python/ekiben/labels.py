# SPDX-License-Identifier: Apache-2.0
"""Labels of metrics, as Prometheus' text format has them."""

from __future__ import annotations

from collections.abc import Mapping

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def label_text(labels: Mapping[str, str]) -> str:
    """`{a="b"}`; empty where there are none."""
    pairs = [f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items()]
    return "{" + ",".join(pairs) + "}" if pairs else ""
