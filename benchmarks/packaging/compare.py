# SPDX-License-Identifier: Apache-2.0
"""How long packing takes, beside BentoML in the same run, and how large and quick images are.

    python benchmarks/packaging/compare.py --rounds 5 --out benchmarks/results/packaging

Needs root (the image is run in its own root), `make install`, and BentoML's environments of
`make setup-test`. Everything that is built lies in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from harness.client import call  # noqa: E402
from harness.containers import Archive, Unpacked  # noqa: E402
from harness.program import binary, environment  # noqa: E402
from python_image import PythonImage, bentoml_installs  # noqa: E402

MB, KB = 1_000_000, 1_000
ROW = b"[[5.9, 3.0, 5.1, 1.8]]"
JSON = {"content-type": "application/json"}

TRAIN = """
import bentoml
from sklearn import datasets, svm
iris = datasets.load_iris()
bentoml.sklearn.save_model("iris_clf", svm.SVC().fit(iris.data, iris.target))
"""
BENTOFILE = "service: 'service:svc'\ninclude: ['*.py']\npython: {lock_packages: false}\n"
# The style of 1.0 and 1.1, which ekiben builds as well, and that of 1.4.
SERVICES = {
    "1.1": """import bentoml
from bentoml.io import NumpyNdarray
runner = bentoml.sklearn.get("iris_clf:latest").to_runner()
svc = bentoml.Service("iris_classifier", runners=[runner])
@svc.api(input=NumpyNdarray(), output=NumpyNdarray())
def classify(rows):
    return runner.predict.run(rows)
""",
    "1.4": """import bentoml
@bentoml.service(name="iris_classifier")
class svc:
    model = bentoml.models.BentoModel("iris_clf:latest")
    @bentoml.api
    def classify(self, rows: list[list[float]]) -> list[int]:
        return []
""",
}
VENVS = {"1.1": "venv-bentoml-1.1", "1.4": "venv-bentoml"}
GOALS = {
    "build / BentoML 1.1's": (0.2, ""),
    "build / BentoML 1.4's": (0.2, ""),
    "containerize, cold": (2.0, "s"),
    "containerize, unchanged": (0.3, "s"),
    "image, unpacked": (80.0, "MB"),
    "image, compressed": (30.0, "MB"),
    "first answer": (0.15, "s"),
    "Python image / BentoML 1.1's": (0.5, ""),
    "Python image, a line changed": (100.0, "kB"),
    "Python image, digests of two": (1.0, ""),
}
UNITS = {"Python image, unpacked": "MB", "Python image, compressed": "MB"}
UNITS["BentoML 1.1's Dockerfile, unpacked"] = "MB"


def timed(command: list[str | Path], **options: object) -> float:
    """Seconds that the command takes. One that fails ends the run with what it said."""
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    took = time.perf_counter() - begun
    if done.returncode != 0:
        sys.exit(f"error: {command}\n{done.stdout}\n{done.stderr}")
    return took


class BentoML:
    """One of its versions, with a store that has the model, and the service in its style."""

    def __init__(self, version: str, python: Path, folder: Path) -> None:
        self._python, self._project = python, folder / "project"
        self._project.mkdir(parents=True)
        (self._project / "service.py").write_text(SERVICES[version])
        (self._project / "bentofile.yaml").write_text(BENTOFILE)
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        home = {"BENTOML_HOME": str(folder / "home"), "BENTOML_DO_NOT_TRACK": "true"}
        self._environment = kept | home
        (folder / "train.py").write_text(TRAIN)
        timed([python, "train.py"], env=self._environment, cwd=folder)

    def build(self) -> float:
        """Seconds."""
        command = [self._python, "-m", "bentoml", "build"]
        return timed(command, env=self._environment, cwd=self._project)


class Ekiben:
    """The binary under test, with a store that has the model and a bento of it alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._project, self._home = folder / "project", folder / "home"
        self._project.mkdir(parents=True)
        (self._project / "service.py").write_text(SERVICES["1.1"])
        (self._project / "bentofile.yaml").write_text(BENTOFILE)
        self._environment = environment(self._home)
        (folder / "train.py").write_text(TRAIN)
        timed([binary(), "python", folder / "train.py"], env=self._environment)
        timed([binary(), "build", "iris_clf", "--version", "b1"], env=self._environment)

    def build(self) -> float:
        """Seconds, of the service in Python."""
        return timed([binary(), "build"], env=self._environment, cwd=self._project)

    def python_image(self) -> PythonImage:
        """That of the service in Python."""
        return PythonImage(self._folder / "python-image", self._home, SERVICES["1.1"], timed)

    def containerize(self, *, cold: bool) -> tuple[float, Archive]:
        """Seconds, of the model's bento, and its image."""
        if cold:
            shutil.rmtree(self._home / "cache", ignore_errors=True)
        tar = self._folder / "image.tar"
        command = [binary(), "containerize", "iris_clf:b1", "--output", tar]
        return timed(command, env=self._environment), Archive(tar)

    def first_answer(self, archive: Archive) -> float:
        """Seconds from the start of the image's program to its first right answer."""
        root = Path(tempfile.mkdtemp(dir=self._folder))
        unpacked = Unpacked(archive, root / "root")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        begun = time.perf_counter()
        process = unpacked.start("serve", "--production", "--port", str(port))
        try:
            while time.perf_counter() < begun + 30:
                try:
                    answer = call(f"http://127.0.0.1:{port}", "/predict", ROW, headers=JSON)
                except ConnectionRefusedError:
                    continue
                if answer.status == 200 and answer.json() == [2]:
                    return time.perf_counter() - begun
            sys.exit("error: the image gave no right answer in 30 s")
        finally:
            process.kill()
            process.communicate()


