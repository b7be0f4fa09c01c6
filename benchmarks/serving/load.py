# SPDX-License-Identifier: Apache-2.0
"""Loads one running server with wrk and measures what that costs."""

import json
import os
import resource
import subprocess
import time
from pathlib import Path

from client import BODY, Failed, Running
from process import machine_busy_seconds

SCRIPT = Path(__file__).resolve().parent / "wrk.lua"
QUIET_CORES = 0.1  # the machine counts as quiet below this
LOOK_S = 0.2


def measure(running: Running, connections: int, seconds: int) -> dict:
    """Load `running` over kept-alive connections; return rates, latencies, errors and CPU as results.json has them."""
    processes = set(running.tree.pids())
    begin = _Cpu(running)
    answer = _run_wrk(running, connections, seconds)
    end = _Cpu(running)

    requests = answer["requests"]
    errors = answer["bad_status"] + answer["socket_errors"] + answer["timeouts"]
    wall = end.wall - begin.wall
    server = end.server - begin.server
    own = end.own - begin.own
    return {
        "connections": connections,
        "requests": requests,
        "requests_per_second": round(
            (requests - answer["bad_status"]) / (answer["duration_us"] / 1e6), 1
        ),
        "p50_us": answer["p50_us"],
        "p99_us": answer["p99_us"],
        "cpu_us_per_request": round(server / max(requests, 1) * 1e6, 3),
        "server_cores": round(server / wall, 3),
        "wrk_cores": round(own / wall, 3),
        "foreign_cores": round(max(0.0, end.machine - begin.machine - server - own) / wall, 3),
        "errors": errors,
        # A process that ended took its CPU time with it, so the cost would be too low.
        "processes_changed": set(running.tree.pids()) != processes,
    }


def settle(patience_s: float) -> None:
    """Wait until the machine is quiet: the last load's requests are worked off and nobody else is busy."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        before = machine_busy_seconds()
        time.sleep(LOOK_S)
        if (machine_busy_seconds() - before) / LOOK_S < QUIET_CORES:
            return


class _Cpu:
    """CPU seconds used so far by the server, by this program with wrk, and by the whole machine."""

    def __init__(self, running: Running) -> None:
        self.server = running.tree.cpu_seconds()
        self.machine = machine_busy_seconds()
        self.own = _used(resource.RUSAGE_CHILDREN) + _used(resource.RUSAGE_SELF)
        self.wall = time.monotonic()


def _used(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _run_wrk(running: Running, connections: int, seconds: int) -> dict:
    options = [
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "10s",
        "--latency",
        "-s",
        str(SCRIPT),
    ]
    url = f"http://127.0.0.1:{running.port}{running.server.path}"
    done = subprocess.run(
        ["wrk", *options, url], env={**os.environ, "BODY": BODY}, capture_output=True, text=True
    )
    return parse(done.stdout) or _fail(done)


def parse(output: str) -> dict | None:
    """The numbers in what wrk.lua printed last."""
    for line in reversed(output.splitlines()):
        if line.startswith("RESULT "):
            return json.loads(line.removeprefix("RESULT "))
    return None


def _fail(done: subprocess.CompletedProcess) -> dict:
    raise Failed(
        f"wrk ended with {done.returncode} and no result: {done.stdout[-500:]}{done.stderr[-500:]}"
    )
