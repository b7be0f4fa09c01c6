# SPDX-License-Identifier: Apache-2.0
"""Clients over HTTP, which learn a service's APIs from its `/docs.json`."""

from __future__ import annotations

import asyncio
import functools
import json
import time
from typing import Any

from ..exceptions import BentoMLException, EkibenError, NotFound, RemoteException
from .base import AsyncClient, SyncClient
from .remote import RemoteAPI, apis_of
from .transport import Response, Transport

_TIMEOUT = 300.0


class _Service:
    """The APIs of a server. Thread-safe."""

    def __init__(self, server_url: str, timeout: float) -> None:
        self.transport = Transport(server_url, timeout)
        response = self.transport.get("/docs.json")
        if response.status_code != 200:
            raise RemoteException(
                f"'{self.transport.url}/docs.json' answered {response.status_code}: "
                f"{response.error()}"
            )
        try:
            self.apis = apis_of(json.loads(response.content), self.transport.url)
        except (ValueError, AttributeError):
            raise BentoMLException(f"'{self.transport.url}/docs.json' is not OpenAPI") from None

    def api(self, name: str) -> RemoteAPI:
        if name not in self.apis:
            raise NotFound(
                f"'{self.transport.url}' has no API '{name}'", hint=f"it has {', '.join(self.apis)}"
            )
        return self.apis[name]

    def call(self, name: str, value: Any, parts: dict[str, Any]) -> Any:
        api = self.api(name)
        parts = {name: one for name, one in parts.items() if not name.startswith("_grpc_")}
        return api.answer(self.transport.post(api.route, *api.request(value, parts)))


class SyncHTTPClient(SyncClient):
    """A client whose calls wait for their answers. Thread-safe.

    It has a method for each API, `client.classify(x)`, and an `async_classify` that is awaited.

    Args:
        server_url: Such as `http://localhost:3000`; the server has to be up.
        timeout: Seconds that a call may wait for the server.

    Attributes:
        server_url: Where the server is.
        endpoints: The names of its APIs.
    """

    def __init__(self, server_url: str, *, timeout: float = _TIMEOUT) -> None:
        self._service = _Service(server_url, timeout)
        self.server_url = self._service.transport.url
        self.endpoints = list(self._service.apis)
        for name in self.endpoints:
            _add(self, name, functools.partial(self.call, name), self._service)
            _add(self, f"async_{name}", functools.partial(self.async_call, name), self._service)

    @classmethod
    def from_url(cls, server_url: str, *, kind: str | None = None, **kwargs: Any) -> SyncHTTPClient:
        """A client of the server at this address.

        Args:
            kind: `http`, or nothing; there is no other.
            kwargs: The constructor's.
        """
        _check_kind(kind)
        return cls(server_url, **kwargs)

    def call(self, bentoml_api_name: str, inp: Any = None, **kwargs: Any) -> Any:
        """Call an API by its name, with its input; several inputs are passed by name."""
        return self._service.call(bentoml_api_name, inp, kwargs)

    async def async_call(self, bentoml_api_name: str, inp: Any = None, **kwargs: Any) -> Any:
        """The same, in a thread, so that the loop goes on."""
        return await asyncio.to_thread(self._service.call, bentoml_api_name, inp, kwargs)

    def health(self) -> Response:
        """What `/readyz` answers."""
        return self._service.transport.get("/readyz")

    def close(self) -> None:
        self._service.transport.close()

    @staticmethod
    def wait_until_server_ready(
        host: str, port: int, timeout: float = 30, check_interval: float = 0.1, **kwargs: Any
    ) -> None:
        """Wait until the server at this address takes requests.

        Raises:
            TimeoutError: If it does not within `timeout` seconds.
        """
        address = f"{host if '://' in host else f'http://{host}'}:{port}"
        transport = Transport(address, max(timeout, check_interval))
        end = time.monotonic() + timeout
        why = ""
        while True:
            try:
                status = transport.get("/readyz").status_code
                if status == 200:
                    return transport.close()
                why = f"/readyz answers {status}"
            except EkibenError as error:
                why = error.message
            if time.monotonic() + check_interval > end:
                raise TimeoutError(f"'{address}' is not ready after {timeout} s: {why}")
            time.sleep(check_interval)


class HTTPClient(SyncHTTPClient):
    """The client that `Client.from_url` makes."""


class AsyncHTTPClient(AsyncClient):
    """A client whose calls are awaited; `await AsyncHTTPClient.from_url(url)` makes one.

    It has a method for each API, `await client.classify(x)`.
    """

    def __init__(self, client: SyncHTTPClient) -> None:
        self._client = client
        self.server_url = client.server_url
        self.endpoints = client.endpoints
        for name in self.endpoints:
            _add(self, name, functools.partial(self.call, name), client._service)

    @classmethod
    async def from_url(
        cls, server_url: str, *, kind: str | None = None, **kwargs: Any
    ) -> AsyncHTTPClient:
        """A client of the server at this address."""
        _check_kind(kind)
        return cls(await asyncio.to_thread(SyncHTTPClient, server_url, **kwargs))

    async def call(self, bentoml_api_name: str, inp: Any = None, **kwargs: Any) -> Any:
        return await self._client.async_call(bentoml_api_name, inp, **kwargs)

    async def health(self) -> Response:
        return await asyncio.to_thread(self._client.health)

    async def close(self) -> None:
        self._client.close()

    @staticmethod
    async def wait_until_server_ready(
        host: str, port: int, timeout: float = 30, check_interval: float = 0.1, **kwargs: Any
    ) -> None:
        await asyncio.to_thread(
            SyncHTTPClient.wait_until_server_ready, host, port, timeout, check_interval
        )


def _add(client: Any, name: str, method: Any, service: _Service) -> None:
    """Give the client a method, where it has none of that name; `call` reaches the others."""
    if hasattr(client, name):
        return
    api = service.apis.get(name.removeprefix("async_")) or service.apis.get(name)
    method.__doc__ = api.doc if api else ""
    setattr(client, name, method)


def _check_kind(kind: str | None) -> None:
    if kind not in (None, "auto", "http"):
        raise BentoMLException(f"there is no client of kind '{kind}'", hint="kind='http'")
