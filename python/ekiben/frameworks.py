# SPDX-License-Identifier: Apache-2.0
"""The frameworks that ekiben has a module for, `ekiben.<name>`; each is imported on first use."""

from __future__ import annotations

FRAMEWORKS = (
    "catboost",
    "detectron",
    "diffusers",
    "easyocr",
    "fastai",
    "flax",
    "keras",
    "lightgbm",
    "mlflow",
    "onnx",
    "picklable_model",
    "pytorch",
    "pytorch_lightning",
    "sklearn",
    "tensorflow",
    "torchscript",
    "transformers",
    "xgboost",
)
