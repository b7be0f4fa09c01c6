# SPDX-License-Identifier: Apache-2.0
"""A server of a few APIs, for tests of clients: the descriptors behind Python's own HTTP server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ekiben.client.body import read_body, write_body
from ekiben.exceptions import EkibenError
from ekiben.io.wire import Blob


def document(apis: dict[str, tuple[Any, Any, Any]]) -> dict[str, Any]:
    """What `/docs.json` shows of APIs: name to (input, output, function)."""
    paths = {
        f"/{name}": {
            "post": {
                "tags": ["Service APIs"],
                "x-bentoml-name": name,
                "description": function.__doc__ or "",
                "requestBody": input_.openapi_request_body(),
                "responses": {"200": output.openapi_responses()},
            }
        }
        for name, (input_, output, function) in apis.items()
    }
    health = {"/livez": {"get": {"tags": ["Infrastructure"], "responses": {}}}}
    return {"openapi": "3.1.0", "info": {"title": "echo"}, "paths": {**health, **paths}}


@contextmanager
def serving(apis: dict[str, tuple[Any, Any, Any]]) -> Iterator[str]:
    """Serve APIs while the block runs; gives the server's URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answers = {"/docs.json": json.dumps(document(apis)), "/readyz": ""}
            found = self.path in answers
            self._answer(200 if found else 404, answers.get(self.path, "").encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            input_, output, function = apis[self.path.strip("/")]
            try:
                content_type = self.headers.get("content-type", "")
                value = input_.decode(read_body(input_.plan(), body, content_type))
                wire = output.encode(
                    function(**value) if input_.plan()["value"] == "parts" else function(value)
                )
            except EkibenError as error:
                problem = json.dumps({"status": int(error.error_code), "error": str(error)})
                return self._answer(error.error_code, problem.encode(), "application/problem+json")
            filename = wire.filename if isinstance(wire, Blob) else ""
            self._answer(200, *write_body(output.plan(), wire), filename)

        def _answer(
            self, status: int, body: bytes, content_type: str = "text/plain", filename: str = ""
        ) -> None:
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            if filename:
                self.send_header("content-disposition", f'attachment; filename="{filename}"')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
