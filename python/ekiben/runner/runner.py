# SPDX-License-Identifier: Apache-2.0
"""Runner: a Runnable, or a model, placed for serving."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from ..errors import InvalidArgument
from ..exceptions import StateException
from ..log import warn
from ..model import Model
from ..origin import caller
from ..tag import Tag
from .handles import LocalHandle, RunnerHandle, UninitializedHandle
from .runnable import Runnable, RunnableMethodConfig
from .strategy import DefaultStrategy, Strategy

_METHOD_OPTIONS = ("max_batch_size", "max_latency_ms")


class RunnerMethod:
    """One method of a runner. Inside an API function its calls go through the server's batcher.

    Attributes:
        name: Of the Runnable's method.
        config: Whether and along which axes calls may be joined.
        max_batch_size: Most rows of a batch; None leaves it to the configuration.
        max_latency_ms: How long a call may take from arrival to answer before it is refused; None
            leaves it to the configuration.
    """

    def __init__(
        self,
        runner: Runner,
        name: str,
        config: RunnableMethodConfig,
        max_batch_size: int | None,
        max_latency_ms: float | None,
    ) -> None:
        self.runner = runner
        self.name = name
        self.config = config
        self.max_batch_size = max_batch_size
        self.max_latency_ms = max_latency_ms

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Call the method and wait; for functions written with `def`."""
        return self.runner._runner_handle.run_method(self, *args, **kwargs)

    async def async_run(self, *args: Any, **kwargs: Any) -> Any:
        """Call the method; for functions written with `async def`."""
        return await self.runner._runner_handle.async_run_method(self, *args, **kwargs)

    def async_stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Call a method that yields; for `async for`."""
        return self.runner._runner_handle.async_stream_method(self, *args, **kwargs)

    @property
    def function(self) -> Callable[..., Any]:
        """The function that the Runnable's class has for it."""
        found = getattr(self.runner.runnable_class, self.name)
        return getattr(found, "func", found)

    def __repr__(self) -> str:
        return f"RunnerMethod('{self.runner.name}.{self.name}')"


