"""Charts of the data-quality page, as inline SVG: rows by day, and shares as bars. They scale with the page and use its colours."""

from __future__ import annotations

from collections.abc import Sequence

BAR_WIDTH = 5
GAP = 1
HEIGHT = 36


def daily_chart(usable: Sequence[int], quarantined: Sequence[int], unknown_flags: Sequence[bool], label: str) -> str:
    """Return bars of the rows of each day, usable below quarantined; days whose demand is unknown have a mark below the axis.

    The three sequences have one entry a day, oldest first. label: the text for readers who do not see the chart, already escaped.
    """
    highest = max([1, *(good + bad for good, bad in zip(usable, quarantined, strict=True))])
    width = max(1, len(usable)) * (BAR_WIDTH + GAP)
    marks = []
    for day, (good, bad, is_unknown) in enumerate(zip(usable, quarantined, unknown_flags, strict=True)):
        x = day * (BAR_WIDTH + GAP)
        good_height, bad_height = HEIGHT * good / highest, HEIGHT * bad / highest
        if good:
            marks.append(_bar("good", x, HEIGHT - good_height, good_height))
        if bad:
            marks.append(_bar("bad", x, HEIGHT - good_height - bad_height, bad_height))
        if is_unknown:
            marks.append(_bar("unknown", x, HEIGHT + 2, 3))
    axis = f'<line class="axis" x1="0" x2="{width}" y1="{HEIGHT + 0.5}" y2="{HEIGHT + 0.5}"/>'
    return (
        f'<svg class="days" viewBox="0 0 {width} {HEIGHT + 6}" preserveAspectRatio="none" role="img" aria-label="{label}">'
        f"{''.join(marks)}{axis}</svg>"
    )


def share_bar(share: float | None, label: str) -> str:
    """Return a horizontal bar of a share, 0..1; empty where there is none."""
    width = 0.0 if share is None else 100 * min(max(share, 0.0), 1.0)
    return (
        f'<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{label}">'
        f'<rect class="track" width="100" height="6" rx="3"/><rect class="good" width="{width:.1f}" height="6" rx="3"/></svg>'
    )


def split_bar(parts: Sequence[tuple[str, int]], label: str) -> str:
    """Return one bar, divided by counts; each part is (class, count)."""
    total = sum(count for _, count in parts)
    x, pieces = 0.0, []
    for kind, count in parts:
        width = 100 * count / total if total else 0.0
        if width:
            pieces.append(f'<rect class="{kind}" x="{x:.2f}" width="{width:.2f}" height="6"/>')
        x += width
    return f'<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{label}">{"".join(pieces)}</svg>'


def _bar(kind: str, x: float, top: float, height: float) -> str:
    return f'<rect class="{kind}" x="{x}" y="{top:.2f}" width="{BAR_WIDTH}" height="{height:.2f}"/>'
