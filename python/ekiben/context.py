# SPDX-License-Identifier: Apache-2.0
"""Context: what an API function knows of its request, and what it says of its response."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from .exceptions import StateException

# The id of the request that this thread or task works for; the engine gives it, the log has it.
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("ekiben_request_id", default="")


@dataclass
class ProcessContext:
    """What this process works for; the worker fills it in, elsewhere it stays as it is.

    Attributes:
        service_name: Empty outside of a server.
        service_version: As BentoML writes it where a service is not served from a bento.
        worker_index: Counts the workers of a service from 0.
    """

    service_name: str = ""
    service_version: str = "not available"
    worker_index: int = 0


process = ProcessContext()


class Headers(Mapping[str, str]):
    """Headers: names in any case, in the order they came; a name may come several times.

    `headers[name]` is the first value of the name, getlist() gives them all.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]] | Mapping[str, str] = ()) -> None:
        given = pairs.items() if isinstance(pairs, Mapping) else pairs
        self._pairs: list[tuple[str, str]] = [_header(name, value) for name, value in given]

    def __getitem__(self, name: str) -> str:
        for known, value in self._pairs:
            if known == name.lower():
                return value
        raise KeyError(name)

    def getlist(self, name: str) -> list[str]:
        """All values of the name."""
        return [value for known, value in self._pairs if known == name.lower()]

    def multi_items(self) -> list[tuple[str, str]]:
        """All pairs, names in lower case."""
        return list(self._pairs)

    def mutablecopy(self) -> MutableHeaders:
        """A copy that can be changed."""
        return MutableHeaders(self._pairs)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(known == name.lower() for known, _ in self._pairs)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self._pairs))

    def __len__(self) -> int:
        return len(set(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._pairs!r})"


class MutableHeaders(Headers):
    """Headers that can be changed.

    Setting one replaces all of its name. Values are taken as text.

    Raises:
        ValueError: If a name or value could not be sent as it is, as with a line break in it.
    """

    def __setitem__(self, name: str, value: Any) -> None:
        pair = _header(name, value)
        if pair[0] not in self:
            self._pairs.append(pair)
            return
        first = next(at for at, (known, _) in enumerate(self._pairs) if known == pair[0])
        kept = [one for one in self._pairs[first + 1 :] if one[0] != pair[0]]
        self._pairs[first:] = [pair, *kept]

    def __delitem__(self, name: str) -> None:
        self._pairs = [one for one in self._pairs if one[0] != name.lower()]

    def append(self, name: str, value: Any) -> None:
        """Add a value beside those that the name has."""
        self._pairs.append(_header(name, value))

    def setdefault(self, name: str, value: Any) -> str:
        """Set the header where there is none of the name; its value."""
        if name not in self:
            self[name] = value
        return self[name]

    def update(self, other: Mapping[str, Any]) -> None:
        """Set each header of `other`."""
        for name, value in other.items():
            self[name] = value

    def __ior__(self, other: Mapping[str, Any]) -> MutableHeaders:
        self.update(other)
        return self

    def __or__(self, other: Mapping[str, Any]) -> MutableHeaders:
        joined = self.mutablecopy()
        joined.update(other)
        return joined


class QueryParams(Mapping[str, str]):
    """What stands behind the `?`: `params[name]` is the last value, getlist() gives them all."""

    def __init__(self, query: str = "") -> None:
        self._pairs = parse_qsl(query, keep_blank_values=True)
        self._last = dict(self._pairs)

    def __getitem__(self, name: str) -> str:
        return self._last[name]

    def getlist(self, name: str) -> list[str]:
        """All values of the name."""
        return [value for known, value in self._pairs if known == name]

    def multi_items(self) -> list[tuple[str, str]]:
        """All pairs, in the order they came."""
        return list(self._pairs)

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)

    def __repr__(self) -> str:
        return f"QueryParams({self._pairs!r})"


@dataclass
class Cookie:
    """A cookie to set. `max_age` and `expires` are seconds from now."""

    key: str
    value: str
    max_age: int | None = None
    expires: int | None = None
    path: str = "/"
    domain: str | None = None
    secure: bool = False
    httponly: bool = False
    samesite: str = "lax"

    def header(self) -> str:
        """The value of the `set-cookie` header."""
        from http.cookies import SimpleCookie

        cookie: SimpleCookie = SimpleCookie()
        cookie[self.key] = self.value
        options = {
            "max-age": self.max_age,
            "expires": self.expires,
            "path": self.path,
            "domain": self.domain,
            "secure": self.secure or None,
            "httponly": self.httponly or None,
            "samesite": self.samesite,
        }
        for name, value in options.items():
            if value is not None:
                cookie[self.key][name] = value
        return cookie.output(header="").strip()


