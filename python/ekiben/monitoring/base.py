# SPDX-License-Identifier: Apache-2.0
"""What monitors have in common: collecting the columns of one record."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from ..exceptions import StateException

_log = logging.getLogger("ekiben")

ROLES = ("feature", "prediction", "target")
TYPES = ("numerical", "categorical", "numerical_sequence")


class MonitorBase:
    """Collects what a function logs, and hands it on: the schema once, the data each time.

    A subclass writes them somewhere, in export_schema() and export_data(). One monitor may be used
    by any number of threads and tasks, each with a record of its own.

    Attributes:
        name: Of the monitor.
        columns_schema: Column to its name, role and type; None before the first record.
    """

    PRESERVED_COLUMNS: tuple[str, ...] = ()

    def __init__(self, name: str, **options: Any) -> None:
        self.name = name
        self.columns_schema: dict[str, dict[str, str]] | None = None
        self._lock = threading.Lock()
        self._record: contextvars.ContextVar[Record | None] = contextvars.ContextVar(
            f"ekiben_monitor_{name}", default=None
        )

    def start_record(self) -> None:
        """Begin a record in this thread or task."""
        self._record.set(Record())

    def stop_record(self) -> None:
        """End the record and hand it on. A record without data is left out."""
        record = self._current()
        self._record.set(None)
        if not record.data:
            _log.warning("monitor '%s': a record without data is left out", self.name)
            return
        lengths = {name: len(values) for name, values in record.data.items()}
        if len(set(lengths.values())) > 1:
            _log.warning(
                "monitor '%s': its columns have unequal lengths, the shortest counts: %s",
                self.name,
                lengths,
            )
        with self._lock:
            if self.columns_schema is None:
                self.export_schema(record.columns)
                self.columns_schema = record.columns
            self.export_data(record.data)

    def export_schema(self, columns_schema: dict[str, dict[str, str]]) -> None:
        """Write the columns; called once, before the first data."""
        raise NotImplementedError

    def export_data(self, datas: dict[str, deque[Any]]) -> None:
        """Write the values, a column each; called by one thread at a time."""
        raise NotImplementedError

    def log(self, data: Any, name: str, role: str, data_type: str) -> None:
        """Add one value to a column of the current record.

        Args:
            data: What JSON can hold, or a number of numpy's.
            name: Of the column.
            role: `feature`, `prediction` or `target`.
            data_type: `numerical`, `categorical` or `numerical_sequence`.
        """
        record = self._current()
        if name in self.PRESERVED_COLUMNS:
            _log.warning("monitor '%s': column '%s' is called '%s_'", self.name, name, name)
            name = f"{name}_"
        if name not in record.columns:
            self._check(name, role, data_type)
            record.columns[name] = {"name": name, "role": role, "type": data_type}
        record.data.setdefault(name, deque()).append(data)

    def log_batch(self, data_batch: Iterable[Any], name: str, role: str, data_type: str) -> None:
        """Add the values of several rows to a column."""
        for data in data_batch:
            self.log(data, name, role, data_type)

    def log_table(self, data: Iterable[Iterable[Any]], schema: Mapping[str, str]) -> None:
        """Add rows of several columns, all of them features.

        Args:
            data: The rows.
            schema: Column to its type, in the order of the values in a row.
        """
        for row in data:
            for value, (name, data_type) in zip(row, schema.items(), strict=True):
                self.log(value, name, "feature", data_type)

    def _current(self) -> Record:
        record = self._record.get()
        if record is None:
            raise StateException(
                f"monitor '{self.name}' has no record to log to",
                hint=f"log within `with ekiben.monitor('{self.name}') as monitor:`",
            )
        return record

    def _check(self, name: str, role: str, data_type: str) -> None:
        if self.columns_schema is not None:
            return
        for what, value, known in (("role", role, ROLES), ("type", data_type, TYPES)):
            if value not in known:
                _log.warning(
                    "monitor '%s': column '%s' has the %s '%s', known are %s",
                    *(self.name, name, what, value, ", ".join(known)),
                )


class Record:
    """The columns of one `with` block, and their values."""

    def __init__(self) -> None:
        self.columns: dict[str, dict[str, str]] = {}
        self.data: dict[str, deque[Any]] = {}


class NoOpMonitor(MonitorBase):
    """Forgets everything: what monitors are where the configuration disables them."""

    def export_schema(self, columns_schema: dict[str, dict[str, str]]) -> None:
        pass

    def export_data(self, datas: dict[str, deque[Any]]) -> None:
        pass
