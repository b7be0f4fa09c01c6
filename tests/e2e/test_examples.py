# SPDX-License-Identifier: Apache-2.0
"""Each folder of examples/ as its README says: train, save, serve, ask."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.client import call
from harness.program import ROOT, run_python
from harness.service import TORCH_PYTHON, serve
from sklearn import datasets

EXAMPLES = ROOT / "examples"


def run_script(*arguments: str | Path, home: Path, python: Path = Path(sys.executable)) -> None:
    done = run_python("-m", "ekiben.script", *arguments, home=home, python=python)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Model(tag="), done.stdout


def test_iris_a_function_asks_a_saved_classifier(tmp_path: Path) -> None:
    home = tmp_path / "home"
    trained = run_python(EXAMPLES / "iris" / "train.py", home=home)
    assert trained.returncode == 0, trained.stderr
    with serve(EXAMPLES / "iris", home, out=tmp_path) as server:
        answer = call(server.url, "/classify", b"[[5.9, 3, 5.1, 1.8]]")
        assert (answer.status, answer.body) == (200, b"[2]")
        rows = b"[[5.1, 3.5, 1.4, 0.2], [6.4, 3.2, 4.5, 1.5], [5.9, 3, 5.1, 1.8]]"
        assert call(server.url, "/classify", rows).json() == [0, 1, 2]
        assert "/classify" in call(server.url, "/docs.json").json()["paths"]
        assert "runner  iris_clf runs natively" in server.stdout


def test_ocr_sentiment_sends_an_image_to_one_runner_and_its_text_to_the_next(
    tmp_path: Path,
) -> None:
    folder, home = EXAMPLES / "ocr_sentiment", tmp_path / "home"
    run_script("--bentoml", folder / "save.py", home=home, python=TORCH_PYTHON)
    wanted = {
        "hotel": "positive",
        "soup": "negative",
        "song": "positive",
        "phone": "negative",
        "meal": "positive",
    }
    with serve(folder, home, "--bentoml", python=TORCH_PYTHON, out=tmp_path) as server:
        for name, mood in wanted.items():
            page = (folder / "pages" / f"{name}.png").read_bytes()
            answer = call(server.url, "/classify", page, headers={"content-type": "image/png"})
            assert (answer.status, answer.body.decode()) == (200, mood), name
            assert (answer.header("content-type") or "").startswith("text/plain")
        wrong = call(server.url, "/classify", b"no image", headers={"content-type": "image/png"})
        assert wrong.status == 400
        assert "image" in wrong.json()["error"]


def test_parallel_graph_joins_the_answers_of_two_models(tmp_path: Path) -> None:
    folder, home = EXAMPLES / "parallel_graph", tmp_path / "home"
    run_script("--bentoml", folder / "save.py", home=home, python=TORCH_PYTHON)
    cancer = datasets.load_breast_cancer()
    names = [str(name) for name in cancer.feature_names]
    with serve(folder, home, "--bentoml", python=TORCH_PYTHON, out=tmp_path) as server:
        assert "runner  model_a runs natively" in server.stdout
        assert "runner  model_b runs in 1 Python worker" in server.stdout

        def ask(row: list[float]) -> dict[str, object]:
            body = json.dumps(dict(zip(names, row, strict=True))).encode()
            answer = call(server.url, "/predict", body)
            assert answer.status == 200, answer.body
            return answer.json()

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask, cancer.data[:100].tolist()))
        assert all(
            answer.keys() == {"xgboost", "pytorch", "benign", "agreed"} for answer in answers
        )
        pairs = zip(answers, cancer.target, strict=False)
        assert sum(answer["benign"] == bool(label) for answer, label in pairs) > 85
        wrong = call(server.url, "/predict", b'{"mean radius": 12.1}')
        assert (wrong.status, wrong.json()["error"]) == (400, "'mean texture' is missing")


def test_batching_joins_single_requests_and_gives_each_its_own_row(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run_script(EXAMPLES / "batching" / "save.py", home=home)
    images, digits = datasets.load_digits(return_X_y=True)
    bodies = [json.dumps(image.reshape(8, 8).tolist()).encode() for image in images[:400]]
    with serve(EXAMPLES / "batching", home, out=tmp_path) as server:
        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(lambda body: call(server.url, "/read", body), bodies))
        assert {answer.status for answer in answers} == {200}
        read = [answer.json()["digit"] for answer in answers]
        # Answers that went to other requests would agree with the labels one time in ten.
        right = sum(int(one == digit) for one, digit in zip(read, digits, strict=False))
        assert right > 0.95 * len(bodies)
        rows = server.metric('ekiben_batch_rows_sum{runner="digit_reader.__call__"}')
        batches = server.metric('ekiben_batch_rows_count{runner="digit_reader.__call__"}')
        assert rows == len(bodies)
        assert batches < rows / 2, f"{rows:.0f} rows came in {batches:.0f} batches"

        wrong = call(server.url, "/read", b"[[1, 2], [3, 4]]")
        assert wrong.status == 400
        assert "[8, 8]" in wrong.json()["error"]
