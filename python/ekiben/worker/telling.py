# SPDX-License-Identifier: Apache-2.0
"""What a worker tells of the metrics that the user's code has made."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from typing import Any

from ..labels import label_text
from .frames import METRICS_RESULT, frame
from .values import json_text

_METRICS = f"{__name__.partition('.')[0]}.metrics"
_PROMETHEUS = "prometheus_client"
# What prometheus_client says of every process by itself: sums of these over workers mean nothing.
_OF_PROCESSES = ("python_", "process_")


def metrics_frame(call: int) -> bytes:
    """The answer to METRICS: every family with its samples."""
    return frame(METRICS_RESULT, call, json_text([*_own(), *_prometheus()]))


def _own() -> Iterable[dict[str, Any]]:
    """Those made by ekiben.metrics; nobody has made one where the module was never imported."""
    module = sys.modules.get(_METRICS)
    for one in module.families() if module is not None else ():
        samples = [(sample.name, sample.labels, sample.value) for sample in one.samples]
        yield _family(one.name, one.documentation, one.kind, samples)


def _prometheus() -> Iterable[dict[str, Any]]:
    """Those that the user's code has registered with the package prometheus_client itself."""
    registry = getattr(sys.modules.get(_PROMETHEUS), "REGISTRY", None)
    for one in registry.collect() if registry is not None else ():
        if one.name.startswith(_OF_PROCESSES):
            continue
        samples = [
            (sample.name, sample.labels, sample.value)
            for sample in one.samples
            if not sample.name.endswith("_created")
        ]
        yield _family(one.name, one.documentation, one.type, samples)


def _family(
    name: str, documentation: str, kind: str, samples: Iterable[tuple[str, dict[str, str], float]]
) -> dict[str, Any]:
    return {
        "name": f"{name}_total" if kind == "counter" else name,
        "help": documentation,
        "kind": kind if kind in ("counter", "gauge", "histogram", "summary") else "untyped",
        "samples": [
            {"name": sample + label_text(labels), "value": float(value)}
            for sample, labels, value in samples
            # JSON has no other numbers.
            if math.isfinite(value)
        ],
    }
