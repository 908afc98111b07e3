"""The data-quality report of a run as one self-contained page: no script, no network, every text escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from html import escape
from typing import cast

from contracts.documents import FindingDocument, QualityChangesDocument, SeriesDocument
from contracts.feeds import CHART_DAYS, FeedState
from contracts.places import describe_place
from runtime.models.domain.documents import DatasetQuality, Feed, QualityDocument
from runtime.models.domain.quality import QualityReport
from runtime.services.data_quality.charts import daily_chart, share_bar, split_bar
from runtime.services.data_quality.page_changes import render_changes
from runtime.services.data_quality.page_series import render_series
from runtime.services.data_quality.page_style import STYLE
from runtime.services.data_quality.page_tables import COMPLETE, capitalise, cell, more, table

MOST_FEEDS = 200
MOST_FINDINGS = 100
MOST_SAMPLES = 100
FEED_ORDER = (FeedState.UNUSABLE, FeedState.LATE, FeedState.SILENT, FeedState.REPLACED, FeedState.CURRENT)
STATE_CLASSES = {
    FeedState.CURRENT: "PASS",
    FeedState.LATE: "WARN",
    FeedState.SILENT: "INFO",
    FeedState.REPLACED: "INFO",
    FeedState.UNUSABLE: "FAIL",
}
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The page loads nothing and runs nothing."""
DASH = "–"


