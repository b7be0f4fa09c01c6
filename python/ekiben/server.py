# SPDX-License-Identifier: Apache-2.0
"""Servers started from Python: `ekiben serve` in a process of its own, and a client of it."""

from __future__ import annotations

import atexit
import os
import re
import subprocess
import threading
from collections import deque
from collections.abc import Mapping
from typing import IO, Any

from .client import HTTPClient
from .errors import InvalidArgument
from .exceptions import ServerStateException
from .program import program
from .service import Service
from .tag import Tag

__all__ = ["HTTPServer", "Server", "program", "serve"]

_READY = re.compile(rb"^ready\s+(https?)://(\S+):(\d+)\s", re.MULTILINE)
_LINES_KEPT = 200
_STOP_SECONDS = 30.0
_LAST_WORDS_SECONDS = 1.0  # A grandchild may hold the pipe open for longer.


class Server:
    """`ekiben serve` in a process of its own.

        with ekiben.HTTPServer("iris_clf:latest", port=0).start() as client:
            client.predict([[5.9, 3, 5.1, 1.8]])

    One thread at a time may start and stop it; the process ends with this one at the latest.

    Attributes:
        host: What a client connects to.
        port: With 0, any that is free; the one taken is here once the server is up.
        process: The running server; None before start().
    """

    def __init__(
        self,
        servable: str | Tag | Service | Any,
        options: Mapping[str, Any],
        *,
        host: str,
        port: int,
        working_dir: str | os.PathLike[str] | None = None,
        timeout: float = 60,
    ) -> None:
        """Describe a server; start() starts it.

        Args:
            servable: What `ekiben serve` takes: `module:attr`, a model's tag, a folder; or a
                Service that stands in a module.
            options: Option of `ekiben serve` to its value; None leaves it out, True gives it
                without a value.
            host: To listen on.
            port: To listen on.
            working_dir: Where the service's module is found.
            timeout: Seconds until the server has to be up.
        """
        target = str(servable)
        if isinstance(servable, Service):
            target, working_dir = servable.get_service_import_origin()
        elif hasattr(servable, "tag"):
            target = str(servable.tag)
        self.servable = servable
        self.host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        self.port = port
        self.timeout = timeout
        self.args = [str(program()), "serve", target, "--host", host, "--port", str(port)]
        for name, value in {**options, "working-dir": working_dir}.items():
            if value is True:
                self.args.append(f"--{name}")
            elif value is not None and value is not False:
                self.args += [f"--{name}", str(value)]
        self.process: subprocess.Popen[bytes] | None = None
        self._output: deque[bytes] = deque(maxlen=_LINES_KEPT)
        self._ready = threading.Event()
        self._client: HTTPClient | None = None
        self._readers: list[threading.Thread] = []

    def start(
        self,
        blocking: bool = False,
        env: Mapping[str, str] | None = None,
        stdin: Any = None,
        stdout: Any = None,
        stderr: Any = None,
        text: bool | None = None,
    ) -> Server:
        """Start the process. As a context manager, what comes back gives a client, and stops it.

        Args:
            blocking: Wait here until the server ends; its output is this process's.
            env: Variables over those of this process.
            stdin: As subprocess.Popen takes it; nothing by default.
            stdout: Likewise; by default the last lines are kept for error messages.
            stderr: Likewise.
            text: Nothing is made of it.

        Raises:
            ServerStateException: If it is running already.
        """
        if self.process is not None and self.process.poll() is None:
            raise ServerStateException(f"the server is running already, as process {self._pid()}")
        ours = None if blocking else subprocess.PIPE
        self._output.clear()
        self._ready.clear()
        self.process = subprocess.Popen(
            self.args,
            env={**os.environ, **(env or {})},
            stdin=stdin if stdin is not None or blocking else subprocess.DEVNULL,
            stdout=stdout if stdout is not None else ours,
            stderr=stderr if stderr is not None else ours,
        )
        atexit.register(self.stop)
        self._readers = [
            threading.Thread(target=self._read, args=(stream,), daemon=True)
            for stream in (self.process.stdout, self.process.stderr)
            if stream is not None
        ]
        for reader in self._readers:
            reader.start()
        if blocking:
            try:
                self.process.wait()
            except KeyboardInterrupt:
                self.stop()
        return self

    def get_client(self) -> HTTPClient:
        """A client of the server, which is waited for.

        Raises:
            ServerStateException: If the server was not started, has ended, or is not up in time;
                the text has its last lines.
        """
        if self._client is None:
            self.wait_until_ready()
            self._client = HTTPClient.from_url(f"http://{self.host}:{self.port}")
        return self._client

    def wait_until_ready(self) -> None:
        """Wait until the server takes requests; then `port` is the one it listens on.

        Raises:
            ServerStateException: If the server was not started, has ended, or is not up in time;
                the text has its last lines.
        """
        process = self.process
        if process is None:
            raise ServerStateException(
                "the server was not started", hint="call start(), or write `with server.start() as`"
            )
        if process.stdout is not None:
            # The line that says where it listens comes, or the stream ends.
            if not self._ready.wait(self.timeout):
                raise self._failure(f"is not up after {self.timeout:g} s")
        else:
            try:
                HTTPClient.wait_until_server_ready(self.host, self.port, self.timeout)
            except TimeoutError as error:
                raise self._failure(f"is not up: {error}") from error
        if process.poll() is not None:
            raise self._failure(f"ended with {process.returncode}")

    def stop(self) -> None:
        """End the server; it answers first what it has begun. Stopped already, nothing happens."""
        atexit.unregister(self.stop)
        if self._client is not None:
            self._client.close()
            self._client = None
        process = self.process
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> HTTPClient:
        try:
            return self.get_client()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _pid(self) -> int | None:
        return self.process.pid if self.process is not None else None

    def _failure(self, what: str) -> ServerStateException:
        if self.process is not None and self.process.poll() is not None:
            for reader in self._readers:
                reader.join(_LAST_WORDS_SECONDS)
        output = b"".join(self._output).decode("utf-8", "replace").strip()
        return ServerStateException(f"`{' '.join(self.args)}` {what}" + f"\n{output}".rstrip())

    def _read(self, stream: IO[bytes]) -> None:
        """Take what the server prints, so that it never waits for a reader."""
        with stream:
            for line in stream:
                self._output.append(line)
                if match := _READY.match(line):
                    self.port = int(match[3])
                    self._ready.set()
        process = self.process
        if process is not None and stream is process.stdout:
            process.wait()
            self._ready.set()


