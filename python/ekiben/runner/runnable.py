# SPDX-License-Identifier: Apache-2.0
"""Runnable: a class whose methods the server places, batches and calls in their own processes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from ..errors import InvalidArgument
from ..values import checked_axes

_FOR_THE_CLASS = ("add_method", "method")
_FIXED = ("SUPPORTED_RESOURCES", "SUPPORTS_CPU_MULTI_THREADING")


@dataclass
class RunnableMethodConfig:
    """How the server may call a method.

    Attributes:
        batchable: Whether calls may be joined into one.
        batch_dim: The axis that counts rows, of the arguments and of the result.
        input_spec: Kept as given.
        output_spec: Kept as given.
        is_stream: Whether the method yields its answer piece by piece.
    """

    batchable: bool
    batch_dim: tuple[int, int]
    input_spec: Any = None
    output_spec: Any = None
    is_stream: bool = False


@dataclass
class RunnableMethod:
    """A method that a runner offers; on an instance it is the plain bound method."""

    func: Callable[..., Any]
    config: RunnableMethodConfig

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else self.func.__get__(instance, owner)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.func(*args, **kwargs)


class Runnable:
    """Base of what a Runner runs.

    The server makes one instance a worker and calls its methods there, one call at a time. A
    subclass says what it can run on, and marks its methods:

        class Scorer(ekiben.Runnable):
            SUPPORTED_RESOURCES = ("cpu",)
            SUPPORTS_CPU_MULTI_THREADING = False

            @ekiben.Runnable.method(batchable=True, batch_dim=0)
            def score(self, rows): ...

    Attributes:
        SUPPORTED_RESOURCES: What it can use: "cpu", "nvidia.com/gpu". The best that is there is
            used.
        SUPPORTS_CPU_MULTI_THREADING: Whether one instance keeps several cores busy. If it does,
            there is one worker with all the threads; if not, one worker a core.
        bentoml_runnable_methods__: The marked methods by name, those of its bases included.
    """

    SUPPORTED_RESOURCES: ClassVar[tuple[str, ...]] = ("cpu",)
    SUPPORTS_CPU_MULTI_THREADING: ClassVar[bool] = False

    bentoml_runnable_methods__: ClassVar[dict[str, RunnableMethod]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        methods: dict[str, RunnableMethod] = {}
        for base in reversed(cls.__mro__):
            methods.update(
                (name, one) for name, one in vars(base).items() if isinstance(one, RunnableMethod)
            )
        cls.bentoml_runnable_methods__ = methods

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED:
            raise InvalidArgument(
                f"'{name}' of {type(self).__name__} is set on an instance, when the workers are "
                "already placed",
                hint="set it in the class, or make one class for each combination",
            )
        super().__setattr__(name, value)

    def __getattribute__(self, name: str) -> Any:
        if name in _FOR_THE_CLASS:
            raise InvalidArgument(
                f"'{name}' is called on an instance of {type(self).__name__}",
                hint=f"call {type(self).__name__}.{name} where the class is defined",
            )
        return super().__getattribute__(name)

    @classmethod
    def add_method(
        cls,
        method: Callable[..., Any],
        name: str,
        *,
        batchable: bool = False,
        batch_dim: int | tuple[int, int] = 0,
        input_spec: Any = None,
        output_spec: Any = None,
    ) -> None:
        """Give the class a method after its definition; the arguments are those of method()."""
        added = Runnable.method(
            method,
            batchable=batchable,
            batch_dim=batch_dim,
            input_spec=input_spec,
            output_spec=output_spec,
        )
        setattr(cls, name, added)
        cls.bentoml_runnable_methods__ = {**cls.bentoml_runnable_methods__, name: added}

    @staticmethod
    def method(
        meth: Callable[..., Any] | None = None,
        *,
        batchable: bool = False,
        batch_dim: int | tuple[int, int] = 0,
        input_spec: Any = None,
        output_spec: Any = None,
    ) -> Any:
        """Mark a method as one that a runner offers; with or without parentheses.

        Args:
            meth: The method.
            batchable: Let the server join calls: the method then takes and gives the rows of
                several calls.
            batch_dim: The axis that counts rows; two numbers where it is another one in what the
                method gives. Lists and DataFrames have axis 0 only.
            input_spec: Kept as given.
            output_spec: Kept as given.

        Raises:
            InvalidArgument: If `batch_dim` is neither a number nor two.
        """
        axes = checked_axes(batch_dim)

        def mark(function: Callable[..., Any]) -> RunnableMethod:
            streams = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
            return RunnableMethod(
                function, RunnableMethodConfig(batchable, axes, input_spec, output_spec, streams)
            )

        return mark if meth is None else mark(meth)
