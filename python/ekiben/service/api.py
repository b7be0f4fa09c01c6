# SPDX-License-Identifier: Apache-2.0
"""One API of a service: a route, what it takes and gives, and the function in between."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from ..context import Context
from ..errors import InvalidArgument
from ..origin import Place, of_function

# What the server answers itself.
SYSTEM_ROUTES = ("/", "/docs", "/docs.json", "/healthz", "/livez", "/metrics", "/readyz")

_CONTEXT_NAMES = ("ctx", "context")
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class API:
    """One API of a service. It calls nothing by itself.

    Attributes:
        name: A Python identifier; the function's name unless told otherwise.
        route: The path, beginning with `/`.
        doc: The function's docstring unless told otherwise.
        func: What is called with the decoded body.
        mode: How `func` answers: `sync`, `async`, `stream` or `async_stream`.
        ctx_param: The name of the parameter that takes the Context; None where there is none.
        multi_input: Whether `func` takes the parts of a multipart body as keyword arguments.
        origin: Where `func` is defined.
    """

    def __init__(
        self,
        func: Callable[..., Any],
        input: Any,  # noqa: A002  As BentoML names it.
        output: Any,
        *,
        name: str | None = None,
        doc: str | None = None,
        route: str | None = None,
    ) -> None:
        """Describe an API.

        Raises:
            InvalidArgument: If name, route, descriptors or the function's parameters do not do;
                the text has the user's line.
        """
        self.origin = of_function(func) if callable(func) else of_function(type(self))
        self.func = func
        self.name = _checked_name(name or getattr(func, "__name__", ""), self.origin)
        self.route = _checked_route(route or self.name, self.name, self.origin)
        self.doc = inspect.cleandoc(doc if doc is not None else getattr(func, "__doc__", "") or "")
        self.input = _checked_descriptor(input, "input", self)
        self.output = _checked_descriptor(output, "output", self)
        self.mode = _mode(func)
        plan = input.plan()
        self.multi_input = plan.get("value") == "parts"
        self.ctx_param = (
            _context_beside_parts(self, list(plan.get("parts", {})))
            if self.multi_input
            else _context_after_body(self)
        )

    @property
    def needs_ctx(self) -> bool:
        """Whether `func` takes the Context."""
        return self.ctx_param is not None

    def arguments(self, decoded: Any, context: Context | None) -> tuple[list[Any], dict[str, Any]]:
        """The positional and keyword arguments of `func` for a decoded body."""
        keywords = {} if self.ctx_param is None else {self.ctx_param: context}
        if self.multi_input:
            return [], {**decoded, **keywords}
        if self.ctx_param is not None and _is_positional_only(self.func, self.ctx_param):
            return [decoded, context], {}
        return [decoded], keywords

    def describe(self) -> dict[str, Any]:
        """The API's part of the service description."""
        return {
            "name": self.name,
            "route": self.route,
            "doc": self.doc,
            "mode": self.mode,
            "context": self.needs_ctx,
            "input": self.input.plan(),
            "output": self.output.plan(),
        }

    def __repr__(self) -> str:
        return f"API('{self.name}', '{self.route}')"


def _mode(func: Any) -> str:
    call = func if inspect.isroutine(func) or inspect.isclass(func) else _inner(func)
    if inspect.isasyncgenfunction(call):
        return "async_stream"
    if inspect.isgeneratorfunction(call):
        return "stream"
    return "async" if inspect.iscoroutinefunction(call) else "sync"


def _inner(func: Any) -> Any:
    while hasattr(func, "func"):  # functools.partial
        func = func.func
    return func if inspect.isroutine(func) else type(func).__call__


def _checked_name(name: str, origin: Place) -> str:
    if not name.isidentifier():
        raise InvalidArgument(
            f"{origin}: '{name}' is not a valid name of an API",
            hint="use letters, digits and '_', as in a Python name: @svc.api(..., name='classify')",
        )
    return name


