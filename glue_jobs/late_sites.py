"""The late sites of a run of which the quality gate has warned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from contracts.documents import FeedDocument, FindingDocument
from contracts.feeds import EVERY_SITE, FeedState, lateness_text, name_feed
from contracts.paths import quality_report_key
from forecast_engine.late_series import late_warnings
from forecast_engine.panel import Panel
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun

INFO = "INFO"
"""Severity of findings of which the gate does not warn."""


def list_late_warnings(run: JobRun, panel: Panel) -> tuple[str, ...]:
    """Return the warnings about late series, without those that end with their site where the quality gate has warned of the site."""
    key = quality_report_key(run.run_id)
    if panel.behind is None or key not in lake_io.keys_under(run.bucket, key):
        return late_warnings(panel)
    report = lake_io.read_json(run.bucket, key)
    late_sites = set(_list_late_sites(report["feeds"], report["findings"]))
    is_named = [(key[0], behind) in late_sites for key, behind in zip(panel.series, panel.days_behind.tolist(), strict=True)]
    return late_warnings(replace(panel, behind=np.where(is_named, 0, panel.days_behind)))


def _list_late_sites(feeds: list[FeedDocument], findings: list[FindingDocument]) -> Iterator[tuple[str, int]]:
    """Yield site and days behind of every late feed that a finding names, alone or with most sites of its data set."""
    texts = {(each["subject"], each["text"]) for each in findings if each["severity"] != INFO}
    for feed in feeds:
        if feed["state"] != FeedState.LATE or feed["last_complete_day"] is None:
            continue
        start = lateness_text(feed["last_complete_day"])
        subjects = name_feed(feed["site_id"], feed["dataset"]), name_feed(EVERY_SITE, feed["dataset"])
        if any(subject == subjects[1] or (subject == subjects[0] and text.startswith(start)) for subject, text in texts):
            yield feed["site_id"], feed["days_behind"]
