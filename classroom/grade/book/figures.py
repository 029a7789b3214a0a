"""The pages' figures: small SVG drawings that take their colours from the page."""
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from .tally import STATUSES

_COLUMN, _GAP, _HEIGHT = 46, 6, 120


def histogram(counts: Sequence[int], label: str) -> Markup:
    """Columns over shares of the points, each with its number on top.

    Args:
        counts: how many learners, in bins of equal width from 0 to 100 %.
        label: what the figure shows, said to those who do not see it.
    """
    top, width = max([*counts, 1]), _COLUMN * len(counts)
    parts = [Markup('<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>').format(width, _HEIGHT + 20, _HEIGHT + 20)]
    for n, count in enumerate(counts):
        height = round(_HEIGHT * count / top, 1)
        x, y, middle = n * _COLUMN + _GAP / 2, 20 + _HEIGHT - height, n * _COLUMN + _COLUMN / 2
        parts.append(Markup('<rect class="column" x="{}" y="{}" width="{}" height="{}" rx="2"/>').format(
            x, y, _COLUMN - _GAP, height))
        if count:
            parts.append(Markup('<text class="count" x="{}" y="{}">{}</text>').format(middle, y - 5, count))
    for n in range(0, len(counts) + 1, 2):
        share = round(100 * n / len(counts))
        anchor = "start" if n == 0 else "end" if n == len(counts) else "middle"
        parts.append(Markup('<text class="tick" x="{}" y="{}" text-anchor="{}">{} %</text>').format(
            n * _COLUMN, _HEIGHT + 38, anchor, share))
    return _svg("histogram", width, _HEIGHT + 44, label, parts)


def stack(counts: Mapping[str, int], label: str) -> Markup:
    """One bar, divided as the counts are, in the order of `STATUSES`."""
    total, x, parts = sum(counts.values()) or 1, 0.0, []
    for status in STATUSES:
        width = 400 * counts.get(status, 0) / total
        if width:
            parts.append(Markup('<rect class="{}" x="{:.1f}" y="0" width="{:.1f}" height="14"/>').format(
                status.replace(" ", "-"), x, width))
        x += width
    return _svg("stack", 400, 14, label, parts, stretch=True)


def share(part: float, whole: float, label: str) -> Markup:
    """A bar that is filled as far as the part reaches."""
    filled = 400 * max(0.0, min(1.0, part / whole if whole else 0.0))
    parts = [Markup('<rect class="rest" width="400" height="8" rx="4"/>'),
             Markup('<rect class="part" width="{:.1f}" height="8" rx="4"/>').format(filled)]
    return _svg("share", 400, 8, label, parts, stretch=True)


def _svg(kind: str, width: float, height: float, label: str, parts: Sequence[Markup], stretch: bool = False) -> Markup:
    return Markup('<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}"{}>{}</svg>').format(
        kind, width, height, escape(label), Markup(' preserveAspectRatio="none"') if stretch else "",
        Markup("").join(parts))
