# SPDX-License-Identifier: Apache-2.0
"""The iris model behind BentoML 1.4 as one begins with it: scikit-learn from its store, one worker, batched by it."""

import bentoml
import numpy as np


@bentoml.service(
    logging={"access": {"enabled": False}},
    traffic={"timeout": 60, "max_concurrency": 2000},
)
class Iris:
    def __init__(self) -> None:
        self.classifier = bentoml.sklearn.load_model("iris_clf:latest")

    # Positional-only: the body is the bare array, as it is for the other servers. The latency is as
    # large as the timeout: with its default BentoML refuses most of what many clients ask at once.
    @bentoml.api(batchable=True, max_batch_size=64, max_latency_ms=60_000)
    def predict(self, rows: np.ndarray, /) -> np.ndarray:
        return self.classifier.predict(rows)
