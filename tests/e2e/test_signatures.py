# SPDX-License-Identifier: Apache-2.0
"""Who has made a bento or a model, and that nobody has changed it since."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from harness.program import run, run_python
from harness.registry import Registry
from harness.server import Server
from harness.store import loan_home

FAILED, INVALID, PERMISSION = 1, 4, 7


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store with a bento of a model and a key."""
    home = loan_home(tmp_path / "maker", "b1")
    done = run("keys", "new", "release", home=home)
    assert done.returncode == 0, done.stderr
    return home


def public(home: Path) -> Path:
    return home / "keys" / "release.pub"


def sign(home: Path, *words: str) -> str:
    """The digest of the manifest that was signed."""
    done = run(*words, home=home)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


def test_what_is_signed_is_verified_in_the_store(home: Path) -> None:
    unsigned = run("verify", "loan:b1", "--key", public(home), home=home)
    assert unsigned.returncode == PERMISSION
    assert unsigned.stderr.startswith("error: bento 'loan:b1' is not signed\nhint: ")

    sign(home, "sign", "loan:b1")
    signed = run("verify", "loan:b1", "--key", public(home), home=home)
    assert (signed.returncode, signed.stderr) == (0, "")
    assert signed.stdout.startswith("bento 'loan:b1' is signed by ")

    nobody = run("verify", "loan:b1", home=home)
    assert "no key is trusted" in nobody.stderr
    run("keys", "new", "other", home=home)
    other = run("verify", "loan:b1", "--key", home / "keys/other.pub", home=home)
    assert other.returncode == PERMISSION
    assert "is signed by a key that is not trusted" in other.stderr


