# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import ekiben

SCRIPT = """
import sys
import ekiben, ekiben.models, ekiben.sklearn, ekiben.onnx
heavy = {"numpy", "sklearn", "onnx", "onnxruntime", "pandas", "joblib", "cloudpickle"}
print(sorted(heavy & set(sys.modules)))
"""


def test_importing_ekiben_imports_no_framework(home: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_the_public_names_are_there() -> None:
    assert all(getattr(ekiben, name) is not None for name in ekiben.__all__)
    assert set(dir(ekiben)) == set(ekiben.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'spacy'"):
        _ = ekiben.spacy


def test_errors_say_what_and_what_next() -> None:
    error = ekiben.NotFound("model 'a' is not in the store", hint="see `ekiben models list`")
    assert isinstance(error, ekiben.EkibenError)
    assert str(error) == "model 'a' is not in the store\nhint: see `ekiben models list`"
    assert str(ekiben.Internal("it broke")) == "it broke"
