# SPDX-License-Identifier: Apache-2.0
"""Mistakes that are not told well yet."""

from __future__ import annotations

from pathlib import Path

from e2e.test_service_mistakes import ECHO, RUNNABLE, errors, serve
from harness.program import run


def test_a_constructor_that_raises_ends_serve_with_its_error(tmp_path: Path) -> None:
    broken = "    def __init__(self):\n        raise RuntimeError('no weights')\n"
    runnable = RUNNABLE.replace("THREADING = True\n", f"THREADING = True\n\n{broken}")
    done = serve(tmp_path, f"{runnable}\nsvc = bentoml.Service('x', runners=[work])\n{ECHO}")
    said = errors(done)
    assert "runner 'work': " in said
    assert "RuntimeError: no weights" in said
    assert "{" not in said, "the worker's report is shown as JSON"
    assert f'File "{tmp_path}/service.py", line 9, in __init__' in done.stderr


def test_a_module_that_is_not_there_gets_the_nearest_file(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text("import bentoml\nsvc = bentoml.Service('x')\n")
    done = run("serve", "servce:svc", "--port", "0", home=tmp_path / "home", cwd=tmp_path)
    assert "servce.py" in done.stderr, "only a model of that name was looked for"
    assert "'service:svc'" in done.stderr
