# SPDX-License-Identifier: Apache-2.0
"""The frameworks that ekiben has a module for, `ekiben.<name>`; each is imported on first use."""

from __future__ import annotations

FRAMEWORKS = (
    "onnx",
    "sklearn",
)
