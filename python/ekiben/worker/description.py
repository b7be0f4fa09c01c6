# SPDX-License-Identifier: Apache-2.0
"""What the engine is told of a service: its description, and how its runners are to be placed."""

from __future__ import annotations

from typing import Any

from ..runner.runner import Runner
from ..service import Service
from .native import native_method


def describe(service: Service, configuration: dict[str, Any] | None = None) -> dict[str, Any]:
    """The service description, each runner with its workers and their environment.

    Args:
        configuration: Runner's name to its settings: `resources`, `workers_per_resource`.
    """
    description = service.describe()
    for runner, entry in zip(service.runners, description["runners"], strict=True):
        for method, about in zip(runner.runner_methods, entry["methods"], strict=True):
            about["native"] = native_method(method) is not None
        entry["workers"] = _workers(runner, (configuration or {}).get(runner.name, {}))
    return description


def _workers(runner: Runner, settings: dict[str, Any]) -> list[dict[str, str]]:
    """The environment of each worker of the runner."""
    strategy, runnable = runner.scheduling_strategy, runner.runnable_class
    resources = settings.get("resources")
    per_resource = settings.get("workers_per_resource", 1)
    count = strategy.get_worker_count(runnable, resources, per_resource)
    return [
        {
            name: str(value)
            for name, value in strategy.get_worker_env(
                runnable, resources, per_resource, index
            ).items()
        }
        for index in range(count)
    ]
