# SPDX-License-Identifier: Apache-2.0
"""The iris model behind FastAPI: what one writes by hand without a serving framework."""

import os

import numpy as np
import onnxruntime
from fastapi import FastAPI

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(
    os.environ["IRIS_ONNX"], options, providers=["CPUExecutionProvider"]
)
app = FastAPI()


@app.post("/predict")
async def predict(rows: list[list[float]]) -> list[int]:
    # The call takes microseconds: awaiting a thread pool would cost more than it frees.
    return session.run(["label"], {"X": np.array(rows, np.float32)})[0].tolist()