class RequestContext:
    """The request: its headers, query and where it came from. Its body is the API's argument.

    Attributes:
        headers: As the client sent them; `metadata` is the same.
        query_params: What stands behind the `?`.
        method: Such as `POST`.
        path: Without the query, percent-decoding done.
        url: As the client asked for it, query included.
        client: The peer's address and port, where they are known.
    """

    def __init__(
        self,
        headers: Iterable[tuple[str, str]] | Mapping[str, str] = (),
        query: str = "",
        *,
        method: str = "POST",
        path: str = "/",
        url: str = "",
        client: tuple[str, int] | None = None,
    ) -> None:
        self.headers = Headers(headers)
        self.query_params = QueryParams(query)
        self.method = method
        self.path = path
        self.url = url or (f"{path}?{query}" if query else path)
        self.client = client

    @property
    def metadata(self) -> Headers:
        """The headers."""
        return self.headers

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that the client sent, name to value."""
        sent = ";".join(self.headers.getlist("cookie")).split(";")
        pairs = (one.partition("=") for one in sent)
        return {name.strip(): value.strip(' "') for name, _, value in pairs if name.strip()}


class ResponseContext:
    """What the API function says of the response besides its body.

    Attributes:
        status_code: 200 unless it is set.
        headers: Added to the response; `metadata` is the same.
        cookies: Set by the response.
    """

    def __init__(self) -> None:
        self.headers = MutableHeaders()
        self.cookies: list[Cookie] = []
        self.status_code = 200

    @property
    def metadata(self) -> MutableHeaders:
        """The headers."""
        return self.headers

    def set_cookie(
        self,
        key: str,
        value: str,
        max_age: int | None = None,
        expires: int | None = None,
        path: str = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: str = "lax",
    ) -> None:
        """Add a cookie."""
        self.cookies.append(
            Cookie(key, value, max_age, expires, path, domain, secure, httponly, samesite)
        )

    def header_pairs(self) -> list[tuple[str, str]]:
        """All headers to send, one `set-cookie` a cookie."""
        cookies = [("set-cookie", cookie.header()) for cookie in self.cookies]
        return [*self.headers.multi_items(), *cookies]


class Context:
    """What API functions and hooks of one service share, and each request's own.

    One object a service and process: `request` and `response` are those of the request that the
    calling thread or task works for.

    Attributes:
        state: A dict of the user's own, shared by all requests of this process.
    """

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self._request: contextvars.ContextVar[RequestContext] = contextvars.ContextVar("request")
        self._response: contextvars.ContextVar[ResponseContext] = contextvars.ContextVar("response")
        self._folders: contextvars.ContextVar[list[Any]] = contextvars.ContextVar("folders")

    @property
    def request(self) -> RequestContext:
        """The request.

        Raises:
            StateException: If there is none, as in a hook.
        """
        return _within(self._request, "request")

    @property
    def response(self) -> ResponseContext:
        """The response to be.

        Raises:
            StateException: If there is no request.
        """
        return _within(self._response, "response")

    @property
    def temp_dir(self) -> str:
        """A folder of this request's own, removed when it was answered.

        Raises:
            StateException: If there is no request.
        """
        folders: list[Any] = _within(self._folders, "temp_dir")
        if not folders:
            import tempfile

            folders.append(tempfile.TemporaryDirectory(prefix="ekiben-request-"))
        return str(folders[0].name)

    @contextlib.contextmanager
    def in_request(self, request: RequestContext) -> Iterator[Context]:
        """Within the block, in this thread or task, `request` and a new response are current."""
        folders: list[Any] = []
        tokens = [
            (variable, variable.set(value))
            for variable, value in (
                (self._request, request),
                (self._response, ResponseContext()),
                (self._folders, folders),
            )
        ]
        try:
            yield self
        finally:
            for variable, token in tokens:
                variable.reset(token)
            for folder in folders:
                folder.cleanup()


def _within(variable: contextvars.ContextVar[Any], what: str) -> Any:
    try:
        return variable.get()
    except LookupError:
        raise StateException(
            f"the context has no {what}: no request is being answered here",
            hint="use it in API functions; what is shared between requests belongs in ctx.state",
        ) from None


def _header(name: str, value: Any) -> tuple[str, str]:
    text = str(value)
    if not name or not all(33 <= ord(one) < 127 and one not in '":,/;(){}' for one in name):
        raise ValueError(f"{name!r} is not a name of a header")
    if any(one in "\r\n\0" for one in text):
        raise ValueError(f"header '{name}' has a line break in its value {text!r}")
    return name.lower(), text
