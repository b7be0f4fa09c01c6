# SPDX-License-Identifier: Apache-2.0
"""A service that cannot be served ends `ekiben serve` with one message: what, and in which line."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest
from harness.program import run
from harness.service import write_service
from harness.store import Store

BEGINNING = "import bentoml\nfrom bentoml.io import Text\n"
ECHO = """
@svc.api(input=Text(), output=Text())
def echo(text):
    return text
"""


def serve(
    folder: Path, source: str, target: str = "service:svc", home: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """`ekiben serve`, which has to end by itself."""
    (folder / "service.py").write_text(BEGINNING + source)
    options = ("--port", "0", "--working-dir", folder, "--python", sys.executable)
    return run("serve", target, *options, "--api-workers", "2", home=home or folder / "home")


def errors(done: subprocess.CompletedProcess[str]) -> str:
    """What it says from `error:` on. It said so once, and none of ekiben's own frames."""
    assert done.returncode == 1, done
    assert done.stderr.count("error: ") == 1, done.stderr
    assert "ekiben/worker" not in done.stderr, done.stderr
    assert "ready" not in done.stdout
    return done.stderr[done.stderr.index("error: ") :]


def test_an_import_error_names_the_users_line_and_the_package(tmp_path: Path) -> None:
    done = serve(tmp_path, "import nunpy\nsvc = bentoml.Service('x')\n")
    assert f"'service:svc': {tmp_path}/service.py:3: ModuleNotFoundError" in errors(done)
    assert "hint: pip install nunpy" in done.stderr
    assert f'File "{tmp_path}/service.py", line 3' in done.stderr
    assert "importlib" not in done.stderr


def test_an_error_in_a_module_beside_it_names_that_modules_line(tmp_path: Path) -> None:
    write_service(tmp_path, "def rate():\n    return 1 / 0\n", "helper.py")
    done = serve(tmp_path, "import helper\nRATE = helper.rate()\nsvc = bentoml.Service('x')\n")
    assert f"{tmp_path}/helper.py:2: ZeroDivisionError: division by zero" in errors(done)
    assert f'File "{tmp_path}/service.py", line 4' in done.stderr


def test_a_syntax_error_names_the_line(tmp_path: Path) -> None:
    said = errors(serve(tmp_path, "svc = bentoml.Service('x'\n"))
    assert f"{tmp_path}/service.py:3: SyntaxError: '(' was never closed" in said


def test_a_service_that_is_not_there_gets_the_nearest_name(tmp_path: Path) -> None:
    done = serve(tmp_path, "svc = bentoml.Service('x')\n", "service:svcc")
    assert "has no 'svcc'" in errors(done)
    assert "hint: did you mean 'service:svc'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_no_service_is_named(tmp_path: Path) -> None:
    done = serve(tmp_path, "svc = bentoml.Service('x')\nother = 3\n", "service:other")
    assert "'service:other' is a int, not an ekiben.Service" in errors(done)
    assert "hint: write 'service:svc'" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_apis_on_one_route_are_named_with_both_lines(tmp_path: Path) -> None:
    second = ECHO.replace("def echo", "def again").replace("Text())\n", 'Text(), route="echo")\n')
    done = serve(tmp_path, f"svc = bentoml.Service('x')\n{ECHO}\n{second}")
    said = errors(done)
    assert f"{tmp_path}/service.py:10: service 'x' already has an API at the route '/echo'" in said
    assert f"at {tmp_path}/service.py:5" in said
    assert "hint: give one of them another name or route" in said
    assert "Traceback" not in done.stderr


def test_a_missing_model_is_named_with_the_nearest_and_the_line(
    tmp_path: Path, store: Store
) -> None:
    source = "runner = bentoml.sklearn.get('iris_cfl:latest').to_runner()\n"
    done = serve(tmp_path, source, home=store.home)
    assert f"{tmp_path}/service.py:3: model 'iris_cfl:latest' is not in the store" in errors(done)
    assert "hint: did you mean 'iris_clf'" in done.stderr
    assert "Traceback" not in done.stderr


RUNNABLE = """
class Work(bentoml.Runnable):
    SUPPORTED_RESOURCES = ("cpu",)
    SUPPORTS_CPU_MULTI_THREADING = True

    @bentoml.Runnable.method(batchable=False)
    def work(self, x):
        return x

work = bentoml.Runner(Work)
"""