def _checked_route(route: str, name: str, origin: Place) -> str:
    path = "/" + route.removeprefix("/")
    if re.search(r"[?#\s{}\\]|//|^/:|[^\x21-\x7e]", path) or "/../" in path + "/":
        raise InvalidArgument(
            f"{origin}: API '{name}' has the route '{route}', which is not a plain path",
            hint="leave out spaces, '?', '#', braces and '//'",
        )
    if path in SYSTEM_ROUTES:
        raise InvalidArgument(
            f"{origin}: API '{name}' has the route '{path}', which the server answers itself",
            hint=f"choose another one: @svc.api(..., route='/api{path.rstrip('/')}')",
        )
    return path


def _checked_descriptor(descriptor: Any, which: str, api: API) -> Any:
    if isinstance(descriptor, type) and hasattr(descriptor, "plan"):
        raise InvalidArgument(
            f"{api.origin}: {which} of API '{api.name}' is the class {descriptor.__name__}",
            hint=f"call it: {which}={descriptor.__name__}()",
        )
    if not all(callable(getattr(descriptor, one, None)) for one in ("plan", "decode", "encode")):
        raise InvalidArgument(
            f"{api.origin}: {which} of API '{api.name}' is {descriptor!r}, which is no descriptor",
            hint="ekiben.io has them: NumpyNdarray(), JSON(), Text(), Image(), ...",
        )
    return descriptor


def _parameters(api: API) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(api.func).parameters.values())
    except (TypeError, ValueError):
        raise InvalidArgument(
            f"{api.origin}: {api.func!r} of API '{api.name}' is not a function that can be called"
        ) from None


def _is_context(parameter: inspect.Parameter) -> bool:
    annotation = parameter.annotation
    if isinstance(annotation, str):
        annotated = annotation.rpartition(".")[2] == "Context"
    else:
        annotated = isinstance(annotation, type) and issubclass(annotation, Context)
    return annotated or parameter.name in _CONTEXT_NAMES


def _context_after_body(api: API) -> str | None:
    parameters = _parameters(api)
    if any(one.kind is inspect.Parameter.VAR_POSITIONAL for one in parameters):
        return next((one.name for one in parameters if _is_context(one)), None)
    body, *rest = [one for one in parameters if one.kind in _POSITIONAL] or [None]
    contexts = [one for one in parameters if one is not body and _is_context(one)]
    if body is not None and not contexts and rest and rest[0].default is rest[0].empty:
        contexts = rest[:1]  # The second parameter is the context, whatever its name.
    others = [
        one
        for one in parameters
        if one is not body and one not in contexts and one.default is one.empty
    ]
    needed = [one for one in others if one.kind is not inspect.Parameter.VAR_KEYWORD]
    if body is None or needed or len(contexts) > 1:
        shown = ", ".join(one.name for one in parameters)
        raise InvalidArgument(
            f"{api.origin}: '{api.name}({shown})' cannot be called with its input",
            hint=f"an API function takes its input and, if it likes, the context: "
            f"def {api.name}(body, ctx: ekiben.Context)",
        )
    return contexts[0].name if contexts else None


def _context_beside_parts(api: API, parts: list[str]) -> str | None:
    parameters = _parameters(api)
    names = [one.name for one in parameters]
    takes_any = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters)
    contexts = [one.name for one in parameters if one.name not in parts and _is_context(one)]
    needed = [
        one.name
        for one in parameters
        if one.default is one.empty
        and one.kind not in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    ]
    extra = [one for one in needed if one not in parts and one not in contexts]
    missing = [] if takes_any else [one for one in parts if one not in names]
    if extra or missing or len(contexts) > 1:
        what = f"takes '{extra[0]}'" if extra else f"does not take '{(missing or contexts)[0]}'"
        raise InvalidArgument(
            f"{api.origin}: '{api.name}({', '.join(names)})' {what}, and the parts of its input "
            f"are {', '.join(parts)}",
            hint=f"def {api.name}({', '.join(parts)})",
        )
    return contexts[0] if contexts else None


def _is_positional_only(func: Callable[..., Any], name: str) -> bool:
    parameter = inspect.signature(func).parameters[name]
    return parameter.kind is inspect.Parameter.POSITIONAL_ONLY
