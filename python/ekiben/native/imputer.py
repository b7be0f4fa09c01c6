# SPDX-License-Identifier: Apache-2.0
"""SimpleImputer as `IsNaN` and `Where`: skl2onnx's operator for it has no doubles, no text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .forms import NotConvertible


def imputer_converter(original: Callable[..., None]) -> Callable[..., None]:
    """skl2onnx's converter of SimpleImputer, with `original` for what this one cannot do.

    Text has no missing values on the way to a native form, so it passes as it is.
    """

    def convert(scope: Any, operator: Any, container: Any) -> None:
        from skl2onnx.common import data_types

        imputer = operator.raw_operator
        kind = type(operator.inputs[0].type)
        fills_nan = isinstance(imputer.missing_values, float) and np.isnan(imputer.missing_values)
        is_text = kind is data_types.StringTensorType
        numbers = kind in (data_types.FloatTensorType, data_types.DoubleTensorType)
        if imputer.add_indicator:
            raise NotConvertible("SimpleImputer adds indicators, which the converter leaves out")
        if not (fills_nan or (is_text and imputer.missing_values is None)) or not (
            is_text or (numbers and np.isfinite(imputer.statistics_.astype(float)).all())
        ):
            original(scope, operator, container)
            return
        output = operator.outputs[0].full_name
        features = [variable.full_name for variable in operator.inputs]
        if len(features) > 1:
            features = [_joined(scope, container, features)]
        if is_text:
            container.add_node("Identity", features, [output])
            return
        proto = data_types.guess_proto_type(operator.inputs[0].type)
        values = scope.get_unique_variable_name("statistics")
        count = len(imputer.statistics_)
        container.add_initializer(
            values, proto, [1, count], [float(v) for v in imputer.statistics_]
        )
        absent = scope.get_unique_variable_name("absent")
        container.add_node("IsNaN", features, [absent], op_version=13)
        container.add_node("Where", [absent, values, *features], [output], op_version=16)

    return convert


def _joined(scope: Any, container: Any, features: list[str]) -> str:
    joined = str(scope.get_unique_variable_name("features"))
    container.add_node("Concat", features, [joined], axis=1, op_version=13)
    return joined
