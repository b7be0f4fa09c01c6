# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.svm import SVC

import ekiben

SCRIPT = """
import sys
import ekiben, ekiben.models, ekiben.sklearn, ekiben.onnx
heavy = {"numpy", "sklearn", "onnx", "onnxruntime", "pandas", "joblib", "cloudpickle"}
print(sorted(heavy & set(sys.modules)))
"""

SERVICE = """
import bentoml
from bentoml.io import JSON, NumpyNdarray, Text
runner = bentoml.sklearn.get("clf:latest").to_runner()
svc = bentoml.Service("classifier", runners=[runner])
@svc.api(input=NumpyNdarray(), output=NumpyNdarray())
def classify(rows):
    return runner.predict.run(rows)
@svc.api(input=Text(), output=JSON())
async def measure(text):
    return {"length": len(text)}
"""
DESCRIBE = """
import os, sys
from ekiben.asked import main
reading, writing = os.pipe()
told = os.dup(1)
code = main(writing, "describe-service", ["service:svc", sys.argv[1], "alias"])
os.write(told, f"{code} {sorted(set(sys.argv[2].split()) & set(sys.modules))}".encode())
"""
# Each takes a good part of the time that `ekiben build` has.
NOT_NEEDED = (
    "asyncio concurrent.futures difflib email html http.client importlib.metadata logging "
    "multiprocessing numpy pandas platform pydantic shutil sklearn socket ssl subprocess tempfile "
    "traceback uuid zipfile"
)


def test_importing_ekiben_imports_no_framework(home: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_a_service_is_described_without_what_only_serving_needs(home: Path, tmp_path: Path) -> None:
    ekiben.sklearn.save_model("clf", SVC().fit([[0.0], [1.0]], [0, 1]))
    (tmp_path / "service.py").write_text(SERVICE)
    ran = subprocess.run(
        [sys.executable, "-c", DESCRIBE, str(tmp_path), NOT_NEEDED],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "0 []"


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
