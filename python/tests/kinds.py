# SPDX-License-Identifier: Apache-2.0
"""One small trained model of each kind that people serve, and rows that it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputRegressor
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, LocalOutlierFactor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier


@dataclass(frozen=True)
class Kind:
    """A model to make and what it is asked for."""

    make: Callable[[], Any]
    signatures: tuple[str, ...]
    rows: Any


IRIS = datasets.load_iris(return_X_y=True)
IRIS_NAMES = datasets.load_iris().target_names[IRIS[1]]
CANCER = datasets.load_breast_cancer(return_X_y=True)
WINE = datasets.load_wine(return_X_y=True)
DIGITS = tuple(one[:400] for one in datasets.load_digits(return_X_y=True))
DIABETES = datasets.load_diabetes(return_X_y=True)
LINNERUD = datasets.load_linnerud(return_X_y=True)

_rng = np.random.default_rng(1)
CANCER_WITH_GAPS = np.where(_rng.random(CANCER[0].shape) < 0.05, np.nan, CANCER[0])

LOANS = pd.DataFrame(
    {
        "income": np.where(_rng.random(300) < 0.1, np.nan, _rng.lognormal(10, 1, 300)),
        "age": _rng.integers(18, 80, 300).astype(float),
        "home": _rng.choice(["own", "rent", "mortgage"], 300),
        "purpose": _rng.choice(["car", "house", "debt"], 300),
        "branch": _rng.choice(["north", "south"], 300),
    }
)
PAID = ((LOANS.income.fillna(0) > 22000) & (LOANS.home != "rent")).astype(int)

_GOOD = ["great wonderful film", "lovely day, good food", "i loved it so much, really"]
_BAD = ["terrible boring film", "bad food and awful day", "i hated it so much", "weak plot"]
TEXTS = (_GOOD + _BAD) * 8
MOODS = (["pos"] * len(_GOOD) + ["neg"] * len(_BAD)) * 8


def loans(last: Any) -> Pipeline:
    """Numbers imputed and scaled, text imputed and one-hot encoded, one column not read."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )
    columns = [("n", numbers, ["income", "age"]), ("w", words, ["home", "purpose"])]
    return make_pipeline(ColumnTransformer(columns), last).fit(LOANS, PAID)


