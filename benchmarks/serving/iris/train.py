# SPDX-License-Identifier: Apache-2.0
"""The model that every server of the comparison answers with."""

import warnings

import numpy as np
from sklearn import datasets, svm

SEED = 0


def rows() -> np.ndarray:
    """The 150 rows of the iris data set: what the model learns from, and what answers are checked with."""
    return datasets.load_iris().data


def train() -> svm.SVC:
    """Train the SVC. The same data, seed and scikit-learn give the same model in any environment."""
    iris = datasets.load_iris()
    with warnings.catch_warnings():
        # Newer releases announce the end of `probability`, which predict_proba needs.
        warnings.simplefilter("ignore", FutureWarning)
        return svm.SVC(gamma="scale", probability=True, random_state=SEED).fit(
            iris.data, iris.target
        )
