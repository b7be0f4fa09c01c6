# SPDX-License-Identifier: Apache-2.0
"""An image in an OCI layout: what it says, and its files."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from .tars import extract


class Image:
    """What `ekiben containerize --output FOLDER/` wrote; digests are checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        index = json.loads((folder / "index.json").read_text())
        self.digest: str = index["manifests"][0]["digest"]
        self.manifest = json.loads(self.blob(self.digest))
        self.config = json.loads(self.blob(self.manifest["config"]["digest"]))
        self.layers: list[dict[str, Any]] = self.manifest["layers"]

    def blob(self, digest: str) -> bytes:
        data = (self.folder / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()
        assert digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
        return data

    @property
    def environment(self) -> dict[str, str]:
        return dict(one.split("=", 1) for one in self.config["config"]["Env"])

    def files(self, layer: int) -> list[str]:
        """The names in a layer, less folders."""
        with self._open(layer) as archive:
            return [one.name for one in archive if not one.isdir()]

    def unpack(self, root: Path) -> int:
        """All layers into a folder, as a container engine does; the bytes of all files."""
        for layer in range(len(self.layers)):
            with self._open(layer) as archive:
                extract(archive, root)
        return sum(one.lstat().st_size for one in root.rglob("*") if one.is_file())

    def _open(self, layer: int) -> tarfile.TarFile:
        file = self._file(layer)
        if not self.layers[layer]["mediaType"].endswith("+zstd"):
            return tarfile.open(file)
        plain = subprocess.run(["zstd", "-dc", file], check=True, capture_output=True).stdout
        return tarfile.open(fileobj=io.BytesIO(plain))

    def _file(self, layer: int) -> Path:
        digest = self.layers[layer]["digest"]
        return self.folder / "blobs" / "sha256" / digest.removeprefix("sha256:")
