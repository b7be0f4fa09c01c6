# SPDX-License-Identifier: Apache-2.0
"""Run by BentoML's Python: what it makes of ekiben's boosted models; then it saves its own."""

import json

import _bentoml_impl.frameworks.xgboost as of_xgboost
import bentoml
import catboost
import lightgbm
import xgboost
from sklearn.datasets import load_iris

# The package without GPU code is called xgboost-cpu, which bentoml.xgboost does not look for.
of_xgboost.get_pkg_version = lambda _: xgboost.__version__

rows, labels = load_iris(return_X_y=True)
found = {}
for family in ("xgboost", "lightgbm", "catboost"):
    model = getattr(bentoml, family).load_model(f"ekibens-{family}")
    found[family] = [type(model).__name__, model.predict(rows[::50]).ravel().tolist()]
found["picklable_model"] = bentoml.picklable_model.load_model("ekibens-function")(3)

bentoml.xgboost.save_model(
    "bentomls-xgboost", xgboost.XGBClassifier(n_estimators=5).fit(rows, labels)
)
classifier = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1).fit(rows, labels)
bentoml.lightgbm.save_model("bentomls-lightgbm", classifier)
options = {"iterations": 5, "verbose": 0, "allow_writing_files": False}
classifier = catboost.CatBoostClassifier(**options).fit(rows, labels)
bentoml.catboost.save_model("bentomls-catboost", classifier)
bentoml.picklable_model.save_model("bentomls-function", lambda x: x + 1)
print(json.dumps(found))
