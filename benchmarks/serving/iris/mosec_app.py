# SPDX-License-Identifier: Apache-2.0
"""The iris model as a pickle behind Mosec: one worker that gets up to 64 requests at a time."""

import os
import pickle
from pathlib import Path

import numpy as np
from mosec import Server, Worker


class Iris(Worker):
    def __init__(self) -> None:
        super().__init__()
        self.classifier = pickle.loads(Path(os.environ["IRIS_PICKLE"]).read_bytes())

    def forward(self, data: list[list[list[float]]]) -> list[list[int]]:
        # All requests' rows in one call, and each gets its own back.
        found = self.classifier.predict(np.concatenate([np.array(rows) for rows in data])).tolist()
        answers, begin = [], 0
        for rows in data:
            answers.append(found[begin : begin + len(rows)])
            begin += len(rows)
        return answers


if __name__ == "__main__":
    server = Server()
    server.append_worker(Iris, num=1, max_batch_size=64, max_wait_time=1)
    server.run()
