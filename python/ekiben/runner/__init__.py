# SPDX-License-Identifier: Apache-2.0
"""Runners: what they run, how they are called, where they are placed."""

from __future__ import annotations

from .handles import LocalHandle, RunnerHandle, UninitializedHandle
from .resource import Resource
from .runnable import Runnable, RunnableMethod, RunnableMethodConfig
from .runner import Runner, RunnerMethod
from .strategy import DefaultStrategy, Strategy

__all__ = [
    "DefaultStrategy",
    "LocalHandle",
    "Resource",
    "Runnable",
    "RunnableMethod",
    "RunnableMethodConfig",
    "Runner",
    "RunnerHandle",
    "RunnerMethod",
    "Strategy",
    "UninitializedHandle",
]
