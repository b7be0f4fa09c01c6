# SPDX-License-Identifier: Apache-2.0
"""A Runnable of one's own with each option of Runner: served, and in a notebook."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from harness.client import call
from harness.program import run_python
from harness.server import Server
from harness.service import serve, write_service
from harness.store import Store

SERVICE = """
    import os
    import time

    import bentoml
    import numpy as np
    from bentoml.io import JSON, NumpyNdarray


    class Two(bentoml.Strategy):
        \"\"\"Two workers, each with a number of its own.\"\"\"

        @classmethod
        def get_worker_count(cls, runnable_class, resource_request, workers_per_resource):
            return 2

        @classmethod
        def get_worker_env(
            cls, runnable_class, resource_request, workers_per_resource, worker_index
        ):
            return {"WHO": f"worker {worker_index}", "OMP_NUM_THREADS": "3"}


    class Work(bentoml.Runnable):
        SUPPORTED_RESOURCES = ("cpu",)
        SUPPORTS_CPU_MULTI_THREADING = True

        def __init__(self, factor, model):
            self.factor = factor
            self.classifier = bentoml.sklearn.load_model(model)

        @bentoml.Runnable.method(batchable=True, batch_dim=0)
        def small(self, rows):
            time.sleep(0.02)
            return np.full(len(rows), len(rows))

        @bentoml.Runnable.method(batchable=True, batch_dim=(0, 0))
        def large(self, rows):
            time.sleep(0.02)
            return np.full(len(rows), len(rows))

        @bentoml.Runnable.method(batchable=True, batch_dim=1)
        def columns(self, rows):
            return rows * self.factor

        @bentoml.Runnable.method(batchable=False)
        def slow(self, seconds):
            time.sleep(seconds)
            return "slept"

        @bentoml.Runnable.method
        def about(self, x):
            return {
                "who": os.environ.get("WHO"),
                "threads": os.environ.get("OMP_NUM_THREADS"),
                "pid": os.getpid(),
                "kinds": self.classifier.predict([[5.9, 3, 5.1, 1.8]]).tolist(),
            }


    model = bentoml.models.get("iris_clf:latest")
    work = bentoml.Runner(
        Work,
        name="Work_of_mine",
        runnable_init_params={"factor": 10, "model": model.tag},
        models=[model],
        scheduling_strategy=Two,
        max_batch_size=8,
        max_latency_ms=30000,
        method_configs={
            "large": {"max_batch_size": 100},
            "slow": {"max_latency_ms": 300},
            "small": {"max_batch_size": 2},
        },
    )
    one = bentoml.Runner(Work, name="one", runnable_init_params={"factor": 1, "model": model})
    svc = bentoml.Service("options", runners=[work, one])


    @svc.api(input=NumpyNdarray(), output=NumpyNdarray())
    async def small(rows):
        return await work.small.async_run(rows)

    @svc.api(input=NumpyNdarray(), output=NumpyNdarray())
    async def large(rows):
        return await work.large.async_run(rows)

    @svc.api(input=NumpyNdarray(), output=NumpyNdarray())
    def columns(rows):
        return work.columns.run(rows)

    @svc.api(input=JSON(), output=JSON())
    def slow(seconds):
        return work.slow.run(seconds)

    @svc.api(input=JSON(), output=JSON())
    def about(x):
        return work.about.run(x)

    @svc.api(input=JSON(), output=JSON())
    def about_one(x):
        return one.about.run(x)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_service(tmp_path_factory.mktemp("options"), SERVICE)


@pytest.fixture(scope="module")
def server(folder: Path, store: Store) -> Iterator[Server]:
    with serve(folder, store.home) as server:
        yield server


def ask_together(server: Server, api: str, bodies: list[bytes]) -> list[int]:
    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(lambda body: call(server.url, f"/{api}", body), bodies))
    assert {answer.status for answer in answers} == {200}
    return [answer.json()[0] for answer in answers]