@pytest.mark.parametrize("through_a_helper", [False, True])
def test_a_runner_that_no_service_lists_is_named_with_its_line(
    tmp_path: Path, through_a_helper: bool
) -> None:
    call = "helper(text)" if through_a_helper else "work.run(text)"
    helper = "def helper(text):\n    return work.run(text)\n"
    source = f"{RUNNABLE}\nsvc = bentoml.Service('x')\n{helper}{ECHO}".replace(
        "return text", f"return {call}"
    )
    done = serve(tmp_path, source)
    said = errors(done)
    assert f"API 'echo' calls runner 'work', made at {tmp_path}/service.py:12" in said
    assert "which service 'x' does not list" in said
    assert f"hint: list it where the service is made, at {tmp_path}/service.py:14" in said
    assert "Traceback" not in done.stderr


def test_a_startup_hook_that_raises_ends_serve_with_its_error(tmp_path: Path) -> None:
    hook = "@svc.on_startup\ndef connect():\n    raise RuntimeError('no database')\n"
    done = serve(tmp_path, f"svc = bentoml.Service('x')\n{hook}{ECHO}")
    said = errors(done)
    assert f"cannot start 'service:svc': {tmp_path}/service.py:6: RuntimeError: no database" in said
    assert f'File "{tmp_path}/service.py", line 6, in connect' in done.stderr
    assert "concurrent" not in done.stderr


def test_a_module_that_ends_the_process_ends_serve(tmp_path: Path) -> None:
    assert "ended while loading: exit status 3" in errors(serve(tmp_path, "import os\nos._exit(3)"))
    assert "SystemExit: no licence" in errors(serve(tmp_path, "raise SystemExit('no licence')\n"))


def test_an_interpreter_without_ekiben_is_named_with_what_to_do(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare")
    (tmp_path / "service.py").write_text(BEGINNING)
    python = tmp_path / "bare" / "bin" / "python"
    options = ("--port", "0", "--working-dir", tmp_path, "--python", python)
    said = errors(run("serve", "service:svc", *options, home=tmp_path, PYTHONPATH=""))
    assert "the Python worker ended while loading" in said
    assert f"install it for '{python}'" in said
    assert "--python" in said


def test_a_constructor_that_raises_ends_serve_with_its_error(tmp_path: Path) -> None:
    broken = "    def __init__(self):\n        raise RuntimeError('no weights')\n"
    runnable = RUNNABLE.replace("THREADING = True\n", f"THREADING = True\n\n{broken}")
    done = serve(tmp_path, f"{runnable}\nsvc = bentoml.Service('x', runners=[work])\n{ECHO}")
    said = errors(done)
    assert "runner 'work': cannot start 'service:svc': " in said
    assert f"{tmp_path}/service.py:9: RuntimeError: no weights" in said
    assert "{" not in said, "the worker's report is shown as JSON"
    assert f'File "{tmp_path}/service.py", line 9, in __init__' in done.stderr


def test_arguments_that_a_constructor_does_not_take_are_named_with_the_runners_line(
    tmp_path: Path,
) -> None:
    runnable = RUNNABLE.replace("Runner(Work)", "Runner(Work, runnable_init_params={'size': 1})")
    done = serve(tmp_path, f"{runnable}\nsvc = bentoml.Service('x', runners=[work])\n{ECHO}")
    said = errors(done)
    assert (
        f"{tmp_path}/service.py:12: runnable_init_params of runner 'work' do not fit Work" in said
    )
    assert "unexpected keyword argument 'size'" in said
    assert "Traceback" not in done.stderr


def test_a_module_of_the_folder_is_not_to_be_installed(tmp_path: Path) -> None:
    write_service(tmp_path, "", "helper.py")
    done = serve(tmp_path, "import helpr\n")
    assert "No module named 'helpr'" in errors(done)
    assert "hint: did you mean 'helper'?" in done.stderr


def test_a_package_is_named_as_it_is_installed(tmp_path: Path) -> None:
    done = serve(tmp_path, "import cv2\n")
    assert "hint: pip install opencv-python-headless" in errors(done)


def test_a_mistyped_name_of_the_library_gets_the_nearest(tmp_path: Path) -> None:
    done = serve(tmp_path, "runner = bentoml.skleran.get('x')\n")
    assert f"{tmp_path}/service.py:3: AttributeError: " in errors(done)
    assert "has no attribute 'skleran'; did you mean 'sklearn'?" in done.stderr


def test_a_module_that_is_not_there_gets_the_nearest_file(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text("import bentoml\nsvc = bentoml.Service('x')\n")
    done = run("serve", "servce:svc", "--port", "0", home=tmp_path / "home", cwd=tmp_path)
    assert "servce.py" in done.stderr, "only a model of that name was looked for"
    assert "'service:svc'" in done.stderr
