# SPDX-License-Identifier: Apache-2.0
"""`python -m ekiben.worker SETTINGS`: started by the server, with its descriptors from 3 on.

SETTINGS is a JSON object: `protocol`, `lanes`, `memory` (bytes of each direction), `role` ("api" or
"runner"), `target` (as `ekiben serve` takes it), `runner` (its number, for that role), `alias`
(whether `import bentoml` means ekiben even where BentoML is installed), `reloads` (whether the
service is loaded anew when it changes), `embeds` (whether runners that are not native run inside
the API worker), `deploys` (whether this process, the server's first, calls the deployment hooks),
`looks` (whether there is a processor to spare for looking instead of sleeping), `waits` (for LOAD,
before anything of the user's is touched).

Of the environment it reads EKIBEN_BENTO (the folder of the bento that the service comes out of;
empty: of none), EKIBEN_WORKER_INDEX (which worker it is among those of its kind) and
EKIBEN_WORKER_CONFIGURATION (what was configured, as JSON; absent: nothing), and removes the latter
two.
"""

from __future__ import annotations

import inspect
import io
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

from .errors import report
from .frames import FAILED, frame
from .threads import end_process
from .values import json_text

_FIRST_DESCRIPTOR = 3
_CONFIGURATION = "EKIBEN_WORKER_CONFIGURATION"
_INDEX = "EKIBEN_WORKER_INDEX"


def main() -> None:
    """Load the service and answer until the server is gone."""
    settings = json.loads(sys.argv[1])
    # Whole lines, when they are printed: those of several processes do not run into each other.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, write_through=False)
    sockets = [socket.socket(fileno=_FIRST_DESCRIPTOR + lane) for lane in range(settings["lanes"])]
    sys.argv = [settings["target"]]
    sys.path.insert(0, str(Path.cwd()))
    if settings.get("waits"):
        from .standby import wait

        wait(sockets[0])
    try:
        run = _prepared(settings, sockets)
    except BaseException as error:
        sockets[0].sendall(frame(FAILED, 0, json_text(_failure(error, settings["target"]))))
        # Threads that the user's module has started must not keep the process.
        end_process(1)
    run()
    end_process()


def _failure(error: BaseException, target: str) -> dict[str, Any]:
    """What the engine is told; where the user's code raised it, with the line."""
    from ..errors import EkibenError
    from ..loading import user_line

    told = report(error, target)
    if not isinstance(error, EkibenError):
        line = user_line(error, Path.cwd())
        what = f"{type(error).__name__}: {error}"
        told["message"] = f"cannot start '{target}': {line + ': ' if line else ''}{what}"
    return told


def _prepared(settings: dict[str, Any], sockets: list[Any]) -> Any:
    from .. import bento, configuration
    from ..bentoml_alias import install
    from ..context import process
    from ..loading import load
    from .lines import show_lines
    from .native import native_method

    show_lines()
    install(force=settings.get("alias", False))
    configured = os.environ.pop(_CONFIGURATION, "")
    configuration.use(
        json.loads(configured) if configured else configuration.defaults(configuration.SCHEMA)
    )
    process.worker_index = int(os.environ.pop(_INDEX, "0"))
    if settings.get("reloads"):
        from .sources import always_fresh, describe_sources

        always_fresh(Path.cwd())
    service = load(settings["target"], working_dir=Path.cwd())
    process.service_name = service.name
    service.bento = bento.served()
    if service.bento is not None:
        service.tag = service.bento.tag
        process.service_version = service.bento.info.version
    for runner in service.runners:
        methods = runner.runner_methods
        if settings.get("embeds"):
            runner.embedded = not all(native_method(one) for one in methods)
        elif all(inspect.isasyncgenfunction(one.function) for one in methods):
            runner.embedded = True  # A worker of its own would only wait: streams stay in here.
    if settings["role"] == "runner":
        from .runner import RunnerWorker

        return RunnerWorker(service.runners[settings["runner"]], settings, sockets[0]).run
    from .api import ApiWorker
    from .description import describe

    worker = ApiWorker(service, settings, sockets)
    description = describe(service)
    if settings.get("reloads"):
        description |= describe_sources(settings["target"], Path.cwd())
    worker.start()
    return lambda: worker.run(description)


if __name__ == "__main__":
    main()
