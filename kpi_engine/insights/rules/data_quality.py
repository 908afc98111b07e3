"""DATA_QUALITY: a run that the gate refused, sources that are late, files and rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kpi_engine.insights.facts import FeedFacts, FileFacts, PartName, QualityFacts, RunFacts
from kpi_engine.insights.finding import (
    DO_NOTHING,
    Confidence,
    Counterfactual,
    Driver,
    Evidence,
    Finding,
    Impact,
    Measurement,
    Occurrence,
    Rejection,
    Rule,
    Sensitivity,
)
from kpi_engine.insights.formats import format_count, format_number
from kpi_engine.insights.rules.rule_set import RuleSet, rank_drivers
from kpi_engine.insights.scores import score_volume
from kpi_engine.insights.terms import DATA_STEWARD, OUTCOME, InsightCategory

CATEGORY = InsightCategory.DATA_QUALITY
GATE_REFUSED = Rule("gate_refused.v1", CATEGORY, "Why is there no new forecast, and what has to be corrected?", can_be_muted=False)
LATE_SOURCE = Rule("late_source.v1", CATEGORY, "Which source is late, and what is forecast without its rows?")
BAD_ROWS = Rule("bad_rows.v1", CATEGORY, "Which rows take no part in the forecast, and why?")
REJECTED_FILE = Rule("rejected_file.v1", CATEGORY, "Which file was rejected, and what is missing because of it?")
COUNTED = Confidence(evidence=1.0, data_quality=1.0, statistical=1.0)
ROWS = "rows"
FILES = "files"
NOT_READ = ""
"""The data set of files that the run has not read: none of its objects is a source."""


def find_silence(facts: RunFacts) -> str | None:
    """Return why nothing can be said about the input."""
    return None if facts.quality else facts.missing.get(PartName.QUALITY, "the run has no data-quality report")


def derive(facts: RunFacts) -> Iterator[Finding]:
    """Yield the findings on the input of a run."""
    quality = facts.quality
    if quality is None:
        return
    if facts.refusal is not None:
        yield _explain_refusal(facts, quality)
    yield from (_late(facts, quality, feed) for feed in quality.feeds if feed.is_late and feed.last_complete_day)
    yield from (_bad_rows(facts, quality, file) for file in quality.files if file.quarantined)
    yield from (_explain_rejection(facts, quality, file) for file in quality.rejected_files)


def _explain_refusal(facts: RunFacts, quality: QualityFacts) -> Finding:
    share = 100 * quality.quarantined / quality.rows_in if quality.rows_in else 100.0
    rows = f"{quality.quarantined:,} of {quality.rows_in:,} rows"
    drivers = [Driver("file", _name(file.key), float(file.quarantined)) for file in quality.files if file.quarantined]
    return Finding(
        rule=GATE_REFUSED,
        scope={},
        headline=f"The run was refused: {rows} ({share:.1f} %) cannot be used; readers keep the earlier forecast",
        cause=f"The quality gate lets {quality.bad_row_limit:.1f} % of rows pass",
        action="Correct the rows that the data-quality report lists, upload them again and start a run",
        owner_role=DATA_STEWARD,
        first_day=facts.as_of_date,
        measurement=Measurement("quarantined_rows", float(quality.quarantined), ROWS, expected=0.0),
        impact=Impact(float(quality.quarantined), ROWS, money_reason="rows_have_no_price"),
        volume_share=100.0,
        confidence=COUNTED,
        next_command=f"./signify quality {facts.run_id[:8]}",
        drivers=rank_drivers(drivers, float(quality.quarantined)),
        counterfactuals=(
            Counterfactual(DO_NOTHING, {"new_forecast_published": False}, cost_reason="rows_have_no_price"),
            Counterfactual("correct the rows and run again", {"unusable_rows": 0}, cost_reason="rows_have_no_price"),
        ),
        sensitivities=(Sensitivity("quarantined_percent", "<=", quality.bad_row_limit),),
        parameters={"bad_row_limit_percent": quality.bad_row_limit, "quarantined_percent": share, "rows_in": quality.rows_in},
        evidence=Evidence(last_day=facts.as_of_date),
    )


def _late(facts: RunFacts, quality: QualityFacts, feed: FeedFacts) -> Finding:
    missing_rows = feed.days_behind * feed.daily_rows
    since = (feed.last_complete_day or facts.as_of_date) + timedelta(days=1)
    days = format_count(feed.days_behind, "day")
    return Finding(
        rule=LATE_SOURCE,
        scope={"dataset": feed.dataset, "site_id": feed.site_id},
        headline=f"{feed.dataset} of site {feed.site_id} is {days} late: about {format_number(missing_rows)} rows are missing",
        cause=f"No complete day of this source since {feed.last_complete_day}; its series are forecast from there on",
        action=f"Ask the sender for the rows from {since} on, drop the file and run again",
        owner_role=DATA_STEWARD,
        first_day=facts.as_of_date,
        measurement=Measurement("rows_of_missing_days", 0.0, ROWS, expected=missing_rows),
        impact=Impact(missing_rows, ROWS, money_reason="rows_have_no_price"),
        volume_share=score_volume(missing_rows, [each.daily_rows for each in quality.feeds for _ in range(28)]),
        confidence=COUNTED,
        next_command=f"./signify drop FILE --dataset {feed.dataset}",
        direction="late",
        drivers=(Driver("site", feed.site_id, -missing_rows),),
        rejections=_other_feeds(quality, feed),
        counterfactuals=(
            Counterfactual(DO_NOTHING, {"days_unknown": feed.days_behind}, cost_reason="rows_have_no_price"),
            Counterfactual("load the missing days", {"days_unknown": 0}, cost_reason="rows_have_no_price"),
        ),
        sensitivities=(Sensitivity("days_behind", "<=", 0.0),),
        assumptions=("a missing day has as many rows as the median day of the last weeks",),
        parameters={
            "days_behind": feed.days_behind,
            "median_daily_rows": feed.daily_rows,
            "last_complete_day": str(feed.last_complete_day),
            "first_missing_day": str(since),
        },
        evidence=Evidence(last_day=feed.last_complete_day, site_ids=(feed.site_id,), dataset=feed.dataset),
    )


def _other_feeds(quality: QualityFacts, feed: FeedFacts) -> tuple[Rejection, ...]:
    others = [each for each in quality.feeds if each.dataset == feed.dataset and each.site_id != feed.site_id]
    if not others or any(each.is_late for each in others):
        return ()
    return (Rejection("the whole source is late", "no other site of the data set is late"),)


def _bad_rows(facts: RunFacts, quality: QualityFacts, file: FileFacts) -> Finding:
    name = _name(file.key)
    codes = sorted(file.codes.items(), key=lambda each: (-each[1], each[0]))
    worst = codes[0][0] if codes else "an unknown reason"
    share = 100 * file.quarantined / file.rows if file.rows else 100.0
    drivers = [Driver("code", code, float(count)) for code, count in codes]
    verb = "is" if file.quarantined == 1 else "are"
    return Finding(
        rule=BAD_ROWS,
        scope={"dataset": file.dataset, "file": name},
        headline=f"{file.quarantined:,} of {file.rows:,} rows of {name} {verb} in quarantine, most for {worst}",
        cause=f"{worst}; ./signify explain-code {worst} names the cause and the fix" if codes else worst,
        action="Correct the rows and replay them, or discard them with a reason",
        owner_role=DATA_STEWARD,
        first_day=facts.as_of_date,
        measurement=Measurement("quarantined_rows", float(file.quarantined), ROWS, expected=0.0),
        impact=Impact(float(file.quarantined), ROWS, money_reason="rows_have_no_price"),
        volume_share=score_volume(float(file.quarantined), [each.daily_rows for each in quality.feeds for _ in range(28)]),
        confidence=COUNTED,
        next_command="./signify quarantine list",
        drivers=rank_drivers(drivers, float(file.quarantined)),
        counterfactuals=(
            Counterfactual(DO_NOTHING, {"rows_left_out_of_every_run": file.quarantined}, cost_reason="rows_have_no_price"),
            Counterfactual("replay corrected rows", {"rows_left_out_of_every_run": 0}, cost_reason="rows_have_no_price"),
        ),
        sensitivities=(Sensitivity("quarantined_rows", "<=", 0.0),),
        parameters={"rows": file.rows, "quarantined_percent": share},
        evidence=Evidence(object_key=file.key, dataset=file.dataset),
        occurrence=Occurrence(is_larger_new=True),
    )


def _explain_rejection(facts: RunFacts, quality: QualityFacts, file: FileFacts) -> Finding:
    name, code = _name(file.key), next(iter(file.codes), "REJECTED")
    return Finding(
        rule=REJECTED_FILE,
        scope={OUTCOME: "rejected files", "file": name},
        headline=f"The file {name} was rejected ({code}): the run reads nothing of it",
        cause=f"{code}; ./signify explain-code {code} names the cause and the fix",
        action="Correct the file and upload it again under the same name",
        owner_role=DATA_STEWARD,
        first_day=facts.as_of_date,
        measurement=Measurement("rejected_files", 1.0, FILES, expected=0.0),
        impact=Impact(1.0, FILES, money_reason="files_have_no_price"),
        volume_share=score_volume(_estimate_rows(quality, file), [each.daily_rows for each in quality.feeds for _ in range(28)]),
        confidence=COUNTED,
        next_command=f"./signify drop {name}",
        drivers=(Driver("code", code, 1.0),),
        counterfactuals=(
            Counterfactual(DO_NOTHING, {"files_left_out_of_every_run": 1}, cost_reason="files_have_no_price"),
            Counterfactual("upload the corrected file", {"files_left_out_of_every_run": 0}, cost_reason="files_have_no_price"),
        ),
        assumptions=() if file.rows else ("a file without a readable row has as many rows as a usual day of its data set",),
        parameters={"rows": file.rows or None},
        evidence=Evidence(object_key=file.key, dataset=NOT_READ),
        occurrence=Occurrence(is_larger_new=True),
    )


def _estimate_rows(quality: QualityFacts, file: FileFacts) -> float:
    """Return the rows of a rejected file; where it cannot be read, those of a usual day of its data set, or of any."""
    usual_days = [feed.daily_rows for feed in quality.feeds if feed.dataset == file.dataset] or [feed.daily_rows for feed in quality.feeds]
    return float(file.rows) or max(usual_days, default=0.0)


def _name(key: str) -> str:
    return key.rpartition("/")[2]


RULES = RuleSet(CATEGORY, (GATE_REFUSED, LATE_SOURCE, BAD_ROWS, REJECTED_FILE), derive, find_silence)
