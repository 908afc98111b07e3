"""Warnings of a list of forecasts about filters that match nothing: nobody should take an empty page for a demand of zero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from runtime.models.api.requests import DateRange


def warn_of_days(dates: DateRange, first_day: date, last_day: date) -> Iterator[str]:
    """Yield a warning for each end of a range that is outside of the days of the list."""
    for name, day in (("start_date", dates.start_date), ("end_date", dates.end_date)):
        if day is not None and not first_day <= day <= last_day:
            yield f"{name} = {day} is outside of the days that this run and time_horizon have: {first_day} to {last_day}."


def warn_of_site(site_id: str, known_sites: Sequence[str]) -> Iterator[str]:
    """Yield a warning for a site without rows: the run does not have it, or has it in other letters."""
    if site_id in known_sites:
        yield f"site_id = {site_id!r} has no forecast that matches the other filters."
        return
    namesakes = [site for site in known_sites if site.casefold() == site_id.casefold()]
    hint = f"did you mean {namesakes[0]}? Upper and lower case differ." if namesakes else f"it has {_list(known_sites)}."
    yield f"site_id = {site_id!r} is no site of this run; {hint}"


def _list(sites: Sequence[str], most: int = 10) -> str:
    more = f" and {len(sites) - most} more" if len(sites) > most else ""
    return (", ".join(sites[:most]) or "none") + more
