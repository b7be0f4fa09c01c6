# SPDX-License-Identifier: Apache-2.0
"""cosign itself reads what ekiben signs, and the other way round. `make test-cosign` runs them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.cosign_form import layers_of
from harness.program import PATIENCE, run
from harness.registry import INDEX, MANIFEST, Registry
from harness.server import Server
from harness.store import loan_home

INVALID, PERMISSION = 4, 7
# It would ask for the keys of a public log otherwise, and wait where there is no network.
NO_NETWORK = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
ALONE = ("--allow-http-registry", "--private-infrastructure", "--insecure-ignore-tlog")

Push = Callable[[str], tuple[str, str]]


class Cosign:
    """The program that EKIBEN_TEST_COSIGN names, with keys in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = os.environ.get("EKIBEN_TEST_COSIGN", "")
        assert self.program, "EKIBEN_TEST_COSIGN names no cosign: `make test-cosign` builds one"

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        own = {"HOME": str(self.folder), "COSIGN_PASSWORD": "secret"}
        return subprocess.run(
            [self.program, *words],
            env=os.environ | NO_NETWORK | own,
            cwd=self.folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=2 * PATIENCE,
            check=False,
        )

    def told(self, *words: str | Path) -> str:
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def verified(self, name: str, key: Path, *options: str) -> list[dict[str, Any]]:
        """What the signatures of `name` say that the key has made; it has to be some."""
        return json.loads(self.told("verify", "--key", key, *ALONE, *options, name))

    def refuses(self, name: str, key: Path, *options: str) -> str:
        """Why it finds no signature."""
        done = self.run("verify", "--key", key, *ALONE, *options, name)
        assert done.returncode != 0, done.stdout
        return done.stderr

    def sign(self, name: str, key: Path, *options: str) -> None:
        self.told(
            "sign", "--key", key, "--tlog-upload=false", "--allow-http-registry", "--yes",
            *options, name,
        )  # fmt: skip


