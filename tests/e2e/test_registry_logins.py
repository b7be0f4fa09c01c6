# SPDX-License-Identifier: Apache-2.0
"""Registries that want to know who asks: by a password, by a helper, by a token."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from harness.program import run
from harness.registry import Registry
from harness.store import loan_home

PERMISSION = 7
USER, PASSWORD = "me", "s:cret"
LOGIN = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
HASHED = "$2y$05$abcdefghijklmnopqrstuu49bmewiittwnvuj/vFgzYzqzdo5wdXG"  # bcrypt of PASSWORD.


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return loan_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("guarded")
    users = folder / "htpasswd"
    users.write_text(f"{USER}:{HASHED}\n")
    auth = f"auth: {{htpasswd: {{realm: tests, path: {users}}}}}"
    with Registry(folder / "registry", auth) as one:
        yield one


def docker_config(folder: Path, config: dict) -> dict[str, str]:
    """Variables with which nobody is logged in but as `config` says."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    return {"DOCKER_CONFIG": str(folder), "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}


def test_docker_s_login_is_used(guarded: Registry, home: Path, tmp_path: Path) -> None:
    variables = docker_config(tmp_path / "docker", {"auths": {guarded.host: {"auth": LOGIN}}})
    done = run("models", "push", "loan:v1", f"{guarded.host}/loan", home=home, **variables)
    assert done.returncode == 0, done.stderr
    pulled = run("pull", f"{guarded.host}/loan:v1", home=tmp_path / "home", **variables)
    assert pulled.returncode == 0, pulled.stderr


def test_podman_s_login_is_used(guarded: Registry, home: Path, tmp_path: Path) -> None:
    variables = docker_config(tmp_path / "docker", {})
    auth = tmp_path / "auth.json"
    auth.write_text(json.dumps({"auths": {f"{guarded.host}/podman": {"auth": LOGIN}}}))
    variables["REGISTRY_AUTH_FILE"] = str(auth)
    done = run("models", "push", "loan:v1", f"{guarded.host}/podman/loan", home=home, **variables)
    assert done.returncode == 0, done.stderr


