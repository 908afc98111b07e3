"""Every published definition has a value in a run over all data sets, or a stated reason why it has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kpi_engine.catalogue import metrics_by_family
from kpi_engine.shared.metric import GET_KPIS, Metric
from local.sample.lake.write import OperatorSize, write_lake
from tests.pipeline import Measures, Pipeline
from tests.unit.pipeline.conftest import AS_OF

WITHOUT_VALUE = {
    "tracking_signal": "several_series",
    "wape_trend": "too_few_complete_weeks",
    "otif_early_tolerance": "no_limit",
    "truck_ldm": "missing_columns: ldm",
    "saving_co2e": "no_emission_rate_or_distance",
    "cost_handling": "no_observations",
    "cost_storage": "no_observations",
    "cost_surcharge": "no_observations",
    "capacity_trucks_needed": "several_vehicle_types",
    "capacity_doors_needed": "several_vehicle_types",
    "capacity_fte_needed": "missing_columns: units_per_hour",
}
"""The reasons that remain: the sample is one back-test of two months, no contract has loading metres of vehicles in it, handling or storage
costs of shipments, emission rates or the units that a person handles in an hour."""
NO_MONEY = ("anomaly_money_low", "anomaly_money_expected", "anomaly_money_high")
"""Null where the run has no material anomaly with a price; the report says so in business_impact."""


def find_value(metric: Metric, document: dict[str, Any]) -> object:
    """Return the figure of a report, of rows the first that there is."""
    list_path, separator, key = metric.path.partition("[].")
    if not separator:
        return metric.value_in(document)
    rows: Any = document
    for name in list_path.split("."):
        rows = rows[name]
    return next((row[key] for row in rows if row[key] is not None), None)


def list_reasons(measures: Measures) -> dict[str, str | None]:
    """Return why each metric has no value, by its name; None where nothing says why."""
    reasons: dict[str, str | None] = {}
    stored_values = {metric.name: metric for metric in measures.values}
    has_value = {metric.name for metric in measures.values if metric.value is not None}
    for family, metrics in metrics_by_family().items():
        documents = {"forecast_accuracy": measures.accuracies, "anomalies": [measures.anomalies]}.get(family, [])
        for metric in metrics:
            if metric.name in has_value or any(find_value(metric, document) is not None for document in documents):
                continue
            if metric.served == GET_KPIS and metric.name in stored_values:
                reasons[metric.name] = str(stored_values[metric.name].metadata.get("undefined_reason") or "") or None
            else:
                key = getattr(metric, "key_of_reason", None) or metric.name
                reasons[metric.name] = next((each["undefined"].get(key) for each in documents if each["undefined"].get(key)), None)
    return reasons


def test_every_definition_has_a_value_in_a_run_over_all_data_sets_or_says_why_not(pipeline: Pipeline, tmp_path: Path) -> None:
    for sample in write_lake(tmp_path, OperatorSize(skus=30, days=200, until=AS_OF)):
        pipeline.drop(sample.path, sample.dataset)
    outcome = pipeline.run(AS_OF)
    assert outcome.failure is None
    assert outcome.run_id is not None
    measures = pipeline.measure(outcome.run_id)
    reasons = list_reasons(measures)
    if reasons.keys() & set(NO_MONEY):
        assert measures.anomalies["business_impact"]["reason"]
    reasons = {name: reason for name, reason in reasons.items() if name not in NO_MONEY}
    assert [name for name, reason in reasons.items() if reason is None] == []
    assert reasons == WITHOUT_VALUE
