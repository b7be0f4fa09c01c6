# SPDX-License-Identifier: Apache-2.0
"""Print how long commands take from start to end: median and fastest of 50 runs, in milliseconds.

usage: start.py [BINARY]

The store is the one that EKIBEN_HOME names. The goal is 20 ms.
"""

import statistics
import subprocess
import sys
import time

RUNS = 50
COMMANDS = ("--help", "models list")


def milliseconds(command: list[str]) -> list[float]:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append((time.perf_counter() - start) * 1e3)
    return times


def main() -> None:
    binary = sys.argv[1] if len(sys.argv) > 1 else ".venv/bin/ekiben"
    for command in COMMANDS:
        times = milliseconds([binary, *command.split()])
        print(
            f"ekiben {command:12} median {statistics.median(times):5.1f} ms"
            f"   fastest {min(times):5.1f} ms"
        )


if __name__ == "__main__":
    main()
