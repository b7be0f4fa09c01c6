# SPDX-License-Identifier: Apache-2.0
"""Lines that a service logs by the logger `bentoml` or `ekiben`, from INFO on."""

from __future__ import annotations

import logging

from ..context import request_id


class _WithRequest(logging.Formatter):
    """The message, and the id of the request that it is about."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  As logging names it.
        about = request_id.get()
        return f"{record.getMessage()} request_id={about}" if about else record.getMessage()


def show_lines() -> None:
    """Write them to stderr. What the user's module sets up for these loggers goes over this."""
    handler = logging.StreamHandler()
    handler.setFormatter(_WithRequest())
    for name in ("bentoml", "ekiben"):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
