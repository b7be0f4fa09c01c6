# SPDX-License-Identifier: Apache-2.0
"""What runners run on: how it is written in a configuration, and what this machine has."""

from __future__ import annotations

import math
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from ..exceptions import BentoMLConfigException

_SUFFIXES = {
    "": 1,
    **{suffix: 1000**power for power, suffix in enumerate(("k", "M", "G", "T"), 1)},
    **{suffix: 1024**power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti"), 1)},
}


class Resource(ABC):
    """A kind of resource. A subclass registers itself: `class X(Resource, resource_id="x")`."""

    kinds: ClassVar[dict[str, type[Resource]]] = {}

    def __init_subclass__(cls, *, resource_id: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        Resource.kinds[resource_id] = cls

    @classmethod
    @abstractmethod
    def from_spec(cls, spec: Any) -> Any:
        """The value that a configuration's text or number means.

        Raises:
            BentoMLConfigException: If it means none.
        """

    @classmethod
    @abstractmethod
    def from_system(cls) -> Any:
        """What this machine, or this container, has."""

    @classmethod
    @abstractmethod
    def validate(cls, val: Any) -> None:
        """Check that this machine has as much.

        Raises:
            BentoMLConfigException: If it has not.
        """


class CpuResource(Resource, resource_id="cpu"):
    """Cores, as a float: `2`, `0.5`, `"500m"`."""

    @classmethod
    def from_spec(cls, spec: Any) -> float:
        try:
            if isinstance(spec, str) and spec.endswith("m"):
                count = float(spec[:-1]) / 1000
            else:
                count = float(spec)
        except (TypeError, ValueError):
            count = -1
        if isinstance(spec, bool) or not 0 <= count < math.inf:
            raise BentoMLConfigException(
                f"cpu is {spec!r}", hint="write a number of cores, such as 2, 0.5 or '500m'"
            )
        return count

    @classmethod
    def from_system(cls) -> float:
        """The cores that this process may use, by affinity and by the cgroup's quota."""
        cores = float(len(os.sched_getaffinity(0)))
        return min(cores, _cgroup_quota(Path("/sys/fs/cgroup")))

    @classmethod
    def validate(cls, val: float) -> None:
        has = cls.from_system()
        if val > has and not math.isclose(val, has):
            raise BentoMLConfigException(f"cpu is {val:g}, and this machine has {has:g}")


class MemoryResource(Resource, resource_id="memory"):
    """Bytes, as an int: `1073741824`, `"1Gi"`, `"500M"`."""

    @classmethod
    def from_spec(cls, spec: Any) -> int:
        text = str(spec)
        digits = text.rstrip("kKMGTi")
        try:
            size = int(float(digits) * _SUFFIXES[text[len(digits) :]])
        except (KeyError, ValueError, OverflowError):
            size = -1
        if isinstance(spec, bool) or size < 0:
            raise BentoMLConfigException(
                f"memory is {spec!r}", hint="write bytes, such as 1073741824, '1Gi' or '500M'"
            )
        return size

    @classmethod
    def from_system(cls) -> int:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

    @classmethod
    def validate(cls, val: int) -> None:
        if val > cls.from_system():
            raise BentoMLConfigException(
                f"memory is {val} bytes, and this machine has {cls.from_system()}"
            )


class NvidiaGpuResource(Resource, resource_id="nvidia.com/gpu"):
    """Numbers of GPUs, as a list: `2` is `[0, 1]`, `[1, 3]` is those two."""

    @classmethod
    def from_spec(cls, spec: Any) -> list[int]:
        try:
            if isinstance(spec, (list, tuple)):
                numbers = [int(one) for one in spec]
            else:
                numbers = list(range(int(spec)))
                if int(spec) < -1:
                    raise ValueError
        except (TypeError, ValueError):
            numbers = [-1]
        if isinstance(spec, bool) or any(one < 0 for one in numbers):
            raise BentoMLConfigException(
                f"nvidia.com/gpu is {spec!r}", hint="write how many, or a list such as [0, 1]"
            )
        return numbers

    @classmethod
    def from_system(cls) -> list[int]:
        """The GPUs that the driver shows, or those that CUDA_VISIBLE_DEVICES leaves of them."""
        try:
            count = len(list(Path("/proc/driver/nvidia/gpus").iterdir()))
        except OSError:
            count = 0
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        if visible is None:
            return list(range(count))
        numbers = [int(one) for one in visible.split(",") if one.strip().isdigit()]
        return [one for one in numbers if one < count]

    @classmethod
    def validate(cls, val: list[int]) -> None:
        has = cls.from_system()
        missing = [one for one in val if one not in has]
        if missing:
            raise BentoMLConfigException(
                f"nvidia.com/gpu asks for GPU {missing[0]}, and this machine has {len(has)}"
            )


def get_resource(resources: Mapping[str, Any], kind: str, validate: bool = True) -> Any:
    """What a configuration's `resources` say of one kind; None where they do not name it.

    Raises:
        BentoMLConfigException: If the kind is unknown, or the value wrong or more than there is.
    """
    resource = Resource.kinds.get(kind)
    if resource is None:
        raise BentoMLConfigException(
            f"resource '{kind}' is not known", hint=f"known are {', '.join(sorted(Resource.kinds))}"
        )
    if kind not in resources:
        return None
    if resources[kind] == "system":
        return resource.from_system()
    value = resource.from_spec(resources[kind])
    if validate:
        resource.validate(value)
    return value


def system_resources() -> dict[str, Any]:
    """All that this machine has, by kind."""
    return {kind: resource.from_system() for kind, resource in Resource.kinds.items()}


def _cgroup_quota(root: Path) -> float:
    """Cores that the cgroup allows; infinite where it sets no limit."""
    try:
        quota, period = (root / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota = (root / "cpu/cpu.cfs_quota_us").read_text().strip()
            period = (root / "cpu/cpu.cfs_period_us").read_text().strip()
        except OSError:
            return math.inf
    if not quota.isdigit() or not period.isdigit() or int(period) == 0:
        return math.inf
    return int(quota) / int(period) or 1.0
