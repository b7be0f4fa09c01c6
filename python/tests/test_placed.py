# SPDX-License-Identifier: Apache-2.0
"""What the configuration makes of a server's settings and of a runner's place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

import ekiben
from ekiben import configuration as settings
from ekiben.configuration.server import for_server
from ekiben.exceptions import BentoMLConfigException
from ekiben.worker.description import Cores, describe


class Doubling(ekiben.Runnable):
    SUPPORTED_RESOURCES = ("cpu",)
    SUPPORTS_CPU_MULTI_THREADING = False

    @ekiben.Runnable.method(batchable=True)
    def double(self, rows: Any) -> Any:
        return rows * 2


@pytest.fixture(autouse=True)
def _configured() -> Iterator[None]:
    yield
    settings.use(None)


def server(*options: str) -> dict[str, Any]:
    return for_server(settings.configuration(environ={}, options=options))


def placed(*options: str) -> dict[str, Any]:
    settings.use(settings.configuration(environ={}, options=options))
    service = ekiben.Service("placed", runners=[ekiben.Runner(Doubling, name="doubling")])
    (runner,) = describe(service)["runners"]
    return runner


def test_what_nobody_has_chosen_is_left_to_the_server() -> None:
    answer = server()
    assert (answer["workers"], answer["buckets"], answer["cors"]) == (None, None, None)
    assert (answer["metrics"], answer["access_log"]) == (True, False)


def test_buckets_are_chosen_or_computed() -> None:
    key = "api_server.metrics.duration"
    assert server(f"{key}.buckets=[0.5, 1]")["buckets"] == [0.5, 1.0]
    computed = server(f"{key}.min=1", f"{key}.max=10", f"{key}.factor=3")["buckets"]
    assert computed == [1.0, 3.0, 9.0, 10.0]
    with pytest.raises(BentoMLConfigException, match="buckets"):
        server(f"{key}.min=1", f"{key}.max=1000", f"{key}.factor=1.1")


def test_origins_may_be_one_or_several() -> None:
    key = "api_server.http.cors"
    one = server(f"{key}.enabled=true", f"{key}.access_control_allow_origins=https://a.org")
    assert one["cors"]["allow_origins"] == ["https://a.org"]
    assert one["cors"]["max_age"] is None
    two = server(f"{key}.enabled=true", f"{key}.access_control_allow_origins=[a, b]")
    assert two["cors"]["allow_origins"] == ["a", "b"]


def test_tls_is_refused() -> None:
    with pytest.raises(BentoMLConfigException, match="TLS"):
        server("api_server.ssl.enabled=true")


def test_a_runner_has_what_it_was_configured_with() -> None:
    runner = placed(
        "runners.doubling.resources={cpu: 1, memory: 1Gi}",
        "runners.doubling.workers_per_resource=2",
        "runners.doubling.traffic={timeout: 5, max_concurrency: 3}",
        "runners.batching.max_batch_size=8",
        "runners.batching.enabled=false",
    )
    assert [worker["OMP_NUM_THREADS"] for worker in runner["workers"]] == ["1", "1"]
    chosen = runner["settings"]
    assert len(chosen.pop("cores")) == (1 if len(os.sched_getaffinity(0)) > 1 else 0)
    assert chosen == {
        "batching": False,
        "max_batch_size": 8,
        "timeout": 5,
        "max_concurrency": 3,
        "threads": 1,
        "memory": 1 << 30,
    }


def test_a_runner_without_resources_of_its_own_runs_everywhere() -> None:
    chosen = placed()["settings"]
    assert (chosen["threads"], chosen["cores"], chosen["memory"]) == (None, [], None)
    assert "max_batch_size" not in chosen


def test_cores_are_dealt_out_in_turn() -> None:
    cores = Cores([0, 1, 4, 5])
    assert [cores.take(2), cores.take(1), cores.take(2), cores.take(4)] == [[0, 1], [4], [0, 5], []]
