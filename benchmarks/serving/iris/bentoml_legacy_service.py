# SPDX-License-Identifier: Apache-2.0
"""The program of examples/iris/service.py as BentoML 1.4 still takes it: its Service has moved."""

import bentoml
import numpy as np
from bentoml.io import NumpyNdarray

iris_clf_runner = bentoml.sklearn.get("iris_clf:latest").to_runner()

svc = bentoml.legacy.Service("iris_classifier", runners=[iris_clf_runner])


@svc.api(input=NumpyNdarray(), output=NumpyNdarray())
def classify(input_series: np.ndarray) -> np.ndarray:
    """The class of each row: 0 setosa, 1 versicolor, 2 virginica."""
    return iris_clf_runner.predict.run(input_series)
