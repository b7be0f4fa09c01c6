# SPDX-License-Identifier: Apache-2.0
"""Writes one comparison as Markdown."""

from statistics import median

import comparisons
from goals import Verdict
from summary import NOISY_CORES, Summary


def markdown(summary: Summary, verdicts: list[Verdict], picture: str) -> str:
    results = summary.results
    settings = results["settings"]
    about = comparisons.of(results)
    lines = [
        f"# {about.title}",
        "",
        f"![Server CPU, throughput, latency, start and memory of each server]({picture})",
        "",
        f"Measured on {results['date']}: {about.asked}",
        "connections, with wrk on the same cores as the server. Each figure is the median of",
        f"{settings['rounds']} × {settings['seconds']} s, the servers taking turns.",
        "[How it is measured](../README.md).",
    ]
    if settings["quick"]:
        lines += ["", "**A short run, to see that everything works: the figures mean little.**"]
    lines += ["", "## Goals", "", *_goals(verdicts), "", *_against_all(summary)]
    lines += ["", "## Under load", "", *_loads(summary)]
    lines += ["", "## Start, memory, answers", "", *_starts(summary)]
    lines += ["", "## Machine and versions", "", *_facts(summary)]
    return "\n".join(lines) + "\n"


def goals_text(verdicts: list[Verdict]) -> str:
    """The verdicts for a terminal."""
    rows = [(v.outcome, v.goal, v.limit, v.reached, "noisy" if v.noisy else "") for v in verdicts]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def _goals(verdicts: list[Verdict]) -> list[str]:
    rows = [
        [v.goal, v.limit, v.reached, f"**{v.outcome}**{' (noisy)' if v.noisy else ''}"]
        for v in verdicts
    ]
    return _table(["ekiben's", "goal", "reached", ""], rows)


def _against_all(summary: Summary) -> list[str]:
    """What each server's CPU is of ekiben's: the goals look at two of them only."""
    ours = summary.load("ekiben", 64, "cpu_us_per_request")
    others = {
        summary.title(name): summary.load(name, 64, "cpu_us_per_request")
        for name in summary.servers()
        if name != "ekiben"
    }
    if not ours or not any(others.values()):
        return []
    ratios = [f"{title} {number(cpu / ours)} ×" for title, cpu in others.items() if cpu]
    return [f"CPU per request at 64 connections, ekiben being 1: {'; '.join(ratios)}."]


def _loads(summary: Summary) -> list[str]:
    rows = []
    for connections in summary.connections():
        for server in summary.servers():
            if summary.values(server, connections, "requests"):
                rows.append(
                    [str(connections), summary.title(server), *_load(summary, server, connections)]
                )
    head = [
        "connections",
        "server",
        "requests/s",
        "p50 µs",
        "p99 µs",
        "CPU µs/request",
        "errors",
        "foreign cores",
    ]
    return [
        *_table(head, rows),
        "",
        "In brackets: lowest and highest round. CPU is the server's, over all its processes. Foreign cores is the CPU",
        f"that neither the server nor wrk used; a row with more than {NOISY_CORES} is marked ⚠ and may be wrong.",
    ]


def _load(summary: Summary, server: str, connections: int) -> list[str]:
    def values(key: str) -> list[float]:
        return summary.values(server, connections, key)

    cpu = _spread(values("cpu_us_per_request"))
    foreign = f"{median(values('foreign_cores')):.2f}"
    return [
        _spread(values("requests_per_second")),
        number(median(values("p50_us"))),
        number(median(values("p99_us"))),
        f"{cpu} (processes ended)" if any(values("processes_changed")) else cpu,
        f"{sum(values('errors')):.0f}",
        f"{foreign} ⚠" if summary.is_noisy(server, connections) else foreign,
    ]


def _starts(summary: Summary) -> list[str]:
    rows = []
    for name, server in summary.results["servers"].items():
        rows.append([
            server["title"],
            _spread(server["first_answer_ms"]),
            number(summary.pss_mb(name)),
            str(server["processes"]),
            f"{server['asked']:,}".replace(",", " "),
            str(server["wrong"]),
        ])  # fmt: skip
    head = [
        "server",
        "first right answer ms",
        "memory when idle MB",
        "processes",
        "answers checked",
        "wrong",
    ]
    return _table(head, rows)


def _facts(summary: Summary) -> list[str]:
    facts = [[name, text] for name, text in summary.results["machine"].items()]
    facts += [
        [server["title"], server["version"]] for server in summary.results["servers"].values()
    ]
    return _table(["", ""], facts)


def _spread(values: list[float]) -> str:
    if len(values) < 2:
        return number(values[0])
    return f"{number(median(values))} ({number(min(values))}–{number(max(values))})"


def number(value: float) -> str:
    """Three digits that count; thousands apart; no more decimals than can be meant."""
    if value >= 1000:
        return f"{round(value):,}".replace(",", " ")
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]
