# SPDX-License-Identifier: Apache-2.0
"""How many workers a runner gets, and what each one's environment is."""

from __future__ import annotations

import math
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from ..exceptions import BentoMLConfigException
from ..log import warn
from .resource import get_resource, system_resources
from .runnable import Runnable

GPU = "nvidia.com/gpu"

# Which GPUs a process sees, by number; "-1" for none.
_VISIBLE_GPUS = "CUDA_VISIBLE_DEVICES"

# What tells libraries how many threads to start, and, by the first, a Runnable of the user's own.
THREAD_VARIABLES = (
    "BENTOML_NUM_THREAD",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "RAYON_RS_NUM_CPUS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)


class Strategy(ABC):
    """Decides where the workers of a runner run. A subclass is given to Runner as a class."""

    @classmethod
    @abstractmethod
    def get_worker_count(
        cls,
        runnable_class: type[Runnable],
        resource_request: dict[str, Any] | None,
        workers_per_resource: float,
    ) -> int:
        """How many workers there are.

        Args:
            runnable_class: What runs.
            resource_request: Kind to value, from the configuration; None is all of the machine.
            workers_per_resource: Workers a GPU or core; 0.5 is one worker for two GPUs.
        """

    @classmethod
    @abstractmethod
    def get_worker_env(
        cls,
        runnable_class: type[Runnable],
        resource_request: dict[str, Any] | None,
        workers_per_resource: float,
        worker_index: int,
    ) -> dict[str, Any]:
        """The environment variables of one worker, the first of which has index 0."""


class DefaultStrategy(Strategy):
    """GPUs where there are any and the Runnable supports them, one worker each; else cores.

    On cores, a Runnable that supports multi-threading gets one worker with as many threads as
    there are cores; another gets one worker a core, with one thread each.
    """

    @classmethod
    def get_worker_count(
        cls,
        runnable_class: type[Runnable],
        resource_request: dict[str, Any] | None,
        workers_per_resource: float,
    ) -> int:
        """As the class says, times `workers_per_resource`, and never less than one.

        Raises:
            BentoMLConfigException: If the resources leave it nothing to run on.
        """
        gpus, cores = _resources(runnable_class, resource_request)
        if gpus:
            return max(1, math.ceil(len(gpus) * workers_per_resource - 1e-9))
        if runnable_class.SUPPORTS_CPU_MULTI_THREADING:
            return max(1, math.ceil(workers_per_resource))
        return max(1, math.ceil(math.ceil(cores) * workers_per_resource - 1e-9))

    @classmethod
    def get_worker_env(
        cls,
        runnable_class: type[Runnable],
        resource_request: dict[str, Any] | None,
        workers_per_resource: float,
        worker_index: int,
    ) -> dict[str, Any]:
        """CUDA_VISIBLE_DEVICES, and on cores the thread counts of the common libraries.

        Several multi-threading workers share the cores among them.

        Raises:
            BentoMLConfigException: If there is no GPU left for this worker.
        """
        gpus, cores = _resources(runnable_class, resource_request)
        if gpus:
            return {_VISIBLE_GPUS: _gpus_of(worker_index, gpus, workers_per_resource)}
        threads = 1
        if runnable_class.SUPPORTS_CPU_MULTI_THREADING:
            threads = max(1, math.ceil(cores / max(1, math.ceil(workers_per_resource))))
        return {_VISIBLE_GPUS: "-1", **dict.fromkeys(THREAD_VARIABLES, str(threads))}


def has_gpu() -> bool:
    """Whether this process is a worker that was given a GPU."""
    return os.environ.get(_VISIBLE_GPUS, "-1").partition(",")[0] not in ("", "-1")


def _resources(
    runnable_class: type[Runnable], request: Mapping[str, Any] | None
) -> tuple[list[int], float]:
    """The GPUs to use, or none of them and the cores."""
    wanted = system_resources() if request is None else request
    if GPU in runnable_class.SUPPORTED_RESOURCES:
        gpus = get_resource(wanted, GPU)
        if gpus:
            return gpus, 0
    cores = get_resource(wanted, "cpu")
    if not cores and request is not None and GPU not in request:
        cores = get_resource({"cpu": "system"}, "cpu")
    if not cores:
        raise BentoMLConfigException(
            f"the configured resources leave {runnable_class.__name__} nothing to run on: it "
            f"supports {', '.join(runnable_class.SUPPORTED_RESOURCES)}",
            hint="leave resources out to use what the machine has",
        )
    if "cpu" not in runnable_class.SUPPORTED_RESOURCES:
        warn(
            "%s supports %s, none of which is here: it runs on the cpu",
            runnable_class.__name__,
            ", ".join(runnable_class.SUPPORTED_RESOURCES),
        )
    return [], cores


def _gpus_of(worker: int, gpus: list[int], workers_per_gpu: float) -> str:
    if workers_per_gpu >= 1:
        mine = gpus[int(worker / workers_per_gpu) :][:1]
    else:
        share = round(1 / workers_per_gpu)
        mine = gpus[worker * share : (worker + 1) * share]
    if not mine:
        raise BentoMLConfigException(
            f"worker {worker} has no GPU: there are {len(gpus)}, "
            f"with {workers_per_gpu:g} workers for each"
        )
    return ",".join(str(gpu) for gpu in mine)
