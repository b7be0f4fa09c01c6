# SPDX-License-Identifier: Apache-2.0
"""Each kind of model gets a native form, which answers as the model does on rows of its data."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from kinds import BOTH, CANCER, CANCER_WITH_GAPS, IRIS, KINDS, LOANS, MOODS, TEXTS, loans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from ekiben.native.build import build
from ekiben.native.proof import compare, session

# Small models on little data do not always converge.
pytestmark = pytest.mark.filterwarnings("ignore")


def ask(folder: Path, entry: dict[str, Any], rows: Any) -> np.ndarray:
    """The native form's answer, given its input as the server gives it."""
    feeds = {}
    for one in entry["inputs"]:
        dtype = object if one["dtype"] == "string" else one["dtype"]
        values = rows[one["name"]].to_numpy() if hasattr(rows, "columns") else rows
        feeds[one["name"]] = np.asarray(values).astype(dtype).reshape([-1, *one["shape"][1:]])
    opened = session((folder / entry["file"]).read_bytes())
    answer: np.ndarray = opened.run([entry["outputs"][0]["name"]], feeds)[0]
    return answer


def answer_of(model: Any, signature: str, rows: Any) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(getattr(model, signature)(rows))


# The converter has no doubles for these in some versions of scikit-learn.
SINGLE = {"adaboost"}


