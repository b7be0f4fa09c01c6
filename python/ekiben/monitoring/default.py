# SPDX-License-Identifier: Apache-2.0
"""The default monitor: files of JSON lines, a new one each day."""

from __future__ import annotations

import json
import logging
import logging.config
from collections import deque
from datetime import datetime
from logging.handlers import RotatingFileHandler, TimedRotatingFileHandler
from pathlib import Path
from typing import Any

import yaml

from ..context import process, request_id
from ..exceptions import BentoMLConfigException
from .base import MonitorBase


class DefaultMonitor(MonitorBase):
    """Writes `<log_path>/<name>/{schema,data}/{schema,data}.<worker>.log`.

    One JSON object a line: the columns' values, `timestamp` (local time, ISO 8601) and
    `request_id`. The data file of a day gets its date at midnight.
    """

    PRESERVED_COLUMNS = ("timestamp", "request_id")

    def __init__(
        self,
        name: str,
        log_path: str = "monitoring",
        log_config_file: str | None = None,
        **options: Any,
    ) -> None:
        """Describe the files; they are opened by the first record.

        Args:
            name: Of the monitor.
            log_path: The folder.
            log_config_file: A YAML file for logging.config.dictConfig() that has the loggers
                `bentoml_monitor_data` and `bentoml_monitor_schema`. In it, `{data_filename}`,
                `{schema_filename}`, `{worker_id}` and `{monitor_name}` are filled in.
            options: Nothing is made of them.
        """
        super().__init__(name, **options)
        self.log_path = log_path
        self.log_config_file = log_config_file
        self.schema_logger: logging.Logger | None = None
        self.data_logger: logging.Logger | None = None

    def export_schema(self, columns_schema: dict[str, dict[str, str]]) -> None:
        meta = {"bento_name": process.service_name, "bento_version": process.service_version}
        line = _Line(meta_data=meta, columns=list(columns_schema.values()))
        self._loggers()[0].info(line)

    def export_data(self, datas: dict[str, deque[Any]]) -> None:
        own = {"timestamp": datetime.now().isoformat(), "request_id": request_id.get()}
        logger = self._loggers()[1]
        for row in zip(*datas.values(), strict=False):
            logger.info(_Line(zip(datas, row, strict=True), **own))

    def _loggers(self) -> tuple[logging.Logger, logging.Logger]:
        if self.schema_logger is None or self.data_logger is None:
            paths = [self._path(kind) for kind in ("schema", "data")]
            if self.log_config_file is None:
                self.schema_logger = _logger(RotatingFileHandler(paths[0], encoding="utf-8"))
                self.data_logger = _logger(
                    TimedRotatingFileHandler(paths[1], when="midnight", encoding="utf-8")
                )
            else:
                self._configure(*paths)
                self.schema_logger = logging.getLogger("bentoml_monitor_schema")
                self.data_logger = logging.getLogger("bentoml_monitor_data")
        return self.schema_logger, self.data_logger

    def _path(self, kind: str) -> Path:
        folder = Path(self.log_path).absolute() / self.name / kind
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{kind}.{process.worker_index}.log"

    def _configure(self, schema: Path, data: Path) -> None:
        path = Path(self.log_config_file or "")
        try:
            text = path.read_text(encoding="utf-8")
            filled = text.format(
                schema_filename=schema,
                data_filename=data,
                worker_id=process.worker_index,
                monitor_name=self.name,
            )
            logging.config.dictConfig(yaml.safe_load(filled))
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            raise BentoMLConfigException(
                f"monitor '{self.name}' cannot use the log configuration '{path}': {error}"
            ) from error


class _Line(dict[str, Any]):
    """A record; as text it is a line of JSON, and formatters for JSON see its keys."""

    def __str__(self) -> str:
        return json.dumps(self, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _logger(handler: logging.Handler) -> logging.Logger:
    logger = logging.Logger("ekiben.monitor", logging.INFO)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)
    return logger
