"""The score of a run's input: completeness 30, validity 25, timeliness 20, consistency 15, uniqueness 10 of 100 points.

The weights are a convention. A part that has nothing to measure is left out, and the others weigh more.
"""

from __future__ import annotations

from contracts.documents import QualityScoreDocument
from contracts.feeds import FeedState
from contracts.quality_codes import QuarantineCode
from runtime.models.domain.documents import QualityDocument

WEIGHTS = {"completeness": 30, "validity": 25, "timeliness": 20, "uniqueness": 10, "consistency": 15}


def score(quality: QualityDocument) -> QualityScoreDocument:
    """Return the score of the input.

    completeness: of the days on which rows were due, those that are complete. validity: rows not in quarantine. timeliness: feeds that are
    complete up to the as-of date, of those that still deliver. uniqueness: rows that are no duplicate. consistency: rows whose fields do
    not contradict each other.
    """
    feeds = [feed for feed in quality.feeds if feed.state not in (FeedState.SILENT, FeedState.REPLACED)]
    due = sum(feed.days_due for feed in feeds)
    inconsistent = sum(part.codes.get(QuarantineCode.CONSISTENCY, 0) for part in quality.datasets.values())
    parts: dict[str, float | None] = {
        "completeness": sum(feed.days_complete for feed in feeds) / due if due else None,
        "validity": _share(quality.rows_in - quality.quarantined, quality.rows_in),
        "timeliness": _share(sum(feed.state is FeedState.CURRENT for feed in feeds), len(feeds)),
        "uniqueness": _share(quality.rows_in - quality.duplicates, quality.rows_in),
        "consistency": _share(quality.rows_in - inconsistent, quality.rows_in),
    }
    weights = {name: WEIGHTS[name] for name, value in parts.items() if value is not None}
    total = sum(weights[name] * (parts[name] or 0.0) for name in weights)
    return {
        "total": round(100 * total / sum(weights.values()), 1) if weights else 100.0,
        "completeness": parts["completeness"],
        "validity": parts["validity"],
        "timeliness": parts["timeliness"],
        "uniqueness": parts["uniqueness"],
        "consistency": parts["consistency"],
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
