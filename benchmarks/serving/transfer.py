# SPDX-License-Identifier: Apache-2.0
"""How fast a large tensor goes into a Python worker and out of it: asks benchmarks/micro."""

import json
import os
import subprocess
from pathlib import Path

from client import Failed

BYTES = 1_000_000
REPETITIONS = 5
WAYS = {"IntoWorker": "in", "OutOfWorker": "out"}


def measure(binary: Path, ekiben: Path) -> dict[str, float]:
    """GB/s in each direction of a lone tensor of 1 MB, the median of several repetitions.

    Args:
        binary: The program `worker_benchmark`.
        ekiben: The program `ekiben`; the Python beside it runs the worker.
    """
    environment = dict(os.environ)
    if (ekiben.parent / "python").exists():
        environment["VIRTUAL_ENV"] = str(ekiben.parent.parent)
    options = [
        "--benchmark_format=json",
        f"--benchmark_filter=/{BYTES}/",
        f"--benchmark_repetitions={REPETITIONS}",
    ]
    done = subprocess.run([binary, *options], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{binary} ended with {done.returncode}: {done.stderr[-1000:]}")
    return medians(json.loads(done.stdout))


def medians(document: dict) -> dict[str, float]:
    """What a document of google-benchmark says, by direction."""
    return {
        WAYS[run["run_name"].partition("/")[0]]: round(run["bytes_per_second"] / 1e9, 2)
        for run in document["benchmarks"]
        if run.get("aggregate_name") == "median"
    }
