# SPDX-License-Identifier: Apache-2.0
"""What a service uses besides runners and descriptors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.client import call
from harness.program import eventually, run_python
from harness.server import Server
from harness.service import serve, write_service

SAVE = """
    import bentoml
    from sklearn import datasets, svm

    iris = datasets.load_iris()
    bentoml.sklearn.save_model(
        "iris_names",
        svm.SVC().fit(iris.data, iris.target),
        signature={"predict": {"batchable": True, "batch_dim": (0, 0)}},
        labels={"team": "botany"},
        metadata={"rows": len(iris.data)},
        custom_objects={"names": list(map(str, iris.target_names)), "shift": lambda x: x + 1},
    )
"""

SERVICE = """
    \"\"\"Names of irises.\"\"\"

    import bentoml
    import numpy as np
    from bentoml.io import JSON, NumpyNdarray

    model = bentoml.models.get("iris_names:latest")
    runner = model.to_runner()
    plain = bentoml.Runner(model.to_runnable(), name="plain", models=[model])
    renamed = bentoml.sklearn.get("iris_names").with_options(version="x").to_runner(name="renamed")
    svc = bentoml.Service("names", runners=[runner, plain, renamed], models=[model])

    asked = bentoml.metrics.Counter("asked", "How often", ["kind"])
    sizes = bentoml.metrics.Histogram("sizes", "Rows", buckets=[1, 2, 4])


    @svc.api(input=NumpyNdarray(), output=JSON(), doc="The name of each row's class.")
    def name(rows):
        sizes.observe(len(rows))
        found = []
        with bentoml.monitor("irises") as monitor:
            for row, kind in zip(rows, runner.predict.run(rows)):
                word = model.custom_objects["names"][kind]
                asked.labels(kind=word).inc()
                monitor.log(float(row[0]), name="sepal", role="feature", data_type="numerical")
                monitor.log(word, name="kind", role="prediction", data_type="categorical")
                found.append(word)
        return found

    @svc.api(input=NumpyNdarray(), output=JSON())
    async def all_ways(rows):
        return {
            "plain": (await plain.predict.async_run(rows)).tolist(),
            "renamed": (await renamed.predict.async_run(rows)).tolist(),
            "loaded": bentoml.sklearn.load_model(model.tag).predict(rows).tolist(),
            "shift": model.custom_objects["shift"](1),
            "labels": model.info.labels,
            "metadata": model.info.metadata,
            "path": model.path.endswith(model.tag.version),
            "importable": svc.is_service_importable(),
            "origin": svc.get_service_import_origin()[0],
        }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_service(tmp_path_factory.mktemp("names"), SERVICE)
    write_service(folder, SAVE, "save.py")
    saved = run_python("-m", "ekiben.script", folder / "save.py", home=folder / "home")
    assert saved.returncode == 0, saved.stderr
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serve(folder, folder / "home") as server:
        yield server


def test_custom_objects_are_there_in_a_function(server: Server) -> None:
    answer = call(server.url, "/name", b"[[5.9, 3, 5.1, 1.8], [5.1, 3.5, 1.4, 0.2]]")
    assert (answer.status, answer.json()) == (200, ["virginica", "setosa"])


def test_a_monitor_writes_what_it_is_given(server: Server, folder: Path) -> None:
    call(server.url, "/name", b"[[5.9, 3, 5.1, 1.8]]")

    def records() -> list[dict[str, object]]:
        files = folder.glob("monitoring/irises/data/*.log")
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    eventually("a record is written", records)
    record = records()[-1]
    assert (record["sepal"], record["kind"]) == (5.9, "virginica")
    assert record["request_id"]


def test_a_model_is_reached_in_every_way(server: Server) -> None:
    answer = call(server.url, "/all_ways", b"[[5.9, 3, 5.1, 1.8]]")
    assert answer.status == 200, server.stderr
    assert answer.json() == {
        "plain": [2],
        "renamed": [2],
        "loaded": [2],
        "shift": 2,
        "labels": {"team": "botany"},
        "metadata": {"rows": 150},
        "path": True,
        "importable": True,
        "origin": "service:svc",
    }


def test_the_services_and_the_functions_words_are_in_the_document(server: Server) -> None:
    document = call(server.url, "/docs.json").json()
    assert document["info"]["title"] == "names"
    assert document["paths"]["/name"]["post"]["description"] == "The name of each row's class."


def test_a_service_is_loaded_without_a_server(folder: Path) -> None:
    (folder / "look.py").write_text(
        "import bentoml\n"
        "svc = bentoml.load('service:svc')\n"
        "print(svc.name, list(svc.apis), [runner.name for runner in svc.runners])\n"
    )
    done = run_python("-m", "ekiben.script", folder / "look.py", home=folder / "home")
    assert done.stdout == "names ['name', 'all_ways'] ['iris_names', 'plain', 'renamed']\n", (
        done.stderr
    )
