# SPDX-License-Identifier: Apache-2.0
"""The keys of the configuration: those of BentoML 1.1's version 1 and `verify`, with defaults."""

from __future__ import annotations

from typing import Any

from .values import Check, boolean, integer, mapping, number, numbers, rate, resources, text, texts

Schema = dict[str, Any]  # Name to Check or to another Schema.

_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]


def _access_log() -> Schema:
    return {
        "enabled": boolean(False),
        "request_content_length": boolean(True),
        "request_content_type": boolean(True),
        "response_content_length": boolean(True),
        "response_content_type": boolean(True),
        "skip_paths": texts(None),
    }


# What one runner is configured with; under `runners` itself it holds for all of them.
RUNNER: Schema = {
    "resources": resources(),
    "workers_per_resource": number(1),
    "batching": {
        "enabled": boolean(True),
        "max_batch_size": integer(100),
        "max_latency_ms": number(60000),
    },
    "traffic": {"timeout": number(900), "max_concurrency": integer(None)},
    "logging": {"access": _access_log()},
    "metrics": {"enabled": boolean(True), "namespace": text("bentoml_runner")},
}

API_SERVER: Schema = {
    "workers": integer(None),
    "backlog": integer(2048),
    "max_runner_connections": integer(16),
    "traffic": {"timeout": number(60), "max_concurrency": integer(None)},
    "metrics": {
        "enabled": boolean(True),
        "namespace": text("bentoml_api_server"),
        "duration": {
            "buckets": numbers(_BUCKETS),
            "min": number(None),
            "max": number(None),
            "factor": number(None, 1),
        },
    },
    "logging": {
        "access": {**_access_log(), "format": {"trace_id": text("032x"), "span_id": text("016x")}}
    },
    "ssl": {
        "enabled": boolean(False),
        "certfile": text(),
        "keyfile": text(),
        "keyfile_password": text(),
        "ca_certs": text(),
        "version": integer(17),
        "cert_reqs": integer(0, 0, 2),
        "ciphers": text("TLSv1"),
    },
    "http": {
        "host": text("127.0.0.1"),
        "port": integer(3000, 0, 65535),
        "cors": {
            "enabled": boolean(False),
            "access_control_allow_origins": texts(),
            "access_control_allow_origin_regex": text(),
            "access_control_allow_credentials": boolean(None),
            "access_control_allow_methods": texts(),
            "access_control_allow_headers": texts(),
            "access_control_max_age": integer(None, 0),
            "access_control_expose_headers": texts(),
        },
        "response": {"trace_id": boolean(False)},
    },
    "grpc": {
        "host": text("127.0.0.1"),
        "port": integer(3000, 0, 65535),
        "max_concurrent_streams": integer(None),
        "maximum_concurrent_rpcs": integer(None),
        "max_message_length": integer(-1, -1),
        "reflection": {"enabled": boolean(False)},
        "channelz": {"enabled": boolean(False)},
        "metrics": {"host": text("127.0.0.1"), "port": integer(3001, 0, 65535)},
    },
    "runner_probe": {"enabled": boolean(True), "timeout": number(1), "period": number(10)},
}

TRACING: Schema = {
    "exporter_type": text(None, "zipkin", "jaeger", "otlp", "in_memory"),
    "sample_rate": rate(None),
    "excluded_urls": texts(),
    "timeout": integer(None),
    "max_tag_value_length": integer(None),
    "zipkin": {
        "endpoint": text(),
        "local_node_ipv4": text(),
        "local_node_ipv6": text(),
        "local_node_port": integer(None),
    },
    "jaeger": {
        "protocol": text("thrift", "thrift", "grpc"),
        "collector_endpoint": text(),
        "thrift": {
            "agent_host_name": text(),
            "agent_port": integer(None),
            "udp_split_oversized_batches": boolean(None),
        },
        "grpc": {"insecure": boolean(None)},
    },
    "otlp": {
        "protocol": text(None, "grpc", "http"),
        "endpoint": text(),
        "compression": text(None, "gzip", "none", "deflate"),
        "http": {"certificate_file": text(), "headers": mapping()},
        "grpc": {"headers": texts(), "insecure": boolean(None)},
    },
}

SCHEMA: Schema = {
    "version": integer(1, 1, 1),
    "api_server": API_SERVER,
    "runners": RUNNER,
    "tracing": TRACING,
    "monitoring": {
        "enabled": boolean(True),
        "type": text("default"),
        "options": mapping({"log_config_file": None, "log_path": "monitoring"}),
    },
    "verify": text(None, "required", "warn", "off"),
}


def defaults(schema: Schema) -> dict[str, Any]:
    """The value that each key has where nobody sets it."""
    return {
        name: one.default if isinstance(one, Check) else defaults(one)
        for name, one in schema.items()
    }
