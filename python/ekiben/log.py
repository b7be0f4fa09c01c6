# SPDX-License-Identifier: Apache-2.0
"""What ekiben tells of by the program's own logging: the logger `ekiben`."""

from __future__ import annotations

from typing import Any


def warn(text: str, *values: Any) -> None:
    """Log a warning; the values go into the text as logging puts them there."""
    import logging  # Most programs have nothing to be warned of, and pay nothing for it.

    logging.getLogger("ekiben").warning(text, *values, stacklevel=2)
