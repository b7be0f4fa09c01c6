# SPDX-License-Identifier: Apache-2.0
"""The comparisons: which servers each has, how they are loaded, and the words over its tables."""

from dataclasses import dataclass

import python_servers
import servers
from servers import Server


@dataclass(frozen=True)
class Comparison:
    """One comparison: everything that is not the same in all of them, but for the goals (goals.py)."""

    name: str  # what results name it by
    servers: tuple[type[Server], ...]
    title: str
    asked: str  # what one request is, for a sentence that begins "Measured on …: "
    subtitle: str  # of the picture
    rounds: int
    seconds: int
    starts: int

    def named(self) -> dict[str, type[Server]]:
        return {server.name: server for server in self.servers}


IRIS = Comparison(
    name="iris",
    servers=(
        servers.Nginx,
        servers.Ekiben,
        servers.FastApi,
        servers.BentoMlTuned,
        servers.BentoMl,
    ),
    title="The iris model over HTTP",
    asked="`POST /predict` with one row, `[[5.9, 3, 5.1, 1.8]]` → `[2]`, over kept-alive",
    subtitle="The iris model over HTTP, one row a request",
    rounds=5,
    seconds=4,
    starts=7,
)

PYTHON = Comparison(
    name="python",
    servers=(
        python_servers.EkibenClassify,
        python_servers.EkibenNative,
        servers.FastApi,
        servers.BentoMl,
        python_servers.BentoMlLegacy,
        python_servers.BentoMl11,
        python_servers.EkibenPickle,
        python_servers.Mosec,
    ),
    title="The iris service in Python",
    asked="one row, `[[5.9, 3, 5.1, 1.8]]` → `[2]`, asked of a function in Python, over kept-alive",
    subtitle="The iris service in Python, one row a request",
    rounds=3,
    seconds=3,
    starts=3,
)

ALL = {comparison.name: comparison for comparison in (IRIS, PYTHON)}


def of(results: dict) -> Comparison:
    """The comparison that raw results are of."""
    return ALL[results.get("comparison", IRIS.name)]
