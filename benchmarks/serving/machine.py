# SPDX-License-Identifier: Apache-2.0
"""The facts about this machine that a figure means nothing without."""

import os
import platform
import subprocess


def facts() -> dict[str, str]:
    """Hardware and versions; nothing that names the machine or its owner."""
    return {
        "processor": f"{_field('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores",
        "memory": f"{int(_field('/proc/meminfo', 'MemTotal').split()[0]) * 1024 / 1e9:.0f} GB",
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release()["PRETTY_NAME"],
        "wrk": _wrk_version(),
        "python": platform.python_version(),
    }


def _field(path: str, name: str) -> str:
    with open(path) as lines:
        return next(
            (line.partition(":")[2].strip() for line in lines if line.startswith(name)), "unknown"
        )


def _wrk_version() -> str:
    # `wrk --version` prints "wrk VERSION [epoll] Copyright …" and ends with 1.
    done = subprocess.run(["wrk", "--version"], capture_output=True, text=True)
    return ((done.stdout + done.stderr).split() or ["", "unknown"])[1]
