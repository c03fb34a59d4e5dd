"""Bars of what each workload reached, as SVG: one for each, with marks at the figure to reach first and the goal."""

from html import escape
from pathlib import Path
from statistics import median

WIDTH, ROW, LEFT, MOST = 720, 44, 130, 1.1
INK, SOFT, GOOD, BAD = "#1b2621", "#6b756f", "#0b6043", "#b3541e"


def bar(y: int, name: str, ratios: list[float], first: float, goal: float) -> str:
    """One workload: the bar is the median, the thin line its range."""

    def x(ratio: float) -> float:
        return LEFT + min(ratio, MOST) / MOST * (WIDTH - LEFT - 20)

    middle, colour = median(ratios), GOOD if median(ratios) >= first else BAD
    marks = "".join(
        f'<line x1="{x(at):.1f}" x2="{x(at):.1f}" y1="{y + 2}" y2="{y + 30}" stroke="{INK}" stroke-width="{width}" '
        f'stroke-dasharray="{dash}"/>'
        for at, width, dash in ((first, 2, "none"), (goal, 1.5, "3 3"))
    )
    return (
        f'<text x="{LEFT - 10}" y="{y + 21}" text-anchor="end" fill="{INK}">{escape(name)}</text>'
        f'<rect x="{LEFT}" y="{y + 6}" width="{x(middle) - LEFT:.1f}" height="20" fill="{colour}"/>'
        f'<line x1="{x(min(ratios)):.1f}" x2="{x(max(ratios)):.1f}" y1="{y + 16}" y2="{y + 16}" stroke="{INK}"/>{marks}'
        f'<text x="{x(max(middle, *ratios)) + 6:.1f}" y="{y + 21}" fill="{INK}">{middle:.2f}</text>'
    )


def draw(file: Path, title: str, rows: list[tuple[str, list[float], float, float]]) -> None:
    """Write the picture of these: name, ratios, what to reach first, the goal."""
    height = 60 + ROW * len(rows)
    bars = "".join(bar(50 + ROW * number, *row) for number, row in enumerate(rows))
    said = "; ".join(f"{name} {median(ratios):.2f}" for name, ratios, _, _ in rows)
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="14" role="img" aria-label="{escape(title)}: {said}"><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="20" y="24" font-size="16" fill="{INK}">{escape(title)}</text>'
        f'<text x="20" y="42" font-size="12" fill="{SOFT}">part of the floor; line: first, dashes: goal</text>'
        f"{bars}</svg>\n",
        encoding="utf-8",
    )
