# SPDX-License-Identifier: Apache-2.0
"""Signatures where cosign keeps them, read and written without it; openssl signs and verifies."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

from .registry import MANIFEST, Registry

PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json"
SIGNATURE = "dev.cosignproject.cosign/signature"


def signatures_tag(digest: str) -> str:
    """The tag under which the signatures of a manifest are."""
    return f"{digest.replace(':', '-')}.sig"


def openssl(*arguments: str | Path, data: bytes) -> bytes:
    """What openssl prints, given `data`; it has to succeed."""
    done = subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def layers_of(registry: Registry, path: str, digest: str) -> list[dict[str, Any]]:
    """What the manifest of the signatures has of each."""
    return registry.manifest(f"{path}:{signatures_tag(digest)}")["layers"]


def verified(registry: Registry, layer: dict[str, Any], key: Path, folder: Path) -> dict[str, Any]:
    """What a signature says, once openssl has verified it; `folder` is for files."""
    assert layer["mediaType"] == PAYLOAD
    payload = registry.blob_file(layer["digest"]).read_bytes()
    signature = folder / "signature"
    signature.write_bytes(base64.b64decode(layer["annotations"][SIGNATURE]))
    openssl("dgst", "-sha256", "-verify", key, "-signature", signature, data=payload)
    return json.loads(payload)


def sign_as_cosign(
    registry: Registry, path: str, digest: str, key: Path, **annotations: str
) -> None:
    """Put the signature that `cosign sign --key` makes, which has nothing of ekiben's, in place."""
    payload = {
        "critical": {
            "identity": {"docker-reference": f"{registry.host}/{path}"},
            "image": {"docker-manifest-digest": digest},
            "type": "cosign container image signature",
        },
        "optional": None,
    }
    data = json.dumps(payload).encode()
    signature = openssl("dgst", "-sha256", "-sign", key, data=data)
    layer = registry.put_blob(path, data) | {
        "mediaType": PAYLOAD,
        "annotations": {SIGNATURE: base64.b64encode(signature).decode()} | annotations,
    }
    config = registry.put_blob(path, b"{}")
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config | {"mediaType": "application/vnd.oci.image.config.v1+json"},
        "layers": [layer],
    }
    registry.put_manifest(f"{path}:{signatures_tag(digest)}", manifest)
