"""docs/cost.md: what a stage costs idle, and what a forecast costs, worked out from the templates and the dated price table."""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from local.state import ROOT
from tools.documentation.run_cost import amazon_forecast_cost, by_data_points, run_cost
from tools.documentation.standing_cost import Line, rotations_cost, standing_cost

PRICES = Path(__file__).with_name("prices.toml")
STAGES = ("dev", "prod")
SERIES = (1_000, 1_000_000)
AIM_DOLLARS = 10
WORKERS = 4
"""glueMaxWorkers of a dev stage."""
HEAD = """# What it costs

Written by `python -m tools.documentation` from the synthesised templates of the stages in [cdk.json](../cdk.json) and the prices in
[prices.toml](../tools/documentation/prices.toml) ({date}, {region}, US dollars), which names the page of each.
A resource whose price nobody wrote down ends the script.
"""
AIM = """The aim for `dev` is less than {aim} USD. What keeps it there: no NAT gateway, no interface endpoint (`serviceAccess=ipv6`),
no secret that a function would have to fetch (IAM authentication), no snapshot (`apiSnapStart=false`), and a database that pauses at 0 ACU.
"""
ROTATIONS = """Keys rotate every year, and the first two rotations of a key add to its price: from the third year on it is {later:.2f} USD.
"""
TOKENS = """Each token that a client of the API fetches costs {each:.5f} USD (Cognito, client credentials) and lasts an hour: a client that
keeps its token pays {month:.2f} USD a month at most.
"""
RUN = """{horizon_days} days at {quantiles} quantiles from {history_days} days of history, in runs of at most {series_per_run:,} SKUs (one
worker's memory). Processor times are measured ({measured_by}), the rest of a run is estimated in prices.toml under `[run]`.
"""
CAUTION = """Amazon Forecast has been closed to new customers since 29 July 2024. Its price by the forecast is the lower of two that it had;
the price by data points is what newer predictors are billed by. How many training hours a predictor takes is an assumption. Compare
orders of magnitude.
"""


def prices() -> dict[str, Any]:
    """The price table."""
    return tomllib.loads(PRICES.read_text(encoding="utf-8"))


def templates(stage: str) -> list[dict[str, Any]]:
    """The templates of a stage as cdk.json describes it, synthesised without dependencies."""
    from aws_cdk import App  # starts Node

    from cdk.settings.reader import read_settings
    from stacks.platform import build_platform

    context = {**json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"], "packaging": "sources"}
    with tempfile.TemporaryDirectory(prefix="signify-cost-") as folder:
        app = App(context=context, outdir=folder, builtin_cloud_formation_validation=False)
        build_platform(app, read_settings(context, stage))
        return [dict(artifact.template) for artifact in app.synth().stacks]


def total(lines: Iterable[Line]) -> float:
    """Dollars of all lines."""
    return sum(line.dollars for line in lines)


def page() -> str:
    """The whole page."""
    table = prices()
    return "\n".join([HEAD.format(**table), *_idle(table), *_marginal(table)])


def _idle(table: dict[str, Any]) -> Iterator[str]:
    yield "## A stage that nobody uses, by the month\n"
    yield "No run, no request, the database paused where the stage lets it; the free tier of a new account left out.\n"
    for stage in STAGES:
        told = templates(stage)
        lines = standing_cost(told, table)
        yield f"### {stage}: {total(lines):.2f} USD\n"
        yield from _bill(lines)
        yield ROTATIONS.format(later=total(lines) + rotations_cost(told, table))
    yield AIM.format(aim=AIM_DOLLARS)
    token = table["use"]["token_thousand"] / 1000
    yield TOKENS.format(each=token, month=token * table["hours_per_month"])


def _marginal(table: dict[str, Any]) -> Iterator[str]:
    yield "## One more forecast\n"
    yield RUN.format(**table["run"])
    for series in SERIES:
        ours, flex, theirs = (
            run_cost(series, table, WORKERS),
            run_cost(series, table, WORKERS, flex=True),
            amazon_forecast_cost(series, table),
        )
        points = by_data_points(series, table)
        yield f"### {series:,} SKU forecasts: {total(ours):.2f} USD here, {total(theirs):.2f} USD on Amazon Forecast\n"
        yield from _bill(ours)
        yield f"With `glueFlex=true` it is {total(flex):.2f} USD. Amazon Forecast, by the price per 1,000 forecasts:\n"
        yield from _bill(theirs)
        yield f"By its price per data point, {int(points.count):,} points alone come to {points.dollars:,.2f} USD.\n"
    yield CAUTION


def _bill(lines: Sequence[Line]) -> Iterator[str]:
    yield "| | number | USD |"
    yield "|---|---:|---:|"
    for line in lines:
        number = f"{line.count:,.0f}" if line.count >= 1000 else f"{line.count:,.3g}"
        yield f"| {line.what} | {number} | {line.dollars:,.2f} |"
    yield f"| **together** | | **{total(lines):,.2f}** |\n"
