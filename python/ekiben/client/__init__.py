# SPDX-License-Identifier: Apache-2.0
"""Clients: call the APIs of a server as methods of an object.

client = ekiben.client.Client.from_url("http://localhost:3000")
client.classify(numpy.array([[5.9, 3, 5.1, 1.8]]))
"""

from .base import AsyncClient, Client, SyncClient
from .http_client import AsyncHTTPClient, HTTPClient, SyncHTTPClient

__all__ = [
    "AsyncClient",
    "AsyncHTTPClient",
    "Client",
    "HTTPClient",
    "SyncClient",
    "SyncHTTPClient",
]
