# SPDX-License-Identifier: Apache-2.0
"""Debian's docker-registry on loopback, and a way to it that breaks."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from .program import PATIENCE, eventually

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = """version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {root}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"{tls}}}
{auth}
"""


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Registry:
    """A docker-registry with a storage of its own in `folder`."""

    def __init__(self, folder: Path, auth: str = "", tls: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.root = folder / "storage"
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        config = folder / "config.yml"
        config.write_text(CONFIG.format(root=self.root, port=self.port, auth=auth, tls=tls))
        program = shutil.which("docker-registry")
        assert program, "the tests need Debian's docker-registry"
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [program, "serve", config], stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL
        )
        eventually("the registry answers", self._answers)

    def __enter__(self) -> Registry:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._log.close()

    def _answers(self) -> bool:
        assert self._process.poll() is None, "docker-registry ended"
        try:
            urllib.request.urlopen(f"http://{self.host}/v2/", timeout=PATIENCE).close()
        except urllib.error.HTTPError as error:
            return error.code in (400, 401)  # It wants TLS, or a login.
        except OSError:
            return False
        return True

    def manifest(self, name: str) -> dict:
        """What lies under "path:tag" or "path@digest"."""
        path, _, tag = name.partition("@") if "@" in name else name.rpartition(":")
        request = urllib.request.Request(
            f"http://{self.host}/v2/{path}/manifests/{tag}",
            headers={"Accept": f"{MANIFEST}, {INDEX}"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def put_blob(self, path: str, data: bytes) -> dict:
        """Keep some bytes; gives what a manifest says of them."""
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        begun = urllib.request.Request(
            f"http://{self.host}/v2/{path}/blobs/uploads/", data=b"", method="POST"
        )
        with urllib.request.urlopen(begun, timeout=PATIENCE) as answer:
            location = answer.headers["Location"]
        put = urllib.request.Request(f"{location}&digest={digest}", data=data, method="PUT")
        put.add_header("Content-Type", "application/octet-stream")
        urllib.request.urlopen(put, timeout=PATIENCE).close()
        return {"digest": digest, "size": len(data)}

    def put_manifest(self, name: str, manifest: dict) -> None:
        """Keep a manifest under "path:tag"."""
        path, _, tag = name.rpartition(":")
        put = urllib.request.Request(
            f"http://{self.host}/v2/{path}/manifests/{tag}",
            data=json.dumps(manifest).encode(),
            headers={"Content-Type": manifest["mediaType"]},
            method="PUT",
        )
        urllib.request.urlopen(put, timeout=PATIENCE).close()

    def blob_file(self, digest: str) -> Path:
        """Where it keeps the bytes of a blob."""
        hexadecimal = digest.removeprefix("sha256:")
        folder = self.root / "docker/registry/v2/blobs/sha256" / hexadecimal[:2] / hexadecimal
        return folder / "data"


class BreakingWay:
    """Passes connections on to a registry and breaks the first ones after some bytes.

    `to_server` and `to_client` say after how many bytes of a direction; `breaks` how often.
    """

    def __init__(self, target: str, breaks: int, to_server: int = 0, to_client: int = 0) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._limits = {"server": to_server, "client": to_client}
        self._left = breaks
        self._lock = threading.Lock()
        self.requests: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def broken(self) -> bool:
        """Whether it has broken as often as it was to."""
        return self._left == 0

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._join(client)
            del client  # Else it is closed with the next one, and who writes waits until then.

    def _join(self, client: socket.socket) -> None:
        """Only the two threads have the sockets from here on, which are closed with them."""
        server = socket.create_connection(self._target)
        for which, source, sink in (("server", client, server), ("client", server, client)):
            threading.Thread(target=self._pass, args=(which, source, sink), daemon=True).start()

    def _pass(self, which: str, source: socket.socket, sink: socket.socket) -> None:
        limit, passed = self._limits[which], 0
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 14):
                if which == "server":
                    self._note(piece)
                passed += len(piece)
                if limit and passed > limit and self._take():
                    break
                sink.sendall(piece)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _note(self, piece: bytes) -> None:
        for line in piece.split(b"\r\n"):
            if line.endswith(b"HTTP/1.1") or line.lower().startswith(
                (b"range:", b"content-range:")
            ):
                self.requests.append(line.decode(errors="replace"))

    def _take(self) -> bool:
        with self._lock:
            if self._left == 0:
                return False
            self._left -= 1
            return True


@contextlib.contextmanager
def breaking(target: str, breaks: int, **limits: int) -> Iterator[BreakingWay]:
    """A way to `target` that is closed at the end."""
    way = BreakingWay(target, breaks, **limits)
    try:
        yield way
    finally:
        way.close()
