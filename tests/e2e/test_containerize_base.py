# SPDX-License-Identifier: Apache-2.0
"""`docker.base_image`: taken from a registry, and the bento's image put upon it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import platform
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.base_image import fill
from harness.client import call
from harness.containers import Unpacked
from harness.image import Image
from harness.program import MINUTES, run
from harness.pushed import LAYER, Pusher
from harness.registry import Registry

LOGIN = "me:s:cret"
HASHED = "$2y$05$abcdefghijklmnopqrstuu49bmewiittwnvuj/vFgzYzqzdo5wdXG"  # bcrypt of the password.
SERVICE = """import os
import bentoml
from bentoml.io import JSON
svc = bentoml.Service("plain")
@svc.api(input=JSON(), output=JSON())
def echo(value):
    return [value, os.environ["FROM_BASE"], os.environ["FROM_BENTO"], os.path.exists("/bin/sh")]
"""
BENTOFILE = """service: "service:svc"
docker: {base_image: "BASE", env: {FROM_BENTO: bento}}
python: {lock_packages: false}
"""
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
HERE = f"linux/{MACHINES[platform.machine()]}"
ELSEWHERE = "linux/arm64" if HERE == "linux/amd64" else "linux/amd64"


@dataclass
class Bases:
    """A registry that wants to know who asks, the images in it, and docker's login there."""

    registry: Registry
    pusher: Pusher
    data: bytes
    layer: dict
    diff_id: str
    docker_config: Path

    def config(self, where: str = HERE, **more: object) -> dict:
        os_name, architecture = where.split("/")
        run_with = {"Env": [f"PATH={sys.base_prefix}/bin:/usr/bin", "FROM_BASE=base"]}
        rootfs = {"type": "layers", "diff_ids": [self.diff_id]}
        about = {"config": run_with | {"Labels": {"base.label": "kept"}}, "rootfs": rootfs}
        return {"os": os_name, "architecture": architecture} | about | more

    def name(self, tag: str) -> str:
        return f"{self.registry.host}/team/base:{tag}"


def layer_of(root: Path) -> tuple[bytes, str]:
    """A layer with all of a folder, and the digest of its tar."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        archive.add(root, ".")
    data = tar.getvalue()
    return gzip.compress(data, 1), f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bases]:
    folder = tmp_path_factory.mktemp("bases")
    (folder / "users").write_text(f"me:{HASHED}\n")
    auth = f"auth: {{htpasswd: {{realm: tests, path: {folder / 'users'}}}}}"
    fill(folder / "root")
    data, diff_id = layer_of(folder / "root")
    with Registry(folder / "registry", auth) as registry:
        pusher = Pusher(registry.host, "team/base", LOGIN)
        login = base64.b64encode(LOGIN.encode()).decode()
        (folder / "docker").mkdir()
        auths = {"auths": {registry.host: {"auth": login}}}
        (folder / "docker" / "config.json").write_text(json.dumps(auths))
        layer = pusher.blob(data, LAYER)
        made = Bases(registry, pusher, data, layer, diff_id, folder / "docker")
        images = {
            where: pusher.image("", made.config(where), [layer]) for where in (ELSEWHERE, HERE)
        }
        pusher.index("both", images)
        yield made


def built(folder: Path, base: str) -> Path:
    """A home with the bento plain:v1 upon that image."""
    project = folder / "project"
    project.mkdir()
    (project / "service.py").write_text(SERVICE)
    (project / "bentofile.yaml").write_text(BENTOFILE.replace("BASE", base))
    done = run("build", project, "--version", "v1", home=folder / "home", timeout=MINUTES)
    assert done.returncode == 0, done.stderr
    return folder / "home"


def containerize(
    bases: Bases, home: Path, out: Path, *more: str
) -> subprocess.CompletedProcess[str]:
    words = ["plain:v1", "--output", f"{out}/", *more]
    config = str(bases.docker_config)
    return run("containerize", *words, home=home, timeout=MINUTES, DOCKER_CONFIG=config)


def test_the_bento_is_put_upon_the_image_for_this_platform(bases: Bases, tmp_path: Path) -> None:
    home = built(tmp_path, bases.name("both"))
    done = containerize(bases, home, tmp_path / "out", "--platform", HERE)
    assert done.returncode == 0, done.stderr
    assert "which a package needs" not in done.stderr
    image = Image(tmp_path / "out")
    assert image.layers[0]["digest"] == bases.layer["digest"]
    assert image.config["rootfs"]["diff_ids"][0] == bases.diff_id
    assert f"linux/{image.config['architecture']}" == HERE
    assert image.config["config"]["Labels"]["base.label"] == "kept"
    own = {name for layer in range(1, len(image.layers)) for name in image.files(layer)}
    assert not any("libc.so" in name or name.endswith("/os.py") for name in own)

    with Unpacked(image, tmp_path / "root").serving("serve", "--api-workers", "1") as url:
        assert call(url, "/echo", b"1").json() == [1, "base", "bento", True]

    # What is there is not asked for again, and the image is the same.
    layers = list((home / "cache").rglob(bases.layer["digest"].removeprefix("sha256:")))
    again = containerize(bases, home, tmp_path / "again")
    assert again.returncode == 0, again.stderr
    assert Image(tmp_path / "again").digest == image.digest
    assert len(layers) == 1
    assert "received" not in again.stderr


def test_the_base_image_is_in_the_bill_of_materials(bases: Bases, tmp_path: Path) -> None:
    home, sbom = built(tmp_path, bases.name("both")), tmp_path / "sbom.json"
    done = containerize(bases, home, tmp_path / "out", "--sbom", str(sbom))
    assert done.returncode == 0, done.stderr
    components = json.loads(sbom.read_text())["components"]
    (base,) = [one for one in components if one["type"] == "container"]
    assert base["name"] == bases.name("both")
    assert base["purl"].startswith("pkg:oci/base@sha256%3A")


def bare(bases: Bases, folder: Path, *names: str) -> dict:
    """The descriptor of a layer of empty files."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    data, diff_id = layer_of(folder)
    return bases.pusher.blob(data, LAYER) | {"diff_id": diff_id}


