# SPDX-License-Identifier: Apache-2.0
"""The servers of the comparison of services in Python, beside those of servers.py."""

import os
from pathlib import Path

from servers import IRIS, BentoMl, Ekiben, Server, versions

EXAMPLE = IRIS.parents[2] / "examples/iris"  # its service.py is what the goals speak of
SEVERAL = (64, 256)  # connections that a batch can be made of


class EkibenClassify(Ekiben):
    """A function in Python before a runner that the engine runs natively."""

    path = "/classify"
    folder = EXAMPLE
    service = "service:svc"

    def command(self, port: int, folder: Path) -> list[str]:
        where = ["--working-dir", str(self.folder), "--port", str(port)]
        return [str(self.places.ekiben), "serve", self.service, *where]


class EkibenNative(Ekiben):
    """The same model without a function: what the way through Python is set against."""

    name = "ekiben_native"
    title = "ekiben, no Python"


class EkibenPickle(EkibenClassify):
    """The same function before a runner that only Python can run."""

    name = "ekiben_pickle"
    title = "ekiben, Python runner"
    folder = IRIS
    service = "pickle_service:svc"
    connections = SEVERAL

    def needs(self) -> list[Path]:
        return [self.places.ekiben, self.places.build / "ekiben-home/models/iris_pickle"]


class Mosec(Server):
    name = "mosec"
    title = "Mosec"
    path = "/inference"
    connections = SEVERAL

    def needs(self) -> list[Path]:
        return [
            self.places.build / "venv-mosec/bin/python",
            self.places.build / "model/iris.pickle",
        ]

    def version(self) -> str:
        return versions(self.places.build / "venv-mosec", ["mosec", "scikit-learn"])

    def command(self, port: int, folder: Path) -> list[str]:
        where = ["--address", "127.0.0.1", "--port", str(port)]
        limits = ["--capacity", "1024", "--log-level", "warning"]
        return [str(self.needs()[0]), str(IRIS / "mosec_app.py"), *where, *limits]

    def environment(self) -> dict[str, str]:
        return {"IRIS_PICKLE": str(self.places.build / "model/iris.pickle")}


class BentoMlLegacy(BentoMl):
    """The example's program, but for the name that BentoML 1.4 has given its Service."""

    name = "bentoml_legacy"
    title = "BentoML 1.4, same program"
    path = "/classify"
    venv = "venv-bentoml"
    folder = IRIS
    service = "bentoml_legacy_service:svc"

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "BENTOML_CONFIG": str(IRIS / "bentoml_quiet.yaml")}


class BentoMl11(BentoMlLegacy):
    """The example's program as it is; a worker a core, which is also BentoML 1.1's default."""

    name = "bentoml_1_1"
    title = "BentoML 1.1"
    venv = "venv-bentoml-1.1"
    folder = EXAMPLE
    service = "service:svc"
    options = ("--api-workers", str(os.cpu_count()))
