# SPDX-License-Identifier: Apache-2.0
"""Models of pydantic 1 and 2, told apart by their methods: pydantic is never imported here."""

from __future__ import annotations

from typing import Any

from ..exceptions import BadInput

REF_PREFIX = "#/components/schemas/"
_MAX_FAULTS = 5
_VALUES = ("const", "default", "enum", "example", "required")  # Not schemas.
_NOT_IN_3_0 = ("examples", "patternProperties", "prefixItems", "propertyNames")


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


def _member(key: str, value: Any, parts: dict[str, Any], within: tuple[str, ...]) -> Any:
    if key in _VALUES:
        return value
    if key == "properties":  # Their names may be those of keywords.
        return {name: _filled(one, parts, within) for name, one in value.items()}
    return _filled(value, parts, within)


def _as_3_0(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema in the words of OpenAPI 3.0, which has fewer than JSON Schema."""
    schema = {key: value for key, value in schema.items() if key not in _NOT_IN_3_0}
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    if schema.get("type") == "array":
        schema.setdefault("items", {})
    for bound in ("minimum", "maximum"):
        exclusive = f"exclusive{bound.capitalize()}"
        if isinstance(schema.get(exclusive), (int, float)) and bound not in schema:
            schema[bound] = schema[exclusive]
            schema[exclusive] = True
    choices = schema.get("anyOf")
    if not isinstance(choices, list) or {"type": "null"} not in choices:
        return schema
    others = [one for one in choices if one != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    known = others[0] if len(others) == 1 else {"anyOf": others}
    return {**known, **rest, "nullable": True}


def _filled(schema: Any, parts: dict[str, Any], within: tuple[str, ...]) -> Any:
    if isinstance(schema, list):
        return [_filled(one, parts, within) for one in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return _as_3_0({key: _member(key, schema[key], parts, within) for key in schema})
    name = reference.removeprefix(REF_PREFIX)
    if name in within or name not in parts:
        return {"type": "object", "title": name}
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**_filled(parts[name], parts, (*within, name)), **_filled(beside, parts, within)}
