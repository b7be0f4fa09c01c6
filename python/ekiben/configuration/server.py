# SPDX-License-Identifier: Apache-2.0
"""What of a configuration the server itself follows, in its terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..exceptions import BentoMLConfigException
from .schema import API_SERVER, defaults

_MOST_BUCKETS = 24
_HEADS = "access_control_"


def for_server(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of `api_server`, ready for JSON; null where the server's own hold.

    Raises:
        BentoMLConfigException: If they ask for TLS, or the buckets of a metric make no sense.
    """
    api_server = settings["api_server"]
    if api_server["ssl"]["enabled"]:
        raise BentoMLConfigException(
            "'api_server.ssl' asks for TLS, which this version does not speak",
            hint="set api_server.ssl.enabled to false, and let a proxy before it end TLS",
        )
    access = api_server["logging"]["access"]
    return {
        "host": api_server["http"]["host"],
        "port": api_server["http"]["port"],
        "workers": api_server["workers"],
        "timeout": api_server["traffic"]["timeout"],
        "max_concurrency": api_server["traffic"]["max_concurrency"],
        "access_log": access["enabled"],
        "skip_paths": access["skip_paths"] or [],
        "metrics": api_server["metrics"]["enabled"],
        "buckets": _buckets(api_server["metrics"]["duration"]),
        "cors": _cors(api_server["http"]["cors"]),
    }


def _buckets(duration: Mapping[str, Any]) -> list[float] | None:
    """The upper ends of a histogram's buckets, in seconds; None where nobody has chosen any."""
    low, high, factor = (duration[key] for key in ("min", "max", "factor"))
    if low is not None and high is not None and factor is not None:
        buckets = [low]
        while buckets[-1] < high and len(buckets) <= _MOST_BUCKETS:
            buckets.append(min(high, buckets[-1] * factor))
    elif duration["buckets"] == defaults(API_SERVER)["metrics"]["duration"]["buckets"]:
        return None
    else:
        buckets = duration["buckets"] or []
    if not 0 < len(buckets) <= _MOST_BUCKETS:
        raise BentoMLConfigException(
            f"'api_server.metrics.duration' makes {len(buckets)} buckets",
            hint=f"choose 1 to {_MOST_BUCKETS} of them",
        )
    return [float(one) for one in buckets]


def _cors(cors: Mapping[str, Any]) -> dict[str, Any] | None:
    if not cors["enabled"]:
        return None
    said = {key.removeprefix(_HEADS): value for key, value in cors.items() if key != "enabled"}
    listed = ("allow_origins", "allow_methods", "allow_headers", "expose_headers")
    lists = {key: [said[key]] if isinstance(said[key], str) else said[key] for key in listed}
    return {**said, **lists}
