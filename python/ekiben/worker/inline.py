# SPDX-License-Identifier: Apache-2.0
"""A function written with `def` as a coroutine that can wait for runners without holding a thread.

    def classify(rows):                       async def classify(rows):
        return runner.predict.run(rows)   ->      return await __ekiben_last_call__(
                                                      runner.predict, rows)

Only the calls of `.run(...)` that stand in the function itself become waits, so a function means
the same in both forms; one that a wait could break (inside `with`, where a lock may be held, or in
a nested function) has no such form and runs in a thread. A call that is the function's last act, as
this one is, is a `__ekiben_last_call__`: whoever drives the coroutine need not come back to it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Generator
from types import FunctionType
from typing import Any, NoReturn

_CALL = "__ekiben_call__"
_LAST_CALL = "__ekiben_last_call__"
_FACTORY = "__ekiben_factory__"


class RunnerCall:
    """A runner's call that a coroutine waits for: it goes to whoever drives the coroutine.

    Attributes:
        is_last: Its outputs are what the function returns, and the function has no more to do.
    """

    __slots__ = ("args", "is_last", "kwargs", "method")

    def __init__(
        self, method: Any, args: tuple[Any, ...], kwargs: dict[str, Any], is_last: bool = False
    ) -> None:
        self.method = method
        self.args = args
        self.kwargs = kwargs
        self.is_last = is_last

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
    definition = _definition(function)
    if definition is None:
        return None
    rewriter = _Rewriter(definition.body[-1])
    body = [rewriter.visit(statement) for statement in definition.body]
    if rewriter.unsafe or not rewriter.found:
        return None
    code = _compiled(definition, body, function)
    return None if code is None else _with_globals(code, function, method_of)


def raise_at_end(function: FunctionType, error: BaseException) -> NoReturn:
    """Raise `error` as the last statement of a function that has a coroutine form would have."""
    definition = _definition(function)
    if definition is not None:
        where, filename = definition.body[-1], function.__code__.co_filename
        raising = ast.parse(f"def {function.__name__}(error): raise error")
        for node in ast.walk(raising):
            ast.copy_location(node, where)
        ast.increment_lineno(raising, inspect.getsourcelines(function)[1] - 1)
        names: dict[str, Any] = {}
        exec(compile(raising, filename, "exec"), names)
        names[function.__name__](error)
    raise error


def _definition(function: FunctionType) -> ast.FunctionDef | None:
    """The function's source; None where it is not to be had. The first line is 1."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError):
        return None
    definition = tree.body[0]
    matches = isinstance(definition, ast.FunctionDef) and definition.name == function.__name__
    return definition if matches else None  # type: ignore[return-value]


class _Rewriter(ast.NodeTransformer):
    """Turns `x.run(...)` into a wait, and notes where that would not be the same."""

    def __init__(self, end: ast.stmt) -> None:
        self._last = end.value if isinstance(end, ast.Return) else None
        self.found = False
        self.unsafe = False
        self._depth = 0  # Of what a wait must not stand in.

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "run":
            return node
        self.found = True
        self.unsafe = self.unsafe or self._depth > 0
        name = ast.Name(_LAST_CALL if node is self._last else _CALL, ast.Load())
        call = ast.Call(name, [node.func.value, *node.args], node.keywords)
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

    def last_call(target: Any, /, *args: Any, **kwargs: Any) -> RunnerCall | _Known:
        wanted = call(target, *args, **kwargs)
        if type(wanted) is RunnerCall:
            wanted.is_last = True
        return wanted

    function.__globals__[_CALL] = call
    function.__globals__[_LAST_CALL] = last_call
    form = FunctionType(
        code,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        tuple(cells[name] for name in code.co_freevars),
    )
    form.__kwdefaults__ = function.__kwdefaults__
    return form
