"""A corrected file under the same name replaces the earlier one; a file of the same name with other days or sites is added to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from contracts.paths import SameName, file_identity, same_name_choice
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.objects import IngestedObject, ObjectStatus
from runtime.models.domain.row_checks import RowCheck, SiteDays
from runtime.services.object_ports import IngestedObjects
from runtime.services.ports import Clock

Days = tuple[date | None, date | None]
"""First and last day with usable rows; None without one."""

ACTOR = "data_processor"
LEAST_SHARE = 0.5
"""Share of the usable rows of the earlier file that a file must have to replace it, unless its key states the choice."""


@dataclass(frozen=True)
class SameFile:
    """Compare an object with the earlier accepted ones of its name, and supersede those that it replaces."""

    objects: IngestedObjects
    clock: Clock

    def annotate(self, record: IngestedObject) -> IngestedObject:
        """Return a new record with what becomes of the earlier files of its name: a warning, or a part of the reason of a rejection."""
        if record.replay_of is not None:
            return record  # a second replay of one name adds to the first
        earlier_files = [other for other in self.objects.list_files(file_identity(record.key)) if other.id != record.id]
        if not earlier_files:
            return record
        if record.status is ObjectStatus.REJECTED:
            return replace(record, reason=f"{record.reason}; {_describe(earlier_files[-1:])} stays in use")
        if record.status is not ObjectStatus.ACCEPTED:
            return record
        replaced_files = [other for other in earlier_files if replaces(record, other)]
        other_files = [other for other in earlier_files if other not in replaced_files]
        notes = [f"{_describe(replaced_files)} is replaced"] if replaced_files else []
        if other_files:
            notes.append(f"{_describe(other_files)} stays in use beside this one, which does not cover its days and sites")
        return replace(record, warnings=(*record.warnings, *notes))

    def supersede_earlier(self, record: IngestedObject) -> list[IngestedObject]:
        """Supersede the earlier files that an accepted object replaces, and return them as they are now. A second call changes nothing."""
        if record.status is not ObjectStatus.ACCEPTED or record.replay_of is not None:
            return []
        replaced_files = [
            other
            for other in self.objects.list_files(file_identity(record.key))
            if (other.received_at, other.id) < (record.received_at, record.id) and replaces(record, other)
        ]
        for other in replaced_files:
            self.objects.supersede(other.id, self._event(record, other))
        return [self.objects.find(other.id) or other for other in replaced_files]

    def _event(self, record: IngestedObject, other: IngestedObject) -> AuditEvent:
        reason = f"replaced by object {record.id}, a later file of the same name"
        detail = {"key": other.key, "replaced_by": str(record.id), "rows": other.rows, "rows_of_replacement": record.rows}
        return AuditEvent(uuid4(), self.clock.now(), ACTOR, AuditAction.SUPERSEDE_OBJECT, str(other.id), reason, detail)


def replaces(record: IngestedObject, earlier: IngestedObject) -> bool:
    """Return whether an accepted object replaces an earlier one of the same name.

    As its key states; else when it covers the earlier one: the days of each site lie within its own days of that site, and it has at least
    half as many usable rows.
    """
    choice = same_name_choice(record.key)
    if choice is not None:
        return choice is SameName.REPLACE
    check, earlier_check = record.row_check, earlier.row_check
    if check is None or not check.usable_rows:
        return False
    if earlier_check is None:
        return _covers((record.first_date, record.last_date), (earlier.first_date, earlier.last_date))
    if check.usable_rows < LEAST_SHARE * earlier_check.usable_rows:
        return False
    days = _covers((check.first_date, check.last_date), (earlier_check.first_date, earlier_check.last_date))
    return days and _covers_sites(check, earlier_check)


def _covers_sites(check: RowCheck, earlier_check: RowCheck) -> bool:
    """Compare site by site. Of more sites than are listed the first ones are compared, and their number."""
    if check.site_count < earlier_check.site_count:
        return False
    sites = {site.site_id: site for site in check.sites}
    is_cut = check.site_count > len(check.sites)
    last_name = max(sites, default="")
    earlier_sites: Iterable[SiteDays] = (site for site in earlier_check.sites if not is_cut or site.site_id <= last_name)
    return all(
        (own := sites.get(site.site_id)) is not None and _covers((own.first_date, own.last_date), (site.first_date, site.last_date))
        for site in earlier_sites
    )


def _covers(days: Days, earlier_days: Days) -> bool:
    """Return whether the earlier days lie within the days; an object without days covers one without days."""
    (first, last), (earlier_first, earlier_last) = days, earlier_days
    if earlier_first is None or earlier_last is None:
        return True
    return first is not None and last is not None and first <= earlier_first and earlier_last <= last


def _describe(files: Sequence[IngestedObject]) -> str:
    newest = files[-1]
    days = f", {newest.first_date} to {newest.last_date}" if newest.first_date else ""
    more = f" (and {len(files) - 1:,} more)" if len(files) > 1 else ""
    return f"the earlier file of this name, received on {newest.received_at.date()} with {newest.rows:,} rows{days}{more},".rstrip(",")
