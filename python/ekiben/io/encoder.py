# SPDX-License-Identifier: Apache-2.0
"""The JSON encoder that JSON() writes with."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import pathlib
from typing import Any

from .lazy import DATA_FRAME, DECIMAL, NDARRAY, NUMPY_SCALAR, SERIES, UUID
from .pydantic_models import dumped, is_model


class DefaultJsonEncoder(json.JSONEncoder):
    """Writes what data usually comes in, beside JSON's own types.

    These are: arrays, scalars, DataFrames and Series; pydantic models, attrs classes, dataclasses;
    dates and times (ISO 8601), enumerations (their value), UUIDs, paths, decimals and sets.
    """

    def default(self, o: Any) -> Any:
        if NDARRAY.isinstance(o):
            return o.tolist()
        if NUMPY_SCALAR.isinstance(o):
            return o.item()
        if DATA_FRAME.isinstance(o) or SERIES.isinstance(o):
            return o.to_dict()
        if is_model(o):
            return dumped(o)
        fields = _fields(o)
        return fields if fields is not None else self._plain(o)

    def _plain(self, o: Any) -> Any:
        if isinstance(o, (dt.datetime, dt.date, dt.time)):
            return o.isoformat()
        if isinstance(o, enum.Enum):
            return o.value
        if isinstance(o, (set, frozenset)):
            return list(o)
        if isinstance(o, pathlib.PurePath) or UUID.isinstance(o) or DECIMAL.isinstance(o):
            return str(o)
        return super().default(o)


def _fields(o: Any) -> dict[str, Any] | None:
    if isinstance(o, type):
        return None
    if dataclasses.is_dataclass(o):
        return {field.name: getattr(o, field.name) for field in dataclasses.fields(o)}
    attributes = getattr(type(o), "__attrs_attrs__", None)
    if attributes is not None:
        return {attribute.name: getattr(o, attribute.name) for attribute in attributes}
    return None
