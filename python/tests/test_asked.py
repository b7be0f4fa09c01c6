# SPDX-License-Identifier: Apache-2.0
"""What the program asks Python is answered in JSON, errors too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def ask(*words: str) -> tuple[int, dict[str, Any]]:
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "ekiben.asked", str(writing), *words]
    done = subprocess.run(command, pass_fds=[writing], timeout=60, check=False)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return done.returncode, json.load(pipe)


def test_a_configuration_comes_whole_and_as_the_server_follows_it() -> None:
    code, answer = ask("configuration", "api_server.http.port=80", "runners.iris.timeout=5")
    assert code == 0
    assert answer["server"]["port"] == 80
    assert answer["configuration"]["runners"]["iris"]["traffic"]["timeout"] == 5


def test_what_is_wrong_with_it_is_an_invalid_argument() -> None:
    code, answer = ask("configuration", "api_server.prt=1")
    assert (code, answer["code"]) == (2, "InvalidArgument")
    assert "'prt'" in answer["message"]
    assert answer["hint"]


def test_what_the_users_module_has_started_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text(
        "import atexit, pathlib, threading, ekiben\n"
        "threading.Thread(target=threading.Event().wait).start()\n"
        f"atexit.register(pathlib.Path({str(tmp_path / 'left')!r}).touch)\n"
        "svc = ekiben.Service('waiting')\n"
    )
    code, answer = ask("describe-service", "service:svc", str(tmp_path))
    assert (code, answer["service"]) == (0, "service:svc")
    assert (tmp_path / "left").exists()
