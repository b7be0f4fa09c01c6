# SPDX-License-Identifier: Apache-2.0
"""Saves `iris_clf` into the store that EKIBEN_HOME names, as a user of ekiben does."""

import ekiben
import ekiben.sklearn
from train import train

SIGNATURES = {"predict": {"batchable": True}, "predict_proba": {"batchable": True}}

if __name__ == "__main__":
    ekiben.sklearn.save_model("iris_clf", train(), signatures=SIGNATURES)
