# SPDX-License-Identifier: Apache-2.0
"""Monitoring: logging what models were asked and answered, for finding drift later."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..exceptions import BentoMLConfigException
from .base import MonitorBase, NoOpMonitor
from .default import DefaultMonitor

__all__ = ["DefaultMonitor", "MonitorBase", "NoOpMonitor", "monitor"]

_monitors: dict[str, MonitorBase] = {}
_lock = threading.Lock()


@contextmanager
def monitor(
    name: str,
    monitor_class: type[MonitorBase] | str | None = None,
    monitor_options: Mapping[str, Any] | None = None,
) -> Iterator[MonitorBase]:
    """Log the values of one request, or of one batch, under a monitor's name.

    The monitor is made by the first call with its name and kept; what later calls say of class and
    options does not matter.

    Args:
        name: Also that of its folder.
        monitor_class: A class, its dotted path, or `default`; by default as `monitoring.type` of
            the configuration has it.
        monitor_options: Keyword arguments of the class; by default `monitoring.options`.

    Raises:
        BentoMLConfigException: If there is no such class.

    Example:
        >>> with ekiben.monitor("iris") as monitor:
        ...     monitor.log(5.9, name="sepal length", role="feature", data_type="numerical")
        ...     monitor.log("virginica", name="kind", role="prediction", data_type="categorical")
    """
    with _lock:
        if name not in _monitors:
            _monitors[name] = _made(name, monitor_class, monitor_options)
        found = _monitors[name]
    found.start_record()
    yield found
    found.stop_record()


def _made(
    name: str,
    monitor_class: type[MonitorBase] | str | None,
    options: Mapping[str, Any] | None,
) -> MonitorBase:
    from ..configuration import active

    settings = active()["monitoring"]
    if not settings["enabled"]:
        return NoOpMonitor(name)
    chosen = monitor_class if monitor_class is not None else settings["type"]
    options = settings["options"] if options is None else options
    return _class(name, chosen)(name, **(options or {}))


def _class(name: str, chosen: type[MonitorBase] | str | None) -> type[MonitorBase]:
    if isinstance(chosen, type):
        return chosen
    if chosen in (None, "default"):
        return DefaultMonitor
    module, _, attribute = str(chosen).rpartition(".")
    try:
        found: type[MonitorBase] = getattr(importlib.import_module(module), attribute)
        return found
    except (ImportError, AttributeError, ValueError) as error:
        raise BentoMLConfigException(
            f"monitor '{name}' is of the class '{chosen}', which cannot be imported: {error}",
            hint="write 'default', or a class as package.module.Class",
        ) from error
