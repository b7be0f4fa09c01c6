# SPDX-License-Identifier: Apache-2.0
"""Run by BentoML's Python: print what it makes of the models in BENTOML_HOME, as JSON."""

import json

import bentoml

iris = bentoml.models.get("iris_clf:latest")
print(
    json.dumps(
        {
            "tags": sorted(str(model.tag) for model in bentoml.models.list()),
            "labels": iris.info.labels,
            "metadata": iris.info.metadata,
            "signatures": {
                name: [one.batchable, list(one.batch_dim)]
                for name, one in iris.info.signatures.items()
            },
            "framework": iris.info.context.framework_name,
            "custom_objects": iris.custom_objects,
            "predicted": bentoml.sklearn.load_model("iris_clf")
            .predict([[5.9, 3, 5.1, 1.8]])
            .tolist(),
            "graph_inputs": [one.name for one in bentoml.onnx.load_model("relu").get_inputs()],
            "plain_files": bentoml.models.get("rules").info.module,
        }
    )
)
