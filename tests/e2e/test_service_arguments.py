# SPDX-License-Identifier: Apache-2.0
"""What reaches a Runnable of one's own in another process is what the function passed to it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from harness.client import call
from harness.server import Server
from harness.service import serve, write_service

KINDS = """
    import numpy as np
    import pandas as pd
    import PIL.Image
    from pydantic import BaseModel


    class Flower(BaseModel):
        name: str
        petals: int


    FRAME = pd.DataFrame(
        {"n": [1, 2], "x": [0.5, None], "s": ["a", "é"], "b": [True, False]}, index=["p", "q"]
    )
    PIXELS = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)

    VALUES = {
        "none": None,
        "bool": True,
        "int": 2**70,
        "float": 0.1,
        "str": "é, 猫",
        "bytes": bytes(range(256)),
        "list": [1, "two", [3.0, None]],
        "tuple": (1, "two"),
        "dict": {"a": 1, 2: ["b", b"c"]},
        "nested": {"rows": [np.arange(3), {"frame": FRAME}]},
        "array": np.arange(6, dtype="int16").reshape(2, 3),
        "empty": np.zeros((0, 4), "float32"),
        "scalar": np.float32(1.5),
        "strings": np.array(["a", "bc"]),
        "bools": np.array([True, False]),
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "big_endian": np.arange(3, dtype=">i4"),
        "large": np.arange(1 << 18, dtype="float64"),
        "frame": FRAME,
        "series": pd.Series([1.5, 2.5], index=[3, 4], name="x"),
        "rgb": PIL.Image.fromarray(PIXELS),
        "grey": PIL.Image.fromarray(PIXELS[:, :, 0]),
        "palette": PIL.Image.fromarray(PIXELS).quantize(4),
        "pydantic": Flower(name="rose", petals=5),
    }


    def describe(x):
        \"\"\"What tells whether two values are the same, and of the same kind.\"\"\"
        kind = f"{type(x).__module__}.{type(x).__qualname__}"
        if isinstance(x, np.ndarray):
            return [kind, str(x.dtype.newbyteorder("=")), list(x.shape), x.tolist()[:5]]
        if isinstance(x, pd.DataFrame):
            return [kind, x.dtypes.astype(str).to_dict(), x.to_json(), list(map(str, x.index))]
        if isinstance(x, pd.Series):
            return [kind, str(x.dtype), x.name, x.to_json()]
        if isinstance(x, PIL.Image.Image):
            return ["image", x.mode, list(x.size), x.convert("RGB").tobytes().hex()]
        if isinstance(x, dict):
            return [kind, [[describe(one), describe(value)] for one, value in x.items()]]
        if isinstance(x, (list, tuple)):
            return [kind, [describe(one) for one in x]]
        return [kind, repr(x)]
"""

SERVICE = """
    import bentoml
    import numpy as np
    import os
    from bentoml.io import JSON, NumpyNdarray
    from kinds import VALUES, describe


    class Look(bentoml.Runnable):
        SUPPORTED_RESOURCES = ("cpu",)
        SUPPORTS_CPU_MULTI_THREADING = True

        def __init__(self, factor=1):
            self.factor = factor

        @bentoml.Runnable.method(batchable=False)
        def describe(self, x):
            return [describe(x), os.getpid()]

        @bentoml.Runnable.method(batchable=False)
        def back(self, x):
            return x

        @bentoml.Runnable.method(batchable=False)
        def several(self, a, b=2, *, c):
            return a, b, {"c": c}

        @bentoml.Runnable.method(batchable=True, batch_dim=(0, 0))
        def scaled(self, rows):
            return rows * self.factor

        @bentoml.Runnable.method(batchable=True, batch_dim=(0, 0))
        def lengths(self, texts):
            return [len(text) for text in texts]


    class Odd:
        pass


    look = bentoml.Runner(Look, runnable_init_params={"factor": 3})
    odd = bentoml.Runner(Look, name="odd")
    svc = bentoml.Service("arguments", runners=[look, odd])
    api = svc.api(input=JSON(), output=JSON())


    @api
    def sent(name):
        (got, pid), wanted = look.describe.run(VALUES[name]), describe(VALUES[name])
        return {"got": got, "wanted": wanted, "elsewhere": pid != os.getpid()}

    @api
    async def sent_later(name):
        got, pid = await look.describe.async_run(VALUES[name])
        return {"got": got, "wanted": describe(VALUES[name]), "elsewhere": pid != os.getpid()}

    @api
    def returned(name):
        value = look.back.run(VALUES[name])
        return {"got": describe(value), "wanted": describe(VALUES[name]), "elsewhere": True}

    @api
    def several(x):
        return look.several.run(1, c=x)

    @api
    async def lengths(texts):
        return await look.lengths.async_run(texts)

    @api
    def unencodable(x):
        got, pid = odd.describe.run(Odd())
        return {"got": got[0], "here": pid == os.getpid()}

    @svc.api(input=NumpyNdarray(), output=NumpyNdarray())
    def through_function(rows):
        return rows * 2

    @svc.api(input=NumpyNdarray(), output=NumpyNdarray())
    def through_runner(rows):
        return look.scaled.run(rows)

    @svc.api(input=NumpyNdarray(), output=NumpyNdarray())
    async def through_runner_later(rows):
        return await look.scaled.async_run(rows)
