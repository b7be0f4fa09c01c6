# SPDX-License-Identifier: Apache-2.0
"""The iris model behind BentoML 1.4 at its best: a worker a core, the ONNX graph, larger batches."""

import os

import bentoml
import numpy as np
import onnxruntime


@bentoml.service(
    workers=os.cpu_count(),
    logging={"access": {"enabled": False}},
    traffic={"timeout": 60, "max_concurrency": 2000},
)
class Iris:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = bentoml.onnx.load_model("iris_onnx:latest", session_options=options)

    # Positional-only: the body is the bare array, as it is for the other servers.
    @bentoml.api(batchable=True, max_batch_size=256)
    def predict(self, rows: np.ndarray, /) -> np.ndarray:
        return self.session.run(["label"], {"X": rows.astype(np.float32)})[0]
