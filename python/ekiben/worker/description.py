# SPDX-License-Identifier: Apache-2.0
"""What an API worker tells the engine of its service."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Any

from ..configuration import RUNNER, active, defaults, for_runners
from ..runner.resource import get_resource
from ..runner.runner import Runner
from ..service import Service
from .native import native_method
from .samples import sample


def describe(service: Service) -> dict[str, Any]:
    """The service description, each runner with its workers and what it is configured with.

    Raises:
        BentoMLConfigException: If a runner's resources are not there.
    """
    description = service.describe()
    for api, about in zip(service.apis.values(), description["apis"], strict=True):
        about["sample"] = sample(api, service)
    settings = for_runners(active(), [runner.name for runner in service.runners])["runners"]
    cores = Cores(sorted(os.sched_getaffinity(0)))
    for runner, entry in zip(service.runners, description["runners"], strict=True):
        for method, about in zip(runner.runner_methods, entry["methods"], strict=True):
            about["native"] = native_method(method) is not None
        entry.update(_placed(runner, settings[runner.name], cores))
    return description


class Cores:
    """Deals out the cores of this machine, so that runners share none while there are enough."""

    def __init__(self, cores: list[int]) -> None:
        self._cores = cores
        self._next = 0

    def take(self, count: int) -> list[int]:
        """The numbers of `count` cores; none where that is all of them, or more."""
        if count >= len(self._cores):
            return []
        taken = [self._cores[(self._next + i) % len(self._cores)] for i in range(count)]
        self._next += count
        return sorted(taken)


def _placed(runner: Runner, settings: Mapping[str, Any], cores: Cores) -> dict[str, Any]:
    """The part of a runner's description that the configuration decides."""
    batching, traffic = settings["batching"], settings["traffic"]
    cpu, memory = (_asked(settings["resources"], kind) for kind in ("cpu", "memory"))
    # What nobody has changed is left to the engine, whose options may say otherwise.
    usual = defaults(RUNNER)["batching"]
    limits = {key: one for key, one in batching.items() if key != "enabled" and one != usual[key]}
    return {
        "workers": runner.placement(settings),
        "settings": {
            "batching": batching["enabled"],
            **limits,
            "timeout": traffic["timeout"],
            "max_concurrency": traffic["max_concurrency"],
            "threads": math.ceil(cpu) if cpu else None,
            "cores": cores.take(math.ceil(cpu)) if cpu else [],
            "memory": memory,
        },
    }


def _asked(resources: Any, kind: str) -> Any:
    """How much of it the configuration gives the runner; None where it says nothing of it."""
    if not isinstance(resources, Mapping) or resources.get(kind) in (None, "system"):
        return None
    return get_resource(resources, kind) or None
