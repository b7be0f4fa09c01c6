# SPDX-License-Identifier: Apache-2.0
"""`ekiben serve --reload`: what is saved is served, and no request is lost meanwhile."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness.client import call
from harness.program import PATIENCE, binary, environment, eventually, run_python
from harness.server import Server
from harness.service import serve, write_service

SERVICE = """
    import ekiben
    from ekiben.io import Text

    VALUE = "{value}"
    svc = ekiben.Service("words")

    @svc.api(input=Text(), output=Text())
    def word(text: str) -> str:
        return VALUE + text
"""


def word(server: Server, text: str = "") -> str:
    answer = call(server.url, "/word", text.encode(), headers={"content-type": "text/plain"})
    assert answer.status == 200, answer
    return answer.body.decode()


def save(folder: Path, value: str, source: str = SERVICE) -> None:
    write_service(folder, source.replace("{value}", value))


@contextmanager
def words(tmp_path: Path, *arguments: str, value: str = "one") -> Iterator[tuple[Server, Path]]:
    """A server of the words service, and the folder to save into."""
    folder = tmp_path / "work"
    save(folder, value)
    with serve(folder, tmp_path / "home", "--reload", *arguments, out=tmp_path / "out") as server:
        yield server, folder


def test_what_is_saved_is_served(tmp_path: Path) -> None:
    with words(tmp_path) as (server, folder):
        assert word(server) == "one"
        for value in ("two", "six", "ten"):  # Of one size, and faster than a file's second.
            save(folder, value)
            eventually(f"{value} is served", lambda value=value: word(server) == value)
        lines = re.findall(r"^reload  (\S+)  in \d+ ms$", server.stdout, re.MULTILINE)
        assert lines == ["service.py"] * 3


SLOW = (
    """
    import time
    from pathlib import Path

    Path("loading").touch()
    time.sleep(0.3)
"""
    + SERVICE
)


def test_what_is_saved_while_the_service_first_loads_is_served(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    save(folder, "one", SLOW)

    def save_soon() -> None:
        eventually("it loads", (folder / "loading").exists)
        save(folder, "two")

    saver = threading.Thread(target=save_soon)
    saver.start()
    with serve(folder, tmp_path / "home", "--reload", out=tmp_path / "out") as server:
        saver.join()
        eventually("two is served", lambda: word(server) == "two")


def test_no_request_is_lost_while_files_are_saved(tmp_path: Path) -> None:
    with words(tmp_path, "--api-workers", "2") as (server, folder):
        ended = threading.Event()
        seen: list[set[str]] = [set() for _ in range(4)]
        failed: list[BaseException] = []

        def ask(mine: set[str]) -> None:
            try:
                while not ended.is_set():
                    mine.add(word(server))
            except BaseException as error:  # Told by the test's own thread.
                failed.append(error)

        askers = [threading.Thread(target=ask, args=(mine,)) for mine in seen]
        for asker in askers:
            asker.start()
        values = [f"value{number}" for number in range(5)]
        try:
            for value in values:
                save(folder, value)
                eventually(
                    f"{value} is served", lambda value=value: failed or word(server) == value
                )
        finally:
            ended.set()
            for asker in askers:
                asker.join()
        assert not failed
        assert set().union(*seen) <= {"one", *values}


WAITING = """
    import time
    from pathlib import Path

    import ekiben
    from ekiben.io import Text

    VALUE = "{value}"
    svc = ekiben.Service("words")

    @svc.api(input=Text(), output=Text())
    def word(text: str) -> str:
        return VALUE

    @svc.api(input=Text(), output=Text())
    def later(file: str) -> str:
        Path(file + ".begun").touch()
        while not Path(file).exists():
            time.sleep(0.01)
        return VALUE

    @svc.api(input=Text(), output=Text())
    def pieces(file: str):
        yield VALUE
        Path(file + ".begun").touch()
        while not Path(file).exists():
            time.sleep(0.01)
        yield VALUE