class HTTPServer(Server):
    """A server over HTTP, started from Python; see Server."""

    def __init__(
        self,
        bento: str | Tag | Service | Any,
        reload: bool = False,
        production: bool = True,
        env: str | None = None,
        host: str = "127.0.0.1",
        port: int = 3000,
        timeout: float = 60,
        working_dir: str | os.PathLike[str] | None = None,
        api_workers: int | None = None,
        backlog: int | None = None,
        ssl_certfile: str | None = None,
        ssl_keyfile: str | None = None,
        ssl_keyfile_password: str | None = None,
        ssl_version: int | None = None,
        ssl_cert_reqs: int | None = None,
        ssl_ca_certs: str | None = None,
        ssl_ciphers: str | None = None,
    ) -> None:
        """Describe a server; start() starts it.

        Args:
            bento: What to serve; see Server.
            reload: Take in changes of the code while serving.
            production: False serves as `ekiben serve --development` does.
            env: `conda` is refused by the program.
            host: To listen on; 0.0.0.0 is every address.
            port: To listen on; 0 is any that is free.
            timeout: Seconds until the server has to be up.
            working_dir: Where the service's module is found.
            api_workers: Processes for the API functions.
            backlog: Connections that may wait to be accepted.
            ssl_certfile: As `ekiben serve --ssl-certfile`, and so on.
        """
        options = {
            "reload": reload,
            "development": not production,
            "env": env,
            "api-workers": api_workers,
            "backlog": backlog,
            "ssl-certfile": ssl_certfile,
            "ssl-keyfile": ssl_keyfile,
            "ssl-keyfile-password": ssl_keyfile_password,
            "ssl-version": ssl_version,
            "ssl-cert-reqs": ssl_cert_reqs,
            "ssl-ca-certs": ssl_ca_certs,
            "ssl-ciphers": ssl_ciphers,
        }
        super().__init__(
            bento, options, host=host, port=port, working_dir=working_dir, timeout=timeout
        )

    @property
    def client(self) -> HTTPClient:
        """A client of the server; see get_client()."""
        return self.get_client()


def serve(bento: str | Tag | Service | Any, server_type: str = "http", **options: Any) -> Server:
    """Start a server and come back at once.

    Args:
        bento: What to serve; see Server.
        server_type: `http`.
        options: HTTPServer's.

    Raises:
        InvalidArgument: If the type is another one.
    """
    if server_type != "http":
        raise InvalidArgument(
            f"there is no server of the type '{server_type}'", hint="leave it out to get 'http'"
        )
    return HTTPServer(bento, **options).start()
