# SPDX-License-Identifier: Apache-2.0
"""Uploads that are broken off, to a registry that keeps what has come.

docker-registry 2.8 forgets an upload that ended within a request; the specification lets one go on.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from harness.program import MODELS, binary, environment, eventually, run

NOISE = 3_000_000  # Bytes that no compression makes smaller.


class KeepingRegistry:
    """Takes one repository in memory. Breaks the first `breaks` PATCHes off in their middle."""

    def __init__(self, breaks: int) -> None:
        self.breaks = breaks
        self.busy = 0  # Answers of 503 that are still to come.
        self.under_way = 0  # PATCHes.
        self.forgotten = False  # Whether it knows nothing of the upload any more.
        self.received = bytearray()
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}
        self.ranges: list[str] = []
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status: int, *headers: tuple[str, str]) -> None:
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_HEAD(self) -> None:
                kept = self.path.rsplit("/", 1)[1] in {*registry.blobs, *registry.manifests}
                self.answer(200 if kept else 404)

            def do_GET(self) -> None:
                if "/manifests/" in self.path:
                    self.answer(404)
                    return
                if registry.forgotten:
                    self.answer(404)
                    return
                self.answer(204, ("Location", self.path), registry.range())

            def do_POST(self) -> None:
                if registry.busy:
                    registry.busy -= 1
                    self.answer(503, ("Retry-After", "0"))
                    return
                registry.received, registry.forgotten = bytearray(), False
                self.answer(202, ("Location", "/v2/kept/blobs/uploads/1"))

            def do_PATCH(self) -> None:
                if "Content-Range" in self.headers:
                    registry.ranges.append(self.headers["Content-Range"])
                registry.under_way += 1
                if self.receive(int(self.headers["Content-Length"])):
                    self.answer(202, ("Location", "/v2/kept/blobs/uploads/1"), registry.range())
                else:
                    self.close_connection = True
                    self.connection.close()
                registry.under_way -= 1

            def receive(self, left: int) -> bool:
                while left:
                    piece = self.rfile.read1(min(left, 1 << 16))
                    registry.received += piece
                    left -= len(piece)
                    if registry.breaks and len(registry.received) > 1_000_000:
                        registry.breaks -= 1
                        return False
                    if not piece:
                        return False
                return True

            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if "/manifests/" in self.path:
                    registry.manifests[self.path.rsplit("/", 1)[1]] = body
                else:
                    digest = "sha256:" + hashlib.sha256(registry.received).hexdigest()
                    assert digest.removeprefix("sha256:") in self.path
                    registry.blobs[digest] = bytes(registry.received)
                self.answer(201)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def range(self) -> tuple[str, str]:
        return ("Range", f"0-{max(len(self.received), 1) - 1}")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def keeping() -> Iterator[KeepingRegistry]:
    registry = KeepingRegistry(breaks=1)
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    loan = MODELS / "loan_pipeline.onnx"
    done = run("models", "import", loan, "--name", "big:v1", home=home)
    assert done.returncode == 0, done.stderr
    (home / "models/big/v1/noise.bin").write_bytes(os.urandom(NOISE))
    return home


def test_an_upload_goes_on_from_what_has_come(keeping: KeepingRegistry, home: Path) -> None:
    done = run("models", "push", "big:v1", f"{keeping.host}/kept", home=home)
    assert done.returncode == 0, done.stderr
    assert len(keeping.ranges) == 1
    first, last = keeping.ranges[0].split("-")
    assert int(first) > 1_000_000 and int(last) > NOISE
    assert "v1" in keeping.manifests


def test_a_registry_that_is_busy_is_asked_again(home: Path) -> None:
    registry = KeepingRegistry(breaks=0)
    registry.busy = 2
    done = run("models", "push", "big:v1", f"{registry.host}/kept", home=home)
    assert done.returncode == 0, done.stderr
    assert registry.busy == 0
    registry.close()


def push_and_kill(registry: KeepingRegistry, home: Path) -> None:
    """Returns when all has come that was on its way."""
    process = subprocess.Popen(
        [binary(), "models", "push", "big:v1", f"{registry.host}/kept"],
        env=environment(home),
        stderr=subprocess.DEVNULL,
    )
    eventually("some has come", lambda: len(registry.received) > 500_000)
    process.send_signal(signal.SIGKILL)
    process.wait()
    eventually("the registry has what came", lambda: registry.under_way == 0)


def test_a_push_that_is_killed_leaves_no_tag_and_goes_on_in_a_new_process(home: Path) -> None:
    registry = KeepingRegistry(breaks=1000)
    before = sorted(one.name for one in (home / "models").rglob("*"))
    push_and_kill(registry, home)
    assert registry.manifests == {}
    assert sorted(one.name for one in (home / "models").rglob("*")) == before
    registry.breaks, had, ranges = 0, len(registry.received), len(registry.ranges)
    done = run("models", "push", "big:v1", f"{registry.host}/kept", home=home)
    assert done.returncode == 0, done.stderr
    assert [one.split("-")[0] for one in registry.ranges[ranges:]] == [str(had)]
    assert "v1" in registry.manifests
    assert not [one for one in (home / "tmp").iterdir() if len(one.name) == 32]
    registry.close()


def test_an_upload_that_the_registry_has_forgotten_begins_again(home: Path) -> None:
    registry = KeepingRegistry(breaks=1000)
    push_and_kill(registry, home)
    registry.breaks, registry.forgotten = 0, True
    done = run("models", "push", "big:v1", f"{registry.host}/kept", home=home)
    assert done.returncode == 0, done.stderr
    assert "v1" in registry.manifests
    registry.close()
