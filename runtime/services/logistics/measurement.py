"""Measuring the scopes of a window and the capacity of the coming days with the logistics engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from kpi_engine.logistics.capacity.rows import FIGURES, CapacityRow
from kpi_engine.logistics.inputs.parameters import LogisticsParameters
from kpi_engine.logistics.report import LogisticsReport
from kpi_engine.logistics_efficiency import LogisticsEfficiencyEngine
from runtime.services.logistics.capacity_rows import CapacityInputs
from runtime.services.logistics.order_lines import drop_empty_columns
from runtime.services.logistics.scopes import Level, Scope, ScopeRows

NO_CAPACITY_AHEAD = "no_capacity_of_the_forecast_days"
NO_OBSERVATIONS = "no_observations"
REQUIRED = ("order_id", "ordered_qty", "shipped_qty")


@dataclass(frozen=True)
class Measurement:
    """Frames that every scope needs, and the parameters. accuracies: 100 - WAPE in percent of the whole (key "") and of each site."""

    capacity: CapacityInputs
    vehicle_types: pd.DataFrame
    parameters: LogisticsParameters
    accuracies: Mapping[str, float]
    no_data: Mapping[str, str]

    def measure(self, rows: ScopeRows) -> LogisticsReport:
        """Return the report of one scope; capacity belongs to the whole and to sites."""
        scope = rows.scope
        forecast, resources = self.capacity.forecast, self.capacity.resources
        if scope.level is Level.SITE:
            site = scope.names["site_id"]
            forecast, resources = _of_site(forecast, site), _of_site(resources, site)
        elif scope.level is not Level.TOTAL:
            forecast, resources = pd.DataFrame(), pd.DataFrame()
        accuracy = None if scope.level in (Level.LANE, Level.WEEK) else self.accuracies.get(scope.names.get("site_id", ""))
        parts = [drop_empty_columns(frame, REQUIRED) for frame in (rows.lines, rows.shipments) if len(frame)]
        historical = pd.concat(parts or [pd.DataFrame()], ignore_index=True)
        report = LogisticsEfficiencyEngine(self.parameters).report(
            _complete(historical, REQUIRED),
            forecast if len(resources) else pd.DataFrame(),
            pd.concat([frame for frame in (resources, self.vehicle_types) if len(frame)] or [pd.DataFrame()], ignore_index=True),
            forecast_accuracy=accuracy,
        )
        rows_of_scope = self._list_capacity(report, scope)
        return replace(report, undefined_reasons=self._explain(report), capacity=rows_of_scope)

    def _explain(self, report: LogisticsReport) -> dict[str, str]:
        """Return the reasons of the nulls; where a data set has no row at all, that is the reason."""
        return {
            path: next((f"no_data: {name}" for start, name in self.no_data.items() if path.startswith(start)), reason)
            for path, reason in report.undefined_reasons.items()
        }

    def _list_capacity(self, report: LogisticsReport, scope: Scope) -> tuple[CapacityRow, ...]:
        """Return the rows of every resource: those with demand, the storage by its stock, and those whose load is unknown."""
        if scope.level not in (Level.TOTAL, Level.SITE):
            return ()
        site = scope.names.get("site_id")
        rows = [_explain_row(row) for row in report.capacity]
        rows += [row for row in self.measure_storage() if site in (None, row.site_id)]
        rows += [
            CapacityRow(resource=resource, site_id=at, vehicle_type=None, undefined_reasons=dict.fromkeys(FIGURES, reason))
            for (at, resource), reason in self.capacity.list_unknown().items()
            if site in (None, at)
        ]
        return tuple(sorted(rows, key=lambda row: (row.site_id, row.resource)))

    def measure_storage(self) -> tuple[CapacityRow, ...]:
        """Return the rows of the storage, on the day of the last snapshot of the stock."""
        if not len(self.capacity.storage) or not len(self.capacity.stock):
            return ()
        report = LogisticsEfficiencyEngine(self.parameters).report(pd.DataFrame(), self.capacity.stock, self.capacity.storage)
        return report.capacity


def find_accuracies(document: Mapping[str, object] | None) -> dict[str, float]:
    """Return 100 - WAPE of the whole and of each site, from an accuracy report as JSON.

    >>> find_accuracies({"wape": 20.0, "site_breakdown": [{"site_id": "LDS1", "wape": 25.0}, {"site_id": "RTM1", "wape": None}]})
    {'': 80.0, 'LDS1': 75.0}
    """
    if document is None:
        return {}
    sites = document.get("site_breakdown")
    rows = [("", document.get("wape")), *((row["site_id"], row["wape"]) for row in (sites if isinstance(sites, list) else []))]
    return {name: 100.0 - wape for name, wape in rows if isinstance(wape, int | float)}


def list_no_data(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return by the start of a path in the report the data set that has no row.

    >>> list_no_data({"orders": pd.DataFrame({"order_id": ["O1"]}), "shipments": pd.DataFrame(), "capacity": pd.DataFrame()})
    {'truck_utilization': 'shipments', 'dwell': 'shipments', 'cost_per_unit': 'shipments', 'capacity_overall': 'capacity'}
    """
    needs = {
        "fill_rate": "orders",
        "otif": "orders",
        "truck_utilization": "shipments",
        "dwell": "shipments",
        "cost_per_unit": "shipments",
        "capacity_overall": "capacity",
    }
    return {path: name for path, name in needs.items() if not len(frames[name])}


def _of_site(frame: pd.DataFrame, site: str) -> pd.DataFrame:
    return frame[frame["site_id"] == site] if len(frame) else frame


def _complete(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the frame with the columns that the engine requires of a frame with rows."""
    return frame.assign(**{name: None for name in columns if name not in frame}) if len(frame) else frame


def _explain_row(row: CapacityRow) -> CapacityRow:
    if row.n_days:
        return row
    reasons = {name: NO_CAPACITY_AHEAD if reason == NO_OBSERVATIONS else reason for name, reason in row.undefined_reasons.items()}
    return replace(row, undefined_reasons=reasons)
