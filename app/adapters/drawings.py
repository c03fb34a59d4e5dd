"""Drawings as SVG: the thermometer. Readable without colour, with a title and a description for screen readers."""

from html import escape

from app.adapters.messages import euro, say
from app.domain.earning.thermometer import Thermometer

TOP, BOTTOM, WIDTH = 70, 370, 60
STEPS = (1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000)


def thermometer_svg(thermometer: Thermometer, language: str) -> str:
    """The thermometer as a picture of 420 by 470."""
    title = escape(say("thermometer", "title", language, name=thermometer.name))
    description = escape(" ".join(_sentences(thermometer, language)))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 470" width="420" height="470" role="img" '
        'aria-labelledby="t d" font-family="system-ui, sans-serif" fill="#1b2a33">'
        f'<title id="t">{title}</title><desc id="d">{description}</desc>'
        '<defs><pattern id="on-its-way" width="8" height="8" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)">'
        '<rect width="8" height="8" fill="#fff"/><rect width="3" height="8" fill="#c8372d"/></pattern></defs>'
        '<rect width="420" height="470" rx="16" fill="#fbfaf7"/>'
        f'<text x="24" y="38" font-size="18" font-weight="600">{title}</text>'
        f"{_tube(thermometer, language)}{_labels(thermometer, language)}</svg>"
    )


def _sentences(thermometer: Thermometer, language: str) -> list[str]:
    if thermometer.kind == "collective":
        return [say("thermometer", "collective", language)]
    goal, room = thermometer.goal_cents, thermometer.room_left_cents
    said = [say("thermometer", "full", language, balance=thermometer.balance_cents)]
    if thermometer.pending_cents:
        said.append(say("thermometer", "pending", language, pending=thermometer.pending_cents))
    if goal:
        said.append(say("thermometer", "goal", language, goal=goal, goal_text=thermometer.goal_text or ""))
    if room is not None:
        said.append(say("thermometer", "room", language, room=room))
    return said


def _scale(thermometer: Thermometer) -> tuple[int, int]:
    """Cents at the top of the tube, and between two marks."""
    highest = max(thermometer.balance_cents + thermometer.pending_cents, thermometer.goal_cents or 0, 1_000)
    step = next((step for step in STEPS if step * 6 >= highest), highest // 5)
    return max(step * (highest // step + 1), highest + step * 2 // 3), step


def _tube(thermometer: Thermometer, language: str) -> str:
    top, step = _scale(thermometer)

    def y(cents: int) -> float:
        return BOTTOM - (BOTTOM - TOP) * min(cents, top) / top

    filled, expected = y(thermometer.balance_cents), y(thermometer.balance_cents + thermometer.pending_cents)
    marks = "".join(
        f'<line x1="104" x2="114" y1="{y(at):.1f}" y2="{y(at):.1f}" stroke="#1b2a33"/>'
        f'<text x="120" y="{y(at) + 4:.1f}" font-size="12">{escape(euro(at, language))}</text>'
        for at in range(0, top, step)
    )
    goal = ""
    if thermometer.goal_cents:
        at = y(thermometer.goal_cents)
        goal = (
            f'<path d="M36 {at:.1f}h68" stroke="#1b2a33" stroke-width="2" stroke-dasharray="5 4"/>'
            f'<path d="M24 {at - 8:.1f}l12 8l-12 8z"/>'
        )
    return (
        f'<rect x="40" y="{TOP - 14}" width="{WIDTH}" height="{BOTTOM - TOP + 44}" rx="30" fill="#fff" '
        'stroke="#1b2a33" stroke-width="3"/>'
        f'<rect x="52" y="{expected:.1f}" width="36" height="{max(0, filled - expected):.1f}" fill="url(#on-its-way)"/>'
        f'<rect x="52" y="{filled:.1f}" width="36" height="{BOTTOM - filled + 20:.1f}" fill="#c8372d"/>'
        '<circle cx="70" cy="410" r="38" fill="#c8372d" stroke="#1b2a33" stroke-width="3"/>'
        f"{marks}{goal}"
    )


def _labels(thermometer: Thermometer, language: str) -> str:
    if thermometer.kind == "collective":
        said = escape(say("thermometer", "collective", language))
        return f'<text x="190" y="200" font-size="13">{said}</text>'
    room = thermometer.room_left_cents
    rows = [("balance", thermometer.balance_cents, 24)]
    rows += [("pending_label", thermometer.pending_cents, 16)] if thermometer.pending_cents else []
    rows += [("room_label", room, 16)] if room is not None else []
    lines = []
    for number, (label, cents, size) in enumerate(rows):
        at = 110 + number * 62
        lines.append(
            f'<text x="200" y="{at}" font-size="13">{escape(say("thermometer", label, language))}</text>'
            f'<text x="200" y="{at + 26}" font-size="{size}" font-weight="600">{escape(euro(cents, language))}</text>'
        )
    if thermometer.goal_text:
        at = 110 + len(rows) * 62
        goal = escape(euro(thermometer.goal_cents or 0, language))
        text = thermometer.goal_text if len(thermometer.goal_text) <= 26 else thermometer.goal_text[:25] + "…"
        lines.append(
            f'<path d="M200 {at - 12}l12 7l-12 7z"/><text x="218" y="{at}" font-size="13">{escape(text)}</text>'
            f'<text x="200" y="{at + 24}" font-size="16" font-weight="600">{goal}</text>'
        )
    return "".join(lines)