def test_a_helper_is_asked(guarded: Registry, home: Path, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "docker-credential-test"
    program.parent.mkdir()
    answer = json.dumps({"Username": USER, "Secret": PASSWORD})
    program.write_text(f"#!/bin/sh\necho \"$1 $(cat)\" >{tmp_path}/asked\necho '{answer}'\n")
    program.chmod(0o755)
    config = {"credHelpers": {guarded.host: "test"}}
    variables = docker_config(tmp_path / "docker", config)
    path = f"{program.parent}:/usr/bin:/bin"
    done = run(
        "models", "push", "loan:v1", f"{guarded.host}/helped", home=home, PATH=path, **variables
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "asked").read_text().strip() == f"get {guarded.host}"


def test_nobody_and_the_wrong_one_are_told_what_to_do(
    guarded: Registry, home: Path, tmp_path: Path
) -> None:
    nobody = docker_config(tmp_path / "nobody", {})
    done = run("models", "push", "loan:v1", f"{guarded.host}/loan", home=home, **nobody)
    assert done.returncode == PERMISSION
    assert done.stderr.splitlines() == [
        f"error: registry '{guarded.host}' wants to know who asks for 'loan'",
        f"hint: `docker login {guarded.host}` or `podman login {guarded.host}`",
    ]
    wrong = base64.b64encode(b"me:wr0ng").decode()
    variables = docker_config(tmp_path / "wrong", {"auths": {guarded.host: {"auth": wrong}}})
    done = run("pull", f"{guarded.host}/loan:v1", home=tmp_path / "home", **variables)
    assert done.returncode == PERMISSION
    assert "does not let 'me'" in done.stderr
    assert "wr0ng" not in done.stderr and wrong not in done.stderr


class TokenServer:
    """Gives tokens that docker-registry takes, to who knows the password."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        openssl = shutil.which("openssl")
        assert openssl
        self._openssl, self._key = openssl, folder / "key.pem"
        self.certificate = folder / "certificate.pem"
        subprocess.run(
            [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=tests",
             "-days", "2", "-keyout", self._key, "-out", self.certificate],
            check=True, capture_output=True,
        )  # fmt: skip
        self.scopes: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.headers["Authorization"] != f"Basic {LOGIN}":
                    self.send_error(401)
                    return
                asked = parse_qs(urlsplit(self.path).query)
                body = json.dumps({"token": server._token(asked["service"][0], asked["scope"])})
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/token"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _token(self, service: str, scopes: list[str]) -> str:
        self.scopes += scopes
        parts = [scope.split(":") for scope in scopes]
        lines = self.certificate.read_text().splitlines()
        header = {"typ": "JWT", "alg": "RS256", "x5c": ["".join(lines[1:-1])]}
        now = int(time.time())
        claims = {
            "iss": "tests", "aud": service, "sub": USER, "jti": str(now),
            "nbf": now - 60, "iat": now - 60, "exp": now + 600,
            "access": [
                {"type": kind, "name": name, "actions": actions.split(",")}
                for kind, name, actions in parts
            ],
        }  # fmt: skip
        text = ".".join(_base64(json.dumps(one).encode()) for one in (header, claims))
        signed = subprocess.run(
            [self._openssl, "dgst", "-sha256", "-sign", self._key],
            input=text.encode(), check=True, capture_output=True,
        ).stdout  # fmt: skip
        return f"{text}.{_base64(signed)}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_tokens_are_fetched_for_what_is_done(home: Path, tmp_path: Path) -> None:
    tokens = TokenServer(tmp_path / "tokens")
    auth = (
        f"auth: {{token: {{realm: '{tokens.url}', service: tests, issuer: tests, "
        f"rootcertbundle: {tokens.certificate}}}}}"
    )
    with Registry(tmp_path / "registry", auth) as registry:
        config = {"auths": {registry.host: {"auth": LOGIN}}}
        variables = docker_config(tmp_path / "docker", config)
        done = run(
            "models", "push", "loan:v1", f"{registry.host}/team/loan", home=home, **variables
        )
        assert done.returncode == 0, done.stderr
        assert set(tokens.scopes) == {"repository:team/loan:pull,push"}
        tokens.scopes.clear()
        done = run("models", "push", "loan:v1", f"{registry.host}/other", home=home, **variables)
        assert done.returncode == 0, done.stderr
        assert "mounted" in done.stderr and "sent" not in done.stderr
        assert set(tokens.scopes) == {"repository:other:pull,push", "repository:team/loan:pull"}
        tokens.scopes.clear()
        done = run("pull", f"{registry.host}/team/loan:v1", home=tmp_path / "home", **variables)
        assert done.returncode == 0, done.stderr
        assert tokens.scopes == ["repository:team/loan:pull"]

        nobody = docker_config(tmp_path / "nobody", {})
        done = run("pull", f"{registry.host}/team/loan:v1", home=tmp_path / "no", **nobody)
        assert done.returncode == PERMISSION
    tokens.close()


def test_a_certificate_has_to_be_trusted(home: Path, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    assert openssl
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=tests", "-days",
         "2", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = f", tls: {{certificate: {certificate}, key: {key}}}"
    with Registry(tmp_path / "registry", tls=tls) as registry:
        name = f"{registry.host}/loan"
        trusting = {"SSL_CERT_FILE": str(certificate)}
        done = run("models", "push", "loan:v1", name, home=home, **trusting)
        assert done.returncode == 0, done.stderr
        pulled = run("pull", f"{name}:v1", home=tmp_path / "home", **trusting)
        assert pulled.returncode == 0, pulled.stderr

        refused = run("pull", f"{name}:v1", home=tmp_path / "other")
        assert refused.returncode == PERMISSION
        assert "the certificate of '127.0.0.1" in refused.stderr
        assert "is not trusted: " in refused.stderr

        name = name.replace("127.0.0.1", "localhost")
        other = run("pull", f"{name}:v1", home=tmp_path / "other", **trusting)
        assert other.returncode == PERMISSION
        assert not (tmp_path / "other" / "models").exists()
