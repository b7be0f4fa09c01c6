# SPDX-License-Identifier: Apache-2.0
"""Fill the store that EKIBEN_HOME names: models that the tests serve, saved as users save them.

usage: make_store.py FOLDER    where rows and the original's answers to them go, as .npy
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import pandas
from onnx import TensorProto, helper, numpy_helper
from sklearn import base, compose, datasets, impute, linear_model, pipeline, preprocessing, svm

import ekiben

BATCHABLE = {"batchable": True}


class OnlyPython(base.ClassifierMixin, base.BaseEstimator):
    """Something that no converter knows."""

    def fit(self, rows, labels):
        """Learn nothing."""
        self.classes_ = np.unique(labels)
        return self

    def predict(self, rows):
        """The first class, always."""
        return np.full(len(rows), self.classes_[0])


def line_graph() -> onnx.ModelProto:
    """y = 2 x + 1 for rows of three, so that each answer tells whose it is."""
    return helper.make_model(
        helper.make_graph(
            [
                helper.make_node("Mul", ["x", "two"], ["doubled"]),
                helper.make_node("Add", ["doubled", "one"], ["y"]),
            ],
            "line",
            [helper.make_tensor_value_info("x", TensorProto.DOUBLE, [None, 3])],
            [helper.make_tensor_value_info("y", TensorProto.DOUBLE, [None, 3])],
            [
                numpy_helper.from_array(np.array(2.0), "two"),
                numpy_helper.from_array(np.array(1.0), "one"),
            ],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )


def pair_graph() -> onnx.ModelProto:
    """z = x + 10 y, row by row."""
    return helper.make_model(
        helper.make_graph(
            [
                helper.make_node("Mul", ["y", "ten"], ["tens"]),
                helper.make_node("Add", ["x", "tens"], ["z"]),
            ],
            "pair",
            [
                helper.make_tensor_value_info("x", TensorProto.DOUBLE, [None, 2]),
                helper.make_tensor_value_info("y", TensorProto.DOUBLE, [None, 2]),
            ],
            [helper.make_tensor_value_info("z", TensorProto.DOUBLE, [None, 2])],
            [numpy_helper.from_array(np.array(10.0), "ten")],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )


def pick_graph() -> onnx.ModelProto:
    """The square of each index below 10; any other index fails when it is run."""
    return helper.make_model(
        helper.make_graph(
            [helper.make_node("Gather", ["squares", "index"], ["square"])],
            "pick",
            [helper.make_tensor_value_info("index", TensorProto.INT64, [None])],
            [helper.make_tensor_value_info("square", TensorProto.INT64, [None])],
            [numpy_helper.from_array(np.arange(10) ** 2, "squares")],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )


def slow_graph(products: int = 60, side: int = 384) -> onnx.ModelProto:
    """y = x + 1, after a chain of matrix products that takes some tens of milliseconds.

    The matrix depends on x, so that nothing can be computed beforehand.
    """
    orthogonal = np.linalg.qr(np.random.default_rng(0).normal(size=(side, side)))[0]
    nodes = [
        helper.make_node("ReduceSum", ["x"], ["sum"], keepdims=0),
        helper.make_node("Mul", ["sum", "zero"], ["nothing"]),
        helper.make_node("Add", ["q", "nothing"], ["m0"]),
    ]
    nodes += [
        helper.make_node("MatMul", [f"m{i}", "q"], [f"m{i + 1}"], name=f"product{i}")
        for i in range(products)
    ]
    nodes += [
        helper.make_node("ReduceMax", [f"m{products}"], ["largest"], keepdims=0),
        helper.make_node("Mul", ["largest", "zero"], ["still_nothing"]),
        helper.make_node("Add", ["x", "one"], ["next"]),
        helper.make_node("Add", ["next", "still_nothing"], ["y"]),
    ]
    return helper.make_model(
        helper.make_graph(
            nodes,
            "slow",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])],
            [
                numpy_helper.from_array(orthogonal.astype(np.float32), "q"),
                numpy_helper.from_array(np.array(0, np.float32), "zero"),
                numpy_helper.from_array(np.array(1, np.float32), "one"),
            ],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )


def main(folder: Path) -> None:
    """Save them all."""
    iris = datasets.load_iris()
    ekiben.sklearn.save_model(
        "iris_clf",
        svm.SVC(gamma="scale").fit(iris.data, iris.target),
        signatures={"predict": BATCHABLE},
        labels={"team": "botany"},
        metadata={"rows": len(iris.data)},
        sample=iris.data,
    )

    table = pandas.DataFrame(iris.data, columns=["sepal length", "sepal width", "length", "width"])
    table["plant"] = [f"no. {number}" for number in range(len(table))]
    petals = compose.ColumnTransformer(
        [("petal", preprocessing.StandardScaler(), ["length", "width"])]
    )
    ekiben.sklearn.save_model(
        "iris_petals",
        pipeline.make_pipeline(petals, svm.SVC(gamma="scale")).fit(table, iris.target),
        signatures={"predict": BATCHABLE},
    )

    logistic = linear_model.LogisticRegression(max_iter=1000).fit(iris.data, iris.target)
    methods = ("predict", "predict_proba", "decision_function")
    ekiben.sklearn.save_model(
        "iris_logistic", logistic, signatures=dict.fromkeys(methods, BATCHABLE), sample=iris.data
    )
    rows = np.random.default_rng(1).uniform(0, 8, size=(4000, 4))
    np.save(folder / "rows.npy", rows)
    for method in methods:
        np.save(folder / f"{method}.npy", getattr(logistic, method)(rows))

    holes = np.where(np.random.default_rng(2).random(iris.data.shape) < 0.1, np.nan, iris.data)
    imputing = pipeline.make_pipeline(
        impute.SimpleImputer(), linear_model.LogisticRegression(max_iter=1000)
    )
    ekiben.sklearn.save_model("iris_missing", imputing.fit(holes, iris.target), sample=holes)

    scaler = preprocessing.StandardScaler().fit(iris.data)
    ekiben.sklearn.save_model("iris_scaler", scaler, signatures={"transform": BATCHABLE})
    ekiben.sklearn.save_model("only_python", OnlyPython().fit(iris.data, iris.target))

    ekiben.onnx.save_model("line", line_graph(), signatures={"run": BATCHABLE})
    ekiben.onnx.save_model("pair", pair_graph(), signatures={"run": BATCHABLE})
    ekiben.onnx.save_model("pick", pick_graph(), signatures={"run": BATCHABLE})
    ekiben.onnx.save_model("slow", slow_graph())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
