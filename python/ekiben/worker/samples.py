# SPDX-License-Identifier: Apache-2.0
"""A request that an API takes: what the server prints for somebody to try."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from ..runner.runner import Runner
from ..service import Service
from ..service.api import API
from .native import native_method

_MOST_ELEMENTS = 64  # More would make a line that nobody reads.
_DEEPEST = 8
_SIMPLE = {"string": "text", "integer": 0, "number": 0.5, "boolean": True, "null": None}


def sample(api: API, service: Service) -> str | None:
    """A body as JSON, made from what the API's input says of itself; None where that is too little.

    Of an array that says nothing of its shape, it is the one that the service's only native
    method takes, since that is what such functions pass on.
    """
    plan = api.input.plan()
    if plan.get("example") is not None:
        return json.dumps(plan["example"])
    if plan["value"] == "text":
        return '"text"'
    if plan["value"] == "tensor":
        shape = plan.get("shape") or _shape_of_native(service)
        return _zeros(shape, plan.get("dtype") or "float64") if shape else None
    if plan["value"] != "json" or not plan.get("schema"):
        return None
    schema = plan["schema"]
    return _text_of(schema) if "properties" in schema else None


def _text_of(schema: Mapping[str, Any]) -> str | None:
    try:
        return json.dumps(_fitting(schema, schema, 0))
    except ValueError:
        return None


def _shape_of_native(service: Service) -> list[int] | None:
    """The shape of the one input of the only native method there is."""
    methods = [method for runner in service.runners for method in runner.runner_methods]
    native = [method for method in methods if native_method(method) is not None]
    if len(native) != 1 or len(methods) != 1:
        return None
    runner: Runner = native[0].runner
    form = runner.models[0].info.ekiben.get("native", {}).get(native[0].name) or {}
    inputs = form.get("inputs") or []
    return inputs[0].get("shape") if len(inputs) == 1 else None


def _zeros(shape: list[int], dtype: str) -> str | None:
    sizes = [1 if axis < 0 else axis for axis in shape]
    if not 0 < math.prod(sizes) <= _MOST_ELEMENTS:
        return None
    value: Any = {"b": False, "i": 0, "u": 0, "s": "text", "o": "text"}.get(dtype[0], 0.0)
    for size in reversed(sizes):
        value = [value] * size
    return json.dumps(value)


def _fitting(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> Any:
    """A value that fits a JSON schema; ValueError where it asks for more than its type."""
    if depth > _DEEPEST:
        raise ValueError("it is too deep")
    if "$ref" in schema:
        return _fitting(_referred(schema["$ref"], root), root, depth + 1)
    for key in ("example", "default", "const"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return _fitting(schema[key][0], root, depth + 1)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        wanted = schema.get("required", ())
        properties = schema.get("properties", {})
        return {name: _fitting(properties[name], root, depth + 1) for name in wanted}
    if kind == "array":
        count = schema.get("minItems", 1)
        return [_fitting(schema.get("items", {}), root, depth + 1)] * count
    narrower = ("format", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
                "minLength", "maxLength", "multipleOf")  # fmt: skip
    if kind not in _SIMPLE or any(key in schema for key in narrower):
        raise ValueError("it asks for more than a type")
    return _SIMPLE[kind]


def _referred(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step, {}) if isinstance(found, Mapping) else {}
    return found