def venv_python(version: str) -> Path:
    """The interpreter of an environment with that BentoML."""
    return ROOT / "build" / VENVS[version] / "bin" / "python"


def measure(rounds: int, folder: Path) -> dict[str, list[float]]:
    """All values, by what they are of; the programs take turns in every round."""
    peers = {version: BentoML(version, venv_python(version), folder / version) for version in VENVS}
    ekiben = Ekiben(folder / "ekiben")
    values: dict[str, list[float]] = {}

    def note(what: str, value: float) -> None:
        values.setdefault(what, []).append(value)

    for _ in range(rounds):
        ours = ekiben.build()
        note("build", ours)
        for version, peer in peers.items():
            theirs = peer.build()
            note(f"build, BentoML {version}", theirs)
            note(f"build / BentoML {version}'s", ours / theirs)
        note("containerize, cold", ekiben.containerize(cold=True)[0])
        took, archive = ekiben.containerize(cold=False)
        note("containerize, unchanged", took)
        note("first answer", ekiben.first_answer(archive))
    note("image, compressed", archive.path.stat().st_size / MB)
    note("image, unpacked", sum(len(layer) for layer in archive.layers()) / MB)
    image = ekiben.python_image().measure()
    theirs = bentoml_installs(venv_python("1.1"), folder, timed)
    note("Python image, cold", image["cold"])
    note("Python image, unchanged", image["unchanged"])
    note("Python image, compressed", image["compressed"] / MB)
    note("Python image, unpacked", image["unpacked"] / MB)
    note("BentoML 1.1's Dockerfile, unpacked", theirs / MB)
    note("Python image / BentoML 1.1's", image["unpacked"] / theirs)
    note("Python image, a line changed", image["new"] / KB)
    note("Python image, digests of two", image["digests"])
    return values


def report(values: dict[str, list[float]], rounds: int) -> str:
    """A page of the medians and the goals."""
    lines = [
        "# Packing a bento, and images",
        "",
        f"Medians of {rounds} rounds in one run, in which the programs took turns. What is of a Python",
        "image was measured once. BentoML 1.1's Dockerfile was not run: its packages were installed into",
        "a minimal Debian 12 with Python, which is less than python:3.N-slim. Of them the compilers of",
        "build-essential, which it always installs, are about 320 MB.",
        "",
        "| | median | from | to | goal |",
        "|---|---|---|---|---|",
    ]
    for what, found in values.items():
        most, unit = GOALS.get(what, (None, UNITS.get(what, "s")))
        goal = "" if most is None else f"≤ {most:g} {unit}".rstrip()
        numbers = [f"{one:.3g}" for one in (statistics.median(found), min(found), max(found))]
        lines.append(f"| {what} | {numbers[0]} {unit} | {numbers[1]} | {numbers[2]} | {goal} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, required=True, help="without .json and .md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ekiben-packaging-") as folder:
        values = measure(options.rounds, Path(folder))
    page = report(values, options.rounds)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.with_suffix(".json").write_text(json.dumps(values, indent=1) + "\n")
    options.out.with_suffix(".md").write_text(page)
    print(page)
    missed = [what for what, (most, _) in GOALS.items() if statistics.median(values[what]) > most]
    for what in missed:
        print(f"not reached: {what}", file=sys.stderr)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
