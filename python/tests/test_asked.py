# SPDX-License-Identifier: Apache-2.0
"""What the program asks Python is answered in JSON, errors too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import ekiben


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


def test_a_model_goes_out_and_comes_in(home: Path, tmp_path: Path, monkeypatch: Any) -> None:
    with ekiben.models.create("rules") as model:
        Path(model.path_of("rules.txt")).write_text("amount > 1000")
    file = str(tmp_path / "rules.zip")
    assert ask("export-model", "rules", file) == (0, {"tag": str(model.tag), "path": file})
    monkeypatch.setenv("EKIBEN_HOME", str(tmp_path / "other"))
    assert ask("import-model", file) == (0, {"tag": str(model.tag)})
    code, answer = ask("export-model", "roles", file)
    assert (code, answer["code"]) == (2, "NotFound")