"""


@pytest.mark.parametrize(("route", "times"), [("/later", 1), ("/pieces", 2)])
def test_a_request_under_way_ends_where_it_began(tmp_path: Path, route: str, times: int) -> None:
    folder, go = tmp_path / "work", tmp_path / "go"
    save(folder, "old", WAITING)
    with serve(folder, tmp_path / "home", "--reload", out=tmp_path / "out") as server:
        got: list[bytes] = []
        asked = urllib.request.Request(
            server.url + route, str(go).encode(), {"content-type": "text/plain"}
        )

        def ask() -> None:
            with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
                got.append(answer.read())

        asker = threading.Thread(target=ask)
        asker.start()
        eventually("it has begun", Path(f"{go}.begun").exists)
        save(folder, "new", WAITING)
        eventually("the new one is served", lambda: word(server) == "new")
        assert not got
        go.touch()
        asker.join()
        assert got == [b"old" * times]
        eventually("the old worker has ended", lambda: len(workers(server)) <= 2)


def workers(server: Server) -> list[int]:
    """The Python processes that the server has now, the one that stands by among them."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


BROKEN = {
    "a syntax error": ("def word(:\n", "service.py", "SyntaxError"),
    "an import that fails": ("import ekiben\nimport nothing_of_it\n", "nothing_of_it", "line 2"),
    "an exception": (
        "def made():\n    raise KeyError('no such key')\n\nmade()\n",
        "no such key",
        "in made",
    ),
    "a missing model": (
        "import ekiben\n\nrunner = ekiben.sklearn.get('no_model:latest').to_runner()\n",
        "no_model",
        "service.py:3",
    ),
    "no service": ("value = 1\n", "svc", "service.py"),
    "a process that ends": ("import os\nos._exit(3)\n", "exit status 3", "ended while loading"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_told_and_the_last_good_one_serves(tmp_path: Path, what: str) -> None:
    source, *parts = BROKEN[what]
    with words(tmp_path) as (server, folder):
        (folder / "service.py").write_text(source)
        eventually("the failure is told", lambda: "not reloaded" in server.stderr)
        for part in parts:
            assert part in server.stderr
        assert "ekiben/worker/" not in server.stderr
        assert "importlib" not in server.stderr
        assert word(server) == "one"
        save(folder, "two")
        eventually("the next good one is served", lambda: word(server) == "two")


HOOKED = (
    SERVICE
    + """
    from pathlib import Path

    @svc.on_shutdown
    def end():
        Path("ended-" + VALUE).touch()
"""
)


def test_the_old_one_runs_its_shutdown_hooks_and_only_one_stands_by(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    save(folder, "one", HOOKED)
    with serve(folder, tmp_path / "home", "--reload", out=tmp_path / "out") as server:
        for value in ("two", "six"):
            save(folder, value, HOOKED)
            eventually(f"{value} is served", lambda value=value: word(server) == value)
        eventually("the hooks have run", (folder / "ended-two").exists)
        assert (folder / "ended-one").exists()
        assert not (folder / "ended-six").exists()
        eventually("one serves and one stands by", lambda: len(workers(server)) == 2)
    assert (folder / "ended-six").exists()


OTHER = """
    import ekiben
    from ekiben.io import JSON, Text

    svc = ekiben.Service("words")

    @svc.api(input=JSON(), output=JSON())
    def count(words: list) -> int:
        return len(words)

    @svc.api(input=JSON(), output=JSON(), route="/word")
    def word(words: list) -> int:
        return len(words)
"""


def test_routes_descriptors_and_documents_follow(tmp_path: Path) -> None:
    with words(tmp_path) as (server, folder):
        assert word(server) == "one"
        write_service(folder, OTHER)
        eventually("the new API", lambda: call(server.url, "/count", b"[1, 2]").status == 200)
        assert call(server.url, "/word", b"[1]").json() == 1
        assert set(call(server.url, "/docs.json").json()["paths"]) >= {"/word", "/count"}
        assert call(server.url, "/docs").status == 200
        save(folder, "two")
        eventually("the API has gone", lambda: call(server.url, "/count", b"[1]").status == 404)
        assert word(server) == "two"
        counted = 'ekiben_request_total{route="/%s",code="200"}'
        assert server.metric(counted % "word") >= 3
        assert server.metric(counted % "count") >= 1


def test_files_that_do_not_count_reload_nothing(tmp_path: Path) -> None:
    with words(tmp_path) as (server, folder):
        (folder / "bentofile.yaml").write_text("service: service:svc\ninclude: [service.py]\n")
        eventually("the bentofile counts", lambda: "bentofile.yaml" in server.stdout)
        for name in ("notes.txt", ".service.py.swp", "service.py~", "other.py"):
            (folder / name).write_text("raise SystemExit\n")
        save(folder, "two")
        eventually("the service counts", lambda: word(server) == "two")
        assert server.stdout.count("reload  ") == 2
        assert "other.py" not in server.stdout


def test_a_module_that_the_service_imports_counts(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    write_service(folder, 'VALUE = "one"\n', name="helper.py")
    source = SERVICE.replace('VALUE = "{value}"', "from helper import VALUE")
    with serve(
        write_service(folder, source), tmp_path / "home", "--reload", out=tmp_path / "out"
    ) as server:
        assert word(server) == "one"
        write_service(folder, 'VALUE = "two"\n', name="helper.py")
        eventually("the module's value", lambda: word(server) == "two")


IRIS = """
    import ekiben
    from ekiben.io import JSON, NumpyNdarray

    runner = ekiben.sklearn.get("flowers:latest").to_runner()
    svc = ekiben.Service("flowers", runners=[runner])

    @svc.api(input=NumpyNdarray(), output=NumpyNdarray())
    def classify(rows):
        return runner.predict.run(rows)
"""

TRAIN = """
import sys
import ekiben.sklearn
from sklearn.dummy import DummyClassifier

model = DummyClassifier(strategy="constant", constant=int(sys.argv[1])).fit(
    [[0.0], [1.0]], [1, 2]
)
ekiben.sklearn.save_model("flowers", model)
"""


def test_a_new_version_of_a_model_is_served(tmp_path: Path) -> None:
    home, script = tmp_path / "home", tmp_path / "train.py"
    script.write_text(TRAIN)

    def train(answer: int) -> None:
        done = run_python(script, str(answer), home=home)
        assert done.returncode == 0, done.stderr

    train(1)
    folder = write_service(tmp_path / "work", IRIS)
    with serve(folder, home, "--reload", out=tmp_path / "out") as server:
        assert call(server.url, "/classify", b"[[0.5]]").json() == [1]
        train(2)
        eventually(
            "the new version", lambda: call(server.url, "/classify", b"[[0.5]]").json() == [2]
        )
        assert "reload  flowers:latest  in" in server.stdout


def test_production_does_not_reload(tmp_path: Path) -> None:
    with words(tmp_path, "--production") as (server, _):
        assert "--reload does nothing with --production" in server.stderr
        descriptors = Path(f"/proc/{server.process.pid}/fd").iterdir()
        assert not any("inotify" in str(one.readlink()) for one in descriptors)
        assert len(workers(server)) == 1


RUNNABLE = """
    import os

    import ekiben
    from ekiben.io import JSON

    class Where(ekiben.Runnable):
        SUPPORTED_RESOURCES = ("cpu",)
        SUPPORTS_CPU_MULTI_THREADING = True

        @ekiben.Runnable.method(batchable=False)
        def process(self) -> int:
            return os.getpid()

    runner = ekiben.Runner(Where, name="where")
    svc = ekiben.Service("processes", runners=[runner])

    @svc.api(input=JSON(), output=JSON())
    def compare(nothing) -> bool:
        return runner.process.run() == os.getpid()
"""


def test_development_is_one_process_of_python(tmp_path: Path) -> None:
    folder = write_service(tmp_path / "work", RUNNABLE)
    home = tmp_path / "home"
    with Server(
        tmp_path / "out",
        home,
        "service:svc",
        "--development",
        "--working-dir",
        str(folder),
        "--python",
        sys.executable,
    ) as server:
        assert "1 API worker " in server.stdout
        assert "where runs inside the API workers" in server.stdout
        assert len(workers(server)) == 1
        assert call(server.url, "/compare", b"null").json() is True
    with serve(folder, home, out=tmp_path / "usual") as server:
        assert call(server.url, "/compare", b"null").json() is False


@pytest.mark.parametrize("arguments", [[], ["--reload"]])
def test_a_first_start_that_fails_ends_with_its_error(tmp_path: Path, arguments: list[str]) -> None:
    folder = write_service(
        tmp_path / "work", SERVICE + "\n\n    @svc.on_startup\n    def begin():\n        1 / 0\n"
    )
    done = subprocess.run(
        [binary(), "serve", "service:svc", "--python", sys.executable, "--port", "0", *arguments],
        cwd=folder,
        env=environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 1, done
    assert done.stderr.count("ZeroDivisionError") >= 1
    assert done.stderr.count("error: ") == 1
    assert "in begin" in done.stderr
