# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import pytest
import yaml

import ekiben
from ekiben.configuration import configuration, for_runners
from ekiben.exceptions import BentoMLConfigException


def read(tmp_path: Path, text: str, *options: str, **environ: str) -> dict[str, Any]:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    return configuration(environ={"BENTOML_CONFIG": str(path), **environ}, options=options)


def test_nothing_configured_is_the_defaults() -> None:
    settings = configuration(environ={})
    assert settings["api_server"]["http"]["host"] == "127.0.0.1"
    assert settings["api_server"]["traffic"] == {"timeout": 60, "max_concurrency": None}
    assert settings["runners"]["batching"]["max_batch_size"] == 100
    assert settings["runners"]["traffic"]["timeout"] == 900


def test_each_runner_has_its_own_over_what_holds_for_all(tmp_path: Path) -> None:
    text = """
    runners:
      batching: {max_batch_size: 50}
      resources: {cpu: 2}
      iris:
        batching: {enabled: false}
        workers_per_resource: 0.5
        resources: {nvidia.com/gpu: [0, 1]}
      ocr: {resources: null}
    """
    runners = for_runners(read(tmp_path, text), ["iris", "ocr", "other"])["runners"]
    assert list(runners) == ["iris", "ocr", "other"]
    iris = runners["iris"]
    assert iris["batching"] == {"enabled": False, "max_batch_size": 50, "max_latency_ms": 60000}
    assert iris["resources"] == {"nvidia.com/gpu": [0, 1]} and iris["workers_per_resource"] == 0.5
    assert runners["ocr"]["resources"] is None
    assert runners["other"]["resources"] == {"cpu": 2}
    assert runners["other"]["batching"]["enabled"]


def test_a_file_of_the_first_generation_means_the_same(tmp_path: Path) -> None:
    text = """
    api_server:
      host: 0.0.0.0
      port: 5000
      timeout: 30
      max_request_size: 20971520
      cors: {enabled: true, access_control_allow_origin: "*"}
      ssl: {certfile: c.pem, keyfile: k.pem}
    runners:
      timeout: 300
      iris: {timeout: 20}
    tracing: {type: jaeger, jaeger: {address: localhost, port: 6831}, zipkin: {url: http://z}}
    logging: {formatting: {trace_id_format: 016x}}
    """
    settings = read(tmp_path, text)
    server = settings["api_server"]
    assert (server["http"]["host"], server["http"]["port"]) == ("0.0.0.0", 5000)
    assert server["traffic"]["timeout"] == 30
    assert server["http"]["cors"]["access_control_allow_origins"] == "*"
    assert server["ssl"]["enabled"] and server["ssl"]["certfile"] == "c.pem"
    assert server["logging"]["access"]["format"]["trace_id"] == "016x"
    assert settings["tracing"]["exporter_type"] == "jaeger"
    assert settings["tracing"]["jaeger"]["thrift"]["agent_port"] == 6831
    assert settings["tracing"]["zipkin"]["endpoint"] == "http://z"
    runners = for_runners(settings, ["iris", "other"])["runners"]
    assert runners["iris"]["traffic"]["timeout"] == 20
    assert runners["other"]["traffic"]["timeout"] == 300


def test_options_go_over_the_file_and_the_command_line_over_them(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        "api_server: {workers: 2, timeout: 5}",
        "api_server.workers=4",
        'runners."my.runner".timeout=7',
        BENTOML_CONFIG_OPTIONS="api_server.workers=3 api_server.http.port=0 "
        'runners.iris.resources."nvidia.com/gpu"[0]=1 '
        "runners.iris.resources.nvidia.com/gpu[1]=2 runners.batching.enabled=false",
    )
    server = settings["api_server"]
    assert (server["workers"], server["http"]["port"], server["traffic"]["timeout"]) == (4, 0, 5)
    assert settings["runners"]["iris"]["resources"] == {"nvidia.com/gpu": [1, 2]}
    assert settings["runners"]["batching"]["enabled"] is False
    assert settings["runners"]["my.runner"]["traffic"]["timeout"] == 7


