# SPDX-License-Identifier: Apache-2.0
"""The arguments of a bento: what the `args` of its bentofile and `--arg` say, for its service."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import Any, TypeVar, overload

from .errors import InvalidArgument

_Model = TypeVar("_Model")
_VARIABLE = "EKIBEN_ARGUMENTS"


@overload
def use_arguments(model: type[_Model]) -> _Model: ...


@overload
def use_arguments(model: None = None) -> SimpleNamespace: ...


def use_arguments(model: type[_Model] | None = None) -> _Model | SimpleNamespace:
    """The arguments that the service is built or served with.

    They come from `args` in the bentofile, and over these from `--arg KEY=VALUE` and
    `--arg-file FILE` of `ekiben build` and `ekiben serve`. What is typed as KEY=VALUE is text.

    Args:
        model: A class that takes them as keywords, checks and converts them: one of pydantic's
            models, or a dataclass.

    Returns:
        An instance of `model`, or a namespace with what was given.

    Raises:
        InvalidArgument: If `model` does not accept them.

    Example:
        >>> ekiben.use_arguments()
        namespace()
    """
    given: dict[str, Any] = json.loads(os.environ.get(_VARIABLE) or "{}")
    if model is None:
        return SimpleNamespace(**given)
    try:
        return model(**given)
    except (TypeError, ValueError) as error:  # pydantic's ValidationError is a ValueError.
        raise InvalidArgument(
            f"the arguments do not fit {model.__qualname__}: {_why(error)}",
            hint="--arg KEY=VALUE gives one, and so does args in the bentofile",
        ) from error


def _why(error: Exception) -> str:
    """In a line each argument that is wrong, where the error knows them."""
    if not hasattr(error, "errors"):
        return str(error)
    return "; ".join(
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()
    )
