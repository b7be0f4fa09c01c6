# SPDX-License-Identifier: Apache-2.0
"""A worker that was started ahead of time: it has imported what every service needs, and waits."""

from __future__ import annotations

import importlib
import os
import socket

from .frames import HEADER_SIZE

# What the worker itself and nearly every service import. Nothing of the user's.
_MODULES = (
    "numpy",
    "ekiben.bentoml_alias",
    "ekiben.io",
    "ekiben.loading",
    "ekiben.models",
    "ekiben.worker.api",
    "ekiben.worker.description",
)


def wait(connection: socket.socket) -> None:
    """Import, and return when the engine says that the service is to be loaded.

    Ends the process where the engine has no use for it.
    """
    for name in _MODULES:
        importlib.import_module(name)
    # LOAD has no payload.
    if not connection.recv(HEADER_SIZE, socket.MSG_WAITALL):
        os._exit(0)
    importlib.invalidate_caches()  # Of folders, as they were when this process began.
