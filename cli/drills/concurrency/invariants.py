"""What must hold while runs are started, stopped, redriven and published by hand at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cli.drills.publications import Publication


@dataclass(frozen=True)
class Page:
    """One page of a walk over all forecasts: the run that the page is from, and the keys of its rows."""

    run_id: str
    keys: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class RunRecord:
    """Status of one run in all three places that record it; execution is None when the run was started by nobody."""

    run_id: UUID
    run: str | None
    job: str | None
    execution: str


def check_publications(publications: Sequence[Publication]) -> list[str]:
    """Return the runs that published themselves although an older run was never to replace a newer one.

    Only a publication by hand leads back. No run that publishes itself is older than one that did so before it.
    """
    violations = []
    newest: Publication | None = None
    for publication in publications:
        if publication.by_hand:
            continue
        if newest is not None and publication.recency < newest.recency:
            violations.append(f"run {publication.run_id} of {publication.started_at} published itself after the newer run {newest.run_id}")
        newest = publication if newest is None or publication.recency > newest.recency else newest
    counts = Counter(publication.run_id for publication in publications if not publication.by_hand)
    violations += [f"run {run_id} published itself {count} times" for run_id, count in counts.items() if count > 1]
    return violations


def check_walk(pages: Sequence[Page], rows_by_run: Mapping[str, int]) -> list[str]:
    """Return what is wrong with the pages of one walk: more than one run, repeated rows, or not all rows of the run."""
    runs = sorted({page.run_id for page in pages})
    if len(runs) != 1:
        return [f"one walk had pages of the runs {', '.join(runs)}"]
    keys = [key for page in pages for key in page.keys]
    violations = [] if len(set(keys)) == len(keys) else [f"a walk over run {runs[0]} had {len(keys) - len(set(keys))} rows twice"]
    expected = rows_by_run.get(runs[0])
    if expected is not None and len(set(keys)) != expected:
        violations.append(f"a walk over run {runs[0]} had {len(set(keys))} of its {expected} rows")
    return violations


def check_records(records: Sequence[RunRecord]) -> list[str]:
    """Return the runs whose records contradict their executions, once nothing runs any more."""
    violations = []
    for record in records:
        success = record.execution == "SUCCEEDED"
        if record.run is not None and record.run != ("SUCCEEDED" if success else "FAILED"):
            violations.append(f"run {record.run_id} is {record.run}, its execution {record.execution}")
        if record.job is None or (record.job == "SUCCEEDED") != success or record.job in ("QUEUED", "RUNNING"):
            violations.append(f"job {record.run_id} is {record.job}, its execution {record.execution}")
    return violations
