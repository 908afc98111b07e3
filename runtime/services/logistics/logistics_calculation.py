"""Measure service, transport and capacity of a run, and keep the reports in the lake and the figures with the other KPIs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from contracts.paths import logistics_report_key
from kpi_engine.logistics.inputs.parameters import LogisticsParameters, OtifParameters
from kpi_engine.logistics.report import LogisticsReport
from runtime.models.domain.runs import ForecastRun
from runtime.services.logistics.capacity_rows import build_capacity_inputs, build_forecast, count_pallets, select_vehicle_types
from runtime.services.logistics.cost_baseline import CostBaseline, choose_cost_parameters
from runtime.services.logistics.documents import CAPACITY, CONSOLIDATION, EFFICIENCY, ReportHead, build_documents
from runtime.services.logistics.input_rows import InputReading, InputRows
from runtime.services.logistics.logistics_metrics import ReportOfScope, list_values
from runtime.services.logistics.measurement import Measurement, find_accuracies, list_no_data
from runtime.services.logistics.order_lines import build_order_lines
from runtime.services.logistics.resource_use import measure_activity
from runtime.services.logistics.risks import RISKS, RiskInputs, build_risks
from runtime.services.logistics.scopes import Level, Scope, ScopeRows, split_scopes
from runtime.services.logistics.shipment_rows import build_shipments, convert_prices
from runtime.services.logistics.sku_measures import SkuMeasures
from runtime.services.object_ports import Lake
from runtime.services.ports import ForecastFrames, KpiRepository, RunRepository
from runtime.services.read_ports import AccuracyReads


@dataclass(frozen=True)
class LogisticsResult:
    """What was measured: the number of scopes and values, and score and grade of the whole."""

    run_id: UUID
    n_scopes: int
    n_values: int
    score: float | None
    grade: str | None
    warnings: Sequence[str]

    def to_state_output(self) -> dict[str, object]:
        """Return the output of the state."""
        report = logistics_report_key(self.run_id, EFFICIENCY)
        return {"scopes": self.n_scopes, "kpis": self.n_values, "score": self.score, "grade": self.grade, "report": report}


@dataclass(frozen=True, kw_only=True)
class LogisticsCalculation:
    """Measure the window before a run and the days that it forecasts; doing it again stores the same.

    cost_baseline: the cost per unit to compare with; without, the cost has no part in the grade.
    """

    runs: RunRepository
    inputs: InputReading
    frames: ForecastFrames
    accuracies: AccuracyReads
    lake: Lake
    kpis: KpiRepository
    cost_baseline: CostBaseline | None = None

    def calculate(self, run_id: UUID) -> LogisticsResult:
        """Store the reports and values of a run. A data set without rows makes figures null, never the run fail. Raises RunNotFound."""
        run = self.runs.get(run_id)
        inputs = self.inputs.read(run)
        head, reports = self._measure(run, inputs)
        documents = build_documents(head, [(each.scope, each.report) for each in reports])
        for name in (EFFICIENCY, CAPACITY, CONSOLIDATION):
            self.lake.write_json(logistics_report_key(run_id, name), documents[name])
        risks = RiskInputs(run, inputs, self.frames.forecast(run_id), reports[0].report.capacity)
        self.lake.write_json(logistics_report_key(run_id, RISKS), build_risks(risks))
        values = list(list_values([ReportOfScope(each.scope, each.report.as_dict()) for each in reports], run_id, run.as_of_date))
        self.kpis.save_metrics(values)
        whole = reports[0].report.efficiency_score
        return LogisticsResult(run_id, len(reports), len(values), whole.score, whole.grade, head.warnings)

    def _measure(self, run: ForecastRun, inputs: InputRows) -> tuple[ReportHead, list[MeasuredScope]]:
        frames = inputs.frames
        measures = SkuMeasures.of(frames["sku_master"], run.as_of_date)
        lines = build_order_lines(
            frames["orders"],
            frames["lane_master"],
            measures,
            inputs.windows,
            has_unreadable_deliveries=inputs.has_unreadable("orders", "delivered_ts"),
        )
        lines = convert_prices(lines, frames["fx_rates"], run.as_of_date)
        shipments, cost_source = build_shipments(frames["shipments"], frames["vehicle_types"])
        parameters, cost_warning = LogisticsParameters(otif=OtifParameters(as_of=run.as_of_date)), None
        if "cost_currency" in shipments:
            cost, cost_warning = choose_cost_parameters(shipments["cost_currency"], frames["fx_rates"], run.as_of_date, self.cost_baseline)
            parameters = replace(parameters, cost=cost)
        forecast = build_forecast(self.frames.forecast(run.id), measures)
        uom = measures.look_up(forecast["sku_id"], "uom").astype(object)
        units = {str(site): frozenset(names) for site, names in uom.where(uom.notna(), "").groupby(forecast["site_id"])}
        activities = measure_activity(lines, shipments, units)
        stock, n_unknown = count_pallets(frames["inventory_snapshot"], measures)
        capacity = build_capacity_inputs(
            frames["capacity"],
            forecast,
            stock,
            activities,
            parameters.capacity,
            has_unreadable_availability=inputs.has_unreadable("capacity", "availability"),
        )
        accuracy = self.accuracies.latest(run.id)
        measurement = Measurement(
            capacity,
            select_vehicle_types(frames["vehicle_types"]),
            parameters,
            find_accuracies(accuracy.report.as_dict() if accuracy else None),
            list_no_data(frames),
        )
        scopes = split_scopes(lines, shipments, inputs.windows) if inputs.windows else [_whole_without_window(run)]
        reports = [MeasuredScope(rows.scope, measurement.measure(rows)) for rows in scopes]
        basis = accuracy.basis.value if accuracy else None
        head = ReportHead.of(run, inputs, capacity.uses, cost_source, parameters, basis, n_unknown)
        return (replace(head, warnings=[*head.warnings, cost_warning]) if cost_warning else head), reports


@dataclass(frozen=True)
class MeasuredScope:
    """A scope and its report."""

    scope: Scope
    report: LogisticsReport


def _whole_without_window(run: ForecastRun) -> ScopeRows:
    """Return the scope of a run without order lines and shipments: capacity may still be known."""
    import pandas as pd

    return ScopeRows(Scope(Level.TOTAL, run.as_of_date, run.as_of_date), pd.DataFrame(), pd.DataFrame())
