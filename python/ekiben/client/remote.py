# SPDX-License-Identifier: Apache-2.0
"""A service as its `/docs.json` describes it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from ..exceptions import (
    BentoMLException,
    DeadlineExceeded,
    EkibenError,
    InvalidArgument,
    NotFound,
    RemoteException,
    ServiceUnavailable,
    TooManyRequests,
    UnencodableResult,
    UnprocessableEntity,
)
from ..io import IODescriptor, Json, from_spec
from ..io.wire import WireValue
from .body import read_body, write_body
from .transport import Response

_log = logging.getLogger("ekiben")
_DESCRIPTOR = "x-bentoml-io-descriptor"
_OF_STATUS: dict[int, type[EkibenError]] = {
    400: InvalidArgument,
    404: NotFound,
    408: DeadlineExceeded,
    422: UnprocessableEntity,
    429: TooManyRequests,
    503: ServiceUnavailable,
    504: DeadlineExceeded,
}


@dataclass(frozen=True)
class RemoteAPI:
    """One API of a service elsewhere: writes its requests and reads its answers."""

    name: str
    route: str
    doc: str
    input: IODescriptor[Any]
    output: IODescriptor[Any]

    @property
    def multi_input(self) -> bool:
        """Whether it takes named parts."""
        return isinstance(self.input.input_type(), dict)

    def request(self, value: Any, parts: dict[str, Any]) -> tuple[bytes, str]:
        """The body of a call, and its content type.

        Raises:
            InvalidArgument: If the API does not take such a value.
        """
        if self.multi_input and value is not None:
            raise InvalidArgument(
                f"'{self.name}' takes several inputs",
                hint=f"pass them by name: {', '.join(self.input.input_type())}",
            )
        unknown = [name for name in parts if not self.multi_input or name not in self._parts()]
        if unknown:
            raise InvalidArgument(f"'{self.name}' has no input {', '.join(map(repr, unknown))}")
        try:
            wire = self.input.encode(parts if self.multi_input else value)
        except UnencodableResult as error:
            raise InvalidArgument(
                f"'{self.name}' was given {error.message}", hint=error.hint
            ) from None
        return write_body(self.input.plan(), _null_is_json(wire))

    def answer(self, response: Response) -> Any:
        """What the API's function returned.

        Raises:
            EkibenError: The one that the status stands for; RemoteException for all others.
        """
        if not 200 <= response.status_code < 300:
            kind = _OF_STATUS.get(response.status_code, RemoteException)
            raise kind(f"'{self.name}' answered {response.status_code}: {response.error()}")
        wire = read_body(
            self.output.plan(), response.content, response.content_type, response.filename
        )
        return self.output.decode(_null_is_json(wire))

    def _parts(self) -> Any:
        return self.input.input_type()


def _null_is_json(wire: WireValue) -> WireValue:
    """A wire value whose Nones are written out: only an answer may have no body."""
    if isinstance(wire, dict):
        return {name: _null_is_json(one) for name, one in wire.items()}
    return Json(b"null") if wire is None else wire


def apis_of(document: dict[str, Any], server_url: str) -> dict[str, RemoteAPI]:
    """The APIs of an OpenAPI document, by name. What cannot be called from here is logged.

    Raises:
        BentoMLException: If it has none.
    """
    apis = {}
    for route, operations in document.get("paths", {}).items():
        for operation in operations.values():
            if "x-bentoml-name" not in operation:
                continue
            name = operation["x-bentoml-name"]
            try:
                apis[name] = _api(name, route, operation)
            except (KeyError, TypeError, EkibenError) as error:
                _log.warning("API '%s' of %s cannot be called: %s", name, server_url, error)
    if not apis:
        raise BentoMLException(
            f"'{server_url}' describes no API",
            hint="its /docs.json has to have x-bentoml-name and x-bentoml-io-descriptor",
        )
    return apis


def _api(name: str, route: str, operation: dict[str, Any]) -> RemoteAPI:
    return RemoteAPI(
        name,
        route,
        operation.get("description", ""),
        from_spec(operation["requestBody"][_DESCRIPTOR]),
        from_spec(operation["responses"]["200"][_DESCRIPTOR]),
    )
