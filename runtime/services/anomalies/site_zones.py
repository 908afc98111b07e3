"""Time zones of sites: the days of a group are days of its sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo, available_timezones

import pandas as pd

from kpi_engine.anomalies.group import AnomalyGroup
from runtime.services.anomalies.reference import select_valid

SITE_MASTER = "site_master"
SITE, TIME_ZONE = "site_id", "time_zone"


@dataclass(frozen=True)
class SiteZones:
    """The time zone of each site, by its id, where the site master states one."""

    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)

    @classmethod
    def of(cls, site_master: pd.DataFrame, day: date) -> SiteZones:
        """Read the zones that are valid on a day; a name that is no time zone is none.

        >>> SiteZones.of(pd.DataFrame({"site_id": ["LDS1"], "time_zone": ["Europe/London"]}), date(2026, 6, 30)).zones
        {'LDS1': zoneinfo.ZoneInfo(key='Europe/London')}
        """
        has_validity = {"valid_from", "valid_to"} <= set(site_master.columns)
        rows = select_valid(site_master, day) if has_validity else site_master
        if TIME_ZONE not in rows:
            return cls()
        known_names = available_timezones()
        return cls({str(row[SITE]): ZoneInfo(row[TIME_ZONE]) for row in rows.to_dict("records") if row[TIME_ZONE] in known_names})

    def place(self, group: AnomalyGroup) -> AnomalyGroup:
        """Return a group on the days of its sites; as it is when their zones are unknown, or several: then no one clock is theirs."""
        zones = {self.zones.get(site) for site in group.values_of(SITE)}
        if len(zones) != 1:
            return group
        zone = zones.pop()
        return group if zone is None else group.in_zone(zone)
