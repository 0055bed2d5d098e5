"""A chart of a run: requests a second at 16 connections, by workload."""

from collections.abc import Iterator
from html import escape
from statistics import median

from benchmarks.reads.targets import CONNECTIONS, Measure

WIDTH, LABEL, BAR, GAP = 760, 250, 16, 26
COLOURS = {"solli": "#1b6e53", "bare": "#9aa5ad"}


def svg(m: Measure) -> str:
    """Draw bars, one scale a workload; the thin line is min–max."""
    parts, y = [], 24.0
    for workload in m.workloads:
        drawn = [*_panel(m, workload, y)]
        parts += drawn
        y += GAP * 1.6 + BAR * 1.25 * (len(drawn) - 1)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y:.0f}" '
        'font-family="sans-serif" font-size="12" fill="#222">'
        f'<rect width="{WIDTH}" height="{y:.0f}" fill="#fff"/>'
    )
    return "\n".join([head, *parts, "</svg>\n"])


def _panel(m: Measure, workload: str, y: float) -> Iterator[str]:
    yield (
        f'<text x="8" y="{y:.0f}" font-weight="bold">{workload}, requests a second, '
        f"{CONNECTIONS} connections</text>"
    )
    played = {n: m.values(n, workload, "rate", CONNECTIONS) for n in m.contenders(workload)}
    played = {n: v for n, v in played.items() if v}
    top = max((max(v) for v in played.values()), default=1)
    scale = (WIDTH - LABEL - 70) / top
    for i, (name, values) in enumerate(played.items()):
        at = y + 10 + i * BAR * 1.25
        colour = COLOURS.get(name.partition("-")[0], "#c98b2b")
        middle, low, high = (scale * x for x in (median(values), min(values), max(values)))
        yield (
            f'<text x="{LABEL - 8}" y="{at + 12:.0f}" text-anchor="end">'
            f"{escape(m.result['labels'][name])}</text>"
            f'<rect x="{LABEL}" y="{at:.0f}" width="{middle:.1f}" height="{BAR}" fill="{colour}"/>'
            f'<path d="M{LABEL + low:.1f} {at + BAR / 2:.0f}H{LABEL + high:.1f}" stroke="#222"/>'
            f'<text x="{LABEL + high + 6:.1f}" y="{at + 12:.0f}">{median(values):,.0f}</text>'
        )
