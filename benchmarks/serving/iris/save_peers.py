# SPDX-License-Identifier: Apache-2.0
"""Writes what the peers serve: save_peers.py FOLDER, with BENTOML_HOME naming BentoML's store.

FOLDER/iris.onnx      the model, cut to the nodes that the label needs (one of 34)
FOLDER/iris.pickle    the classifier itself
FOLDER/answers.json   the data set's rows and scikit-learn's answer to each
and in BentoML's store `iris_clf`, the classifier itself, and `iris_onnx`, the same graph.
"""

import json
import pickle
import sys
import warnings
from pathlib import Path

import bentoml
import numpy as np
import onnx.utils
import onnxruntime
import skl2onnx
from train import rows, train


def main(folder: Path) -> None:
    warnings.filterwarnings("ignore")  # deprecations inside scikit-learn and of bentoml.onnx
    folder.mkdir(parents=True, exist_ok=True)
    classifier = train()
    whole, label_only = folder / "iris.whole.onnx", folder / "iris.onnx"
    sample = rows()[:1].astype(np.float32)
    options = {id(classifier): {"zipmap": False}}
    whole.write_bytes(
        skl2onnx.to_onnx(classifier, sample, options=options, target_opset=17).SerializeToString()
    )
    onnx.utils.extract_model(str(whole), str(label_only), ["X"], ["label"])
    whole.unlink()
    (folder / "iris.pickle").write_bytes(pickle.dumps(classifier))

    expected = classifier.predict(rows())
    session = onnxruntime.InferenceSession(str(label_only), providers=["CPUExecutionProvider"])
    answers = session.run(["label"], {"X": rows().astype(np.float32)})[0]
    if not np.array_equal(answers, expected):
        raise SystemExit("the ONNX graph of the iris model answers differently from scikit-learn")
    text = json.dumps({"rows": rows().tolist(), "answers": expected.tolist()})
    (folder / "answers.json").write_text(text + "\n")

    bentoml.sklearn.save_model("iris_clf", classifier, signatures={"predict": {"batchable": True}})
    bentoml.onnx.save_model(
        "iris_onnx", onnx.load(str(label_only)), signatures={"run": {"batchable": True}}
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
