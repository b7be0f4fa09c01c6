# SPDX-License-Identifier: Apache-2.0
"""One small trained model of each kind that the boosting libraries make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import catboost
import lightgbm
import numpy as np
import xgboost
from kinds import CANCER, DIABETES, IRIS, IRIS_NAMES

Make = Callable[[], Any]

CANCER_NAMES = np.array(["no", "yes"])[CANCER[1]]


def xgb(objective: str, data: Any = DIABETES, **more: Any) -> Make:
    """A Booster that was trained on columns with names."""
    names = [f"column {index}" for index in range(data[0].shape[1])]
    return lambda: xgboost.train(
        {"objective": objective, "nthread": 1, **more},
        xgboost.DMatrix(data[0], label=data[1], feature_names=names),
        10,
    )


def lgb(objective: str, data: Any = DIABETES, **more: Any) -> Make:
    options = {"objective": objective, "verbose": -1, "num_threads": 1, **more}
    return lambda: lightgbm.train(options, lightgbm.Dataset(*data), 10)


_CAT = {"iterations": 15, "verbose": 0, "allow_writing_files": False, "thread_count": 1}


def cat(kind: str, data: Any = DIABETES, **more: Any) -> Make:
    return lambda: getattr(catboost, kind)(**_CAT, **more).fit(*data)


def _stopped_early() -> Any:
    model = xgboost.XGBClassifier(n_estimators=100, early_stopping_rounds=2, n_jobs=1)
    held_back = [(CANCER[0][300:], CANCER[1][300:])]
    model.fit(CANCER[0][:300], CANCER[1][:300], eval_set=held_back, verbose=False)
    assert model.best_iteration < 90
    return model


def _with_categories() -> Any:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(500, 3))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    rows[:, 1] = rng.integers(0, 30, 500)
    answers = (rows[:, 1] % 3 == 0) + np.nan_to_num(rows[:, 0])
    options = {"objective": "regression", "verbose": -1, "min_data_per_group": 5}
    model = lightgbm.train(
        {**options, "max_cat_threshold": 8},
        lightgbm.Dataset(rows, answers, categorical_feature=[1]),
        20,
    )
    assert any(tree["num_cat"] for tree in model.dump_model()["tree_info"])
    return model


BOTH = ("predict", "predict_proba")
ONE = ("predict",)

XGBOOST: dict[str, tuple[Make, tuple[str, ...], Any]] = {
    "classifier": (
        lambda: xgboost.XGBClassifier(n_estimators=20, n_jobs=1).fit(*CANCER),
        BOTH,
        CANCER[0],
    ),
    "classifier of three": (
        lambda: xgboost.XGBClassifier(n_estimators=20, n_jobs=1).fit(*IRIS),
        BOTH,
        IRIS[0],
    ),
    "classifier that stopped early": (_stopped_early, BOTH, CANCER[0]),
    "regressor": (lambda: xgboost.XGBRegressor(n_jobs=1).fit(*DIABETES), ONE, DIABETES[0]),
    "regressor with pruned trees": (
        lambda: xgboost.XGBRegressor(n_jobs=1, gamma=50000).fit(*DIABETES),
        ONE,
        DIABETES[0],
    ),
    "regressor of two": (
        lambda: xgboost.XGBRegressor(n_estimators=5, n_jobs=1).fit(
            DIABETES[0], np.stack([DIABETES[1], -DIABETES[1]], axis=1)
        ),
        ONE,
        DIABETES[0],
    ),
    **{
        objective: (xgb(objective), ONE, DIABETES[0])
        for objective in ("reg:squarederror", "count:poisson", "reg:gamma", "survival:cox")
    },
    "dart": (xgb("reg:squarederror", booster="dart", rate_drop=0.3), ONE, DIABETES[0]),
    "logistic": (xgb("binary:logistic", CANCER), ONE, CANCER[0]),
    "logitraw": (xgb("binary:logitraw", CANCER), ONE, CANCER[0]),
    "hinge": (xgb("binary:hinge", CANCER), ONE, CANCER[0]),
    "softprob": (xgb("multi:softprob", IRIS, num_class=3), ONE, IRIS[0]),
    "softmax": (xgb("multi:softmax", IRIS, num_class=3), ONE, IRIS[0]),
    "rank": (xgb("rank:pairwise", IRIS), ONE, IRIS[0]),
}

LIGHTGBM: dict[str, tuple[Make, tuple[str, ...], Any]] = {
    "classifier": (
        lambda: lightgbm.LGBMClassifier(n_estimators=20, verbose=-1, n_jobs=1).fit(*CANCER),
        BOTH,
        CANCER[0],
    ),
    "classifier of three": (
        lambda: lightgbm.LGBMClassifier(n_estimators=20, verbose=-1, n_jobs=1).fit(*IRIS),
        BOTH,
        IRIS[0],
    ),
    "one against all": (lgb("multiclassova", IRIS, num_class=3), BOTH, IRIS[0]),
    **{
        objective: (lgb(objective), ONE, DIABETES[0])
        for objective in ("regression", "poisson", "tweedie", "quantile")
    },
    "square root": (lgb("regression", reg_sqrt=True), ONE, DIABETES[0]),
    "cross entropy": (lgb("cross_entropy", CANCER), ONE, CANCER[0]),
    "cross entropy lambda": (lgb("cross_entropy_lambda", CANCER), ONE, CANCER[0]),
    "random forest": (
        lgb("regression", boosting="rf", bagging_freq=1, bagging_fraction=0.6),
        ONE,
        DIABETES[0],
    ),
    "categories": (
        _with_categories,
        ONE,
        np.array([[0.5, 3.0, np.nan], [np.nan, 29.0, 1.0], [1.0, 31.0, 0.0], [1.0, -2.0, 0.0]]),
    ),
}

CATBOOST: dict[str, tuple[Make, tuple[str, ...], Any]] = {
    "classifier": (cat("CatBoostClassifier", CANCER), BOTH, CANCER[0]),
    "classifier of three": (cat("CatBoostClassifier", IRIS), BOTH, IRIS[0]),
    "names of classes": (cat("CatBoostClassifier", (IRIS[0], IRIS_NAMES)), BOTH, IRIS[0]),
    "names of two classes": (
        cat("CatBoostClassifier", (CANCER[0], CANCER_NAMES)),
        BOTH,
        CANCER[0],
    ),
    "one against all": (
        cat("CatBoostClassifier", IRIS, loss_function="MultiClassOneVsAll"),
        BOTH,
        IRIS[0],
    ),
    "leaf by leaf": (cat("CatBoostClassifier", IRIS, grow_policy="Lossguide"), BOTH, IRIS[0]),
    "regressor": (cat("CatBoostRegressor"), ONE, DIABETES[0]),
    "poisson": (cat("CatBoostRegressor", loss_function="Poisson"), ONE, DIABETES[0]),
    "level by level": (cat("CatBoostRegressor", grow_policy="Depthwise"), ONE, DIABETES[0]),
    "plain": (
        lambda: catboost.CatBoost({**_CAT, "loss_function": "Logloss"}).fit(*CANCER),
        ONE,
        CANCER[0],
    ),
}
