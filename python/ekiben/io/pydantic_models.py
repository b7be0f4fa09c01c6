# SPDX-License-Identifier: Apache-2.0
"""Models of pydantic 1 and 2, told apart by their methods: pydantic is never imported here."""

from __future__ import annotations

from typing import Any

from ..exceptions import BadInput

REF_PREFIX = "#/components/schemas/"
_MAX_FAULTS = 5


def is_model(value: Any) -> bool:
    """Whether it is an instance of a model."""
    return not isinstance(value, type) and is_model_class(type(value))


def is_model_class(value: Any) -> bool:
    """Whether it is a model's class: a BaseModel of pydantic 1 or 2."""
    return isinstance(value, type) and any(
        base.__name__ == "BaseModel" and base.__module__.partition(".")[0] == "pydantic"
        for base in value.__mro__
    )


def dumped(model: Any) -> Any:
    """A model as dicts and lists; the leaves stay what they are."""
    if hasattr(model, "model_dump"):
        return model.model_dump()
    fields = model.dict()
    return fields.get("__root__", fields)


def validated(model: type[Any], value: Any) -> Any:
    """The model's instance for parsed JSON.

    Raises:
        BadInput: If it does not fit; the message names each field, the first few of them.
    """
    validate = getattr(model, "model_validate", None) or model.parse_obj
    try:
        return validate(value)
    except Exception as error:
        if not callable(getattr(error, "errors", None)):  # The model's own code failed.
            raise
        raise BadInput(f"JSON does not fit {model.__name__}: {_faults(error)}") from None


def _faults(error: Any) -> str:
    faults = error.errors()
    told = []
    for fault in faults[:_MAX_FAULTS]:
        place = ".".join(str(step) for step in fault["loc"] if step != "__root__")
        told.append(f"{place}: {fault['msg']}" if place else fault["msg"])
    if len(faults) > _MAX_FAULTS:
        told.append(f"and {len(faults) - _MAX_FAULTS} more")
    return "; ".join(told)


def schema_and_parts(model: type[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The model's JSON Schema, and those that it refers to under `#/components/schemas/`."""
    if hasattr(model, "model_json_schema"):
        schema = dict(model.model_json_schema(ref_template=REF_PREFIX + "{model}"))
        return schema, schema.pop("$defs", {})
    schema = dict(model.schema(ref_template=REF_PREFIX + "{model}"))  # pydantic 1 keeps its own.
    return schema, schema.pop("definitions", {})


def whole_schema(model: type[Any]) -> dict[str, Any]:
    """The model's JSON Schema with what it refers to put in its place.

    A model that holds itself is an object of any kind where it does so.
    """
    schema, parts = schema_and_parts(model)
    return _filled(schema, parts, ())


def _filled(schema: Any, parts: dict[str, Any], within: tuple[str, ...]) -> Any:
    if isinstance(schema, list):
        return [_filled(one, parts, within) for one in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return {key: _filled(value, parts, within) for key, value in schema.items()}
    name = reference.removeprefix(REF_PREFIX)
    if name in within or name not in parts:
        return {"type": "object", "title": name}
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**_filled(parts[name], parts, (*within, name)), **_filled(beside, parts, within)}
