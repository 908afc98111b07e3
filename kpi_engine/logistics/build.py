"""From the inputs to the report: service, transport, dwell, cost and capacity, then the score of all of them."""

from __future__ import annotations

from kpi_engine.logistics.capacity.load import ResourceLoad, load_resource
from kpi_engine.logistics.capacity.overall import CapacityOverall, measure_overall
from kpi_engine.logistics.capacity.rows import build_capacity_rows
from kpi_engine.logistics.inputs.logistics_inputs import LogisticsInputs
from kpi_engine.logistics.inputs.parameters import CostParameters, LogisticsParameters
from kpi_engine.logistics.report import InputExclusions, LogisticsReport
from kpi_engine.logistics.score.cost import CostPerUnit, compare_with_baseline, measure_cost
from kpi_engine.logistics.score.dwell import Dwell, measure_dwell
from kpi_engine.logistics.score.grade import score_efficiency
from kpi_engine.logistics.service.fill import FillRate, measure_fill_rate
from kpi_engine.logistics.service.otif import Otif, measure_otif
from kpi_engine.logistics.transport.consolidation import plan_consolidation
from kpi_engine.logistics.transport.utilisation import TruckUtilisation, measure_utilisation


def build_report(inputs: LogisticsInputs, parameters: LogisticsParameters, forecast_accuracy: float | None) -> LogisticsReport:
    """Build the report of the inputs. forecast_accuracy: 100 - WAPE in percent, a component of the score.

    >>> import pandas as pd
    >>> from kpi_engine.logistics.inputs.logistics_inputs import read_inputs
    >>> inputs = read_inputs(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    >>> build_report(inputs, LogisticsParameters(), forecast_accuracy=82.0).efficiency_score.score
    80.0
    """
    fill_rate = measure_fill_rate(inputs.lines, parameters.fill_basis)
    otif = measure_otif(inputs.lines, parameters.otif)
    plan = plan_consolidation(inputs.shipments, inputs.trips, inputs.vehicle_types, parameters.transport)
    utilisation = measure_utilisation(inputs.shipments, inputs.trips, plan, parameters.transport)
    dwell = measure_dwell(inputs.shipments, parameters.dwell)
    cost = measure_cost(inputs.lines, inputs.shipments, parameters.cost)
    n_sites, correlation = len({resource.site for resource in inputs.resources}), parameters.capacity.correlation
    loads = [(resource, load_resource(resource, inputs.forecasts, n_sites, correlation)) for resource in inputs.resources]
    overall = measure_overall([load for _, load in loads if isinstance(load, ResourceLoad)], parameters.capacity)
    values = {
        **_service_values(fill_rate.value, otif.value),
        **_operation_values(utilisation.value, dwell.value, overall.value),
        "cost_per_unit": _cost_value(cost.value, parameters.cost),
        "accuracy": forecast_accuracy,
    }
    efficiency = score_efficiency(values, parameters.grade)
    parts = (fill_rate, otif, utilisation, dwell, cost, overall, efficiency)
    return LogisticsReport(
        fill_rate=fill_rate.value,
        otif=otif.value,
        truck_utilization=utilisation.value,
        dwell=dwell.value,
        cost_per_unit=cost.value,
        capacity_overall=overall.value,
        capacity=build_capacity_rows(loads, inputs.vehicle_types, parameters.capacity),
        efficiency_score=efficiency.value,
        undefined_reasons={path: reason for part in parts for path, reason in part.undefined_reasons.items()},
        n_excluded=InputExclusions(inputs.forecasts.n_missing, inputs.n_missing_rated),
    )


def _service_values(fill_rate: FillRate, otif: Otif | None) -> dict[str, float | None]:
    return {"unit_fill": fill_rate.unit, "otif": otif.otif if otif else None}


def _operation_values(utilisation: TruckUtilisation, dwell: Dwell | None, overall: CapacityOverall | None) -> dict[str, float | None]:
    return {
        "truck_utilization": utilisation.mean_binding,
        "dwell_p90": dwell.p90 if dwell else None,
        "capacity_balance": overall.balance if overall else None,
    }


def _cost_value(cost: CostPerUnit | None, parameters: CostParameters) -> float | None:
    return compare_with_baseline(cost.per_unit if cost else None, parameters.baseline_per_unit)
