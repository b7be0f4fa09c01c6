# SPDX-License-Identifier: Apache-2.0
"""Service: named APIs over runners, with hooks and mounted applications."""

from __future__ import annotations

import functools
import inspect
import sys
import weakref
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ..context import Context
from ..errors import InvalidArgument, NotFound
from ..exceptions import UnservableException
from ..log import warn
from ..model import Model
from ..origin import Place, caller
from ..runner import Runner
from ..tag import Tag
from .api import API, SYSTEM_ROUTES

Function = TypeVar("Function", bound=Callable[..., Any])

_services: list[weakref.ref] = []


@dataclass(frozen=True)
class Mount:
    """An application of another framework under a path of the service."""

    app: Any
    path: str
    name: str
    kind: str  # asgi or wsgi


class Service:
    """Named APIs over runners: what `ekiben serve module:svc` serves.

        svc = ekiben.Service("iris_classifier", runners=[runner])

        @svc.api(input=NumpyNdarray(), output=NumpyNdarray())
        def classify(rows):
            return runner.predict.run(rows)

    Attributes:
        name: Lower case.
        runners: What the API functions may call.
        models: What the service needs of the store besides the runners' models.
        apis: By name, in the order of the file.
        context: What the hooks and API functions get.
        origin: The user's line that made it.
    """

    def __init__(
        self,
        name: str,
        *,
        runners: Sequence[Runner] | None = None,
        models: Sequence[Model | Tag | str] | None = None,
    ) -> None:
        """Describe a service.

        Args:
            name: As in a tag: a-z, 0-9, '-', '_' and '.'. Upper case is lowered.
            runners: The runners that the API functions call.
            models: Models that the functions use by themselves.

        Raises:
            InvalidArgument: If the name does not do, two runners have one name, or a runner or
                model is none; the text has the user's line.
        """
        self.origin = caller()
        self.name = _checked_name(name, self.origin)
        self.runners = _checked_runners(runners or (), self.name, self.origin)
        self.models = [_checked_model(one, self.name, self.origin) for one in models or ()]
        self.apis: dict[str, API] = {}
        self.context = Context()
        self.tag: Tag | None = None
        self.bento: Any = None
        self.startup_hooks: list[Callable[[], Any]] = []
        self.shutdown_hooks: list[Callable[[], Any]] = []
        self.deployment_hooks: list[Callable[[], Any]] = []
        self.mounts: list[Mount] = []
        self.middlewares: list[tuple[type, dict[str, Any]]] = []
        self._working_dir = str(Path.cwd())
        _services.append(weakref.ref(self))

    def api(
        self,
        input: Any,  # noqa: A002  As BentoML names it.
        output: Any,
        *,
        name: str | None = None,
        doc: str | None = None,
        route: str | None = None,
    ) -> Callable[[Function], Function]:
        """Make a function answer `POST /<name>`; it stays callable as it is.

        Args:
            input: The descriptor that turns the body into the function's argument. With
                Multipart, each part is a keyword argument.
            output: The descriptor that turns what the function gives into the response.
            name: By default the function's name.
            doc: By default the function's docstring.
            route: By default the name.

        Raises:
            InvalidArgument: If the function cannot be called with its input, or name or route are
                taken; the text has the user's line.
        """

        def add(function: Function) -> Function:
            self._add(API(function, input, output, name=name, doc=doc, route=route))
            return function

        return add

    def _add(self, api: API) -> None:
        for other in self.apis.values():
            for what, mine, its in (
                ("named", api.name, other.name),
                ("at the route", api.route, other.route),
            ):
                if mine == its:
                    raise InvalidArgument(
                        f"{api.origin}: service '{self.name}' already has an API {what} '{mine}', "
                        f"at {other.origin}",
                        hint="give one of them another name or route: @svc.api(..., name=, route=)",
                    )
        self.apis[api.name] = api

    def on_startup(self, func: Function) -> Function:
        """Call `func`, with the Context if it takes one, before a worker's first request."""
        self.startup_hooks.append(self._hook(func))
        return func

    def on_shutdown(self, func: Function) -> Function:
        """Call `func`, with the Context if it takes one, after a worker's last request."""
        self.shutdown_hooks.append(self._hook(func))
        return func

    def on_deployment(self, func: Function) -> Function:
        """Call `func` once when serving starts, in the first worker, before the startup hooks."""
        self.deployment_hooks.append(self._hook(func))
        return func

    def _hook(self, func: Callable[..., Any]) -> Callable[[], Any]:
        if not callable(func):
            raise InvalidArgument(f"{caller()}: the hook {func!r} is not a function")
        takes_context = any(
            one.default is one.empty and one.kind is not one.VAR_KEYWORD
            for one in inspect.signature(func).parameters.values()
        )
        return functools.partial(func, self.context) if takes_context else func

    def mount_asgi_app(self, app: Any, path: str = "/", name: str | None = None) -> None:
        """Serve an ASGI application, such as FastAPI's, under `path`; APIs go first."""
        self._mount(app, path, name, "asgi")

    def mount_wsgi_app(self, app: Any, path: str = "/", name: str | None = None) -> None:
        """Serve a WSGI application, such as Flask's, under `path`; APIs go first."""
        self._mount(app, path, name, "wsgi")

    def _mount(self, app: Any, path: str, name: str | None, kind: str) -> None:
        origin = caller()
        if not callable(app):
            raise InvalidArgument(f"{origin}: {app!r} is not an {kind.upper()} application")
        mounted = "/" + path.strip("/")
        taken = [one.path for one in self.mounts] + [one for one in SYSTEM_ROUTES if one != "/"]
        if mounted in taken:
            raise InvalidArgument(
                f"{origin}: service '{self.name}' already has something at '{mounted}'",
                hint="mount it under another path",
            )
        self.mounts.append(Mount(app, mounted, name or mounted.strip("/"), kind))

    def add_asgi_middleware(self, middleware_cls: type, **options: Any) -> None:
        """Let an ASGI middleware see the requests; the first one added is the outermost.

        Args:
            middleware_cls: Called with the application, and `options` as keyword arguments.
            options: Its own.
        """
        if not callable(middleware_cls):
            raise InvalidArgument(f"{caller()}: {middleware_cls!r} is not an ASGI middleware")
        self.middlewares.append((middleware_cls, options))

    def is_service_importable(self) -> bool:
        """Whether another process can import it: it stands in a file."""
        module = sys.modules.get(self.origin.module)
        return getattr(module, "__file__", None) is not None

    def get_service_import_origin(self) -> tuple[str, str]:
        """What another process imports it by, as `module:attr`, and the folder to do it in.

        Raises:
            UnservableException: If it is in no variable of a module that has a file.
        """
        module = sys.modules.get(self.origin.module)
        names = [name for name, one in vars(module).items() if one is self] if module else []
        if not self.is_service_importable() or not names:
            raise UnservableException(
                f"service '{self.name}', made at {self.origin}, cannot be imported elsewhere",
                hint="write it into a file, in a variable of the module",
            )
        if self.origin.module != "__main__":
            return f"{self.origin.module}:{names[0]}", self._working_dir
        file = Path(self.origin.file).absolute()
        return f"{file.name}:{names[0]}", str(file.parent)

    def describe(self) -> dict[str, Any]:
        """The service description: what the server needs to know, ready for JSON."""
        tags = [str(model.tag) for runner in self.runners for model in runner.models]
        tags += [str(model.tag) for model in self.models]
        return {
            "protocol": 1,
            "name": self.name,
            "version": self.tag.version if self.tag is not None else None,
            "doc": self.doc,
            "apis": [api.describe() for api in self.apis.values()],
            "runners": [Runner.describe(runner) for runner in self.runners],
            "models": list(dict.fromkeys(tags)),
            "hooks": {
                "startup": len(self.startup_hooks),
                "shutdown": len(self.shutdown_hooks),
                "deployment": len(self.deployment_hooks),
            },
            "mounts": [{"path": one.path, "kind": one.kind} for one in self.mounts],
            "middleware": len(self.middlewares),
        }

    @property
    def doc(self) -> str:
        """The docstring of the module that made the service."""
        module = sys.modules.get(self.origin.module)
        return inspect.cleandoc(getattr(module, "__doc__", None) or "")

    def __repr__(self) -> str:
        return f"Service('{self.name}', made at {self.origin})"


