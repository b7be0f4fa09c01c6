# SPDX-License-Identifier: Apache-2.0
"""Finding runners that an API's function calls and its service does not list."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from ..errors import FailedPrecondition
from ..runner.handles import UninitializedHandle
from ..runner.runner import Runner
from .service import Service


def check_runners(service: Service) -> None:
    """Refuse a service whose functions name a runner that nobody has initialized.

    Runners in variables of the module are found, in the functions and in what they call of the
    same module. Call it after the startup hooks, which may initialize runners.

    Raises:
        FailedPrecondition: If there is one; the text has the user's line.
    """
    for api in service.apis.values():
        for runner in _runners(api.func, set()):
            if isinstance(runner._runner_handle, UninitializedHandle):
                raise FailedPrecondition(
                    f"{api.origin}: API '{api.name}' calls runner '{runner.name}', made at "
                    f"{runner.origin}, which service '{service.name}' does not list",
                    hint=f"list it where the service is made, at {service.origin}: "
                    f"Service('{service.name}', runners=[..., <this runner>])",
                )


def _runners(function: Any, seen: set[FunctionType]) -> Iterator[Runner]:
    function = inspect.unwrap(function) if callable(function) else function
    if not isinstance(function, FunctionType) or function in seen:
        return
    seen.add(function)
    for name in dict.fromkeys(_names(function.__code__)):
        value = function.__globals__.get(name)
        if isinstance(value, Runner):
            yield value
        elif isinstance(value, FunctionType) and value.__module__ == function.__module__:
            yield from _runners(value, seen)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
