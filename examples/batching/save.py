# SPDX-License-Identifier: Apache-2.0
"""Train a reader of handwritten digits; what is saved takes many images at a time."""

import bentoml
import digits
from sklearn import datasets, linear_model

images, labels = datasets.load_digits(return_X_y=True)
classifier = linear_model.LogisticRegression(max_iter=1000).fit(images / 16, labels)

model = bentoml.picklable_model.save_model(
    "digit_reader",
    digits.DigitReader(classifier),
    signatures={"__call__": {"batchable": True, "batch_dim": (0, 0)}},
    external_modules=[digits],
)
print(model)
