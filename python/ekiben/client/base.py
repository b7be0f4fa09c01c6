# SPDX-License-Identifier: Apache-2.0
"""What clients look like, whatever they speak."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class Client(ABC):
    """A service elsewhere, as an object. `Client.from_url("http://localhost:3000")` makes one.

    Attributes:
        server_url: Where the server is.
        endpoints: The names of its APIs; the client has a method of each name.
    """

    server_url: str
    endpoints: list[str]

    @classmethod
    def from_url(cls, server_url: str, *, kind: str | None = None, **kwargs: Any) -> Any:
        """A client of the server at this address."""
        from .http_client import HTTPClient

        return HTTPClient.from_url(server_url, kind=kind, **kwargs)

    @abstractmethod
    def call(self, bentoml_api_name: str, inp: Any = None, **kwargs: Any) -> Any: ...

    @abstractmethod
    async def async_call(self, bentoml_api_name: str, inp: Any = None, **kwargs: Any) -> Any: ...

    @abstractmethod
    def close(self) -> None:
        """Close its connections; a call opens one again."""

    @staticmethod
    def wait_until_server_ready(host: str, port: int, timeout: float = 30, **kwargs: Any) -> None:
        """Wait until the server at this address takes requests.

        Raises:
            TimeoutError: If it does not within `timeout` seconds.
        """
        from .http_client import SyncHTTPClient

        SyncHTTPClient.wait_until_server_ready(host, port, timeout, **kwargs)

    @staticmethod
    async def async_wait_until_server_ready(
        host: str, port: int, timeout: float = 30, **kwargs: Any
    ) -> None:
        """The same, awaited."""
        from .http_client import AsyncHTTPClient

        await AsyncHTTPClient.wait_until_server_ready(host, port, timeout, **kwargs)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *failure: object) -> None:
        self.close()


class SyncClient(Client):
    """A client whose calls wait for their answers."""


class AsyncClient(ABC):
    """A client whose calls are awaited.

    Attributes:
        server_url: Where the server is.
        endpoints: The names of its APIs; the client has a method of each name.
    """

    server_url: str
    endpoints: list[str]

    @classmethod
    async def from_url(cls, server_url: str, *, kind: str | None = None, **kwargs: Any) -> Any:
        """A client of the server at this address."""
        from .http_client import AsyncHTTPClient

        return await AsyncHTTPClient.from_url(server_url, kind=kind, **kwargs)

    @abstractmethod
    async def call(self, bentoml_api_name: str, inp: Any = None, **kwargs: Any) -> Any: ...

    @abstractmethod
    async def close(self) -> None:
        """Close its connections; a call opens one again."""

    @staticmethod
    async def wait_until_server_ready(
        host: str, port: int, timeout: float = 30, **kwargs: Any
    ) -> None:
        """Wait until the server at this address takes requests.

        Raises:
            TimeoutError: If it does not within `timeout` seconds.
        """
        from .http_client import AsyncHTTPClient

        await AsyncHTTPClient.wait_until_server_ready(host, port, timeout, **kwargs)

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.close()