def told(*words: str | Path, home: Path) -> str:
    """What ekiben prints; it has to succeed."""
    done = run(*words, home=home)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def cosign(tmp_path_factory: pytest.TempPathFactory) -> Cosign:
    """It, with a pair of keys that it has made: cosign.key and cosign.pub."""
    made = Cosign(tmp_path_factory.mktemp("cosign"))
    assert "v2." in made.told("version")
    made.told("generate-key-pair")
    return made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a bento of a model and the keys of two."""
    home = loan_home(tmp_path_factory.mktemp("maker"), "b1")
    for name in ("release", "other"):
        told("keys", "new", name, home=home)
    return home


@pytest.fixture(params=["bento", "model", "image"])
def push(request: pytest.FixtureRequest, registry: Registry, home: Path) -> Push:
    """Pushes something of one kind into a repository; gives its name there and the digest."""

    def one(repository: str) -> tuple[str, str]:
        name = f"{registry.host}/{repository}-{request.param}:b1"
        if request.param == "image":
            said = told("containerize", "loan:b1", "--push", "-t", name, home=home)
        elif request.param == "bento":
            said = told("push", "loan:b1", name, home=home)
        else:
            said = told("models", "push", "loan:v1", name, home=home)
        (digest,) = [line.split()[1] for line in said.splitlines() if line.startswith("digest")]
        return name, digest

    return one


def test_cosign_verifies_what_ekiben_signs(cosign: Cosign, home: Path, push: Push) -> None:
    name, digest = push("ours")
    assert "no signatures found" in cosign.refuses(name, home / "keys/release.pub")
    told("sign", name, "--key", "release", home=home)
    by_digest = f"{name.rpartition(':')[0]}@{digest}"
    for one in (name, by_digest):
        (said,) = cosign.verified(one, home / "keys/release.pub")
        assert said["critical"]["image"]["docker-manifest-digest"] == digest
    assert "no matching signatures" in cosign.refuses(name, home / "keys/other.pub")


@pytest.mark.parametrize("kind", ["bento", "model"])
def test_cosign_verifies_what_was_signed_in_the_store_and_pushed(
    cosign: Cosign, registry: Registry, tmp_path: Path, kind: str
) -> None:
    home = loan_home(tmp_path / "home", "b1")
    told("keys", "new", "release", home=home)
    words, tag = ([], "loan:b1") if kind == "bento" else (["models"], "loan:v1")
    told(*words, "sign", tag, home=home)
    name = f"{registry.host}/stored/{kind}:1"
    told(*words, "push", tag, name, home=home)
    key = home / "keys/release.pub"
    (said,) = cosign.verified(name, key, "-a", f"ekiben.kind={kind}", "-a", f"ekiben.tag={tag}")
    assert said["optional"]["ekiben.files"].startswith("sha256:")
    assert "annotation" in cosign.refuses(name, key, "-a", "ekiben.tag=loan:b2")


def test_ekiben_verifies_what_cosign_signs(
    cosign: Cosign, home: Path, push: Push, tmp_path: Path
) -> None:
    name, digest = push("theirs")
    key = cosign.folder / "cosign.pub"
    cosign.sign(f"{name.rpartition(':')[0]}@{digest}", cosign.folder / "cosign.key", "-a", "by=me")
    assert digest in told("verify", name, "--key", key, home=tmp_path)
    other = run("verify", name, "--key", home / "keys/other.pub", home=tmp_path)
    assert other.returncode == PERMISSION
    assert "is signed by a key that is not trusted" in other.stderr


@pytest.mark.parametrize("first", ["cosign", "ekiben"])
def test_both_sign_one_thing(
    cosign: Cosign, registry: Registry, home: Path, push: Push, first: str
) -> None:
    name, digest = push(f"both-{first}")
    ways = [
        lambda: told("sign", name, "--key", "release", home=home),
        lambda: cosign.sign(name, cosign.folder / "cosign.key"),
    ]
    for sign in ways if first == "ekiben" else reversed(ways):
        sign()
    path = name.removeprefix(f"{registry.host}/").rpartition(":")[0]
    assert len(layers_of(registry, path, digest)) == 2
    for key in (home / "keys/release.pub", cosign.folder / "cosign.pub"):
        assert len(cosign.verified(name, key)) == 1
        told("verify", name, "--key", key, home=home)


def test_what_cosign_signs_is_pulled_and_served(
    cosign: Cosign, registry: Registry, home: Path, tmp_path: Path
) -> None:
    name = f"{registry.host}/served/loan:b1"
    told("push", "loan:b1", name, home=home)
    cosign.sign(name, cosign.folder / "cosign.key")
    user = tmp_path / "user"
    told("keys", "trust", home / "keys/other.pub", home=user)
    refused = run("pull", name, "--verify", "required", home=user)
    assert refused.returncode == PERMISSION
    assert not (user / "bentos").exists()
    told("keys", "trust", cosign.folder / "cosign.pub", home=user)
    told("pull", name, "--verify", "required", home=user)
    with Server(tmp_path / "server", user, "loan:b1", "--verify", "required") as server:
        assert "bento 'loan:b1' is signed by " in server.stderr


def test_of_an_index_both_sign_its_own_manifest(
    cosign: Cosign, registry: Registry, home: Path
) -> None:
    image = f"{registry.host}/index/loan:amd64"
    said = told("containerize", "loan:b1", "--push", "-t", image, home=home).splitlines()
    (digest,) = [line.split()[1] for line in said if line.startswith("digest")]
    one = {
        "mediaType": MANIFEST,
        "digest": digest,
        "size": registry.blob_file(digest).stat().st_size,
        "platform": {"os": "linux", "architecture": "amd64"},
    }
    name, release = f"{registry.host}/index/loan:all", home / "keys/release.pub"
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [one]}
    registry.put_manifest("index/loan:all", index)
    told("sign", name, "--key", "release", home=home)
    cosign.verified(name, release)
    assert "no signatures found" in cosign.refuses(image, release)
    cosign.sign(name, cosign.folder / "cosign.key", "--recursive")
    for signed in (name, image):
        told("verify", signed, "--key", cosign.folder / "cosign.pub", home=home)


def test_a_key_of_ekiben_s_is_one_of_cosign_s_but_not_the_other_way(
    cosign: Cosign, home: Path, push: Push
) -> None:
    name, _ = push("imported")
    cosign.told(
        "import-key-pair", "--key", home / "keys/release.key", "--output-key-prefix", "imported",
        "--yes",
    )  # fmt: skip
    public = (cosign.folder / "imported.pub").read_text()
    assert public == (home / "keys/release.pub").read_text()
    cosign.sign(name, cosign.folder / "imported.key")
    told("verify", name, "--key", home / "keys/release.pub", home=home)

    theirs = run("sign", name, "--key", cosign.folder / "cosign.key", home=home)
    assert theirs.returncode == INVALID
    assert "the key is encrypted in cosign's own way, which only cosign reads" in theirs.stderr
