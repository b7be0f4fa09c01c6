# SPDX-License-Identifier: Apache-2.0
"""Train scikit-learn's iris classifier and save it in the model store."""

from sklearn import datasets, svm

import ekiben

iris = datasets.load_iris()
classifier = svm.SVC(gamma="scale").fit(iris.data, iris.target)

model = ekiben.sklearn.save_model(
    "iris_clf",
    classifier,
    signatures={"predict": {"batchable": True}},
    labels={"team": "botany"},
    metadata={"accuracy": float(classifier.score(iris.data, iris.target))},
    sample=iris.data,
)
print(model)
