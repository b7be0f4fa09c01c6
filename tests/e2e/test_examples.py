# SPDX-License-Identifier: Apache-2.0
"""Each folder of examples/: the commands of its README, and its programs under both names."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from harness.client import call
from harness.program import ROOT, python_path
from harness.readme import Command, Reader, commands
from harness.service import TORCH_PYTHON, serve
from sklearn import datasets

EXAMPLES = ROOT / "examples"
WITH_TORCH = ("ocr_sentiment", "parallel_graph")

Home = Callable[[str], Path]
BOTH_NAMES = pytest.mark.parametrize("name", ["bentoml", "ekiben"])


def python_of(example: str) -> Path:
    return TORCH_PYTHON if example in WITH_TORCH else Path(sys.executable)


def forced(example: str) -> tuple[str, ...]:
    """Python with PyTorch has BentoML too, as its tests need it."""
    return ("--bentoml",) if example in WITH_TORCH else ()


def saves(command: Command) -> bool:
    return command.text.startswith(("python ", "ekiben python "))


def is_of_a_bento(command: Command) -> bool:
    """Locking needs the network, and an image a docker: other tests have what stands for both."""
    words = ("ekiben build", "ekiben containerize ", "ekiben serve iris_classifier")
    return command.text.startswith(words)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The store that an example's README has made, once for all tests."""
    made: dict[str, Path] = {}

    def of(example: str) -> Path:
        if example not in made:
            folder, python = tmp_path_factory.mktemp(example), python_of(example)
            with Reader(EXAMPLES / example, folder / "home", python, folder) as reader:
                for command in filter(saves, commands(EXAMPLES / example / "README.md")):
                    text = command.text
                    if forced(example):
                        text = text.replace("ekiben python", "ekiben python --bentoml")
                    printed = reader.type(Command(text, ""), **python_path(python))
                    assert printed.startswith("Model(tag="), printed
            made[example] = folder / "home"
        return made[example]

    return of


def source(example: str, name: str, folder: Path) -> Path:
    """The example as it is, or with `import ekiben` in place of `import bentoml`."""
    if name == "bentoml":
        return EXAMPLES / example
    copy = shutil.copytree(EXAMPLES / example, folder / example)
    for module in copy.glob("*.py"):
        module.write_text(re.sub(r"\bbentoml\b", name, module.read_text()))
    return copy


def service(example: str, name: str, home: Home, folder: Path):
    options = forced(example) if name == "bentoml" else ()
    python = python_of(example)
    return serve(
        source(example, name, folder), home(example), *options, python=python, out=folder / "out"
    )


@pytest.mark.parametrize("example", sorted(one.name for one in EXAMPLES.iterdir()))
def test_the_readme_leads_to_the_answers_that_it_shows(
    example: str, home: Home, tmp_path: Path
) -> None:
    python = python_of(example)
    page = commands(EXAMPLES / example / "README.md")
    with Reader(EXAMPLES / example, home(example), python, tmp_path) as reader:
        asked = 0
        for command in [one for one in page if not saves(one) and not is_of_a_bento(one)]:
            if command.text.startswith("ekiben serve "):
                reader.type(command, *forced(example), **python_path(python))
                continue
            printed = reader.type(command, "-sS" if " | " not in command.text else "")
            assert printed.strip() == command.says or (not command.says and printed)
            asked += 1
    assert asked


@BOTH_NAMES
def test_iris_a_function_asks_a_saved_classifier(name: str, home: Home, tmp_path: Path) -> None:
    with service("iris", name, home, tmp_path) as server:
        answer = call(server.url, "/classify", b"[[5.9, 3, 5.1, 1.8]]")
        assert (answer.status, answer.body) == (200, b"[2]")
        rows = b"[[5.1, 3.5, 1.4, 0.2], [6.4, 3.2, 4.5, 1.5], [5.9, 3, 5.1, 1.8]]"
        assert call(server.url, "/classify", rows).json() == [0, 1, 2]
        assert "/classify" in call(server.url, "/docs.json").json()["paths"]
        assert "runner  iris_clf runs natively" in server.stdout


@BOTH_NAMES
def test_ocr_sentiment_sends_an_image_to_one_runner_and_its_text_to_the_next(
    name: str, home: Home, tmp_path: Path
) -> None:
    moods = {
        "hotel": "positive",
        "soup": "negative",
        "song": "positive",
        "phone": "negative",
        "meal": "positive",
    }
    with service("ocr_sentiment", name, home, tmp_path) as server:
        for page, mood in moods.items():
            image = (EXAMPLES / "ocr_sentiment" / "pages" / f"{page}.png").read_bytes()
            answer = call(server.url, "/classify", image, headers={"content-type": "image/png"})
            assert (answer.status, answer.body.decode()) == (200, mood), page
            assert (answer.header("content-type") or "").startswith("text/plain")
        wrong = call(server.url, "/classify", b"no image", headers={"content-type": "image/png"})
        assert wrong.status == 400
        assert "image" in wrong.json()["error"]


@BOTH_NAMES
def test_parallel_graph_joins_the_answers_of_two_models(
    name: str, home: Home, tmp_path: Path
) -> None:
    cancer = datasets.load_breast_cancer()
    names = [str(one) for one in cancer.feature_names]
    with service("parallel_graph", name, home, tmp_path) as server:
        assert "runner  model_a runs natively" in server.stdout
        assert "runner  model_b runs in 1 Python worker" in server.stdout

        def ask(row: list[float]) -> dict[str, object]:
            body = json.dumps(dict(zip(names, row, strict=True))).encode()
            answer = call(server.url, "/predict", body)
            assert answer.status == 200, answer.body
            return answer.json()

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask, cancer.data[:100].tolist()))
        assert all(one.keys() == {"xgboost", "pytorch", "benign", "agreed"} for one in answers)
        pairs = zip(answers, cancer.target, strict=False)
        assert sum(answer["benign"] == bool(label) for answer, label in pairs) > 85
        wrong = call(server.url, "/predict", b'{"mean radius": 12.1}')
        assert (wrong.status, wrong.json()["error"]) == (400, "'mean texture' is missing")


@BOTH_NAMES
def test_batching_joins_single_requests_and_gives_each_its_own_row(
    name: str, home: Home, tmp_path: Path
) -> None:
    images, digits = datasets.load_digits(return_X_y=True)
    bodies = [json.dumps(image.reshape(8, 8).tolist()).encode() for image in images[:400]]
    with service("batching", name, home, tmp_path) as server:
        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(lambda body: call(server.url, "/read", body), bodies))
        assert {answer.status for answer in answers} == {200}
        read = np.array([answer.json()["digit"] for answer in answers])
        # Answers that went to other requests would agree with the labels one time in ten.
        assert (read == digits[: len(read)]).mean() > 0.95
        rows = server.metric('ekiben_batch_rows_sum{runner="digit_reader.__call__"}')
        batches = server.metric('ekiben_batch_rows_count{runner="digit_reader.__call__"}')
        assert rows == len(bodies)
        assert batches < rows / 2, f"{rows:.0f} rows came in {batches:.0f} batches"

        wrong = call(server.url, "/read", b"[[1, 2], [3, 4]]")
        assert wrong.status == 400
        assert "[8, 8]" in wrong.json()["error"]
