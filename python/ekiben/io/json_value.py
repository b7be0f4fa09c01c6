# SPDX-License-Identifier: Apache-2.0
"""JSON: anything that JSON can hold, or a pydantic model."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from ..exceptions import BadInput, InvalidArgument, UnencodableResult
from ..log import warn
from .base import IODescriptor, json_or_none
from .encoder import DefaultJsonEncoder
from .lazy import kind_of
from .pydantic_models import (
    dumped,
    is_model,
    is_model_class,
    schema_and_parts,
    validated,
    whole_schema,
)
from .wire import Json, WireValue


class JSON(IODescriptor[Any], descriptor_id="bentoml.io.JSON"):
    """JSON; the function gets dicts, lists, text and numbers, or an instance of a model.

    A function that returns None answers with an empty body.

    Args:
        pydantic_model: What the input has to be, of pydantic 1 or 2.
        validate_json: Has no effect; a model validates.
        json_encoder: What a result is written with. NaN and infinities are refused with any.
    """

    _wire_kind = "json"
    _mime_type = "application/json"

    def __init__(
        self,
        *,
        pydantic_model: type[Any] | None = None,
        validate_json: bool | None = None,
        json_encoder: type[json.JSONEncoder] = DefaultJsonEncoder,
    ) -> None:
        if pydantic_model is not None and not is_model_class(pydantic_model):
            raise InvalidArgument(
                f"JSON(pydantic_model={pydantic_model!r}) is not a class of pydantic.BaseModel"
            )
        if validate_json is not None:
            warn("JSON(validate_json=…) has no effect; give a pydantic_model")
        self._pydantic_model = pydantic_model
        self._json_encoder = json_encoder
        self._write = self._writer()

    def _from_sample(self, sample: Any) -> Any:
        if is_model(sample):
            self._pydantic_model = type(sample)
            return sample
        if isinstance(sample, (str, bytes)):
            return _parsed(sample)
        try:
            return json.loads(self._text(sample))
        except (TypeError, ValueError, RecursionError) as error:
            raise BadInput(f"JSON.from_sample() was given {kind_of(sample)}: {error}") from None

    def input_type(self) -> Any:
        return self._pydantic_model or object

    def to_spec(self) -> dict[str, Any]:
        return {
            "id": self.descriptor_id,
            "args": {
                "has_pydantic_model": self._pydantic_model is not None,
                "has_json_encoder": self._json_encoder is not DefaultJsonEncoder,
            },
        }

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> JSON:
        """Plain JSON: a model and an encoder are code, which a spec does not carry."""
        return cls()

    def plan(self) -> dict[str, Any]:
        plan = super().plan()
        if self._pydantic_model is not None:  # The engine's document keeps no schemas apart.
            plan["schema"] = whole_schema(self._pydantic_model)
        return plan

    def openapi_schema(self) -> dict[str, Any]:
        if self._pydantic_model is None:
            return {"type": "object"}
        return schema_and_parts(self._pydantic_model)[0]

    def openapi_components(self) -> dict[str, Any]:
        if self._pydantic_model is None:
            return {}
        schema, parts = schema_and_parts(self._pydantic_model)
        return {"schemas": {self._pydantic_model.__name__: schema, **parts}}

    def openapi_example(self) -> Any:
        if self.sample is None:
            return None
        try:
            return json_or_none(json.loads(self._text(self.sample)))
        except (TypeError, ValueError, RecursionError):
            return None

    def decode(self, wire: WireValue) -> Any:
        if not isinstance(wire, Json):
            raise BadInput(f"JSON expects JSON, got {kind_of(wire)}")
        value = _parsed(bytes(wire.text))
        return value if self._pydantic_model is None else validated(self._pydantic_model, value)

    def encode(self, result: Any) -> WireValue:
        if result is None:
            return None
        try:
            return Json(self._text(result).encode())
        except (TypeError, ValueError, RecursionError) as error:
            if "Out of range float" in str(error):
                raise UnencodableResult(
                    f"{kind_of(result)} with NaN or an infinity in it, which JSON cannot hold",
                    hint="put None in its place",
                ) from None
            raise UnencodableResult(
                f"{kind_of(result)}, which JSON cannot hold: {error}",
                hint="return dicts, lists, text and numbers, or give JSON(json_encoder=…)",
            ) from None

    def _text(self, value: Any) -> str:
        plain = isinstance(value, (dict, list, str)) or not is_model(value)
        return self._write(value if plain else dumped(value))

    def _writer(self) -> Callable[[Any], str]:
        """Made once for our own encoder; a user's may keep something from one call to the next."""
        options = {"ensure_ascii": False, "allow_nan": False, "separators": (",", ":")}
        if self._json_encoder is DefaultJsonEncoder:
            return DefaultJsonEncoder(**options).encode
        return functools.partial(json.dumps, cls=self._json_encoder, **options)


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise BadInput("JSON is nested too deeply") from None
    except ValueError as error:
        raise BadInput(f"JSON expected: {error}") from None