def test_a_strategy_of_ones_own_decides_how_many_workers_and_their_environment(
    server: Server,
) -> None:
    assert "runner  work_of_mine runs in 2 Python workers" in server.stdout
    found: dict[str, dict[str, object]] = {}
    with ThreadPoolExecutor(8) as pool:
        while len(found) < 2:
            for answer in pool.map(lambda _: call(server.url, "/about", b"1"), range(32)):
                found[answer.json()["who"]] = answer.json()
    assert sorted(found) == ["worker 0", "worker 1"]
    assert {one["threads"] for one in found.values()} == {"3"}
    assert len({one["pid"] for one in found.values()}) == 2


def test_the_constructor_gets_its_parameters_and_finds_its_model(server: Server) -> None:
    assert call(server.url, "/about_one", b"1").json()["kinds"] == [2]
    assert call(server.url, "/columns", b"[[1, 2]]").json() == [[10, 20]]


def test_each_method_has_the_batch_size_that_it_was_given(server: Server) -> None:
    bodies = [b"[[1, 2]]"] * 60
    assert max(ask_together(server, "small", bodies)) == 2
    assert 8 < max(ask_together(server, "large", bodies)) <= 100


def test_rows_are_joined_along_the_methods_own_axis(server: Server) -> None:
    def ask(number: int) -> object:
        body = json.dumps([[number], [number + 0.5]]).encode()
        return call(server.url, "/columns", body).json()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(100)))
    assert answers == [[[10 * number], [10 * number + 5]] for number in range(100)]


def test_calls_that_would_wait_longer_than_the_methods_latency_are_refused(server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: call(server.url, "/slow", b"1"), range(8)))
    statuses = [answer.status for answer in answers]
    assert statuses.count(200) >= 2, "each of the two workers has one"
    assert set(statuses) - {200} <= {503, 504}
    assert statuses.count(200) < 8


NOTEBOOK = """
import asyncio
import numpy as np
import service
from bentoml.exceptions import StateException

try:
    service.work.columns.run(np.ones((1, 2)))
except StateException as error:
    print("not initialized" in str(error), "init_local" in str(error))
service.work.init_local()
print(service.work.columns.run(np.ones((1, 2))).tolist())
print(asyncio.run(service.work.columns.async_run(np.ones((1, 2)))).tolist())
print(service.columns(np.ones((1, 1))).tolist(), asyncio.run(service.small(np.ones(3))).tolist())
print(service.work.about.run(0)["kinds"], [str(one.tag.name) for one in service.work.models])
"""


def test_init_local_runs_it_in_a_notebook(folder: Path, store: Store) -> None:
    (folder / "notebook.py").write_text(NOTEBOOK)
    done = run_python("-m", "ekiben.script", folder / "notebook.py", home=store.home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "True True",
        "[[10.0, 10.0]]",
        "[[10.0, 10.0]]",
        "[[10.0]] [3, 3, 3]",
        "[2] ['iris_clf']",
    ]
    assert "runner 'work_of_mine' runs in this process" in done.stderr


def test_a_runnable_that_only_streams_is_made_where_its_pieces_are_read(tmp_path: Path) -> None:
    source = """
        import bentoml
        from bentoml.io import Text

        class Talk(bentoml.Runnable):
            SUPPORTED_RESOURCES = ("cpu",)
            SUPPORTS_CPU_MULTI_THREADING = True

            def __init__(self):
                print("made", flush=True)

            @bentoml.Runnable.method(batchable=False)
            async def words(self, text):
                for word in text.split():
                    yield word.upper()

        talk = bentoml.Runner(Talk)
        svc = bentoml.Service("talks", runners=[talk])

        @svc.api(input=Text(), output=Text())
        async def shout(text):
            async for word in talk.words.async_stream(text):
                yield word
    """
    folder = write_service(tmp_path, source)
    with serve(folder, folder / "home") as server:
        assert "talk runs inside the API workers" in server.stdout
        with closing(http.client.HTTPConnection(urlsplit(server.url).netloc)) as connection:
            connection.request("POST", "/shout", b"a b", {"content-type": "text/plain"})
            assert connection.getresponse().read() == b"AB"
        assert server.stdout.count("made") == 1
