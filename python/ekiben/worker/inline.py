# SPDX-License-Identifier: Apache-2.0
"""A function written with `def` as a coroutine that can wait for runners without holding a thread.

    def classify(rows):                       async def classify(rows):
        return runner.predict.run(rows)   ->      return await __ekiben_call__(runner.predict, rows)

Only the calls of `.run(...)` that stand in the function itself become waits, so a function means
the same in both forms; one that a wait could break (inside `with`, where a lock may be held, or in
a nested function) has no such form and runs in a thread.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Generator
from types import FunctionType
from typing import Any

_CALL = "__ekiben_call__"
_FACTORY = "__ekiben_factory__"


class RunnerCall:
    """A runner's call that a coroutine waits for: it goes to whoever drives the coroutine."""

    __slots__ = ("args", "kwargs", "method")

    def __init__(self, method: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.method = method
        self.args = args
        self.kwargs = kwargs

    def __await__(self) -> Generator[RunnerCall, Any, Any]:
        return (yield self)


class _Known:
    """What some other object's `run` returned: there is nothing to wait for."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Generator[RunnerCall, Any, Any]:
        return self.value
        yield  # Never reached: it makes this a generator.


def coroutine_form(function: Any, method_of: Callable[[Any], Any]) -> Callable[..., Any] | None:
    """The function as a coroutine function, or None where it has no such form.

    Args:
        function: Written with `def`, not a generator.
        method_of: The runner's method that `<object>.run` means, or None where the object is
            something else, whose `run` is called as it is.
    """
    if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__"):
        return None
    try:
        source = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(source)
    except (OSError, SyntaxError, TypeError):
        return None
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef) or definition.name != function.__name__:
        return None
    rewriter = _Rewriter()
    body = [rewriter.visit(statement) for statement in definition.body]
    if rewriter.unsafe or not rewriter.found:
        return None
    code = _compiled(definition, body, function)
    return None if code is None else _with_globals(code, function, method_of)


class _Rewriter(ast.NodeTransformer):
    """Turns `x.run(...)` into a wait, and notes where that would not be the same."""

    def __init__(self) -> None:
        self.found = False
        self.unsafe = False
        self._depth = 0  # Of what a wait must not stand in.

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "run":
            return node
        self.found = True
        self.unsafe = self.unsafe or self._depth > 0
        call = ast.Call(ast.Name(_CALL, ast.Load()), [node.func.value, *node.args], node.keywords)
        return ast.copy_location(ast.Await(call), node)

    def _closed(self, node: ast.AST) -> ast.AST:
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1
        return node

    visit_With = visit_FunctionDef = visit_Lambda = visit_ClassDef = _closed
    visit_GeneratorExp = _closed

    def _not_ours(self, node: ast.AST) -> ast.AST:
        self.unsafe = True
        return node

    visit_AsyncFunctionDef = visit_Yield = visit_YieldFrom = visit_Await = _not_ours


def _compiled(definition: ast.FunctionDef, body: list[Any], function: FunctionType) -> Any:
    """The code object of the coroutine form, with the user's file and lines."""
    arguments = definition.args
    # Defaults and annotations are those of the function itself, not evaluated anew.
    arguments.defaults = [ast.Constant(None) for _ in arguments.defaults]
    arguments.kw_defaults = [one and ast.Constant(None) for one in arguments.kw_defaults]
    for one in ast.walk(arguments):
        if isinstance(one, ast.arg):
            one.annotation = None
    inner = ast.AsyncFunctionDef(definition.name, arguments, body, [], None)
    free = function.__code__.co_freevars
    outer = ast.FunctionDef(
        _FACTORY,
        ast.arguments([], [ast.arg(name) for name in free], None, [], [], None, []),
        [inner],
        [],
        None,
    )
    module = ast.fix_missing_locations(ast.Module([outer], []))
    # The first line of the source is that of the first decorator, where there is one.
    first = inspect.getsourcelines(function)[1] - 1
    ast.increment_lineno(module, first)
    made = compile(module, function.__code__.co_filename, "exec")
    factory = next(one for one in made.co_consts if getattr(one, "co_name", "") == _FACTORY)
    code = next(one for one in factory.co_consts if getattr(one, "co_name", "") == definition.name)
    return code if set(code.co_freevars) <= set(free) else None


def _with_globals(code: Any, function: FunctionType, method_of: Callable[[Any], Any]) -> Any:
    def call(target: Any, /, *args: Any, **kwargs: Any) -> RunnerCall | _Known:
        method = method_of(target)
        if method is None:
            return _Known(target.run(*args, **kwargs))
        return RunnerCall(method, args, kwargs)

    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    function.__globals__[_CALL] = call
    form = FunctionType(
        code,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        tuple(cells[name] for name in code.co_freevars),
    )
    form.__kwdefaults__ = function.__kwdefaults__
    return form
