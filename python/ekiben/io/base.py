# SPDX-License-Identifier: Apache-2.0
"""What the IO descriptors have in common."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from ..exceptions import InvalidArgument
from .wire import WireValue

IOType = TypeVar("IOType")
Self = TypeVar("Self", bound="IODescriptor[Any]")

_registry: dict[str, type[IODescriptor[Any]]] = {}


def from_spec(spec: dict[str, Any]) -> IODescriptor[Any]:
    """The descriptor of a spec, which is what `to_spec` returns and `/docs.json` shows.

    Raises:
        InvalidArgument: If the spec names no descriptor that there is.
    """
    descriptor = _registry.get(spec.get("id") or "")
    if descriptor is None:
        raise InvalidArgument(
            f"'{spec.get('id')}' is not the id of an IO descriptor",
            hint=f"they are {', '.join(sorted(_registry))}",
        )
    return descriptor.from_spec(spec)


class IODescriptor(ABC, Generic[IOType]):
    """How one side of an API looks: in Python, on the wire and in its documentation.

    A descriptor is not changed once an API has it, and any number of threads may use it.

    Attributes:
        descriptor_id: What BentoML calls it, `bentoml.io.Text`; None for those of one's own.
        sample: The value that `from_sample` was given, which the documentation shows.
    """

    HTTP_METHODS = ("POST",)

    descriptor_id: ClassVar[str | None] = None
    _wire_kind: ClassVar[str]  # tensor, json, text, blob or parts.
    _mime_type: str | None = None
    _sample: Any = None
    # Whether encode() returns every array of numbers or text as it came.
    _passes_arrays = False

    def __init_subclass__(cls, *, descriptor_id: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.descriptor_id = descriptor_id
        if descriptor_id is not None:
            _registry[descriptor_id] = cls

    def __repr__(self) -> str:
        return type(self).__name__

    @classmethod
    def from_sample(cls: type[Self], sample: Any, **kwargs: Any) -> Self:
        """The descriptor of values like this one, which the documentation will show.

        Args:
            kwargs: The descriptor's own; those left out are read off the sample.

        Raises:
            BadInput: If the sample is not such a value.
        """
        descriptor = cls(**kwargs)
        descriptor.sample = descriptor._from_sample(sample)
        return descriptor

    @abstractmethod
    def _from_sample(self, sample: Any) -> IOType:
        """The sample as the API's function would see it; fills in what the sample tells."""

    @property
    def sample(self) -> IOType | None:
        return self._sample

    @sample.setter
    def sample(self, value: IOType) -> None:
        self._sample = value

    @property
    def mime_type(self) -> str | None:
        """The media type that is written; None where any may be."""
        return self._mime_type

    @abstractmethod
    def input_type(self) -> Any:
        """The type that a function gets, or a dict of them by the name of their argument."""

    @abstractmethod
    def decode(self, wire: WireValue) -> IOType:
        """What the API's function gets for a wire value.

        Raises:
            BadInput: If it does not fit; the message names what was expected and what came.
        """

    @abstractmethod
    def encode(self, result: Any) -> WireValue:
        """The wire value of what the API's function returned.

        Raises:
            UnencodableResult: If it does not fit. The message begins with what was returned: "a
                dict, where …"; the caller says which API did so.
        """

    def plan(self) -> dict[str, Any]:
        """What the engine has to know to read and write such values; JSON can hold it."""
        plan = {
            "name": type(self).__name__,
            "value": self._wire_kind,
            "content_type": self.mime_type or "application/octet-stream",
            "schema": self.openapi_schema(),
            "io": self.to_spec(),
        }
        example = self.openapi_example()
        return plan if example is None else {**plan, "example": example}

    def to_spec(self) -> dict[str, Any]:
        """What `from_spec`, ekiben's or BentoML's, makes such a descriptor of."""
        return {"id": self.descriptor_id, "args": {}}

    @classmethod
    def from_spec(cls: type[Self], spec: dict[str, Any]) -> Self:
        """A descriptor as `to_spec` described it.

        Raises:
            InvalidArgument: If the spec has no args.
        """
        if "args" not in spec:
            raise InvalidArgument(f"the spec of '{cls.__name__}' has no 'args': {spec}")
        return cls(**spec["args"])

    @abstractmethod
    def openapi_schema(self) -> dict[str, Any]:
        """The JSON Schema of a body."""

    def openapi_components(self) -> dict[str, Any] | None:
        """Schemas by name, under `schemas`, for a document that keeps them apart."""
        return None

    def openapi_example(self) -> Any:
        """The sample as JSON, or None."""
        return None

    def openapi_request_body(self) -> dict[str, Any]:
        return {
            "content": self._content(),
            "required": True,
            "x-bentoml-io-descriptor": self.to_spec(),
        }

    def openapi_responses(self) -> dict[str, Any]:
        return {
            "description": "Successful Response",
            "content": self._content(),
            "x-bentoml-io-descriptor": self.to_spec(),
        }

    def _content(self, *media_types: str) -> dict[str, Any]:
        one: dict[str, Any] = {"schema": self.openapi_schema()}
        example = self.openapi_example()
        if example is not None:
            one["example"] = example
        return dict.fromkeys(media_types or (self.mime_type or "*/*",), one)


def json_or_none(value: Any) -> Any:
    """The value, if JSON can hold it."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None
    return value
