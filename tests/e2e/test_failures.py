# SPDX-License-Identifier: Apache-2.0
"""What cannot work ends with one clear line, a hint, and the exit code that is documented."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from harness.program import MODELS, PATIENCE, binary, environment, run
from harness.store import Store

FAILED, USAGE, NOT_FOUND, INVALID, PERMISSION = 1, 2, 3, 4, 7


def assert_fails(
    done: subprocess.CompletedProcess[str], code: int, *parts: str, hint: str | None = None
) -> None:
    """One line that begins with `error:` and has these parts, and maybe one with a hint."""
    lines = done.stderr.splitlines()
    assert done.returncode == code, done
    assert lines[0].startswith("error: "), done.stderr
    for part in parts:
        assert part in lines[0], done.stderr
    if hint is None:
        assert len(lines) <= 2, done.stderr
    else:
        assert lines[1].startswith("hint: "), done.stderr
        assert hint in lines[1], done.stderr
        assert len(lines) == 2, done.stderr


def serve(name: str, store: Store, **variables: str) -> subprocess.CompletedProcess[str]:
    return run("serve", name, "--port", "0", home=store.home, **variables)


def test_a_port_in_use(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("serve", "iris_clf", "--port", str(port), home=store.home)
    assert_fails(done, FAILED, f"cannot listen on 127.0.0.1:{port}", hint="--port")


def test_an_address_of_another_machine(store: Store) -> None:
    done = run("serve", "iris_clf", "--host", "192.0.2.1", "--port", "0", home=store.home)
    assert_fails(done, FAILED, "cannot listen on 192.0.2.1:0")
    done = run("serve", "iris_clf", "--host", "localhots", "--port", "0", home=store.home)
    assert_fails(done, INVALID, "'localhots'", hint="--host")


def test_an_unknown_model_names_the_nearest(store: Store) -> None:
    assert_fails(serve("iris_cfl", store), NOT_FOUND, "'iris_cfl'", hint="'iris_clf'")
    assert_fails(serve("iris_clf:nothing", store), NOT_FOUND, "'iris_clf:nothing'")
    done = run("models", "get", "sentimental_tfidf", home=store.home)
    assert_fails(done, NOT_FOUND, "'sentimental_tfidf'", hint="'sentiment_tfidf'")
    done = run("models", "delete", "iris_cfl", "-y", home=store.home)
    assert_fails(done, NOT_FOUND, "'iris_cfl'", hint="'iris_clf'")


def test_what_is_no_tag(store: Store) -> None:
    for text in ("Ünknown", "a:b:c", "", "../../etc", "iris_clf:../x"):
        done = run("models", "get", text, home=store.home)
        assert done.returncode in (NOT_FOUND, INVALID), text
        assert done.stderr.startswith("error: "), text


def test_mistyped_commands_and_options(store: Store) -> None:
    assert_fails(run("serv", home=store.home), USAGE, "'serv'", hint="'serve'")
    assert_fails(run("models", "lst", home=store.home), USAGE, "'lst'", hint="'list'")
    done = run("serve", "iris_clf", "--prot", "1", home=store.home)
    assert_fails(done, USAGE, "'--prot'", hint="'--port'")
    assert_fails(run("models", "get", home=store.home), USAGE, hint="--help")


def test_serve_without_a_target_means_this_folder(store: Store, tmp_path: Path) -> None:
    done = run("serve", "--working-dir", tmp_path, home=store.home)
    assert_fails(done, FAILED, str(tmp_path), "service.py", hint="--help")
    done = run("serve", "iris_clf", "--port", "99999", home=store.home)
    assert_fails(done, USAGE, "99999")
    done = run("models", "list", "-o", "xml", home=store.home)
    assert_fails(done, USAGE, "xml")


def test_a_model_that_only_python_can_run(store: Store) -> None:
    done = serve("only_python", store)
    assert_fails(done, FAILED, "only_python:", "without Python", "sample=")


def test_a_truncated_model_file(own_store: Store) -> None:
    file = own_store.folder("iris_clf") / "native" / "predict.onnx"
    file.write_bytes(file.read_bytes()[:100])
    assert_fails(serve("iris_clf", own_store), FAILED, "iris_clf:", "predict.onnx")


def test_a_model_file_of_garbage(own_store: Store) -> None:
    file = own_store.folder("iris_clf") / "native" / "predict.onnx"
    file.write_bytes(os.urandom(1000))
    assert_fails(serve("iris_clf", own_store), FAILED, "iris_clf:", "predict.onnx")


def test_an_empty_model_file(own_store: Store) -> None:
    file = own_store.folder("iris_clf") / "native" / "predict.onnx"
    file.write_bytes(b"")
    assert_fails(serve("iris_clf", own_store), FAILED, "iris_clf:", "predict.onnx")


def test_a_missing_model_file(own_store: Store) -> None:
    (own_store.folder("iris_clf") / "native" / "predict.onnx").unlink()
    assert_fails(serve("iris_clf", own_store), FAILED, "iris_clf", "predict.onnx")


def test_a_half_written_model_hides_no_other(own_store: Store) -> None:
    half = own_store.home / "models" / "half" / "abcdefgh"
    half.mkdir(parents=True)
    (half / "saved_model.onnx").write_bytes(b"half")
    assert_fails(serve("half", own_store), FAILED, "model.yaml")
    listed = run("models", "list", home=own_store.home)
    assert listed.returncode == 0
    assert "iris_clf" in listed.stdout
    assert listed.stderr.count("\n") == 1
    assert listed.stderr.startswith("warning: ")
    assert str(half) in listed.stderr


def test_a_model_yaml_of_garbage(own_store: Store) -> None:
    file = own_store.folder("iris_clf") / "model.yaml"
    for text in ("{", "a: [1\n", "\0\1\2", "name: iris_clf\n", "&a [*a, *a]\n"):
        file.write_text(text)
        assert_fails(serve("iris_clf", own_store), INVALID, "model.yaml")


def test_a_native_form_outside_of_the_model_is_not_read(own_store: Store) -> None:
    file = own_store.folder("iris_clf") / "model.yaml"
    outside = own_store.folder("iris_logistic") / "native" / "predict.onnx"
    relative = os.path.relpath(outside, file.parent)
    text = file.read_text()
    assert "native/predict.onnx" in text
    for path in (str(outside), relative):
        file.write_text(text.replace("native/predict.onnx", path))
        assert_fails(serve("iris_clf", own_store), INVALID, "model.yaml")


def test_a_missing_library(store: Store, tmp_path: Path) -> None:
    # A plugin looks beside itself, and here is nothing.
    installed = binary().parent.parent / "lib" / "ekiben" / "runtimes"
    runtimes = tmp_path / "lib" / "ekiben" / "runtimes"
    shutil.copytree(os.environ.get("EKIBEN_RUNTIMES", installed), runtimes)
    elsewhere = {"EKIBEN_RUNTIMES": str(runtimes), "EKIBEN_ONNXRUNTIME": "", "VIRTUAL_ENV": ""}
    done = serve("iris_clf", store, **elsewhere)
    assert_fails(done, FAILED, "cannot find ONNX Runtime", str(tmp_path), "pip install")


def test_a_library_that_is_none(store: Store, tmp_path: Path) -> None:
    for file in (tmp_path / "nothing", tmp_path / "text"):
        (tmp_path / "text").write_text("no library")
        done = serve("iris_clf", store, EKIBEN_ONNXRUNTIME=str(file))
        assert_fails(done, FAILED, "EKIBEN_ONNXRUNTIME", str(file))


def test_a_missing_plugin(own_store: Store, tmp_path: Path) -> None:
    done = serve("iris_clf", own_store, EKIBEN_RUNTIMES=str(tmp_path))
    assert_fails(done, NOT_FOUND, "'onnx'", str(tmp_path), hint="EKIBEN_RUNTIMES")


def test_a_store_that_is_a_file(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for command in (["models", "list"], ["serve", "iris_clf", "--port", "0"]):
        done = run(*command, home=file)
        assert done.returncode not in (0, 70)
        assert done.stderr.startswith("error: ")
        assert str(file) in done.stderr
    model = MODELS / "iris_svc.onnx"
    done = run("models", "import", model, "--name", "iris", home=file)
    assert_fails(done, FAILED, str(file))


# Root reads everything; without its capabilities it is a user like any other.
AS_ANYBODY = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []


@pytest.mark.parametrize("what", ["models/iris_clf", "models", "."])
def test_an_unreadable_folder(what: str, own_store: Store) -> None:
    folder = own_store.home / what
    folder.chmod(0)
    try:
        done = subprocess.run(
            [*AS_ANYBODY, binary(), "serve", "iris_clf", "--port", "0"],
            env=environment(own_store.home),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    finally:
        folder.chmod(0o755)
    assert_fails(done, PERMISSION, str(own_store.home))


def test_a_store_that_cannot_be_written(own_store: Store) -> None:
    shutil.rmtree(own_store.home / "tmp", ignore_errors=True)
    own_store.home.chmod(0o555)
    try:
        done = subprocess.run(
            [*AS_ANYBODY, binary(), "models", "import", MODELS / "iris_svc.onnx", "--name", "a"],
            env=environment(own_store.home),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    finally:
        own_store.home.chmod(0o755)
    assert_fails(done, PERMISSION, str(own_store.home))
    assert not (own_store.home / "models" / "a").exists()


def test_a_file_that_is_no_model(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_text("no model")
    done = run("models", "import", file, "--name", "broken", home=tmp_path)
    assert_fails(done, INVALID, str(file))
    assert not (tmp_path / "models" / "broken").exists()
    done = run("serve", str(file), "--port", "0", home=tmp_path)
    assert_fails(done, FAILED, str(file))
    done = run("models", "import", tmp_path / "none.onnx", "--name", "broken", home=tmp_path)
    assert_fails(done, NOT_FOUND, "none.onnx")
