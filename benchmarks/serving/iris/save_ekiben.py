# SPDX-License-Identifier: Apache-2.0
"""Saves `iris_clf` into the store that EKIBEN_HOME names, as a user of ekiben does."""

from train import train

import ekiben
import ekiben.sklearn

SIGNATURES = {"predict": {"batchable": True}, "predict_proba": {"batchable": True}}

if __name__ == "__main__":
    ekiben.sklearn.save_model("iris_clf", train(), signatures=SIGNATURES)