class Runner:
    """A Runnable with a name and limits, to be listed by a service and called in its functions.

    Each method of the Runnable is an attribute: `runner.predict.run(x)`, or
    `await runner.predict.async_run(x)`. `runner.run` and `runner.async_run` mean the only method,
    or `__call__` where there are several. How many workers there are, and on what, is decided by
    the configuration and the scheduling strategy when the service starts.

    Attributes:
        name: Lower case.
        models: What it needs of the store.
        runner_methods: The methods, in the order of the class.
        origin: The user's line that made it.
    """

    run: Callable[..., Any]
    async_run: Callable[..., Any]

    def __init__(
        self,
        runnable_class: type[Runnable],
        *,
        runnable_init_params: Mapping[str, Any] | None = None,
        name: str | None = None,
        scheduling_strategy: type[Strategy] = DefaultStrategy,
        models: Sequence[Model] | None = None,
        max_batch_size: int | None = None,
        max_latency_ms: float | None = None,
        method_configs: Mapping[str, Mapping[str, Any]] | None = None,
        embedded: bool = False,
    ) -> None:
        """Describe a runner; nothing is loaded yet.

        Args:
            runnable_class: What runs.
            runnable_init_params: Keyword arguments of its constructor.
            name: By default the class's name.
            scheduling_strategy: Decides how many workers there are and their environment.
            models: Models that have to be in the store.
            max_batch_size: Most rows of a batch.
            max_latency_ms: Calls that cannot be answered in this time are refused.
            method_configs: Method to its own `max_batch_size` and `max_latency_ms`.
            embedded: Run in the process that calls, without batching.

        Raises:
            InvalidArgument: If an argument is not as described; the text has the user's line.
        """
        self.origin = caller()
        _check_class(runnable_class, self.origin)
        self.runnable_class = runnable_class
        given = name if name is not None else runnable_class.__name__.lower()
        self.name = _name(given, self.origin)
        self.runnable_init_params = _checked_params(
            runnable_init_params, runnable_class, self.name, self.origin
        )
        self.models = _checked_models(models, self.name, self.origin)
        self.scheduling_strategy = scheduling_strategy
        self.embedded = embedded
        self._runner_handle: RunnerHandle = UninitializedHandle(self)
        configs = _checked_configs(method_configs, runnable_class, self.name, self.origin)
        common = {"max_batch_size": max_batch_size, "max_latency_ms": max_latency_ms}
        self.runner_methods = [
            RunnerMethod(self, method, one.config, **{**common, **configs.get(method, {})})
            for method, one in runnable_class.bentoml_runnable_methods__.items()
        ]
        self._offer_methods()

    def _offer_methods(self) -> None:
        """Make each method an attribute; one with the name of a method of ours takes its place."""
        methods = {method.name: method for method in self.runner_methods}
        taken = [name for name in methods if name in vars(self)]
        if taken:
            raise InvalidArgument(
                f"{self.origin}: {self.runnable_class.__name__} has a method '{taken[0]}', and its "
                f"runner has something else of that name",
                hint="give the method another name: @ekiben.Runnable.method",
            )
        default = self.runner_methods[0] if len(methods) == 1 else methods.get("__call__")
        if default is not None:
            self.run = default.run
            self.async_run = default.async_run
        for name, method in methods.items():
            setattr(self, name, method)

    def init_local(self, quiet: bool = False) -> None:
        """Make the Runnable in this process, so that the methods work without a server.

        For notebooks and tests: calls are neither batched nor limited.

        Raises:
            StateException: If the runner is initialized already.
        """
        if not quiet:
            warn(
                "runner '%s' runs in this process; leave init_local() out of what is served",
                self.name,
            )
        Runner.init_client(self, LocalHandle)

    def init_client(
        self, handle_class: type[RunnerHandle] | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Send the runner's calls through a handle of this class, made with the arguments.

        Raises:
            StateException: If the runner is initialized already, or no class is given: the server
                gives one to the runners of the service that it serves.
        """
        if not isinstance(self._runner_handle, UninitializedHandle):
            raise StateException(f"runner '{self.name}' is already initialized")
        if handle_class is None:
            raise StateException(
                f"runner '{self.name}' has no server to call",
                hint="use init_local(), or list it in a service and serve that",
            )
        self._runner_handle = handle_class(self, *args, **kwargs)

    def destroy(self) -> None:
        """Forget the handle; the runner can be initialized anew."""
        self._runner_handle = UninitializedHandle(self)

    async def runner_handle_is_ready(self, timeout: float = 1) -> bool:
        """Whether a call would be taken now; asks for at most `timeout` seconds."""
        return await self._runner_handle.is_ready(timeout)

    def placement(self, settings: Mapping[str, Any]) -> list[dict[str, str]]:
        """The environment variables of each worker that the scheduling strategy wants.

        Args:
            settings: The runner's, as ekiben.configuration.for_runners() has them.

        Raises:
            BentoMLConfigException: If the resources are not there.
        """
        strategy, request = self.scheduling_strategy, settings["resources"]
        if request == "system":
            request = None
        common = [self.runnable_class, request]
        if "workers_per_resource" in inspect.signature(strategy.get_worker_count).parameters:
            common.append(settings["workers_per_resource"])
        count = strategy.get_worker_count(*common)
        return [
            {name: str(value) for name, value in strategy.get_worker_env(*common, index).items()}
            for index in range(count)
        ]

    @property
    def scheduled_worker_count(self) -> int:
        """How many workers the configuration of this process gives it."""
        return len(self.scheduled_worker_env_map)

    @property
    def scheduled_worker_env_map(self) -> dict[int, dict[str, str]]:
        """Index of a worker to its environment variables."""
        from ..configuration import active, for_runners

        settings = for_runners(active(), [self.name], others=True)["runners"][self.name]
        return dict(enumerate(Runner.placement(self, settings)))

    def describe(self) -> dict[str, Any]:
        """The runner's part of the service description."""
        runnable = self.runnable_class
        return {
            "name": self.name,
            "models": [str(model.tag) for model in self.models],
            "module": self.models[0].info.module if _made_for_model(self) else "",
            "runnable": f"{runnable.__module__}:{runnable.__qualname__}",
            "resources": list(runnable.SUPPORTED_RESOURCES),
            "multi_threading": bool(runnable.SUPPORTS_CPU_MULTI_THREADING),
            "embedded": self.embedded,
            "methods": [
                {
                    "name": method.name,
                    "batchable": method.config.batchable,
                    "batch_dim": list(method.config.batch_dim),
                    "stream": method.config.is_stream,
                    "max_batch_size": method.max_batch_size,
                    "max_latency_ms": method.max_latency_ms,
                }
                for method in self.runner_methods
            ],
        }

    def __getattr__(self, name: str) -> Any:
        methods = [one.name for one in self.__dict__.get("runner_methods", ())]
        hint = f"; its methods are {', '.join(methods)}" if methods else ""
        raise AttributeError(f"runner '{self.__dict__.get('name', '')}' has no '{name}'{hint}")

    def __repr__(self) -> str:
        return f"Runner('{self.name}')"


def _made_for_model(runner: Runner) -> bool:
    """Whether the runner is one model and nothing else, which the server may run natively."""
    return "ekiben_model" in vars(runner.runnable_class)


def _check_class(runnable_class: Any, origin: Any) -> None:
    if not isinstance(runnable_class, type) or not issubclass(runnable_class, Runnable):
        raise InvalidArgument(
            f"{origin}: {runnable_class!r} is not a class derived from ekiben.Runnable",
            hint="give Runner the class itself, and runnable_init_params for its constructor",
        )
    if not runnable_class.bentoml_runnable_methods__:
        raise InvalidArgument(
            f"{origin}: {runnable_class.__name__} has no method for a runner to offer",
            hint="mark one with @ekiben.Runnable.method",
        )


def _name(name: str, origin: Any) -> str:
    if name != name.lower():
        warn("runner '%s' is called '%s': names are lower case", name, name.lower())
    try:
        return Tag(name.lower()).name
    except InvalidArgument as error:
        raise InvalidArgument(
            f"{origin}: '{name}' is not a valid name of a runner", hint=error.hint
        ) from None


def _checked_params(
    params: Any, runnable_class: type[Runnable], name: str, origin: Any
) -> dict[str, Any]:
    given = dict(params or {})
    try:
        signature = inspect.signature(runnable_class)
    except (TypeError, ValueError):  # Some constructors that are not Python's do not tell.
        return given
    try:
        signature.bind(**given)
    except TypeError as error:
        raise InvalidArgument(
            f"{origin}: runnable_init_params of runner '{name}' do not fit "
            f"{runnable_class.__name__}{signature}: {error}",
            hint="give its constructor's arguments by their names",
        ) from None
    return given


def _checked_models(models: Any, name: str, origin: Any) -> list[Model]:
    checked = list(models or [])
    wrong = next((one for one in checked if not isinstance(one, Model)), None)
    if wrong is not None:
        raise InvalidArgument(
            f"{origin}: runner '{name}' has {wrong!r} among its models, which is no Model",
            hint="ekiben.models.get(tag) gives one",
        )
    return checked


def _checked_configs(
    configs: Any, runnable_class: type[Runnable], name: str, origin: Any
) -> dict[str, dict[str, Any]]:
    methods = runnable_class.bentoml_runnable_methods__
    for method, config in (configs or {}).items():
        if method not in methods:
            raise InvalidArgument(
                f"{origin}: method_configs of runner '{name}' has '{method}'",
                hint=f"its methods are {', '.join(methods)}",
            )
        unknown = [key for key in config if key not in _METHOD_OPTIONS]
        if unknown:
            raise InvalidArgument(
                f"{origin}: method_configs of runner '{name}' has '{method}.{unknown[0]}'",
                hint=f"the options are {', '.join(_METHOD_OPTIONS)}",
            )
    return {
        method: {key: value for key, value in config.items() if value is not None}
        for method, config in (configs or {}).items()
    }
