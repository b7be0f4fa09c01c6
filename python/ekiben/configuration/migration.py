# SPDX-License-Identifier: Apache-2.0
"""Bringing configurations of BentoML 1.0 into the form of version 1."""

from __future__ import annotations

from typing import Any

from .schema import RUNNER

_LOG_FORMAT = ("api_server", "logging", "access", "format")
_CORS = ("api_server", "http", "cors")

# Where a key stood, and where it stands now; in this order.
_MOVED = {
    ("api_server", "host"): ("api_server", "http", "host"),
    ("api_server", "port"): ("api_server", "http", "port"),
    ("api_server", "cors"): _CORS,
    (*_CORS, "access_control_allow_origin"): (*_CORS, "access_control_allow_origins"),
    ("api_server", "timeout"): ("api_server", "traffic", "timeout"),
    ("runners", "timeout"): ("runners", "traffic", "timeout"),
    ("logging", "formatting", "trace_id_format"): (*_LOG_FORMAT, "trace_id"),
    ("logging", "formatting", "span_id_format"): (*_LOG_FORMAT, "span_id"),
    ("tracing", "type"): ("tracing", "exporter_type"),
    ("tracing", "zipkin", "url"): ("tracing", "zipkin", "endpoint"),
    ("tracing", "otlp", "url"): ("tracing", "otlp", "endpoint"),
    ("tracing", "jaeger", "address"): ("tracing", "jaeger", "thrift", "agent_host_name"),
    ("tracing", "jaeger", "port"): ("tracing", "jaeger", "thrift", "agent_port"),
}
_DROPPED = (("api_server", "max_request_size"),)


def migrated(document: dict[str, Any]) -> dict[str, Any]:
    """`document` with the keys of version 1; it is changed in place and may be of either form."""
    for path in _DROPPED:
        _take(document, path)
    for old, new in _MOVED.items():
        _move(document, old, new)
    runners = document.get("runners")
    if isinstance(runners, dict):
        for name, one in runners.items():
            if name not in RUNNER and isinstance(one, dict):
                _move(one, ("timeout",), ("traffic", "timeout"))
    if document.get("verify") is False:  # What YAML makes of `off`.
        document["verify"] = "off"
    server = document.get("api_server")
    ssl = server.get("ssl") if isinstance(server, dict) else None
    if isinstance(ssl, dict) and (ssl.get("certfile") or ssl.get("keyfile")):
        ssl.setdefault("enabled", True)
    return document


def _move(document: dict[str, Any], old: tuple[str, ...], new: tuple[str, ...]) -> None:
    found, value = _take(document, old)
    if not found:
        return
    here = document
    for key in new[:-1]:
        step = here.setdefault(key, {})
        if not isinstance(step, dict):
            return
        here = step
    here.setdefault(new[-1], value)


def _take(document: Any, path: tuple[str, ...]) -> tuple[bool, Any]:
    """Remove the value at `path`, and what holds nothing any more; whether it was there."""
    key, *rest = path
    if not isinstance(document, dict) or key not in document:
        return False, None
    if not rest:
        return True, document.pop(key)
    found, value = _take(document[key], tuple(rest))
    if found and document[key] == {}:
        del document[key]
    return found, value
