# SPDX-License-Identifier: Apache-2.0
"""Saves `iris_clf`, and `iris_pickle` that only Python can run, into the store that EKIBEN_HOME names, as a user of ekiben does."""

from train import train

import ekiben.picklable_model
import ekiben.sklearn

SIGNATURES = {"predict": {"batchable": True}, "predict_proba": {"batchable": True}}

if __name__ == "__main__":
    classifier = train()
    ekiben.sklearn.save_model("iris_clf", classifier, signatures=SIGNATURES)
    ekiben.picklable_model.save_model(
        "iris_pickle", classifier, signatures={"predict": {"batchable": True}}
    )