async def run_hooks(hooks: Iterable[Callable[[], Any]]) -> None:
    """Call the hooks one after the other, awaiting those that are asynchronous."""
    for hook in hooks:
        result = hook()
        if isinstance(result, Awaitable):
            await result


def made_services() -> list[Service]:
    """The services made in this process that are still there, oldest first."""
    return [one for ref in _services if (one := ref()) is not None]


def _checked_name(name: str, origin: Place) -> str:
    lowered = name.lower()
    if lowered != name:
        warn("%s: service '%s' is called '%s'", origin, name, lowered)
    try:
        return Tag(lowered).name
    except InvalidArgument as error:
        raise InvalidArgument(
            f"{origin}: '{name}' is not a valid name of a service", hint=error.hint
        ) from None


def _checked_runners(runners: Sequence[Any], service: str, origin: Place) -> list[Runner]:
    known: dict[str, Runner] = {}
    for one in runners:
        if not isinstance(one, Runner):
            hint = "model.to_runner() makes one" if isinstance(one, Model) else ""
            raise InvalidArgument(
                f"{origin}: service '{service}' has {one!r} among its runners, which is no Runner",
                hint=hint,
            )
        other = known.setdefault(one.name, one)
        if other is not one:
            raise InvalidArgument(
                f"{origin}: service '{service}' has two runners named '{one.name}', "
                f"made at {other.origin} and {one.origin}",
                hint="give one of them another name: to_runner(name=...)",
            )
    return list(known.values())


def _checked_model(model: Any, service: str, origin: Place) -> Model:
    if isinstance(model, Model):
        return model
    from .. import models

    try:
        return models.get(model)
    except NotFound as error:
        raise NotFound(
            f"{origin}: service '{service}' lists a model that is not there: {error.message}",
            hint=error.hint,
        ) from None
    except (AttributeError, TypeError):
        raise InvalidArgument(
            f"{origin}: service '{service}' has {model!r} among its models, which is no Model",
            hint="ekiben.models.get(tag) gives one",
        ) from None
