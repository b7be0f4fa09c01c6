# SPDX-License-Identifier: Apache-2.0
"""Medians over the rounds and starts of one comparison: what tables, picture and goals are made of."""

from statistics import median

NOISY_CORES = 0.15  # a cell with more foreign CPU than this is marked


class Summary:
    """Reads one comparison's raw results. Answers None for what was not measured."""

    def __init__(self, results: dict) -> None:
        self.results = results

    def servers(self) -> list[str]:
        return list(self.results["servers"])

    def title(self, server: str) -> str:
        return self.results["servers"][server]["title"]

    def connections(self) -> list[int]:
        return sorted(
            {load["connections"] for server in self.servers() for load in self._of(server)["loads"]}
        )

    def values(self, server: str, connections: int, key: str) -> list[float]:
        """`key` of every round under `connections` connections."""
        return [
            load[key] for load in self._of(server)["loads"] if load["connections"] == connections
        ]

    def load(self, server: str, connections: int, key: str) -> float | None:
        return _median(self.values(server, connections, key))

    def first_answer_ms(self, server: str) -> float | None:
        return _median(self._of(server)["first_answer_ms"])

    def pss_mb(self, server: str) -> float | None:
        value = _median(self._of(server)["pss_bytes"])
        return None if value is None else value / 1e6

    def transfer_gb_s(self, way: str) -> float | None:
        """How fast a tensor of 1 MB goes "in" to a worker or "out" of it."""
        return self.results.get("transfer_gb_s", {}).get(way)

    def is_noisy(self, server: str, connections: int) -> bool:
        foreign = self.load(server, connections, "foreign_cores")
        return foreign is not None and foreign > NOISY_CORES

    def wrong(self) -> int:
        return sum(self._of(server)["wrong"] for server in self.servers())

    def _of(self, server: str) -> dict:
        nothing = {"loads": [], "first_answer_ms": [], "pss_bytes": [], "wrong": 0}
        return self.results["servers"].get(server, nothing)


def _median(values: list[float]) -> float | None:
    return median(values) if values else None
