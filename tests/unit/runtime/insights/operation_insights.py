"""An operation of one site with everything that logistics rules look for, measured and judged as the platform does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas as pd

from contracts.paths import manifest_key
from kpi_engine.insights.engine import derive_insights
from kpi_engine.insights.explanation import explain
from kpi_engine.insights.facts import RunFacts
from runtime.models.domain.runs import RunEnd, RunStatus
from runtime.services.insights.facts_reading import FactsReading
from runtime.services.insights.insight_building import InsightBuilding
from runtime.services.insights.logistics_reading import read_logistics
from runtime.services.insights.outcomes import Outcomes
from runtime.services.insights.ports import ObjectLines
from runtime.services.insights.source_reading import SourceReading
from runtime.services.runs.manifests import Manifests
from tests.fakes import FixedClock, InMemoryObjects, InMemoryQualityReports, InMemoryRuns
from tests.fakes.examples import STARTED_AT
from tests.fakes.insights import InMemoryEvidence, InMemoryFigures, InMemoryInsights
from tests.fakes.kpis import InMemoryKpis
from tests.unit.runtime.logistics.operation import AS_OF, LANE, LDS1, VAN, Operation, at, capacity, forecast, line, shipment

Row = dict[str, Any]
PEAK = AS_OF + timedelta(days=5)
SKU: Row = {"uom": "EA", "lead_time_days": 5, "units_per_case": 10, "cases_per_pallet": 10, "currency": "EUR"}
OBJECT_ID = UUID(int=7)


def a_busy_operation(folder: Path) -> Operation:
    """Five weeks of orders and shipments, a peak of SKU-1 in the forecast, two doors, and too little stock of SKU-1."""
    operation = Operation(folder)
    operation.add("site_master", LDS1, {**LDS1, "site_id": "RTM1"})
    operation.add("lane_master", LANE)
    operation.add("vehicle_types", {**VAN, "volume_m3": 10})
    operation.add("sku_master", {**SKU, "sku_id": "SKU-1"}, {**SKU, "sku_id": "SKU-2"})
    number = 0
    for age in range(44):
        day = AS_OF - timedelta(days=age)
        if day.isoweekday() > 5:
            continue
        for _ in range(4):
            number += 1
            late = {"delivered_ts": at(day + timedelta(days=1))} if number % 5 == 0 else {}
            short = {"shipped_qty": 5} if number % 6 == 0 else {}
            operation.add("orders", line(number, due=day, **late, **short))
        for place in range(3):
            number += 1
            times = {"dock_in_ts": at(day, "10:10"), "dock_out_ts": at(day, "11:10")}
            cost = {"cost": 150 if age < 11 else 100 + place + age % 3, "currency": "EUR"}
            load = {"gross_kg": 300 + 10 * place, "volume_m3": 2}
            operation.add("shipments", shipment(number, day=day, **load, **times, **cost, order_refs=f"O{number - 3}"))
    operation.forecast = pd.concat(
        [
            forecast([40, 45, 30, 41, 90, 44, 43, 42, 40, 39]),
            forecast([10, 12, 8, 10, 40, 10, 10, 10, 10, 10], sku_id="SKU-2"),
        ]
    )
    doors = capacity("DOORS_OUT", 10, rated=0.55, unit="doors")
    operation.add("capacity", *({**row, "cost_per_extra_unit": 120, "currency": "EUR"} for row in doors))
    operation.add("capacity", *capacity("VEHICLES", 10, rated=200))
    for site, sku, units in (("LDS1", "SKU-1", 150), ("LDS1", "SKU-2", 4000), ("RTM1", "SKU-1", 60)):
        snapshot = {"site_id": site, "sku_id": sku, "snapshot_ts": at(AS_OF, "20:00"), "on_hand": units, "uom": "EA"}
        operation.add("inventory_snapshot", snapshot)
    rates = (("EXPEDITE", 3, "units"), ("OVERTIME", 1, "units"), ("ORDER_PENALTY", 25, "orders"))
    for kind, amount, unit in rates:
        since = AS_OF - timedelta(days=99)
        operation.add("cost_rates", {"type": kind, "valid_from": since, "amount": amount, "currency": "EUR", "unit": unit})
    return operation


def judge(operation: Operation, **changes: object) -> dict[str, Row]:
    """Measure an operation and return the explanations of its insights by rule, the first of each."""
    operation.measure()
    facts = RunFacts(
        run_id=str(operation.run.id),
        as_of_date=AS_OF,
        code_version="c",
        logistics=read_logistics(operation.lake, operation.run.id),
        site_days=(50.0, 60.0, 70.0),
    )
    facts = replace(facts, **changes)  # type: ignore[arg-type]
    report = derive_insights(facts)
    assert report.failures == ()
    explanations: dict[str, Row] = {}
    for insight in report.insights:
        explanations.setdefault(insight.finding.rule.id, explain(insight, facts, []))
    return explanations


def action_of(explanation: Mapping[str, Any], start: str) -> Row:
    """Return the counterfactual whose action begins so."""
    [action] = [each for each in explanation["counterfactuals"] if each["action"].startswith(start)]
    return dict(action)


def build_insights(operation: Operation) -> tuple[InsightBuilding, InMemoryInsights, InMemoryEvidence]:
    """Return the step that builds the insights of a measured and published operation, and what it stores and reads."""
    operation.measure()
    runs, objects = InMemoryRuns(), InMemoryObjects()
    runs.start(operation.run)
    runs.finish(operation.run.id, RunEnd(RunStatus.SUCCEEDED, is_measured=False), STARTED_AT)
    runs.point_readers_at(operation.run.id, STARTED_AT)
    names = ("orders", "shipments", "capacity", "demand_history", "vehicle_types", "inventory_snapshot")
    entries = [
        {
            "object_id": str(UUID(int=7 + place)), "dataset": name, "key": f"landing/{name}/a.csv", "version_id": "v1", "sha256": "0" * 64,
            "rows": 90, "staging_key": "s",
        }
        for place, name in enumerate(names)
    ]  # fmt: skip
    operation.lake.write_json(manifest_key(operation.run.id), {"run_id": str(operation.run.id), "objects": entries})
    evidence = InMemoryEvidence(lines=[ObjectLines(OBJECT_ID, "orders", 12, ((2, 13),))])
    facts = FactsReading(
        runs=runs,
        reports=InMemoryQualityReports(),
        objects=objects,
        kpis=InMemoryKpis(),
        figures=InMemoryFigures(),
        evidence=evidence,
        lake=operation.lake,
    )
    insights = InMemoryInsights()
    sources = SourceReading(Manifests(operation.lake, runs), evidence)
    building = InsightBuilding(
        runs=runs,
        facts=facts,
        sources=sources,
        insights=insights,
        lake=operation.lake,
        clock=FixedClock(),
        outcomes=Outcomes(insights, evidence, FixedClock()),
    )
    return building, insights, evidence
