# SPDX-License-Identifier: Apache-2.0
"""A runner worker by its protocol: batches joined, split, and tried in halves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worker_process import WorkerProcess, eventually

from ekiben.worker import frames
from ekiben.worker.batches import join, rows_of, split

SERVICE = """
    import asyncio

    import ekiben
    import numpy as np
    import pandas as pd


    class Work(ekiben.Runnable):
        SUPPORTED_RESOURCES = ("cpu",)

        def __init__(self):
            self.sizes = []

        @ekiben.Runnable.method(batchable=True)
        def inverse(self, rows):
            self.sizes.append(len(rows))
            if (rows == 0).any():
                raise ZeroDivisionError(f"a zero among {len(rows)}")
            return 1 / rows

        @ekiben.Runnable.method(batchable=False)
        def take_sizes(self, x):
            sizes, self.sizes = self.sizes, []
            return sizes

        @ekiben.Runnable.method(batchable=True)
        def upper(self, texts):
            return [text.upper() for text in texts]

        @ekiben.Runnable.method(batchable=True)
        def table(self, frame):
            return frame.assign(sum=frame["a"] + frame["b"])

        @ekiben.Runnable.method(batchable=True, batch_dim=(1, 0))
        def columns(self, array):
            return array.sum(axis=0)

        @ekiben.Runnable.method(batchable=True)
        def too_few(self, rows):
            return rows[:1]

        @ekiben.Runnable.method(batchable=True)
        def named(self, rows, add):
            return {"sum": rows + add, "both": (rows, add)}

        @ekiben.Runnable.method(batchable=False)
        async def later(self, x):
            await asyncio.sleep(0)
            return [x]

        @ekiben.Runnable.method(batchable=False)
        def unencodable(self, x):
            return object()

        @ekiben.Runnable.method(batchable=False)
        def large(self, x):
            return x + 1


    work = ekiben.Runner(Work, name="work")
    svc = ekiben.Service("work", runners=[work])
"""
METHODS = (
    *("inverse", "take_sizes", "upper", "table", "columns"),
    *("too_few", "named", "later", "unencodable", "large"),
)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    with WorkerProcess(tmp_path_factory.mktemp("runner"), SERVICE, role="runner") as worker:
        worker.next(frames.READY)
        yield worker


def run(worker: WorkerProcess, method: str, *arguments: Any) -> list[Any]:
    """The answers to calls with one argument each, sent together."""
    return worker.batch(METHODS.index(method), *(((one,), {}) for one in arguments))


def test_calls_are_joined_and_each_gets_its_own_rows(worker: WorkerProcess) -> None:
    calls = [np.array([[1.0]]), np.array([[2.0], [4.0]]), np.array([[5.0]])]
    first, second, third = run(worker, "inverse", *calls)
    assert (first.tolist(), second.tolist(), third.tolist()) == ([[1.0]], [[0.5], [0.25]], [[0.2]])
    assert run(worker, "take_sizes", 0) == [[4]]


@pytest.mark.parametrize("bad", range(8))
def test_one_bad_row_fails_alone(worker: WorkerProcess, bad: int) -> None:
    rows = [np.array([[float(at != bad)]]) for at in range(8)]
    answers = run(worker, "inverse", *rows)
    sizes = run(worker, "take_sizes", 0)[0]
    assert answers[bad]["kind"] == "ZeroDivisionError"
    assert answers[bad]["message"].endswith("raised ZeroDivisionError: a zero among 1")
    assert "raise ZeroDivisionError" in answers[bad]["traceback"]
    assert all(one.tolist() == [[1.0]] for at, one in enumerate(answers) if at != bad)
    assert sorted(sizes) == [1, 1, 2, 2, 4, 4, 8]


def test_a_large_call_among_small_ones_is_split_at_its_rows(worker: WorkerProcess) -> None:
    answers = run(worker, "inverse", np.ones((100, 2)), np.zeros((1, 2)), np.ones((1, 2)))
    assert answers[0].shape == (100, 2)
    assert answers[1]["status"] == 500
    assert answers[2].shape == (1, 2)
    run(worker, "take_sizes", 0)


def test_lists_are_joined(worker: WorkerProcess) -> None:
    assert run(worker, "upper", ["a"], ["b", "c"], []) == [["A"], ["B", "C"], []]


def test_tables_are_joined(worker: WorkerProcess) -> None:
    frames_ = [pd.DataFrame({"a": [1, 2], "b": [3, 4]}), pd.DataFrame({"a": [5], "b": [6]})]
    first, second = run(worker, "table", *frames_)
    assert first["sum"].tolist() == [4, 6]
    assert second["sum"].tolist() == [11]


def test_the_axis_is_that_of_the_signature(worker: WorkerProcess) -> None:
    first, second = run(worker, "columns", np.ones((2, 1)), np.ones((2, 3)))
    assert (first.tolist(), second.tolist()) == ([2.0], [2.0, 2.0, 2.0])


def test_named_arguments_are_joined_and_structures_split(worker: WorkerProcess) -> None:
    calls = [((), {"rows": np.array([at]), "add": np.array([10])}) for at in range(3)]
    for at, answer in enumerate(worker.batch(METHODS.index("named"), *calls)):
        assert answer["sum"].tolist() == [at + 10]
        assert [one.tolist() for one in answer["both"]] == [[at], [10]]


def test_a_method_that_loses_rows_is_told_so(worker: WorkerProcess) -> None:
    answers = run(worker, "too_few", np.ones((2, 1)), np.ones((2, 1)))
    # Alone each of them is what the method gives.
    assert [one.tolist() for one in answers] == [[[1.0]], [[1.0]]]


def test_asynchronous_methods_are_awaited(worker: WorkerProcess) -> None:
    assert run(worker, "later", 3) == [[3]]


def test_a_result_without_an_encoding_is_reported(worker: WorkerProcess) -> None:
    (report,) = run(worker, "unencodable", 3)
    assert report["status"] == 500
    assert report["message"].startswith("runner 'work.unencodable' returned what it cannot send: ")
    assert "object" in report["message"]
    assert report["traceback"] == ""
    assert run(worker, "later", 3) == [[3]]


def test_large_arrays_are_given_back(worker: WorkerProcess) -> None:
    taken = len(worker.memory._taken)
    for _ in range(30):
        (answer,) = run(worker, "large", np.zeros(1 << 17))
        assert answer[-1] == 1
        del answer
        offsets = b"".join(one.to_bytes(8, "little") for one in worker.released)
        worker.released.clear()
        worker.send(frames.frame(frames.RELEASE, 0, offsets))

    def has_given_back() -> bool:
        run(worker, "later", 1)
        return len(worker.memory._taken) == taken

    eventually(has_given_back)


def test_what_cannot_be_joined_says_of_which_kind_it_is() -> None:
    with pytest.raises(TypeError, match="values of str cannot be joined"):
        join(["a", "b"], 0)
    with pytest.raises(ValueError, match="got 3 rows and gave 2"):
        split([1, 2], [1, 2], 0)


def test_series_and_sparse_matrices_are_joined_and_split() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    series = [pd.Series([1, 2]), pd.Series([3])]
    assert [one.tolist() for one in split(join(series, 0), [2, 1], 0)] == [[1, 2], [3]]
    matrices = [sparse.csr_matrix(np.eye(2)), sparse.csr_matrix(np.ones((1, 2)))]
    joined = join(matrices, 0)
    assert joined.shape == (3, 2)
    assert [one.shape for one in split(joined.tocsr(), [2, 1], 0)] == [(2, 2), (1, 2)]
    assert rows_of("text", 0) == 1
