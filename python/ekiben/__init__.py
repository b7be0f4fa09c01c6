# SPDX-License-Identifier: Apache-2.0
"""Save machine-learning models, write services over them, and have both served.

Importing this package imports no framework and no numpy: what is named here is loaded when it is
first used, and each framework's module imports its framework when it is called.
"""

from __future__ import annotations

import builtins
import importlib
from typing import TYPE_CHECKING, Any

from .errors import (
    DeadlineExceeded,
    EkibenError,
    FailedPrecondition,
    Internal,
    InvalidArgument,
    NotFound,
    ResourceExhausted,
    Unavailable,
)
from .frameworks import FRAMEWORKS
from .tag import Tag

if TYPE_CHECKING:
    from . import (
        bentos,
        catboost,
        client,
        container,
        detectron,
        diffusers,
        easyocr,
        exceptions,
        fastai,
        flax,
        io,
        keras,
        lightgbm,
        metrics,
        mlflow,
        models,
        monitoring,
        onnx,
        picklable_model,
        pytorch,
        pytorch_lightning,
        server,
        sklearn,
        tensorflow,
        torchscript,
        transformers,
        types,
        xgboost,
    )
    from .bento import Bento
    from .bento_arguments import use_arguments
    from .bentos import delete, export_bento, get, import_bento, list, pull, push
    from .configuration import load_config, save_config
    from .context import Context, Cookie
    from .loading import load
    from .model import Model
    from .monitoring import monitor
    from .runner import DefaultStrategy, Resource, Runnable, Runner, Strategy
    from .server import HTTPServer, serve
    from .service import Service

# Name to the module that has it.
_NAMES = {
    "Bento": "bento",
    "Context": "context",
    "Cookie": "context",
    "DefaultStrategy": "runner",
    "HTTPServer": "server",
    "Model": "model",
    "Resource": "runner",
    "Runnable": "runner",
    "Runner": "runner",
    "Service": "service",
    "Strategy": "runner",
    "delete": "bentos",
    "export_bento": "bentos",
    "get": "bentos",
    "import_bento": "bentos",
    "list": "bentos",
    "load": "loading",
    "load_config": "configuration",
    "monitor": "monitoring",
    "pull": "bentos",
    "push": "bentos",
    "save_config": "configuration",
    "serve": "server",
    "use_arguments": "bento_arguments",
}
_MODULES = (
    "bentos",
    "client",
    "container",
    "exceptions",
    "io",
    "metrics",
    "models",
    "monitoring",
    "server",
    "types",
    *FRAMEWORKS,
)

__all__ = [
    "Bento",
    "Context",
    "Cookie",
    "DeadlineExceeded",
    "DefaultStrategy",
    "EkibenError",
    "FailedPrecondition",
    "HTTPServer",
    "Internal",
    "InvalidArgument",
    "Model",
    "NotFound",
    "Resource",
    "ResourceExhausted",
    "Runnable",
    "Runner",
    "Service",
    "Strategy",
    "Tag",
    "Unavailable",
    "bentos",
    "catboost",
    "client",
    "container",
    "delete",
    "detectron",
    "diffusers",
    "easyocr",
    "exceptions",
    "export_bento",
    "fastai",
    "flax",
    "get",
    "import_bento",
    "io",
    "keras",
    "lightgbm",
    "list",
    "load",
    "load_config",
    "metrics",
    "mlflow",
    "models",
    "monitor",
    "monitoring",
    "onnx",
    "picklable_model",
    "pull",
    "push",
    "pytorch",
    "pytorch_lightning",
    "save_config",
    "serve",
    "server",
    "sklearn",
    "tensorflow",
    "torchscript",
    "transformers",
    "types",
    "use_arguments",
    "xgboost",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _NAMES:
        value = getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version(__name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{_did_you_mean(name)}")


def _did_you_mean(name: str) -> str:
    if name.startswith("_"):
        return ""
    near = importlib.import_module("difflib").get_close_matches(name, __all__, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def __dir__() -> builtins.list[str]:
    return sorted(__all__)
