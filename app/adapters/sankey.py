"""A Sankey diagram as SVG: where money went, in up to three columns; every ribbon has a text, beside its colour."""

from collections.abc import Sequence
from html import escape

from app.adapters.messages import euro, templates
from app.domain.books.flows import Flow

WIDTH, TOP, GAP, BAR, FULL = 800, 64, 26, 14, 300
COLUMNS = (24, 330, 600)


def sankey_svg(title: str, flows: Sequence[Flow], language: str) -> str:
    """The flows above zero as ribbons; their width is their part of the total."""
    merged: dict[tuple[str, str], int] = {}
    for flow in flows:
        key = (flow.source, flow.target)
        merged[key] = merged.get(key, 0) + flow.cents
    shown = {key: cents for key, cents in merged.items() if cents > 0}
    whole = max(sum(cents for (source, _), cents in shown.items() if source == "customer"), 1)
    places, height = _places(shown, whole)
    described = "; ".join(
        f"{_name(s, language)} → {_name(t, language)}: {euro(c, language)}" for (s, t), c in shown.items()
    )
    drawn = "".join(_ribbons(shown, places, whole)) + "".join(_bars(places, language))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img" aria-labelledby="t d" font-family="system-ui, sans-serif" fill="#1b2a33">'
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(described)}</desc>'
        f'<rect width="{WIDTH}" height="{height}" rx="16" fill="#fbfaf7"/>'
        f'<text x="24" y="38" font-size="18" font-weight="600">{escape(title)}</text>{drawn}</svg>'
    )


def _name(node: str, language: str) -> str:
    return templates("node", language).get(node, node)


Place = tuple[int, float, float, int]
"""Column, top and height of a bar, and its cents."""


def _places(shown: dict[tuple[str, str], int], whole: int) -> tuple[dict[str, Place], int]:
    """The position of each bar: customers left, their orders in the middle, the destinations right."""
    sources = {source for source, _ in shown}
    column = {node: 0 if node == "customer" else 1 for node in sources}
    for source, target in shown:
        column.setdefault(target, 1 if source == "customer" else 2)
    places: dict[str, Place] = {}
    bottom = TOP
    for number in range(3):
        y = float(TOP)
        nodes = [node for node in column if column[node] == number]
        size = {node: max(_into(shown, node), _out_of(shown, node)) for node in nodes}
        for node in sorted(nodes, key=lambda n: (-size[n], n)):
            height = max(FULL * size[node] / whole, 2)
            places[node] = (number, y, height, size[node])
            y += height + GAP
        bottom = max(bottom, int(y))
    return places, bottom + 16


def _into(shown: dict[tuple[str, str], int], node: str) -> int:
    return sum(cents for (_, target), cents in shown.items() if target == node)


def _out_of(shown: dict[tuple[str, str], int], node: str) -> int:
    return sum(cents for (source, _), cents in shown.items() if source == node)


def _ribbons(shown: dict[tuple[str, str], int], places: dict[str, Place], whole: int) -> list[str]:
    used: dict[tuple[str, str], float] = {}
    drawn = []
    for (source, target), cents in sorted(shown.items(), key=lambda item: places[item[0][1]][1]):
        left, right = places[source], places[target]
        wide = max(FULL * cents / whole, 1.5)
        y1 = left[1] + used.get((source, "out"), 0) + wide / 2
        y2 = right[1] + used.get((target, "in"), 0) + wide / 2
        used[source, "out"] = used.get((source, "out"), 0) + wide
        used[target, "in"] = used.get((target, "in"), 0) + wide
        x1, x2 = COLUMNS[left[0]] + BAR, COLUMNS[right[0]]
        middle = (x1 + x2) / 2
        drawn.append(
            f'<path d="M{x1} {y1:.1f}C{middle} {y1:.1f} {middle} {y2:.1f} {x2} {y2:.1f}" fill="none" '
            f'stroke="#8fa7b3" stroke-opacity="0.55" stroke-width="{wide:.1f}"/>'
        )
    return drawn


def _bars(places: dict[str, Place], language: str) -> list[str]:
    drawn = []
    for node, (column, y, height, cents) in places.items():
        x = COLUMNS[column]
        at = y + min(height / 2, 40) + 4
        drawn.append(
            f'<rect x="{x}" y="{y:.1f}" width="{BAR}" height="{height:.1f}" fill="#1b2a33"/>'
            f'<text x="{x + BAR + 6}" y="{at:.1f}" font-size="13" stroke="#fbfaf7" stroke-width="3" '
            f'paint-order="stroke">{escape(_name(node, language))} {escape(euro(cents, language))}</text>'
        )
    return drawn
