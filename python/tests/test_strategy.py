# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ekiben
from ekiben.exceptions import BentoMLConfigException
from ekiben.runner.resource import _cgroup_quota, get_resource
from ekiben.runner.strategy import GPU, has_gpu


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 8 cores and 4 GPUs."""
    monkeypatch.setattr("ekiben.runner.resource.CpuResource.from_system", lambda: 8.0)
    monkeypatch.setattr(
        "ekiben.runner.resource.NvidiaGpuResource.from_system", lambda: [0, 1, 2, 3]
    )


def runnable(*resources: str, threads: bool = False) -> type[ekiben.Runnable]:
    class Some(ekiben.Runnable):
        SUPPORTED_RESOURCES = resources
        SUPPORTS_CPU_MULTI_THREADING = threads

    return Some


CPU, THREADS, CUDA = runnable("cpu"), runnable("cpu", threads=True), runnable(GPU, "cpu")


@pytest.mark.parametrize(
    ("kind", "request_", "per", "count"),
    [
        (CPU, None, 1, 8),
        (CPU, {"cpu": 2.5}, 1, 3),
        (CPU, {"cpu": 2}, 2, 4),
        (CPU, {"cpu": 4}, 0.5, 2),
        (THREADS, None, 1, 1),
        (THREADS, None, 3, 3),
        (CUDA, None, 1, 4),
        (CUDA, {GPU: 2}, 1, 2),
        (CUDA, {GPU: [1, 3]}, 2, 4),
        (CUDA, {GPU: 4}, 0.5, 2),
        (CUDA, {"cpu": 3}, 1, 3),
        (CPU, {GPU: 2, "cpu": 2}, 1, 2),
    ],
)
def test_workers_follow_the_resources(kind: Any, request_: Any, per: float, count: int) -> None:
    assert ekiben.DefaultStrategy.get_worker_count(kind, request_, per) == count


def test_each_worker_gets_its_gpu_or_its_threads() -> None:
    env = ekiben.DefaultStrategy.get_worker_env
    assert env(CUDA, {GPU: [1, 3]}, 1, 1) == {"CUDA_VISIBLE_DEVICES": "3"}
    assert env(CUDA, {GPU: [1, 3]}, 2, 1) == {"CUDA_VISIBLE_DEVICES": "1"}
    assert env(CUDA, {GPU: 4}, 0.5, 1) == {"CUDA_VISIBLE_DEVICES": "2,3"}
    alone = env(CPU, {"cpu": 4}, 1, 2)
    assert alone["CUDA_VISIBLE_DEVICES"] == "-1" and alone["OMP_NUM_THREADS"] == "1"
    assert env(THREADS, {"cpu": 4}, 1, 0)["MKL_NUM_THREADS"] == "4"
    assert env(THREADS, {"cpu": 4}, 2, 0)["MKL_NUM_THREADS"] == "2"
    with pytest.raises(BentoMLConfigException, match="worker 4 has no GPU"):
        env(CUDA, {GPU: 2}, 2, 4)


@pytest.mark.parametrize(("visible", "expected"), [("0", True), ("2,3", True), ("-1", False)])
def test_a_worker_knows_whether_it_was_given_a_gpu(
    monkeypatch: pytest.MonkeyPatch, visible: str, expected: bool
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert has_gpu() is expected
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert not has_gpu()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"cpu": "many"}, "cpu is 'many'"),
        ({"cpu": -1}, "cpu is -1"),
        ({"cpu": 9}, "cpu is 9, and this machine has 8"),
        ({GPU: [7]}, "asks for GPU 7, and this machine has 4"),
        ({"memory": "much"}, "memory is 'much'"),
    ],
)
def test_resources_that_are_not_there_are_refused(spec: dict[str, Any], message: str) -> None:
    with pytest.raises(BentoMLConfigException, match=message):
        get_resource(spec, next(iter(spec)))


def test_resources_are_written_in_several_ways() -> None:
    assert get_resource({"cpu": "500m"}, "cpu") == 0.5
    assert get_resource({"cpu": "system"}, "cpu") == 8
    assert get_resource({GPU: "2"}, GPU) == [0, 1]
    assert get_resource({"memory": "1Ki"}, "memory") == 1024
    assert get_resource({}, "cpu") is None
    with pytest.raises(BentoMLConfigException, match="resource 'tpu' is not known"):
        get_resource({}, "tpu")


def test_a_container_quota_counts(tmp_path: Path) -> None:
    assert _cgroup_quota(tmp_path) == float("inf")
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert _cgroup_quota(tmp_path) == float("inf")
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    assert _cgroup_quota(tmp_path) == 1.5


def test_a_runnable_is_told_when_nothing_is_left_to_run_on() -> None:
    with pytest.raises(BentoMLConfigException, match="nothing to run on: it supports cpu"):
        ekiben.DefaultStrategy.get_worker_count(CPU, {"cpu": 0, GPU: 1}, 1)
