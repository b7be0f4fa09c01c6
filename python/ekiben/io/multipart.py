# SPDX-License-Identifier: Apache-2.0
"""Multipart: a form, whose parts are the function's arguments."""

from __future__ import annotations

from typing import Any

from ..exceptions import BadInput, InvalidArgument, UnencodableResult
from .base import IODescriptor, from_spec
from .lazy import kind_of
from .wire import WireValue


class Multipart(IODescriptor["dict[str, Any]"], descriptor_id="bentoml.io.Multipart"):
    """multipart/form-data: each part by its name, in any order.

    As input, the parts are the function's arguments of those names; as output, the function returns
    a dict that has them all. Parts that no descriptor is for are not looked at.

    Args:
        inputs: A descriptor a part, by name; none of them a Multipart.
    """

    _wire_kind = "parts"
    _mime_type = "multipart/form-data"

    def __init__(self, **inputs: IODescriptor[Any]) -> None:
        if not inputs:
            raise InvalidArgument("Multipart() has no parts", hint="Multipart(image=Image(), …)")
        for name, descriptor in inputs.items():
            if not isinstance(descriptor, IODescriptor):
                raise InvalidArgument(
                    f"Multipart({name}=…) is {kind_of(descriptor)}, not an IO descriptor"
                )
            if isinstance(descriptor, Multipart):
                raise InvalidArgument(f"Multipart({name}=Multipart(…)): a part cannot have parts")
        self._inputs = inputs

    def __repr__(self) -> str:
        return f"Multipart({','.join(f'{name}={one!r}' for name, one in self._inputs.items())})"

    @classmethod
    def from_sample(cls, sample: Any, **kwargs: Any) -> Multipart:
        """Not for forms: their parts have samples.

        Raises:
            InvalidArgument: Always.
        """
        raise InvalidArgument(
            "Multipart has no from_sample()", hint="give its parts' descriptors samples"
        )

    def _from_sample(self, sample: Any) -> dict[str, Any]:
        return sample

    def input_type(self) -> dict[str, Any]:
        return {name: one.input_type() for name, one in self._inputs.items()}

    def to_spec(self) -> dict[str, Any]:
        return {
            "id": self.descriptor_id,
            "args": {name: one.to_spec() for name, one in self._inputs.items()},
        }

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> Multipart:
        return cls(**{name: from_spec(part) for name, part in spec.get("args", {}).items()})

    def plan(self) -> dict[str, Any]:
        parts = {name: one.plan() for name, one in self._inputs.items()}
        schemas = {name: part["schema"] for name, part in parts.items()}
        schema = {**self.openapi_schema(), "properties": schemas}
        return {**super().plan(), "parts": parts, "schema": schema}

    def openapi_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {name: one.openapi_schema() for name, one in self._inputs.items()},
            "required": list(self._inputs),
        }

    def openapi_components(self) -> dict[str, Any]:
        schemas: dict[str, Any] = {}
        for one in self._inputs.values():
            schemas.update((one.openapi_components() or {}).get("schemas", {}))
        return {"schemas": schemas} if schemas else {}

    def openapi_example(self) -> dict[str, Any] | None:
        examples = {name: one.openapi_example() for name, one in self._inputs.items()}
        known = {name: example for name, example in examples.items() if example is not None}
        return known or None

    def decode(self, wire: WireValue) -> dict[str, Any]:
        if not isinstance(wire, dict):
            raise BadInput(
                f"Multipart expects a form, got {kind_of(wire)}",
                hint="send multipart/form-data; curl -F does",
            )
        missing = [name for name in self._inputs if name not in wire]
        if missing:
            got = ", ".join(f"'{name}'" for name in wire) or "none"
            raise BadInput(
                f"the form has no part {', '.join(repr(name) for name in missing)}; it has {got}"
            )
        return {name: _decoded(name, one, wire[name]) for name, one in self._inputs.items()}

    def encode(self, result: Any) -> dict[str, WireValue]:
        if not isinstance(result, dict):
            raise UnencodableResult(
                f"{kind_of(result)}, where Multipart expects a dict with {self._names()}"
            )
        missing = [name for name in self._inputs if name not in result]
        if missing:
            raise UnencodableResult(
                f"a dict without {', '.join(repr(name) for name in missing)}",
                hint=f"return a dict with {self._names()}",
            )
        return {name: _encoded(name, one, result[name]) for name, one in self._inputs.items()}

    def _names(self) -> str:
        return ", ".join(f"'{name}'" for name in self._inputs)


def _decoded(name: str, descriptor: IODescriptor[Any], wire: WireValue) -> Any:
    try:
        return descriptor.decode(wire)
    except BadInput as error:
        raise BadInput(f"part '{name}': {error.message}", hint=error.hint) from None


def _encoded(name: str, descriptor: IODescriptor[Any], value: Any) -> WireValue:
    try:
        return descriptor.encode(value)
    except UnencodableResult as error:
        raise UnencodableResult(f"as part '{name}' {error.message}", hint=error.hint) from None
