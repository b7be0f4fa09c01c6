# SPDX-License-Identifier: Apache-2.0
"""Run by BentoML's Python: save one model of each kind into BENTOML_HOME."""

import bentoml
from onnx import TensorProto, helper
from sklearn.datasets import load_iris
from sklearn.svm import SVC

model = SVC().fit(*load_iris(return_X_y=True))
bentoml.sklearn.save_model(
    "iris_clf",
    model,
    signatures={"predict": {"batchable": True, "batch_dim": 0}},
    labels={"owner": "me"},
    metadata={"acc": 0.97},
    custom_objects={"classes": ["a", "b", "c"]},
)
rows = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 2]) for name in "XY"]
graph = helper.make_graph([helper.make_node("Relu", ["X"], ["Y"])], "relu", rows[:1], rows[1:])
proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
bentoml.onnx.save_model("relu", proto)
