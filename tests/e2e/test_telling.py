# SPDX-License-Identifier: Apache-2.0
"""What a server tells about itself: OpenAPI, metrics, logs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from harness.client import Connection, call
from harness.program import ROOT
from harness.server import Server
from harness.store import Store
from openapi_spec_validator import OpenAPIV31SpecValidator

ROW = b"[[5.9, 3, 5.1, 1.8]]"
SAMPLE = re.compile(r"(\w+)(?:\{((?:\w+=\"(?:[^\"\\]|\\.)*\",?)*)\})? (\S+)")
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.mark.parametrize(
    "model",
    [
        "iris_logistic",
        "iris_missing",
        "loan_pipeline",
        "sentiment_tfidf",
        "catboost_wine_multi",
        "slow",
        str(ROOT / "tests/data/onnx/types.onnx"),
        str(ROOT / "tests/data/onnx/any_rank.onnx"),
        str(ROOT / "tests/data/onnx/scalar.onnx"),
    ],
)
def test_the_document_is_valid_and_its_examples_work(
    model: str, store: Store, tmp_path: Path
) -> None:
    with Server(tmp_path, store.home, model) as server:
        document = call(server.url, "/docs.json").json()
        OpenAPIV31SpecValidator(document).validate()
        assert document["openapi"] == "3.1.0"
        for path, operations in document["paths"].items():
            if "get" in operations:
                assert call(server.url, path).status == 200
                continue
            content = operations["post"]["requestBody"]["content"]["application/json"]
            answer = call(server.url, path, json.dumps(content["example"]).encode())
            assert answer.status == 200, answer


def test_metrics_are_what_prometheus_reads(iris: Server) -> None:
    call(iris.url, "/predict", ROW)
    typed: dict[str, str] = {}
    series = set()
    for line in call(iris.url, "/metrics").body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in typed, f"{name} comes in two places"
            typed[name] = kind
        elif not line.startswith("# HELP "):
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            family = re.sub(r"_(bucket|sum|count)$", "", sample[1])
            assert family in typed or sample[1] in typed, line
            assert (sample[1], sample[2]) not in series, line
            series.add((sample[1], sample[2]))
            float(sample[3])
    assert typed["ekiben_request_total"] == "counter"
    assert typed["ekiben_request_duration_seconds"] == "histogram"


def test_buckets_add_up(iris: Server) -> None:
    call(iris.url, "/predict", ROW)
    text = call(iris.url, "/metrics").body.decode()
    prefix = 'ekiben_request_duration_seconds_bucket{route="/predict",'
    buckets = [int(line.rsplit(" ")[-1]) for line in text.splitlines() if line.startswith(prefix)]
    assert buckets == sorted(buckets)
    total = 'ekiben_request_duration_seconds_count{route="/predict"} '
    assert f"{total}{buckets[-1]}\n" in text


def test_there_is_no_line_a_request_unless_asked_for(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "iris_clf") as server:
        call(server.url, "/predict", ROW)
        call(server.url, "/predict", b"[[")
        call(server.url, "/nowhere")
        assert server.stderr == ""


def test_an_access_log_has_a_line_a_request(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "iris_clf", "--access-log") as server:
        call(server.url, "/predict?a=1", ROW, headers={"x-request-id": "first"})
        call(server.url, '/"%0aspoof=1"', headers={"x-request-id": "second"})
        first, second = server.stderr.splitlines()
        assert re.fullmatch(
            r"request method=POST path=/predict status=200 ms=\d+\.\d+ bytes_in=20 bytes_out=3"
            r" request_id=first",
            first,
        ), first
        assert r'path="/\"%0aspoof=1\""' in second
        assert "status=404" in second


def test_json_logs_are_json_from_the_first_line(store: Store, tmp_path: Path) -> None:
    log = ["--access-log", "--log-format", "json"]
    with Server(tmp_path, store.home, "iris_clf", *log) as server:
        assert server.stdout == ""
        call(server.url, '/"quoted"\\', headers={"x-request-id": "an-id"})
        with Connection(server.url) as connection:
            connection.send(b"GET /\xff\xfe HTTP/1.1\r\nhost: a\r\n\r\n")
            connection.answer()
        assert server.stop() == 0
        lines = [json.loads(line) for line in server.stderr.splitlines()]
        assert all(UTC.fullmatch(line["time"]) for line in lines)
        ready, strange, _, stopping = lines
        assert (ready["msg"], ready["level"], ready["url"]) == ("ready", "info", server.url)
        assert (strange["path"], strange["status"]) == ('/"quoted"\\', 404)
        assert strange["request_id"] == "an-id"
        assert stopping["msg"].startswith("stopping")


def test_what_fails_inside_is_logged_and_not_told(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "pick") as server:
        answer = call(server.url, "/run", b"[99]", headers={"x-request-id": "mine"})
        assert answer.status == 500
        assert "Gather" not in answer.body.decode()
        (line,) = server.stderr.splitlines()
        assert line.startswith("error: ")
        assert "Gather" in line
        assert "request_id=mine" in line