def test_ekibens_variable_goes_before_bentomls(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("api_server: {workers: 7}")
    settings = read(tmp_path, "api_server: {workers: 2}", EKIBEN_CONFIG=str(mine))
    assert settings["api_server"]["workers"] == 7
    assert configuration(mine, environ={})["api_server"]["workers"] == 7


def test_variables_of_the_environment_are_filled_in(tmp_path: Path) -> None:
    text = "api_server: {ssl: {certfile: '${DIR}/c.pem', keyfile: '${KEY:-k.pem}'}}"
    ssl = read(tmp_path, text, DIR="/etc")["api_server"]["ssl"]
    assert (ssl["certfile"], ssl["keyfile"]) == ("/etc/c.pem", "k.pem")
    with pytest.raises(BentoMLConfigException, match="'DIR', which is not set"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("api_sever: {}", "the configuration has no key 'api_sever'", "did you mean 'api_server'?"),
        ("api_server: {worker: 1}", "'api_server' has no key 'worker'", "'workers'"),
        ("runners: {batchng: {enabled: true}}", "'runners.batchng' has no key 'enabled'", "keys"),
        ("runners: {iris: {batching: {max: 3}}}", "'runners.iris.batching' has no", "max_batch"),
        ("api_server: 3", "'api_server' is 3, and has keys of its own", "workers"),
        ("api_server: {workers: 0}", "'api_server.workers' is 0", "of 1 or more, or null"),
        ("api_server: {workers: true}", "'api_server.workers' is True", "whole number"),
        ("api_server: {timeout: -1}", "'api_server.traffic.timeout' is -1", "above 0"),
        ("api_server: {http: {port: 70000}}", "is 70000", "from 0 to 65535"),
        ("runners: {iris: {workers_per_resource: 0}}", "is 0", "a number above 0"),
        ("runners: {resources: {cpus: 2}}", "'runners.resources' is", "cpu (2, 0.5, 500m)"),
        ("runners: {resources: {cpu: lots}}", "'runners.resources' is", "nvidia.com/gpu"),
        ("tracing: {exporter_type: file}", "is 'file'", "one of zipkin, jaeger"),
        ("tracing: {sample_rate: 2}", "is 2", "from 0 to 1"),
        ("api_server: {metrics: {duration: {buckets: [2, 1]}}}", "is [2, 1]", "rising order"),
        ("version: 2", "'version' is 2", "from 1 to 1"),
        ("[1]", "is a list", "api_server:"),
        ("a: b: c", "is not YAML", ""),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    with pytest.raises(BentoMLConfigException) as error:
        read(tmp_path, text)
    assert message in error.value.message and hint in error.value.hint
    assert "config.yaml" in error.value.message


@pytest.mark.parametrize(
    "option", ["workers", "=3", "a..b=1", "api_server[0]=1", "api_server.workers.x[2]=1"]
)
def test_options_that_make_no_sense_are_refused(option: str) -> None:
    with pytest.raises(BentoMLConfigException, match="option"):
        configuration(environ={}, options=[option])


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(BentoMLConfigException, match=r"cannot read the configuration 'no\.yaml'"):
        configuration("no.yaml", environ={})


def test_a_runner_that_the_service_does_not_have_is_told(caplog: pytest.LogCaptureFixture) -> None:
    settings = configuration(environ={}, options=["runners.irs.timeout=5"])
    with caplog.at_level(logging.WARNING, logger="ekiben"):
        assert list(for_runners(settings, ["iris"])["runners"]) == ["iris"]
    assert "has a runner 'irs', the service has none; did you mean 'iris'?" in caplog.text


def test_the_processes_configuration_can_be_loaded_and_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ekiben.configuration._active", None)
    path = tmp_path / "config.yaml"
    path.write_text("api_server: {workers: 5}")
    ekiben.load_config(path)
    for handle in (io.StringIO(), io.BytesIO()):
        ekiben.save_config(handle)
        assert yaml.safe_load(handle.getvalue())["api_server"]["workers"] == 5