def test_a_signature_travels_and_is_required_at_pull_and_serve(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    sign(home, "sign", "loan:b1")
    name = f"{registry.host}/signed/loan:b1"
    assert run("push", "loan:b1", name, home=home).returncode == 0
    user = tmp_path / "user"
    assert run("keys", "trust", public(home), home=user).returncode == 0
    assert run("verify", name, home=user).returncode == 0
    pulled = run("pull", name, "--verify", "required", home=user)
    assert pulled.returncode == 0, pulled.stderr
    assert "note: bento 'loan:b1' is signed by " in pulled.stderr
    with Server(tmp_path / "server", user, "loan:b1", "--verify", "required") as server:
        assert "is signed by" in server.stderr


def test_without_a_signature_required_refuses_and_warn_tells(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    name = f"{registry.host}/unsigned/loan:b1"
    assert run("push", "loan:b1", name, home=home).returncode == 0
    user = tmp_path / "user"
    assert run("keys", "trust", public(home), home=user).returncode == 0
    refused = run("pull", name, home=user, EKIBEN_VERIFY="required")
    assert refused.returncode == PERMISSION
    assert refused.stderr.startswith("error: bento 'loan:b1' is not signed")
    assert not (user / "bentos").exists()
    warned = run("pull", name, "--verify", "warn", home=user)
    assert warned.returncode == 0
    assert "warning: bento 'loan:b1' is not signed" in warned.stderr
    served = run("serve", "loan:b1", "--port", "0", "--verify", "required", home=user)
    assert served.returncode == PERMISSION
    wrong = run("pull", name, home=user, EKIBEN_VERIFY="yes")
    assert wrong.returncode == INVALID
    assert "required, warn or off" in wrong.stderr


def test_the_configuration_says_whether_a_signature_is_wanted(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    name = f"{registry.host}/configured/loan:b1"
    assert run("push", "loan:b1", name, home=home).returncode == 0
    file = tmp_path / "configuration.yaml"
    file.write_text("verify: required\n")
    user, configured = tmp_path / "user", {"EKIBEN_CONFIG": str(file)}
    assert run("keys", "trust", public(home), home=user).returncode == 0
    refused = run("pull", name, home=user, **configured)
    assert refused.returncode == PERMISSION
    assert refused.stderr.startswith("error: bento 'loan:b1' is not signed")
    variable = run("pull", name, home=user, EKIBEN_VERIFY="warn", **configured)
    assert "warning: bento 'loan:b1' is not signed" in variable.stderr
    served = run("serve", "loan:b1", "--port", "0", home=user, **configured)
    assert served.returncode == PERMISSION
    assert served.stderr.startswith("error: bento 'loan:b1' is not signed")
    with Server(tmp_path / "server", user, "loan:b1", "--verify", "off", **configured) as server:
        assert "signed" not in server.stderr

    file.write_text("verify: off\n")  # Which YAML takes for false.
    again = run("pull", name, home=user, **configured)
    assert (again.returncode, again.stderr) == (0, "")
    file.write_text("verify: always\n")
    wrong = run("pull", name, home=user, **configured)
    assert wrong.returncode == INVALID
    assert wrong.stderr.splitlines()[-1] == "hint: it is one of required, warn, off, or null"


@pytest.mark.parametrize("by", ["command", "python"])
def test_what_is_deleted_takes_its_signatures_along(home: Path, by: str) -> None:
    sign(home, "sign", "loan:b1")
    run("build", "loan:v1", "--version", "b2", home=home)
    sign(home, "sign", "loan:b2")
    signatures = home / "signatures" / "bentos" / "loan"
    for version, left in (("b1", ["b2"]), ("b2", [])):
        if by == "command":
            done = run("delete", f"loan:{version}", "--yes", home=home)
        else:
            done = run_python("-c", f"import ekiben; ekiben.delete('loan:{version}')", home=home)
        assert done.returncode == 0, done.stderr
        assert [one.name for one in signatures.glob("*")] == left
    assert not signatures.exists()


def test_what_was_changed_after_it_was_signed_is_not_served(home: Path) -> None:
    sign(home, "models", "sign", "loan:v1")
    arguments = ("--key", str(public(home)))
    assert run("models", "verify", "loan:v1", *arguments, home=home).returncode == 0
    (home / "models/loan/v1/more.txt").write_text("more")
    changed = run("models", "verify", "loan:v1", *arguments, home=home)
    assert changed.returncode == PERMISSION
    assert changed.stderr.startswith("error: model 'loan:v1' was changed after it was signed")
    served = run("serve", "loan:v1", "--port", "0", "--verify", "required", *arguments, home=home)
    assert served.returncode == PERMISSION


def test_a_signature_of_something_else_in_the_registry_does_not_count(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    run("build", "loan:v1", "--version", "b2", home=home)
    digest = sign(home, "sign", "loan:b1")
    other = sign(home, "sign", "loan:b2")
    path = f"{registry.host}/moved/loan"
    for version in ("b1", "b2"):
        assert run("push", f"loan:{version}", path, home=home).returncode == 0
    links = registry.root / "docker/registry/v2/repositories/moved/loan/_manifests/tags"
    tag = "sha256-" + digest.removeprefix("sha256:") + ".sig"
    others = "sha256-" + other.removeprefix("sha256:") + ".sig"
    shutil.copy(links / others / "current/link", links / tag / "current/link")
    done = run("pull", f"{path}:b1", "--verify", "required", "--key", public(home), home=tmp_path)
    assert done.returncode == PERMISSION
    assert "was changed after it was signed" in done.stderr


def test_the_signature_is_one_that_other_tools_can_check(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    digest = sign(home, "sign", "loan:b1")
    assert run("push", "loan:b1", f"{registry.host}/checked/loan", home=home).returncode == 0
    manifest = registry.manifest(f"checked/loan:sha256-{digest.removeprefix('sha256:')}.sig")
    (layer,) = manifest["layers"]
    assert layer["mediaType"] == "application/vnd.dev.cosign.simplesigning.v1+json"
    payload = registry.blob_file(layer["digest"]).read_bytes()
    assert layer["digest"] == "sha256:" + hashlib.sha256(payload).hexdigest()
    said = json.loads(payload)
    assert said["critical"]["image"]["docker-manifest-digest"] == digest
    signature = tmp_path / "signature"
    signature.write_bytes(
        base64.b64decode(layer["annotations"]["dev.cosignproject.cosign/signature"])
    )
    checked = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", public(home), "-signature", signature],
        input=payload, capture_output=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr


def test_keys_are_made_once_and_read_by_their_owner_only(home: Path, tmp_path: Path) -> None:
    private = home / "keys" / "release.key"
    assert private.stat().st_mode & 0o777 == 0o600
    assert run("keys", "new", "release", home=home).returncode == FAILED
    listed = json.loads(run("keys", "list", "-o", "json", home=home).stdout)
    assert [(one["name"], one["own"], one["trusted"]) for one in listed] == [
        ("release", True, False)
    ]

    password = tmp_path / "password"
    password.write_text("secret\n")
    made = run("keys", "new", "locked", "--password-file", password, home=home)
    assert made.returncode == 0
    assert "ENCRYPTED" in (home / "keys/locked.key").read_text()
    locked = run("sign", "loan:b1", "--key", "locked", home=home)
    assert locked.returncode == PERMISSION
    assert "the key has a password" in locked.stderr
    opened = run("sign", "loan:b1", "--key", "locked", home=home, EKIBEN_KEY_PASSWORD="secret")
    assert opened.returncode == 0, opened.stderr
    several = run("sign", "loan:b1", home=home)
    assert several.returncode == INVALID
    assert several.stderr.endswith("hint: --key says which one signs\n")
