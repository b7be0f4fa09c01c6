# SPDX-License-Identifier: Apache-2.0
"""Images that are put into a registry by hand: blobs, manifests and lists of them."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.request
from typing import Any

from .program import PATIENCE

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"


class Pusher:
    """Puts things into one repository of a registry, as one user."""

    def __init__(self, host: str, path: str, login: str) -> None:
        """`login` is "user:password"."""
        self._url = f"http://{host}/v2/{path}"
        self._headers = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}

    def _send(self, method: str, url: str, data: bytes = b"", kind: str = "") -> str:
        headers = self._headers | {"Content-Type": kind or "application/octet-stream"}
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.headers.get("Location", "")

    def blob(self, data: bytes, kind: str) -> dict[str, Any]:
        """Its descriptor."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        place = self._send("POST", f"{self._url}/blobs/uploads/")
        self._send("PUT", f"{place}{'&' if '?' in place else '?'}digest={digest}", data)
        return {"mediaType": kind, "digest": digest, "size": len(data)}

    def manifest(self, name: str, document: dict[str, Any]) -> dict[str, Any]:
        """Its descriptor; an empty name is its digest."""
        data = json.dumps(document).encode()
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        kind = document["mediaType"]
        self._send("PUT", f"{self._url}/manifests/{name or digest}", data, kind)
        return {"mediaType": kind, "digest": digest, "size": len(data)}

    def image(
        self, name: str, config: dict[str, Any], layers: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """An image of layers that are there, as a descriptor."""
        about = self.blob(json.dumps(config).encode(), CONFIG)
        document = {"schemaVersion": 2, "mediaType": MANIFEST, "config": about, "layers": layers}
        return self.manifest(name, document)

    def index(self, name: str, images: dict[str, dict[str, Any]]) -> None:
        """A list of images by their platforms, "linux/amd64"."""
        entries = [
            one | {"platform": dict(zip(("os", "architecture"), where.split("/"), strict=True))}
            for where, one in images.items()
        ]
        self.manifest(name, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