"""

NAMES = [
    *("none", "bool", "int", "float", "str", "bytes", "list", "tuple", "dict", "nested", "array"),
    *("empty", "scalar", "strings", "bools", "fortran", "big_endian", "large", "frame", "series"),
    *("rgb", "grey", "palette", "pydantic"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("arguments")
    write_service(folder, KINDS, "kinds.py")
    write_service(folder, SERVICE)
    with serve(folder, folder / "home") as server:
        yield server


@pytest.mark.parametrize("api", ["sent", "sent_later", "returned"])
@pytest.mark.parametrize("name", NAMES)
def test_an_argument_and_a_result_arrive_as_they_were(server: Server, name: str, api: str) -> None:
    answer = call(server.url, f"/{api}", json.dumps(name).encode())
    assert answer.status == 200, answer.body
    found = answer.json()
    assert found["got"] == found["wanted"]
    assert found["elsewhere"]


def test_positional_and_named_arguments_and_a_tuple_of_results(server: Server) -> None:
    assert call(server.url, "/several", b'"see"').json() == [1, 2, {"c": "see"}]


def test_lists_are_batched_and_each_request_gets_its_own_items(server: Server) -> None:
    def ask(number: int) -> list[int]:
        body = json.dumps(["x" * number, "y" * (number + 1)]).encode()
        return call(server.url, "/lengths", body).json()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(100)))
    assert answers == [[number, number + 1] for number in range(100)]


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    ("api", "factor"),
    [("through_function", 2), ("through_runner", 3), ("through_runner_later", 3)],
)
@pytest.mark.parametrize("megabytes", [1, 20])
def test_large_arrays_come_through_both_ways(
    server: Server, api: str, factor: int, megabytes: int
) -> None:
    rows = np.random.default_rng(megabytes).normal(size=(megabytes << 10, 128))
    headers = {"content-type": "application/x-npy", "accept": "application/x-npy"}
    for _ in range(3):
        answer = call(server.url, f"/{api}", npy(rows), headers=headers)
        assert answer.status == 200, answer.body[:500]
        assert np.array_equal(np.load(io.BytesIO(answer.body)), rows * factor)


def test_large_arrays_come_at_the_same_time(server: Server) -> None:
    headers = {"content-type": "application/x-npy", "accept": "application/x-npy"}

    def ask(number: int) -> bool:
        rows = np.full((4 << 10, 128), float(number))
        answer = call(server.url, "/through_runner_later", npy(rows), headers=headers)
        return np.array_equal(np.load(io.BytesIO(answer.body)), rows * 3)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(40)))


def test_what_has_no_encoding_runs_inside_the_api_worker_with_a_warning(server: Server) -> None:
    answer = call(server.url, "/unencodable", b"1")
    assert answer.json() == {"got": "service.Odd", "here": True}
    assert "runner 'odd' runs inside the API worker, without batching: a service.Odd" in (
        server.stderr
    )
