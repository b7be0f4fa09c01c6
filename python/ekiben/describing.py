# SPDX-License-Identifier: Apache-2.0
"""What `ekiben build` has to know of a service, learned as the server learns it: by importing."""

from __future__ import annotations

import os
import sys
from typing import Any

from .bentoml_alias import install
from .configuration import SCHEMA, defaults, use
from .exceptions import ImportServiceError
from .loading import load
from .manifest import python_version
from .service import Service
from .worker.description import describe


def describe_service(target: str, folder: str, alias: str = "") -> dict[str, Any]:
    """Import a service and say what it is.

    What the user's code prints goes to stderr, and nothing that Python compiles is written beside
    the sources.

    Args:
        target: `module:attr`, or a module that has one service.
        folder: Where it is looked for.
        alias: "alias" where `import bentoml` is to mean ekiben even where BentoML is installed.

    Returns:
        `service`, as `module:attr`; `description`, as the server gets it; `python`, the version of
        this interpreter.

    Raises:
        ImportServiceError: If it cannot be imported; the user's traceback is on stderr by then.
    """
    os.dup2(2, 1)
    sys.dont_write_bytecode = True
    install(force=alias == "alias")
    use(defaults(SCHEMA))
    try:
        service = load(target, working_dir=folder, standalone_load=True)
    except ImportServiceError as error:
        sys.stderr.write(error.trace)
        raise
    return {
        "service": _import_string(target, service),
        "description": describe(service),
        "python": python_version(),
    }


def _import_string(target: str, service: Service) -> str:
    name, _, attribute = target.partition(":")
    module = name.removesuffix(".py").replace(os.sep, ".")
    if not attribute:
        names = vars(sys.modules[module])
        attribute = next(key for key, value in names.items() if value is service)
    return f"{module}:{attribute}"
