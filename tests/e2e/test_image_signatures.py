# SPDX-License-Identifier: Apache-2.0
"""Who has made what is in a registry: images, and what others have signed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from harness.cosign_form import layers_of, sign_as_cosign, signatures_tag, verified
from harness.program import run
from harness.registry import INDEX, MANIFEST, Registry
from harness.server import Server
from harness.store import loan_home

PERMISSION, NOT_FOUND = 7, 3


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two bentos of a model, and a key."""
    home = loan_home(tmp_path_factory.mktemp("maker"), "b1", "b2")
    assert run("keys", "new", "release", home=home).returncode == 0
    return home


def public(home: Path) -> Path:
    return home / "keys" / "release.pub"


def told(*words: str | Path, home: Path) -> str:
    """What is printed by a command that has to succeed."""
    done = run(*words, home=home)
    assert done.returncode == 0, done.stderr
    return done.stdout


def push_image(home: Path, bento: str, name: str) -> str:
    """The digest of the manifest."""
    said = told("containerize", bento, "--push", "-t", name, home=home).splitlines()
    (digest,) = [line.split()[1] for line in said if line.startswith("digest")]
    return digest


def push_bento(home: Path, bento: str, name: str) -> str:
    return told("push", bento, name, home=home).split()[-1]


def test_an_image_is_signed_by_its_manifest_in_the_registry(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    name = f"{registry.host}/one/loan:1.0"
    digest = push_image(home, "loan:b1", name)
    unsigned = run("verify", name, "--key", public(home), home=tmp_path)
    assert unsigned.returncode == PERMISSION
    assert unsigned.stderr.startswith(f"error: image '{name}' is not signed\nhint: ")

    said = told("sign", name, home=home).splitlines()
    assert said[0].startswith(f"image '{name}' is signed by ")
    assert said[1] == f"digest  {digest}"
    for one in (name, f"{registry.host}/one/loan@{digest}"):
        assert digest in told("verify", one, "--key", public(home), home=tmp_path)
    run("keys", "new", "other", home=tmp_path)
    other = run("verify", name, "--key", tmp_path / "keys/other.pub", home=tmp_path)
    assert other.returncode == PERMISSION
    assert "is signed by a key that is not trusted" in other.stderr

    (layer,) = layers_of(registry, "one/loan", digest)
    statement = verified(registry, layer, public(home), tmp_path)
    assert statement == {
        "critical": {
            "identity": {"docker-reference": f"{registry.host}/one/loan"},
            "image": {"docker-manifest-digest": digest},
            "type": "cosign container image signature",
        },
        "optional": {},
    }


def test_a_key_signs_an_image_once(registry: Registry, home: Path) -> None:
    name = f"{registry.host}/once/loan:1.0"
    digest = push_image(home, "loan:b1", name)
    told("sign", name, home=home)
    assert "already" in told("sign", name, home=home)
    assert len(layers_of(registry, "once/loan", digest)) == 1


def test_a_tag_that_is_moved_names_an_unsigned_image(registry: Registry, home: Path) -> None:
    name = f"{registry.host}/moved/loan:1.0"
    told("sign", f"{registry.host}/moved/loan@{push_image(home, 'loan:b1', name)}", home=home)
    told("verify", name, "--key", public(home), home=home)
    push_image(home, "loan:b2", name)
    moved = run("verify", name, "--key", public(home), home=home)
    assert moved.returncode == PERMISSION
    assert "is not signed" in moved.stderr


def test_of_an_index_its_own_manifest_is_signed(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    image = push_image(home, "loan:b1", f"{registry.host}/index/loan:amd64")
    size = registry.blob_file(image).stat().st_size
    one = {"mediaType": MANIFEST, "digest": image, "size": size}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [one]}
    registry.put_manifest("index/loan:all", index)
    name = f"{registry.host}/index/loan"
    digest = "sha256:" + hashlib.sha256(json.dumps(index).encode()).hexdigest()
    assert f"digest  {digest}" in told("sign", f"{name}:all", home=home)
    told("verify", f"{name}:all", "--key", public(home), home=home)
    (layer,) = layers_of(registry, "index/loan", digest)
    verified(registry, layer, public(home), tmp_path)
    alone = run("verify", f"{name}:amd64", "--key", public(home), home=home)
    assert alone.returncode == PERMISSION


def test_what_others_have_put_beside_their_signatures_stays(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    name = f"{registry.host}/beside/loan:1.0"
    digest = push_image(home, "loan:b1", name)
    told("keys", "new", "theirs", home=tmp_path)
    proofs = {"dev.sigstore.cosign/certificate": "-----BEGIN", "dev.sigstore.cosign/bundle": "{}"}
    sign_as_cosign(registry, "beside/loan", digest, tmp_path / "keys/theirs.key", **proofs)
    before = layers_of(registry, "beside/loan", digest)
    told("sign", name, home=home)
    now = layers_of(registry, "beside/loan", digest)
    assert now[:1] == before
    assert len(now) == 2
    for key in (public(home), tmp_path / "keys/theirs.pub"):
        told("verify", name, "--key", key, home=tmp_path)


def test_a_bento_is_signed_where_it_was_pushed(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    name = f"{registry.host}/later/loan:b1"
    digest = push_bento(home, "loan:b1", name)
    said = told("sign", name, home=home)
    assert said.startswith("bento 'loan:b1' is signed by ")
    assert said.endswith(f"digest  {digest}\n")
    user = tmp_path / "user"
    told("keys", "trust", public(home), home=user)
    told("pull", name, "--verify", "required", home=user)
    told("verify", "loan:b1", home=user)


def test_a_signature_of_cosign_s_own_is_enough_to_pull_and_serve(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    name = f"{registry.host}/theirs/loan:b2"
    digest = push_bento(home, "loan:b2", name)
    sign_as_cosign(registry, "theirs/loan", digest, home / "keys/release.key")
    user = tmp_path / "user"
    told("keys", "trust", public(home), home=user)
    told("verify", name, home=user)
    told("pull", name, "--verify", "required", home=user)
    told("verify", "loan:b2", home=user)
    with Server(tmp_path / "server", user, "loan:b2", "--verify", "required") as server:
        assert "bento 'loan:b2' is signed by " in server.stderr

    (user / "bentos/loan/b2/README.md").write_text("another")
    changed = run("verify", "loan:b2", home=user)
    assert changed.returncode == PERMISSION
    assert changed.stderr.startswith("error: bento 'loan:b2' was changed after it was signed")


def test_a_signature_of_another_image_does_not_count(registry: Registry, home: Path) -> None:
    first = push_image(home, "loan:b1", f"{registry.host}/copied/loan:1")
    second = push_image(home, "loan:b2", f"{registry.host}/copied/loan:2")
    told("sign", f"{registry.host}/copied/loan:1", home=home)
    signatures = registry.manifest(f"copied/loan:{signatures_tag(first)}")
    registry.put_manifest(f"copied/loan:{signatures_tag(second)}", signatures)
    name = f"{registry.host}/copied/loan:2"
    copied = run("verify", name, "--key", public(home), home=home)
    assert copied.returncode == PERMISSION
    assert copied.stderr.startswith(f"error: image '{name}' was changed after it was signed")


def test_what_is_not_in_the_registry_is_not_signed(registry: Registry, home: Path) -> None:
    done = run("sign", f"{registry.host}/nothing/loan:1.0", home=home)
    assert done.returncode == NOT_FOUND
    assert done.stderr.startswith(f"error: there is no '1.0' in '{registry.host}/nothing/loan'")
