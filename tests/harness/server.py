# SPDX-License-Identifier: Apache-2.0
"""A running `ekiben serve`."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .client import call
from .program import PATIENCE, ROOT, binary, environment, eventually


class Server:
    """Starts `ekiben serve`, on a free port unless told, and waits until it says that it is ready.

    It runs in the root of the project. What it prints is kept in files in `folder`. A program
    that ends first fails the test with what it said.
    """

    def __init__(
        self,
        folder: Path,
        home: Path,
        *arguments: str,
        port: str = "0",
        program: Sequence[str | Path] = (),
        **variables: str,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._stdout, self._stderr = folder / "stdout", folder / "stderr"
        with self._stdout.open("wb") as out, self._stderr.open("wb") as err:
            self.process = subprocess.Popen(
                [*(program or [binary()]), "serve", *arguments, "--port", port],
                cwd=ROOT,
                env=environment(home, **variables),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        self.url = ""
        try:
            self._await_ready()
        except BaseException:
            self.kill()
            raise

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if kind is None and self.process.poll() is None:
            assert self.stop() == 0, self.stderr
        self.kill()

    @property
    def stdout(self) -> str:
        """What it has printed so far."""
        return self._stdout.read_text()

    @property
    def stderr(self) -> str:
        """What it has logged so far."""
        return self._stderr.read_text()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and return with what it did."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it at once, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def is_stopping(self) -> bool:
        """Whether it has said that it finishes what is under way."""
        return "stopping" in self.stderr

    def rss_bytes(self) -> int:
        """The memory that it has in use."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    def cpu_seconds(self) -> float:
        """The processor time that it has used, in the kernel as well."""
        # The clock of another process: clock_getcpuclockid(3) makes its number like this.
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def metric(self, name: str) -> float:
        """The sum of a metric's series whose name and labels begin with `name`."""
        text = call(self.url, "/metrics").body.decode()
        return sum(
            float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name)
        )

    def _await_ready(self) -> None:
        pattern = re.compile(r'(?:^ready +|"url":")(http://[^\s"]+)[\s"]', re.MULTILINE)

        def has_begun() -> bool:
            assert self.process.poll() is None, f"it ended: {self.stderr}"
            found = pattern.search(self.stdout) or pattern.search(self.stderr)
            self.url = found[1] if found else ""
            return bool(found)

        eventually("the server is ready", has_begun)
