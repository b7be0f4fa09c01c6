# SPDX-License-Identifier: Apache-2.0
"""Draws one comparison as an SVG picture that is readable on light and on dark pages."""

import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

import comparisons
from report import number
from summary import Summary

WIDTH = 760
MARGIN = 28
PLOT_LEFT = 220
PLOT_RIGHT = 628
HEAD = 84
ROW = 24
PANEL_HEAD = 34
PANEL_FOOT = 34

STYLE = """\
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #24292f; }
.card { fill: #ffffff; stroke: #d0d7de; }
.title { font-size: 18px; font-weight: 600; }
.panel { font-weight: 600; }
.quiet { font-size: 12px; fill: #59636e; }
.tick { font-size: 11px; fill: #59636e; text-anchor: middle; }
.grid { stroke: #e4e8ec; }
.stem { stroke: #8c959f; stroke-width: 2; }
.dot { fill: #6e7781; }
.value { text-anchor: end; }
.ours { font-weight: 600; }
.stem.ours { stroke: #d1520c; stroke-width: 3; }
.dot.ours { fill: #d1520c; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .card { fill: #0d1117; stroke: #30363d; }
  .quiet, .tick { fill: #9198a1; }
  .grid { stroke: #262c34; }
  .stem { stroke: #656c76; }
  .dot { fill: #9198a1; }
  .stem.ours { stroke: #ff8f4d; }
  .dot.ours { fill: #ff8f4d; }
}"""


@dataclass(frozen=True)
class _Panel:
    title: str
    unit: str
    better: str
    values: dict[str, float]  # server -> median


def svg(summary: Summary) -> str:
    panels = [panel for panel in _panels(summary) if panel.values]
    heights = [PANEL_HEAD + ROW * len(panel.values) + PANEL_FOOT for panel in panels]
    height = HEAD + sum(heights)
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(_description(panels, summary))}</title>",
        f"<style>\n{STYLE}\n</style>",
        f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
        _text(MARGIN, 38, comparisons.of(summary.results).subtitle, "title"),
        _text(
            MARGIN,
            60,
            "Median of several rounds, wrk on the same cores. Logarithmic scales.",
            "quiet",
        ),
    ]
    top = HEAD
    for panel, panel_height in zip(panels, heights, strict=True):
        parts += _draw(panel, summary, top)
        top += panel_height
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panels(summary: Summary) -> list[_Panel]:
    def load(connections: int, key: str) -> dict[str, float]:
        return _known(summary, lambda server: summary.load(server, connections, key))

    return [
        _Panel(
            "Server CPU per request, 64 connections",
            "µs",
            "less is better",
            load(64, "cpu_us_per_request"),
        ),
        _Panel(
            "Requests per second, 64 connections",
            "/s",
            "more is better",
            load(64, "requests_per_second"),
        ),
        _Panel("Median latency, 1 connection", "µs", "less is better", load(1, "p50_us")),
        _Panel(
            "First right answer after the start",
            "ms",
            "less is better",
            _known(summary, summary.first_answer_ms),
        ),
        _Panel("Memory (PSS) when idle", "MB", "less is better", _known(summary, summary.pss_mb)),
    ]


def _known(summary: Summary, value) -> dict[str, float]:
    """What was measured of each server, without zeros: a logarithmic scale has no place for them."""
    values = {server: value(server) for server in summary.servers()}
    return {server: known for server, known in values.items() if known}


def _draw(panel: _Panel, summary: Summary, top: int) -> list[str]:
    low = math.floor(math.log10(min(panel.values.values())))
    high = max(low + 1, math.ceil(math.log10(max(panel.values.values()))))

    def x(value: float) -> float:
        return round(
            PLOT_LEFT + (math.log10(value) - low) / (high - low) * (PLOT_RIGHT - PLOT_LEFT), 1
        )

    first = top + PANEL_HEAD
    bottom = first + ROW * len(panel.values)
    parts = [
        f'<text x="{MARGIN}" y="{top + 16}"><tspan class="panel">{escape(panel.title)}</tspan>'
        f'<tspan class="quiet" dx="8">{panel.better}</tspan></text>'
    ]
    for power in range(low, high + 1):
        at = x(10**power)
        parts.append(f'<line class="grid" x1="{at}" x2="{at}" y1="{first - 6}" y2="{bottom}"/>')
        parts.append(_text(at, bottom + 14, _tick(power), "tick"))
    for row, (server, value) in enumerate(panel.values.items()):
        ours = " ours" if server.startswith("ekiben") else ""
        middle = first + ROW * row + 8
        parts.append(_text(MARGIN, middle + 4, summary.title(server), ours.strip()))
        parts.append(
            f'<line class="stem{ours}" x1="{PLOT_LEFT}" x2="{x(value)}" y1="{middle}" y2="{middle}"/>'
        )
        parts.append(f'<circle class="dot{ours}" cx="{x(value)}" cy="{middle}" r="5"/>')
        parts.append(
            _text(WIDTH - MARGIN, middle + 4, f"{number(value)} {panel.unit}", f"value{ours}")
        )
    return parts


def _tick(power: int) -> str:
    return f"{10**power:,}".replace(",", " ") if power >= 0 else f"{10**power:g}"


def _text(x: float, y: float, text: str, style: str) -> str:
    chosen = f' class="{style}"' if style else ""
    return f'<text{chosen} x="{x}" y="{y}">{escape(text)}</text>'


def _description(panels: list[_Panel], summary: Summary) -> str:
    """All figures in words, for those who cannot see the picture."""
    sentences = []
    for panel in panels:
        values = (
            f"{summary.title(server)} {number(value)} {panel.unit}"
            for server, value in panel.values.items()
        )
        sentences.append(f"{panel.title}: {', '.join(values)}.")
    return " ".join(sentences)
