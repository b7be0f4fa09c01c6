# SPDX-License-Identifier: Apache-2.0
"""What both models are given: some measurements of a tumour, in a fixed order and scaled."""

import numpy as np

FEATURES = ["mean radius", "mean texture", "mean smoothness", "mean concavity"]
SCALE = np.array([30, 40, 0.2, 0.5], dtype=np.float32)


def features(record: dict) -> np.ndarray:
    """One row, (1, 4), of the measurements in `record`, which has them by name."""
    return np.array([[record[name] for name in FEATURES]], dtype=np.float32) / SCALE
