# SPDX-License-Identifier: Apache-2.0
"""Two models of the same question, asked at the same time; their answers are joined."""

import asyncio

import bentoml
import numpy as np
from bentoml.exceptions import BadInput
from bentoml.io import JSON
from preprocess import FEATURES, features


class MyPreprocessRunnable(bentoml.Runnable):
    SUPPORTED_RESOURCES = ("cpu",)
    SUPPORTS_CPU_MULTI_THREADING = False

    @bentoml.Runnable.method(batchable=False)
    def preprocess(self, record: dict) -> np.ndarray:
        return features(record)


preprocess_runner = bentoml.Runner(MyPreprocessRunnable)
model_a_runner = bentoml.xgboost.get("model_a:latest").to_runner()
model_b_runner = bentoml.pytorch.get("model_b:latest").to_runner()

svc = bentoml.Service("parallel_graph", runners=[preprocess_runner, model_a_runner, model_b_runner])


@svc.api(input=JSON(), output=JSON())
async def predict(record: dict) -> dict:
    """How sure XGBoost and PyTorch are that a tumour is benign."""
    missing = [name for name in FEATURES if name not in record]
    if missing:
        raise BadInput(f"'{missing[0]}' is missing")
    x = await preprocess_runner.async_run(record)
    a, b = await asyncio.gather(model_a_runner.async_run(x), model_b_runner.async_run(x))
    return post_process(a, b)


def post_process(a: np.ndarray, b) -> dict:
    """What the two say, and whether they agree."""
    sure_a, sure_b = float(a[0]), float(b[0, 0])
    return {
        "xgboost": round(sure_a, 3),
        "pytorch": round(sure_b, 3),
        "benign": sure_a + sure_b > 1,
        "agreed": (sure_a > 0.5) == (sure_b > 0.5),
    }