@pytest.mark.parametrize("name", KINDS)
def test_the_native_form_answers_as_the_model(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    model = kind.make()
    found = build(model, kind.signatures, None, tmp_path)
    assert found.get("not_native", {}) == {}
    for signature in kind.signatures:
        entry = found["native"][signature]
        expected = answer_of(model, signature, kind.rows)
        got = ask(tmp_path, entry, kind.rows)
        compare(expected, got, by_column=signature == "transform", what=signature)
        spec = entry["outputs"][0]
        assert [-1, *got.shape[1:]] == spec["shape"]
        assert spec["dtype"] == ("string" if got.dtype == object else got.dtype.name)
        assert entry["rows_independent"]
        assert entry["proof"]["samples"] >= 80
        numbers = {one["dtype"] for one in entry["inputs"]} - {"string"}
        assert numbers <= {"float64"} or name in SINGLE


@pytest.mark.parametrize(
    ("name", "takes_nan"),
    [
        ("svc", False),
        ("logreg", False),
        ("tree_with_gaps", True),
        ("imputed_forest", True),
        ("histgb", True),
        ("scaler", True),
        ("gb", False),
    ],
)
def test_an_input_takes_nan_where_the_model_does(
    name: str, takes_nan: bool, tmp_path: Path
) -> None:
    kind = KINDS[name]
    found = build(kind.make(), kind.signatures[:1], None, tmp_path)
    assert found["native"][kind.signatures[0]]["inputs"][0]["missing"] == takes_nan


def test_columns_of_a_table_have_inputs_of_their_own(tmp_path: Path) -> None:
    found = build(loans(LogisticRegression()), ["predict"], None, tmp_path)
    assert found["native"]["predict"]["inputs"] == [
        {"name": "income", "dtype": "float64", "shape": [-1, 1], "missing": True},
        {"name": "age", "dtype": "float64", "shape": [-1, 1], "missing": True},
        {"name": "home", "dtype": "string", "shape": [-1, 1], "missing": False},
        {"name": "purpose", "dtype": "string", "shape": [-1, 1], "missing": False},
    ]
    assert found["native"]["predict"]["unused"] == ["branch"]


def test_a_table_may_be_the_callers_sample(tmp_path: Path) -> None:
    found = build(loans(LogisticRegression()), ["predict"], LOANS[:20], tmp_path)
    assert found["native"]["predict"]["proof"]["source"] == "sample"
    found = build(loans(LogisticRegression()), ["predict"], LOANS[["age"]], tmp_path)
    assert "it has no column 'income'" in found["not_native"]["predict"]


def test_texts_go_in_as_a_row_of_strings(tmp_path: Path) -> None:
    found = build(KINDS["tfidf"].make(), ["predict"], None, tmp_path)
    entry = found["native"]["predict"]
    assert entry["inputs"] == [{"name": "X", "dtype": "string", "shape": [-1], "missing": False}]
    assert ask(tmp_path, entry, np.array(["what a lovely film", ""])).shape == (2,)


def test_a_tree_goes_the_same_way_on_and_next_to_its_thresholds(tmp_path: Path) -> None:
    model = DecisionTreeClassifier().fit(*CANCER)
    entry = build(model, ["predict"], None, tmp_path)["native"]["predict"]
    tree = model.tree_
    rows = np.tile(np.median(CANCER[0], axis=0), (3, 1))
    threshold, feature = tree.threshold[0], tree.feature[0]
    rows[:, feature] = threshold
    rows[1, feature] = np.nextafter(threshold, np.inf)
    rows[2, feature] = np.nextafter(np.float32(threshold), np.float32(np.inf))
    assert ask(tmp_path, entry, rows).tolist() == model.predict(rows).tolist()


@pytest.mark.parametrize("labels", [(0, 1), ("no", "yes"), (0, 1, 2)])
def test_the_first_class_wins_a_tied_vote(labels: tuple[Any, ...], tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    rows = chance.normal(size=(60, 2))
    model = RandomForestClassifier(20, random_state=0)
    model.fit(rows, np.array(labels)[chance.integers(len(labels), size=60)])
    entry = build(model, ["predict"], None, tmp_path)["native"]["predict"]
    asked = chance.normal(size=(4000, 2))
    highest = np.sort(model.predict_proba(asked), axis=1)
    assert (highest[:, -1] - highest[:, -2] < 1e-9).sum() > 100
    assert ask(tmp_path, entry, asked).tolist() == model.predict(asked).tolist()


def test_missing_values_go_where_the_tree_learned_to_send_them(tmp_path: Path) -> None:
    rows = np.array([[1.0], [2.0], [3.0], [np.nan]] * 5)
    for labels in ([0, 1, 1, 0], [1, 0, 0, 1], [0, 0, 1, 1]):
        model = DecisionTreeClassifier().fit(rows, labels * 5)
        entry = build(model, ["predict"], None, tmp_path)["native"]["predict"]
        assert entry["inputs"][0]["missing"]
        assert ask(tmp_path, entry, rows).tolist() == model.predict(rows).tolist()


def test_labels_of_a_machine_with_probabilities_come_from_its_votes(tmp_path: Path) -> None:
    model = SVC(probability=True, random_state=0).fit(*IRIS)
    signatures = ("predict", "predict_proba", "decision_function", "predict_log_proba")
    found = build(model, signatures, None, tmp_path)
    assert list(found["native"]) == list(signatures)
    for signature in signatures:
        got = ask(tmp_path, found["native"][signature], IRIS[0])
        compare(answer_of(model, signature, IRIS[0]), got, by_column=False, what=signature)


def test_splits_on_categories_are_named_as_what_is_lacking(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).integers(0, 5, (200, 2)).astype(float)
    model = HistGradientBoostingClassifier(max_iter=5, categorical_features=[0])
    found = build(model.fit(rows, rows[:, 0] % 2), ["predict"], None, tmp_path)
    why = "HistGradientBoosting splits on categories, which ONNX lacks"
    assert found == {"format": 1, "native": {}, "not_native": {"predict": why}}
    assert list(tmp_path.iterdir()) == []


def test_a_list_of_answers_is_named_as_what_is_in_the_way(tmp_path: Path) -> None:
    labels = np.stack([IRIS[1], IRIS[1] > 0], axis=1)
    model = MultiOutputClassifier(LogisticRegression(max_iter=300)).fit(IRIS[0], labels)
    found = build(model, ["predict", "predict_proba"], None, tmp_path)
    assert list(found["native"]) == ["predict"]
    assert found["not_native"]["predict_proba"] == "'predict_proba' answers with a list of 2 arrays"


@pytest.mark.parametrize(("letter", "locale"), [("o", b"C"), ("ö", b"C.UTF-8")])
def test_texts_are_lowered_without_a_locale_that_a_machine_may_lack(
    letter: str, locale: bytes, tmp_path: Path
) -> None:
    texts = [text.replace("o", letter).upper() for text in TEXTS]
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(texts, MOODS)
    entry = build(model, ["predict_proba"], None, tmp_path)["native"]["predict_proba"]
    graph = onnx.load(tmp_path / entry["file"]).graph
    normalizer = next(node for node in graph.node if node.op_type == "StringNormalizer")
    assert [one.s for one in normalizer.attribute if one.name == "locale"] == [locale]


def test_scores_that_differ_are_found_out_even_where_labels_agree(tmp_path: Path) -> None:
    model = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression())
    found = build(model.fit(TEXTS, MOODS), BOTH, None, tmp_path)
    assert found["native"] == {}
    for signature in BOTH:
        assert "'predict_proba' differs by" in found["not_native"][signature]


def test_names_of_columns_are_kept_as_they_are(tmp_path: Path) -> None:
    rows = pd.DataFrame(IRIS[0], columns=["sepal length (cm)", "2", "Ä b", "x"])
    columns = [("a", StandardScaler(), ["sepal length (cm)", "2"]), ("b", "passthrough", ["Ä b"])]
    model = make_pipeline(ColumnTransformer(columns), LogisticRegression()).fit(rows, IRIS[1])
    entry = build(model, ["predict"], None, tmp_path)["native"]["predict"]
    assert [one["name"] for one in entry["inputs"]] == ["sepal length (cm)", "2", "Ä b"]
    assert entry["unused"] == ["x"]
    assert ask(tmp_path, entry, rows).tolist() == model.predict(rows).tolist()


def test_the_step_that_is_in_the_way_is_named(tmp_path: Path) -> None:
    model = make_pipeline(CountVectorizer(strip_accents="ascii"), LogisticRegression())
    found = build(model.fit(TEXTS, MOODS), ["predict"], None, tmp_path)
    assert found["not_native"]["predict"].startswith("skl2onnx cannot convert CountVectorizer: ")


def test_a_model_that_takes_nan_in_rows_of_the_sample_is_compared_on_them(tmp_path: Path) -> None:
    kind = KINDS["histgb_with_gaps"]
    found = build(kind.make(), ["predict"], CANCER_WITH_GAPS[:50], tmp_path)
    entry = found["native"]["predict"]
    assert entry["inputs"][0]["missing"]
    assert entry["proof"]["samples"] == 50 + 31