def ordinal_loans() -> Pipeline:
    """Boosted trees over missing numbers and text as codes."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    columns = [("n", "passthrough", ["income", "age"]), ("w", codes, ["home", "purpose"])]
    last = HistGradientBoostingClassifier(max_iter=20)
    return make_pipeline(ColumnTransformer(columns), last).fit(LOANS, PAID)


LABELS = ("predict",)
BOTH = ("predict", "predict_proba")
SCORED = ("predict", "decision_function")
ALL = (*BOTH, "decision_function")

ONE_VOTE_EACH = [("lr", LogisticRegression(max_iter=500)), ("nb", GaussianNB())]

KINDS = {
    "svc": Kind(lambda: SVC().fit(*IRIS), SCORED, IRIS[0]),
    "svc_binary": Kind(lambda: SVC().fit(*CANCER), SCORED, CANCER[0]),
    "svc_text_labels": Kind(lambda: SVC().fit(IRIS[0], IRIS_NAMES), LABELS, IRIS[0]),
    "svr": Kind(lambda: SVR().fit(*DIABETES), LABELS, DIABETES[0]),
    "linear_svc": Kind(lambda: LinearSVC().fit(*IRIS), SCORED, IRIS[0]),
    "logreg": Kind(
        lambda: LogisticRegression(max_iter=200).fit(*DIGITS),
        (*ALL, "predict_log_proba"),
        DIGITS[0],
    ),
    "logreg_bool_labels": Kind(
        lambda: LogisticRegression(max_iter=200).fit(CANCER[0], CANCER[1] == 1), ALL, CANCER[0]
    ),
    "logreg_float_labels": Kind(
        lambda: LogisticRegression(max_iter=200).fit(IRIS[0], IRIS[1] * 1.0), LABELS, IRIS[0]
    ),
    "sgd": Kind(lambda: SGDClassifier().fit(*IRIS), SCORED, IRIS[0]),
    "ridge": Kind(lambda: Ridge().fit(*DIABETES), LABELS, DIABETES[0]),
    "linear_three_outputs": Kind(lambda: LinearRegression().fit(*LINNERUD), LABELS, LINNERUD[0]),
    "ridge_per_output": Kind(
        lambda: MultiOutputRegressor(Ridge()).fit(*LINNERUD), LABELS, LINNERUD[0]
    ),
    "tree": Kind(lambda: DecisionTreeClassifier().fit(*WINE), BOTH, WINE[0]),
    "tree_with_gaps": Kind(
        lambda: DecisionTreeClassifier(max_depth=6).fit(CANCER_WITH_GAPS, CANCER[1]),
        BOTH,
        CANCER_WITH_GAPS,
    ),
    "forest": Kind(lambda: RandomForestClassifier(60).fit(*WINE), BOTH, WINE[0]),
    "forest_text_labels": Kind(
        lambda: RandomForestClassifier(20).fit(IRIS[0], IRIS_NAMES), BOTH, IRIS[0]
    ),
    "forest_regressor": Kind(lambda: RandomForestRegressor(30).fit(*DIABETES), LABELS, DIABETES[0]),
    "extra_trees": Kind(lambda: ExtraTreesClassifier(30).fit(*WINE), BOTH, WINE[0]),
    "scaled_forest": Kind(
        lambda: make_pipeline(StandardScaler(), RandomForestClassifier(30)).fit(*WINE),
        BOTH,
        WINE[0],
    ),
    "imputed_forest": Kind(
        lambda: make_pipeline(SimpleImputer(), RandomForestClassifier(20)).fit(
            CANCER_WITH_GAPS, CANCER[1]
        ),
        BOTH,
        CANCER_WITH_GAPS,
    ),
    "gb": Kind(lambda: GradientBoostingClassifier(n_estimators=30).fit(*CANCER), ALL, CANCER[0]),
    "gb_three_classes": Kind(
        lambda: GradientBoostingClassifier(n_estimators=10).fit(*WINE), ALL, WINE[0]
    ),
    "gb_regressor": Kind(
        lambda: GradientBoostingRegressor(n_estimators=30).fit(*DIABETES), LABELS, DIABETES[0]
    ),
    "histgb": Kind(
        lambda: HistGradientBoostingClassifier(max_iter=30).fit(*CANCER), ALL, CANCER[0]
    ),
    "histgb_with_gaps": Kind(
        lambda: HistGradientBoostingClassifier(max_iter=20).fit(CANCER_WITH_GAPS, CANCER[1]),
        BOTH,
        CANCER_WITH_GAPS,
    ),
    "histgb_regressor": Kind(
        lambda: HistGradientBoostingRegressor(max_iter=20).fit(*DIABETES), LABELS, DIABETES[0]
    ),
    "adaboost": Kind(lambda: AdaBoostClassifier(n_estimators=5).fit(*IRIS), BOTH, IRIS[0]),
    "bagging": Kind(lambda: BaggingClassifier(n_estimators=5).fit(*IRIS), BOTH, IRIS[0]),
    "scaled_mlp": Kind(
        lambda: make_pipeline(StandardScaler(), MLPClassifier(max_iter=40)).fit(*DIGITS),
        BOTH,
        DIGITS[0],
    ),
    "knn": Kind(lambda: KNeighborsClassifier().fit(*CANCER), BOTH, CANCER[0]),
    "knn_regressor": Kind(lambda: KNeighborsRegressor().fit(*DIABETES), LABELS, DIABETES[0][:50]),
    "kmeans": Kind(
        lambda: KMeans(10, n_init=1).fit(DIGITS[0]), ("predict", "transform"), DIGITS[0]
    ),
    "kmeans_of_singles": Kind(
        lambda: KMeans(10, n_init=1).fit(DIGITS[0].astype(np.float32)),
        ("predict", "transform"),
        DIGITS[0].astype(np.float32),
    ),
    "pca": Kind(lambda: PCA(8).fit(DIGITS[0]), ("transform",), DIGITS[0]),
    "scaler": Kind(lambda: StandardScaler().fit(CANCER[0]), ("transform",), CANCER[0]),
    "range_scaler": Kind(lambda: MinMaxScaler().fit(CANCER[0]), ("transform",), CANCER[0]),
    "imputer": Kind(
        lambda: SimpleImputer().fit(CANCER_WITH_GAPS), ("transform",), CANCER_WITH_GAPS
    ),
    "isolation_forest": Kind(
        lambda: IsolationForest(n_estimators=30).fit(CANCER[0]),
        (*SCORED, "score_samples"),
        CANCER[0],
    ),
    "isolation_forest_of_some_features": Kind(
        lambda: IsolationForest(n_estimators=10, max_features=0.5).fit(CANCER[0]),
        SCORED,
        CANCER[0],
    ),
    "outlier_factor": Kind(
        lambda: LocalOutlierFactor(novelty=True).fit(CANCER[0]), SCORED, CANCER[0][:50]
    ),
    "mixture": Kind(
        lambda: GaussianMixture(3, random_state=0).fit(IRIS[0]),
        (*BOTH, "score_samples"),
        IRIS[0],
    ),
    "naive_bayes": Kind(lambda: GaussianNB().fit(*IRIS), BOTH, IRIS[0]),
    "gaussian_process": Kind(
        lambda: GaussianProcessRegressor().fit(DIABETES[0][:60], DIABETES[1][:60]),
        LABELS,
        DIABETES[0],
    ),
    "grid_search": Kind(
        lambda: GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"svc__C": [1, 10]}).fit(
            *IRIS
        ),
        LABELS,
        IRIS[0],
    ),
    "calibrated": Kind(lambda: CalibratedClassifierCV(LinearSVC(), cv=2).fit(*IRIS), BOTH, IRIS[0]),
    "voting": Kind(
        lambda: VotingClassifier(ONE_VOTE_EACH, voting="soft").fit(*IRIS), BOTH, IRIS[0]
    ),
    "stacking": Kind(lambda: StackingClassifier(ONE_VOTE_EACH, cv=2).fit(*IRIS), BOTH, IRIS[0]),
    "loans": Kind(lambda: loans(LogisticRegression()), BOTH, LOANS),
    "loans_forest": Kind(lambda: loans(RandomForestClassifier(20)), BOTH, LOANS),
    "loans_ordinal": Kind(ordinal_loans, BOTH, LOANS),
    "tfidf": Kind(
        lambda: make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, MOODS),
        BOTH,
        TEXTS,
    ),
    "word_counts": Kind(
        lambda: make_pipeline(CountVectorizer(), MultinomialNB()).fit(TEXTS, MOODS), BOTH, TEXTS
    ),
}