def render_page(report: QualityReport) -> str:
    """Return the report as HTML."""
    quality = QualityDocument.model_validate(report.payload)
    findings = cast(list[FindingDocument], report.payload.get("findings", []))
    score = cast(Mapping[str, float | None], report.payload.get("score", {}))
    body = "".join(
        [
            *_head(report, quality, findings),
            *_score(score),
            *_findings(findings),
            *render_changes(cast(QualityChangesDocument | None, report.payload.get("changes")), score),
            *_feeds(quality),
            *_rows(quality),
            *render_series(cast(SeriesDocument | None, report.payload.get("series"))),
            *_samples(quality),
        ]
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
        f"<title>Data quality, data to {escape(str(quality.as_of_date))}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )


def _head(report: QualityReport, quality: QualityDocument, findings: list[FindingDocument]) -> Iterator[str]:
    verdict = report.verdict.value
    yield f'<h1>Data quality <span class="verdict {verdict}">{verdict}</span></h1>'
    check_time = f"checked {report.created_at:%Y-%m-%d %H:%M} UTC"
    yield f'<p class="soft">Data to {escape(str(quality.as_of_date))} · run {report.run_id} · {check_time}</p>'
    if findings:
        worst = findings[0]
        yield (
            f'<div class="worst {escape(worst["severity"])}"><p><strong>{escape(worst["subject"])}</strong>: {escape(worst["text"])}.</p>'
            f"<p>{capitalise(worst['action'])}. Who: {escape(worst['owner'])}.</p></div>"
        )
    else:
        yield '<div class="worst PASS"><p>Nothing to act on: every site is complete and every limit is kept.</p></div>'


def _score(score: Mapping[str, float | None]) -> Iterator[str]:
    if not score:
        return
    yield '<h2>Score</h2><dl class="figures">'
    yield f"<div><dt>Total</dt><dd>{score['total']:.1f} of 100</dd></div>"
    for name, value in score.items():
        if name != "total":
            text = DASH if value is None else f"{value:.1%}"
            yield f"<div><dt>{name.capitalize()}</dt><dd>{text}{share_bar(value, f'{name}: {text}')}</dd></div>"
    yield "</dl>"


def _findings(findings: list[FindingDocument]) -> Iterator[str]:
    if not findings:
        return
    rows = (
        [
            cell(finding["severity"], kind=f"state {finding['severity']}"),
            cell(finding["subject"], label="Where:"),
            cell(finding["text"]),
            cell(finding["action"], label="To do:"),
            cell(finding["owner"], label="Who:"),
        ]
        for finding in findings[:MOST_FINDINGS]
    )
    yield f"<h2>Findings</h2>{table(('', 'Where', 'What', 'To do', 'Who'), rows)}{more(len(findings), MOST_FINDINGS, 'findings')}"


def _feeds(quality: QualityDocument) -> Iterator[str]:
    if not quality.feeds:
        return
    feeds = sorted(quality.feeds, key=lambda feed: (FEED_ORDER.index(feed.state), -feed.days_behind, feed.site_id, feed.dataset))
    yield "<h2>Sites and sources</h2>"
    yield (
        f'<p class="soft">Rows of the last {CHART_DAYS} days. Days whose rows are missing or unusable are unknown: they do not count as '
        "days without demand, and the forecast starts after the last complete day.</p>"
        '<ul class="key soft"><li style="--swatch:var(--good)">usable</li><li style="--swatch:var(--bad)">in quarantine</li>'
        '<li style="--swatch:var(--unknown)">unknown day</li></ul>'
    )
    header = (
        "Site",
        "Source",
        "State",
        "Complete to",
        "Behind",
        COMPLETE,
        "Volume",
        "Drift",
        "Bad rows",
        "Rows by day",
    )
    yield table(header, (_feed_cells(feed, quality.as_of_date) for feed in feeds[:MOST_FEEDS]))
    yield more(len(feeds), MOST_FEEDS, "sites and sources")


def _feed_cells(feed: Feed, as_of_date: date | None) -> list[str]:
    complete = f"{feed.days_complete} of {feed.days_due}" if feed.days_due else DASH
    label = escape(f"rows of {feed.site_id} by day", quote=True)
    chart = daily_chart(feed.daily_rows, feed.daily_quarantined, _unknown_flags(feed, as_of_date), label)
    return [
        cell(feed.site_id),
        cell(feed.dataset),
        cell(feed.state, kind=f"state {STATE_CLASSES[feed.state]}"),
        cell(feed.last_complete_day or DASH, kind="short", label="Complete to"),
        cell(DASH if feed.last_complete_day is None else f"{feed.days_behind} d", kind="number", label="Behind"),
        cell(complete, kind="number", label="Complete days due"),
        cell(DASH if feed.volume is None else f"{feed.volume:.0%}", kind="number", label="Volume"),
        cell(DASH if feed.drift is None else f"{feed.drift:.2f}", kind="number", label="Drift (PSI)"),
        cell(f"{feed.recent_bad_share:.1%}", kind="number", label="Bad rows"),
        f"<td>{chart}</td>",
    ]


def _unknown_flags(feed: Feed, as_of_date: date | None) -> list[bool]:
    if as_of_date is None:
        return [False] * len(feed.daily_rows)
    first = as_of_date - timedelta(days=len(feed.daily_rows) - 1)
    days = (first + timedelta(days=number) for number in range(len(feed.daily_rows)))
    return [any(start <= day <= end for start, end in feed.unknown_days) for day in days]


def _rows(quality: QualityDocument) -> Iterator[str]:
    rows = ([*_count_cells(name, part)] for name, part in quality.datasets.items())
    yield "<h2>Rows by data set</h2>"
    yield table(("Data set", "In", "Usable", "In quarantine", "Duplicates", "Discarded", "Adds up", ""), rows)
    codes = [(name, code, count) for name, part in quality.datasets.items() for code, count in part.codes.items()]
    if codes:
        cells = ([cell(name), cell(code), cell(f"{count:,}", kind="number", label="Rows")] for name, code, count in codes)
        yield f"<h2>Rows in quarantine by reason</h2>{table(('Data set', 'Code', 'Rows'), cells)}"
    files = [(name, each) for name, part in quality.datasets.items() for each in part.objects if each.quarantined]
    if files:
        files.sort(key=lambda item: -item[1].quarantined)
        cells = (
            [
                cell(each.key.rpartition("/")[2]),
                cell(name),
                cell(f"{each.rows_in:,}", kind="number", label="Rows"),
                cell(f"{each.quarantined:,}", kind="number", label="In quarantine"),
            ]
            for name, each in files[:MOST_SAMPLES]
        )
        yield f"<h2>Files with rows in quarantine</h2>{table(('File', 'Data set', 'Rows', 'In quarantine'), cells)}"


def _count_cells(name: str, part: DatasetQuality) -> Iterator[str]:
    counts = {
        "In": part.rows_in,
        "Usable": part.curated,
        "In quarantine": part.quarantined,
        "Duplicates": part.duplicates,
        "Discarded": part.discards,
    }
    yield cell(name)
    for label, count in counts.items():
        yield cell(f"{count:,}", kind="number", label=label)
    yield cell("✓" if part.is_reconciled else "✗", label="Adds up")
    bar = split_bar(
        (("good", part.curated), ("bad", part.quarantined), ("duplicate", part.duplicates)), "usable, in quarantine, duplicates"
    )
    yield f"<td>{bar}</td>"


def _samples(quality: QualityDocument) -> Iterator[str]:
    samples = [sample for part in quality.datasets.values() for sample in part.samples]
    if samples:
        rows = (
            [
                cell(each.key.rpartition("/")[2]),
                cell(describe_place(each.line).removeprefix("line "), label="Line"),
                cell(each.code, kind="short"),
                cell(each.reason),
            ]
            for each in samples[:MOST_SAMPLES]
        )
        yield f"<h2>Samples of rows in quarantine</h2>{table(('File', 'Line', 'Code', 'Reason'), rows)}"
