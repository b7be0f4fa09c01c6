# SPDX-License-Identifier: Apache-2.0
"""The iris model as a pickle, which only Python can run: a function before a runner that batches."""

import bentoml
import numpy as np
from bentoml.io import NumpyNdarray

runner = bentoml.picklable_model.get("iris_pickle:latest").to_runner(max_batch_size=64)

svc = bentoml.Service("iris_pickle", runners=[runner])


@svc.api(input=NumpyNdarray(), output=NumpyNdarray())
def classify(rows: np.ndarray) -> np.ndarray:
    """The class of each row: 0 setosa, 1 versicolor, 2 virginica."""
    return runner.predict.run(rows)
