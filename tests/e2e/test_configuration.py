# SPDX-License-Identifier: Apache-2.0
"""What is configured is what the server does: per runner, for its port, and in what order."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness.client import call
from harness.program import eventually, run
from harness.server import Server
from harness.service import serve, write_service
from harness.store import Store

INVALID = 4

SERVICE = """
    import os
    import threading
    import time
    from pathlib import Path

    import bentoml
    import numpy as np
    from bentoml.io import JSON, NumpyNdarray

    seen = bentoml.metrics.Counter("rows_seen", "Rows that came.", labelnames=["who"])

    class Slow(bentoml.Runnable):
        SUPPORTED_RESOURCES = ("cpu",)
        SUPPORTS_CPU_MULTI_THREADING = False

        @bentoml.Runnable.method(batchable=True)
        def wait(self, rows):
            while Path("wait").exists():
                time.sleep(0.005)
            return rows

        @bentoml.Runnable.method(batchable=False)
        def place(self, key):
            seen.labels("runner").inc()
            return {
                "pid": os.getpid(),
                "cores": sorted(os.sched_getaffinity(0)),
                "threads": os.environ.get("OMP_NUM_THREADS"),
            }

        @bentoml.Runnable.method(batchable=False)
        def take(self, megabytes):
            try:
                return len(bytearray(megabytes << 20)) >> 20
            except MemoryError:
                return -1

    slow = bentoml.Runner(Slow, name="slow")
    svc = bentoml.Service("configured", runners=[slow])

    @svc.api(input=NumpyNdarray(), output=NumpyNdarray())
    async def wait(rows):
        seen.labels("api").inc(len(rows))
        return await slow.wait.async_run(rows)

    @svc.api(input=JSON(), output=JSON())
    def place(key):
        return slow.place.run(key)

    @svc.api(input=JSON(), output=JSON())
    def take(megabytes):
        return slow.take.run(megabytes)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the service, in which a file `wait` keeps its runner busy."""
    return write_service(tmp_path / "service", SERVICE)


def places(server: Server) -> list[dict[str, object]]:
    """What several calls at a time say of the worker they came to, each worker once."""
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: call(server.url, "/place", b"1").json(), range(64))
    return list({one["pid"]: one for one in answers}.values())


def test_a_runner_has_the_workers_threads_and_cores_of_its_resources(
    folder: Path, tmp_path: Path
) -> None:
    settings = ("--set", "runners.slow.resources.cpu=1", "--set", "runners.workers_per_resource=2")
    with serve(folder, tmp_path, *settings) as server:
        assert "runner  slow runs in 2 Python workers" in server.stdout
        for place in places(server):
            assert place["threads"] == "1"
            if len(os.sched_getaffinity(0)) > 1:
                assert len(place["cores"]) == 1


def test_a_runner_that_takes_too_much_memory_fails_alone(folder: Path, tmp_path: Path) -> None:
    settings = ("--set", "runners.slow.resources={cpu: 1, memory: 512Mi}")
    with serve(folder, tmp_path, *settings) as server:
        assert call(server.url, "/take", b"1").json() == 1
        answer = call(server.url, "/take", b"1024")
        # Held to it by RLIMIT_DATA, it gets a MemoryError; by a control group, it is killed.
        assert answer.status == 503 or answer.json() == -1
        eventually("it answers again", lambda: call(server.url, "/take", b"1").body == b"1")


def test_calls_beyond_what_a_runner_takes_at_a_time_get_429(folder: Path, tmp_path: Path) -> None:
    (folder / "wait").touch()
    with serve(folder, tmp_path, "--set", "runners.slow.traffic.max_concurrency=1") as server:
        assert_one_of_two_is_refused(server, folder, "calls of the runner 'slow'")


def test_requests_beyond_what_the_server_takes_at_a_time_get_429(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "wait").touch()
    with serve(folder, tmp_path, "--set", "api_server.traffic.max_concurrency=1") as server:
        assert_one_of_two_is_refused(server, folder, "1 requests are under way")
        assert call(server.url, "/livez").status == 200


def assert_one_of_two_is_refused(server: Server, folder: Path, why: str) -> None:
    answers = []

    def ask() -> None:
        answers.append(call(server.url, "/wait", b"[[1]]"))

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    eventually("one is refused", lambda: len(answers) == 1)
    (folder / "wait").unlink()
    for thread in asking:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200, 429]
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.header("retry-after") == "1"
    assert why in refused.json()["error"]


def test_a_call_that_takes_longer_than_its_runner_may_is_given_up(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "wait").touch()
    with serve(folder, tmp_path, "--set", "runners.slow.traffic.timeout=0.3") as server:
        late = call(server.url, "/wait", b"[[1]]")
        assert late.status == 504
        assert "a call of the runner 'slow' took longer than " in late.json()["error"]
        (folder / "wait").unlink()
        eventually(
            "another worker answers", lambda: call(server.url, "/wait", b"[[1]]").status == 200
        )


@pytest.mark.parametrize("enabled", [True, False])
def test_batching_is_turned_off_where_that_is_configured(
    enabled: bool, folder: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    resources = "resources: {cpu: 1}"
    config.write_text(f"runners: {{batching: {{enabled: {str(enabled).lower()}}}, {resources}}}\n")
    (folder / "wait").touch()
    with serve(folder, tmp_path, BENTOML_CONFIG=str(config)) as server:
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(call, server.url, "/wait", b"[[1]]") for _ in range(8)]
            eventually(
                "all have come", lambda: server.metric('rows_seen_total{who="api"}') == len(asked)
            )
            (folder / "wait").unlink()
            assert all(one.result().status == 200 for one in asked)
        batches = server.metric('ekiben_batch_rows_count{runner="slow.wait"}')
        assert batches < 8 if enabled else batches == 8


def test_what_users_count_in_all_workers_is_in_the_metrics(folder: Path, tmp_path: Path) -> None:
    with serve(folder, tmp_path, "--api-workers", "2") as server:
        for _ in range(6):
            assert call(server.url, "/wait", b"[[1], [2]]").status == 200
        assert call(server.url, "/place", b"1").status == 200
        text = call(server.url, "/metrics").body.decode()
        assert "# HELP rows_seen_total Rows that came.\n# TYPE rows_seen_total counter\n" in text
        assert 'rows_seen_total{who="api"} 12\n' in text
        assert 'rows_seen_total{who="runner"} 1\n' in text


def test_the_command_line_goes_over_options_and_those_over_the_file(
    folder: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        "api_server: {workers: 1, port: 1, host: 127.0.0.2, metrics: {enabled: no}}\n"
    )
    options = "api_server.host=127.0.0.3"
    # The port of the file, of BentoML 1.0, is taken by nobody: the harness gives one itself.
    with serve(
        folder, tmp_path, EKIBEN_CONFIG=str(config), BENTOML_CONFIG_OPTIONS=options
    ) as server:
        assert server.url.startswith("http://127.0.0.3:")
        assert call(server.url, "/metrics").status == 404
    with serve(folder, tmp_path, "--host", "127.0.0.1", EKIBEN_CONFIG=str(config)) as server:
        assert server.url.startswith("http://127.0.0.1:")


def test_a_model_is_served_as_configured_too(store: Store, tmp_path: Path) -> None:
    settings = (
        "api_server.http.cors.enabled=true",
        "api_server.http.cors.access_control_allow_origins=https://example.org",
        "api_server.metrics.duration.buckets=[0.5, 1]",
        "api_server.logging.access={enabled: true, skip_paths: [/livez]}",
    )
    given = [word for setting in settings for word in ("--set", setting)]
    with Server(tmp_path, store.home, "iris_logistic", *given) as server:
        origin = {"origin": "https://example.org"}
        answer = call(server.url, "/predict", b"[[5.9, 3, 5.1, 1.8]]", headers=origin)
        assert answer.header("access-control-allow-origin") == "https://example.org"
        other = call(server.url, "/livez", headers={"origin": "https://example.com"})
        assert other.header("access-control-allow-origin") is None
        bounds = call(server.url, "/metrics").body.decode()
        assert 'route="/predict",le="0.5"' in bounds
        assert 'route="/predict",le="0.1"' not in bounds
        assert "path=/predict" in server.stderr
        assert "path=/livez" not in server.stderr


@pytest.mark.parametrize(
    ("setting", "message", "hint"),
    [
        ("api_server.prt=1", "'api_server' has no key 'prt'", "its keys are"),
        ("runners.slow.resources.cpu=much", "'runners.slow.resources'", "cpu"),
        ("api_server.http.port=-1", "'api_server.http.port' is -1", "from 0 to 65535"),
        ("api_server.ssl.enabled=true", "TLS", "proxy"),
        ("nonsense", "'nonsense' is not key=value", "write it as"),
    ],
)
def test_a_wrong_setting_ends_serve_with_one_line(
    setting: str, message: str, hint: str, folder: Path, tmp_path: Path
) -> None:
    arguments = ("serve", "service:svc", "--working-dir", folder, "--port", "0")
    done = run(*arguments, "--set", setting, home=tmp_path)
    error, advice = done.stderr.splitlines()
    assert done.returncode == INVALID
    assert error.startswith("error: ") and message in error
    assert advice.startswith("hint: ") and hint in advice


def test_passwords_in_a_configuration_stay_off_the_command_lines(
    folder: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps({"api_server": {"ssl": {"keyfile_password": "s3cret"}}}))
    with serve(folder, tmp_path, EKIBEN_CONFIG=str(config)):
        for line in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                assert b"s3cret" not in line.read_bytes()
            except OSError:
                continue  # It has ended meanwhile.
