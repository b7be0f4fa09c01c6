# SPDX-License-Identifier: Apache-2.0
"""Classify irises by the length and width of sepal and petal."""

import bentoml
import numpy as np
from bentoml.io import NumpyNdarray

iris_clf_runner = bentoml.sklearn.get("iris_clf:latest").to_runner()

svc = bentoml.Service("iris_classifier", runners=[iris_clf_runner])


@svc.api(input=NumpyNdarray(), output=NumpyNdarray())
def classify(input_series: np.ndarray) -> np.ndarray:
    """The class of each row: 0 setosa, 1 versicolor, 2 virginica."""
    return iris_clf_runner.predict.run(input_series)
