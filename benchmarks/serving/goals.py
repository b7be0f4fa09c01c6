# SPDX-License-Identifier: Apache-2.0
"""What ekiben has to reach in the comparison, and whether it did."""

from collections.abc import Callable
from dataclasses import dataclass

import comparisons
from summary import Summary


@dataclass(frozen=True)
class Verdict:
    """One goal, judged. `outcome` is "pass", "miss" or "not run"; `noisy` says that other work disturbed it."""

    goal: str
    limit: str
    reached: str
    outcome: str
    noisy: bool


@dataclass(frozen=True)
class _Goal:
    text: str
    limit: str
    value: Callable[[Summary], float | None]
    at_least: float | None = None
    at_most: float | None = None
    shown: Callable[[float], str] = "{:.2f} ×".format
    cells: tuple[tuple[str, int], ...] = ()  # the loads it is judged by

    def judge(self, summary: Summary) -> Verdict:
        value = self.value(summary)
        if value is None:
            return Verdict(self.text, self.limit, "–", "not run", False)
        reached = value <= self.at_most if self.at_most is not None else value >= self.at_least
        noisy = any(summary.is_noisy(*cell) for cell in self.cells)
        return Verdict(
            self.text, self.limit, self.shown(value), "pass" if reached else "miss", noisy
        )


def judge(summary: Summary) -> list[Verdict]:
    return [goal.judge(summary) for goal in GOALS[comparisons.of(summary.results).name]]


def _against(
    text: str, peer: str, connections: int, key: str, us: str = "ekiben", **limit
) -> _Goal:
    """A goal for the median of our server `us` as a multiple of a peer's."""

    def value(summary: Summary) -> float | None:
        return _ratio(*(summary.load(name, connections, key) for name in (us, peer)))

    return _Goal(text, value=value, cells=((us, connections), (peer, connections)), **limit)


def _hop_us(summary: Summary) -> float | None:
    """What the way through Python adds to the latency of a lone request."""
    through, without = (summary.load(name, 1, "p50_us") for name in ("ekiben", "ekiben_native"))
    return None if through is None or without is None else through - without


def _ratio(ours: float | None, theirs: float | None) -> float | None:
    return None if ours is None or not theirs else ours / theirs


def _as_fraction(value: float) -> str:
    return f"1/{1 / value:.0f}" if value else "0"


_IRIS = [
    _against(
        "server CPU per request, 64 connections", "nginx", 64, "cpu_us_per_request",
        limit="≤ 1.6 × nginx's", at_most=1.6,
    ),
    _against(
        "server CPU per request, 64 connections", "bentoml", 64, "cpu_us_per_request",
        limit="≤ 1/200 of BentoML 1.4's, one worker", at_most=1 / 200, shown=_as_fraction,
    ),
    _against(
        "requests per second, 64 connections", "nginx", 64, "requests_per_second",
        limit="≥ 60 % of nginx's", at_least=0.6, shown=lambda value: f"{value * 100:.0f} %",
    ),
    _against(
        "p50 latency, 1 connection", "fastapi", 1, "p50_us",
        limit="≤ 0.4 × FastAPI's", at_most=0.4,
    ),
    _Goal(
        "first right answer after the start", "≤ 80 ms", lambda summary: summary.first_answer_ms("ekiben"),
        at_most=80, shown="{:.1f} ms".format,
    ),
    _Goal(
        "memory (PSS) when idle", "≤ 45 MB", lambda summary: summary.pss_mb("ekiben"),
        at_most=45, shown="{:.1f} MB".format,
    ),
]  # fmt: skip

_PYTHON = [
    _against(
        "server CPU per request, 64 connections", "bentoml", 64, "cpu_us_per_request",
        limit="≤ 1/40 of BentoML 1.4's", at_most=1 / 40, shown=_as_fraction,
    ),
    _against(
        "server CPU per request, 64 connections", "bentoml_legacy", 64, "cpu_us_per_request",
        limit="≤ 1/40 of BentoML 1.4's, same program", at_most=1 / 40, shown=_as_fraction,
    ),
    _against(
        "server CPU per request, 64 connections", "bentoml_1_1", 64, "cpu_us_per_request",
        limit="≤ 1/80 of BentoML 1.1's", at_most=1 / 80, shown=_as_fraction,
    ),
    _against(
        "server CPU per request, 64 connections", "fastapi", 64, "cpu_us_per_request",
        limit="≤ 1/4 of FastAPI's", at_most=1 / 4, shown="{:.2f} ×".format,
    ),
    _Goal(
        "p50 latency that Python adds, 1 connection", "≤ 30 µs", _hop_us, at_most=30, shown="{:.0f} µs".format,
        cells=(("ekiben", 1), ("ekiben_native", 1)),
    ),
    *(
        _against(
            f"requests per second of a Python runner, {connections} connections", "mosec", connections,
            "requests_per_second", us="ekiben_pickle", limit="≥ Mosec's", at_least=1,
        )
        for connections in (64, 256)
    ),
    *(
        _Goal(
            f"a tensor of 1 MB {words}", "≥ 8 GB/s", lambda summary, way=way: summary.transfer_gb_s(way),
            at_least=8, shown="{:.1f} GB/s".format,
        )
        for way, words in (("in", "into a worker"), ("out", "out of a worker"))
    ),
    _Goal(
        "first right answer after the start", "≤ 1/3 of BentoML 1.4's",
        lambda summary: _ratio(*map(summary.first_answer_ms, ("ekiben", "bentoml"))), at_most=1 / 3,
    ),
    _Goal(
        "memory (PSS) of all processes when idle", "≤ 1/2 of BentoML 1.4's",
        lambda summary: _ratio(*map(summary.pss_mb, ("ekiben", "bentoml"))), at_most=1 / 2,
    ),
]  # fmt: skip

GOALS = {"iris": _IRIS, "python": _PYTHON}