@pytest.mark.parametrize("form", ["tar", "tar+zstd"])
def test_a_base_image_may_be_packed_with_zstd_or_not_at_all(
    bases: Bases, tmp_path: Path, form: str
) -> None:
    data = gzip.decompress(bases.data)
    if form == "tar+zstd":
        data = subprocess.run(["zstd", "-1"], input=data, check=True, capture_output=True).stdout
    layer = bases.pusher.blob(data, f"application/vnd.oci.image.layer.v1.{form}")
    tag = form.replace("+", "-")
    bases.pusher.image(tag, bases.config(), [layer])
    home = built(tmp_path, bases.name(tag))
    done = containerize(bases, home, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    image = Image(tmp_path / "out")
    assert image.layers[0] == layer
    with Unpacked(image, tmp_path / "root").serving("serve", "--api-workers", "1") as url:
        assert call(url, "/echo", b"1").json() == [1, "base", "bento", True]


def test_what_cannot_be_built_upon_is_refused_and_nothing_is_written(
    bases: Bases, tmp_path: Path
) -> None:
    pusher = bases.pusher
    pusher.index("elsewhere", {ELSEWHERE: pusher.image("", bases.config(ELSEWHERE), [bases.layer])})
    pusher.image("single", bases.config(ELSEWHERE), [bases.layer])
    foreign = bases.layer | {"mediaType": "application/vnd.docker.image.rootfs.foreign.diff"}
    pusher.image("foreign", bases.config(), [foreign])
    empty = bare(bases, tmp_path / "empty", "etc/hostname")
    rootfs = {"type": "layers", "diff_ids": [empty.pop("diff_id")]}
    pusher.image("empty", bases.config(rootfs=rootfs), [empty])
    pusher.image("short", bases.config(rootfs=rootfs | {"diff_ids": []}), [bases.layer])
    said = {
        "elsewhere": f"there is no image for {HERE}, but for: {ELSEWHERE}",
        "single": f"it is for {ELSEWHERE}, and the program",
        "foreign": "is of the kind 'application/vnd.docker.image.rootfs.foreign.diff'",
        "empty": "which ekiben needs",
        "short": "its config names 0 layers, and its manifest 1",
        "none": "there is no 'none' in",
    }
    for tag, text in said.items():
        folder = tmp_path / tag
        folder.mkdir(exist_ok=True)
        done = containerize(bases, built(folder, bases.name(tag)), folder / "out")
        assert done.returncode != 0, tag
        assert text in done.stderr
        assert bases.name(tag) in done.stderr
        assert not (folder / "out").exists()


def test_another_platform_is_refused_with_what_is_at_hand(bases: Bases, tmp_path: Path) -> None:
    home = built(tmp_path, bases.name("both"))
    done = containerize(bases, home, tmp_path / "out", "--platform", ELSEWHERE)
    assert done.returncode != 0
    assert f"the program, the libraries and the Python at hand are for {HERE}" in done.stderr
    assert "--backend docker" in done.stderr
    done = containerize(bases, home, tmp_path / "out", "--platform", "windows")
    assert "'windows' is no platform of an image" in done.stderr


def test_without_a_login_it_is_said_who_refuses(bases: Bases, tmp_path: Path) -> None:
    home = built(tmp_path, bases.name("both"))
    nobody = {"DOCKER_CONFIG": str(tmp_path), "HOME": str(tmp_path)}
    nobody |= {"XDG_RUNTIME_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    done = run("containerize", "plain:v1", "--output", f"{tmp_path}/out/", home=home, **nobody)
    assert done.returncode != 0
    assert bases.registry.host in done.stderr
    assert not (tmp_path / "out").exists()
