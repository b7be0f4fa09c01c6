# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ekiben
from ekiben import configuration, monitoring
from ekiben.context import request_id
from ekiben.exceptions import BentoMLConfigException, StateException


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder; no monitor has been made, nothing configured."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(monitoring, "_monitors", {})
    monkeypatch.setattr(configuration, "_active", configuration.configuration(environ={}))
    return tmp_path


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_records_become_lines_of_json_with_time_and_request(folder: Path) -> None:
    request_id.set("17")
    for kind in ("setosa", "virginica"):
        with ekiben.monitor("iris") as monitor:
            monitor.log(np.float32(0.5), name="width", role="feature", data_type="numerical")
            monitor.log(kind, name="kind", role="prediction", data_type="categorical")
    (schema,) = lines(folder / "monitoring/iris/schema/schema.0.log")
    assert schema == {
        "meta_data": {"bento_name": "", "bento_version": "not available"},
        "columns": [
            {"name": "width", "role": "feature", "type": "numerical"},
            {"name": "kind", "role": "prediction", "type": "categorical"},
        ],
    }
    data = lines(folder / "monitoring/iris/data/data.0.log")
    assert [(one["width"], one["kind"], one["request_id"]) for one in data] == [
        (0.5, "setosa", "17"),
        (0.5, "virginica", "17"),
    ]
    assert datetime.fromisoformat(data[0]["timestamp"])


def test_a_batch_or_a_table_is_a_line_a_row(folder: Path) -> None:
    with ekiben.monitor("rows") as monitor:
        monitor.log_batch(np.array([1, 2]), "x", "feature", "numerical")
        monitor.log_table([[3, "a"], [4, "b"]], {"y": "numerical", "z": "categorical"})
    data = lines(folder / "monitoring/rows/data/data.0.log")
    assert [(one["x"], one["y"], one["z"]) for one in data] == [(1, 3, "a"), (2, 4, "b")]


def test_tasks_have_records_of_their_own(folder: Path) -> None:
    async def one(number: int) -> None:
        with ekiben.monitor("tasks") as monitor:
            monitor.log(number, "x", "feature", "numerical")
            await asyncio.sleep(0)
            monitor.log(number, "y", "target", "numerical")

    async def all_of_them() -> None:
        await asyncio.gather(*(one(number) for number in range(5)))

    asyncio.run(all_of_them())
    data = lines(folder / "monitoring/tasks/data/data.0.log")
    assert sorted((row["x"], row["y"]) for row in data) == [(one, one) for one in range(5)]


def test_oddities_are_told_and_do_no_harm(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="ekiben"):
        with ekiben.monitor("odd"):
            pass
        with ekiben.monitor("odd") as monitor:
            monitor.log("t", "timestamp", "reason", "numerical")
            monitor.log_batch([1, 2], "x", "feature", "number")
    for told in ("without data", "'timestamp' is called 'timestamp_'", "role 'reason'", "unequal"):
        assert told in caplog.text
    assert len(lines(folder / "monitoring/odd/data/data.0.log")) == 1
    with pytest.raises(StateException, match="monitor 'odd' has no record"):
        monitor.log(1, "x", "feature", "numerical")


class Kept(monitoring.MonitorBase):
    seen: list[Any] = []  # noqa: RUF012

    def __init__(self, name: str, level: int = 0, **options: Any) -> None:
        super().__init__(name, **options)
        self.seen.append(level)

    def export_schema(self, columns_schema: dict[str, dict[str, str]]) -> None:
        self.seen.append(list(columns_schema))

    def export_data(self, datas: dict[str, deque[Any]]) -> None:
        self.seen.append({name: list(values) for name, values in datas.items()})


def test_a_monitor_of_the_users_own_gets_schema_and_data() -> None:
    with ekiben.monitor("own", monitor_class=Kept, monitor_options={"level": 3}) as monitor:
        monitor.log(1, "x", "feature", "numerical")
    assert Kept.seen == [3, ["x"], {"x": [1]}]
    with pytest.raises(BentoMLConfigException, match=r"'no\.such\.Class', which cannot be"):
        ekiben.monitor("other", monitor_class="no.such.Class").__enter__()


def test_the_configuration_says_where_and_whether(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["monitoring.options.log_path=elsewhere"]
    monkeypatch.setattr(
        configuration, "_active", configuration.configuration(environ={}, options=options)
    )
    with ekiben.monitor("iris") as monitor:
        monitor.log(1, "x", "feature", "numerical")
    assert (folder / "elsewhere/iris/data/data.0.log").exists()
    off = configuration.configuration(environ={}, options=["monitoring.enabled=false"])
    monkeypatch.setattr(configuration, "_active", off)
    with ekiben.monitor("off") as monitor:
        monitor.log(1, "x", "feature", "numerical")
    assert not (folder / "monitoring").exists()


def test_a_log_configuration_of_the_users_own_is_used(folder: Path) -> None:
    config = """
    version: 1
    disable_existing_loggers: false
    formatters: {{plain: {{format: "{monitor_name} %(message)s"}}}}
    handlers:
      data: {{class: logging.FileHandler, filename: "{data_filename}.mine", formatter: plain}}
    loggers:
      bentoml_monitor_data: {{level: INFO, handlers: [data], propagate: false}}
    """
    (folder / "log.yaml").write_text(config)
    options = {"log_path": "m", "log_config_file": "log.yaml"}
    with ekiben.monitor("iris", monitor_options=options) as monitor:
        monitor.log(1, "x", "feature", "numerical")
    text = (folder / "m/iris/data/data.0.log.mine").read_text()
    assert text.startswith('iris {"x": 1, "timestamp"')
    (folder / "log.yaml").write_text("version: 3")
    with (
        pytest.raises(BentoMLConfigException, match="cannot use the log configuration"),
        ekiben.monitor("wrong", monitor_options=options) as monitor,
    ):
        monitor.log(1, "x", "feature", "numerical")
