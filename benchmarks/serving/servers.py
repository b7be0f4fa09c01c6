# SPDX-License-Identifier: Apache-2.0
"""The servers of the comparison: one class each, saying how it is started and what it lacks."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

IRIS = Path(__file__).resolve().parent / "iris"

NGINX_CONF = """\
worker_processes 1;
daemon off;
pid nginx.pid;
error_log stderr;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path temp;
  proxy_temp_path temp;
  fastcgi_temp_path temp;
  uwsgi_temp_path temp;
  scgi_temp_path temp;
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location = /predict {{ default_type application/json; return 200 '[2]'; }}
  }}
}}
"""


@dataclass(frozen=True)
class Places:
    """Where the servers and what they serve lie on this machine."""

    build: Path  # what setup.sh has made
    ekiben: Path  # the ekiben binary


class Server:
    """A server that answers POST `path`. Knows how it is started; starts nothing itself."""

    name = ""
    title = ""
    path = "/predict"
    connections = (1, 16, 64, 256)  # of the loads
    answers_any_row = True  # False: only the one row of the load has a right answer

    def __init__(self, places: Places) -> None:
        self.places = places

    def missing(self) -> str | None:
        """What setup.sh has yet to make, or None when the server can be started."""
        return next((str(path) for path in self.needs() if not path.exists()), None)

    def needs(self) -> list[Path]:
        raise NotImplementedError

    def version(self) -> str:
        raise NotImplementedError

    def command(self, port: int, folder: Path) -> list[str]:
        """The command that serves on 127.0.0.1:`port`. It may write into `folder`, its working directory."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}


class Nginx(Server):
    name = "nginx"
    title = "nginx, fixed answer"
    answers_any_row = False

    def _binary(self) -> Path:
        search = os.environ.get("PATH", "") + ":/usr/sbin"
        return Path(shutil.which("nginx", path=search) or "nginx")

    def needs(self) -> list[Path]:
        return [self._binary()]

    def version(self) -> str:
        return _output([self._binary(), "-v"]).rpartition("/")[2]

    def command(self, port: int, folder: Path) -> list[str]:
        (folder / "nginx.conf").write_text(NGINX_CONF.format(port=port))
        return [str(self._binary()), "-e", "stderr", "-p", str(folder), "-c", "nginx.conf"]


class FastApi(Server):
    name = "fastapi"
    title = "FastAPI + ONNX Runtime"

    def needs(self) -> list[Path]:
        return [
            self.places.build / "venv-fastapi/bin/uvicorn",
            self.places.build / "model/iris.onnx",
        ]

    def version(self) -> str:
        return versions(self.places.build / "venv-fastapi", ["fastapi", "uvicorn", "onnxruntime"])

    def command(self, port: int, folder: Path) -> list[str]:
        where = ["--app-dir", str(IRIS), "--host", "127.0.0.1", "--port", str(port)]
        quiet = ["--no-access-log", "--log-level", "warning"]
        workers = ["--workers", str(os.cpu_count())]
        return [str(self.needs()[0]), "fastapi_app:app", *where, *workers, *quiet]

    def environment(self) -> dict[str, str]:
        return {"IRIS_ONNX": str(self.places.build / "model/iris.onnx")}


class BentoMl(Server):
    name = "bentoml"
    title = "BentoML 1.4"
    model = "iris_clf"
    venv = "venv-bentoml"
    folder = IRIS
    service = "bentoml_service:Iris"
    runtime = "scikit-learn"
    options: tuple[str, ...] = ()

    def needs(self) -> list[Path]:
        build = self.places.build
        return [build / self.venv / "bin/bentoml", build / "bentoml-home/models" / self.model]

    def version(self) -> str:
        return versions(self.places.build / self.venv, ["bentoml", "starlette", self.runtime])

    def command(self, port: int, folder: Path) -> list[str]:
        where = ["--working-dir", str(self.folder), "--host", "127.0.0.1", "--port", str(port)]
        return [str(self.needs()[0]), "serve", self.service, *where, *self.options]

    def environment(self) -> dict[str, str]:
        return {
            "BENTOML_HOME": str(self.places.build / "bentoml-home"),
            "BENTOML_DO_NOT_TRACK": "True",
        }


class BentoMlTuned(BentoMl):
    name = "bentoml_tuned"
    title = "BentoML 1.4, tuned"
    model = "iris_onnx"
    service = "bentoml_tuned_service:Iris"
    runtime = "onnxruntime"


class Ekiben(Server):
    name = "ekiben"
    title = "ekiben"

    def needs(self) -> list[Path]:
        return [self.places.ekiben, self.places.build / "ekiben-home/models/iris_clf"]

    def version(self) -> str:
        return _output([self.places.ekiben, "--version"]).removeprefix("ekiben ")

    def command(self, port: int, folder: Path) -> list[str]:
        return [str(self.places.ekiben), "serve", "iris_clf:latest", "--port", str(port)]

    def environment(self) -> dict[str, str]:
        return {"EKIBEN_HOME": str(self.places.build / "ekiben-home")}


def _output(command: list) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return (done.stdout + done.stderr).strip().partition("\n")[0]


def versions(venv: Path, packages: list[str]) -> str:
    """The installed versions of `packages`, for people."""
    program = "import sys, importlib.metadata as m; print(', '.join(p + ' ' + m.version(p) for p in sys.argv[1:]))"
    return _output([venv / "bin/python", "-c", program, *packages])
