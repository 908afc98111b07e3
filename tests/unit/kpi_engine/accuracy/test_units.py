"""Series of several units of measure, and one series that is larger than all others together."""

from __future__ import annotations

import json
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi_engine.accuracy.report.accuracy_report import AccuracyReport
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from kpi_engine.shared.errors import InvalidValue, MissingColumns

ENGINE = ForecastAccuracyEngine()
UOMS = {"A": "EA", "B": "EA", "C": "KGM", "D": "KGM", "E": "KGM"}
LEVEL = {"A": 20.0, "B": 60.0, "C": 90_000.0, "D": 4_000.0, "E": 7_000.0}
ERROR = {"A": 0.1, "B": -0.2, "C": 0.9, "D": 0.05, "E": -0.1}
"""Share by which each SKU is forecast too high."""
DAYS = pd.date_range("2026-10-05", periods=28)
SKUS = pd.DataFrame({"sku_id": list(UOMS), "uom": list(UOMS.values())})


def frames(factor: dict[str, float] | None = None, error: dict[str, float] = ERROR) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecasts and actuals of every SKU at two sites; `factor` measures a SKU in another unit."""
    rows = []
    for number, sku in enumerate(UOMS):
        scale = (factor or {}).get(sku, 1.0)
        for site in ("S1", "S2"):
            noise = np.random.default_rng([number, site == "S1"]).uniform(0.5, 1.5, len(DAYS))
            actual = LEVEL[sku] * noise * scale
            forecast = actual + LEVEL[sku] * error[sku] * scale
            rows.append(
                pd.DataFrame({"site_id": site, "sku_id": sku, "demand_date": DAYS, "actual_value": actual, "predicted_value": forecast})
            )
    together = pd.concat(rows, ignore_index=True)
    forecasts = together.rename(columns={"demand_date": "forecast_date"}).drop(columns="actual_value")
    bounds = {"confidence_lower": forecasts["predicted_value"] * 0.8, "confidence_upper": forecasts["predicted_value"] * 1.2}
    return forecasts.assign(**bounds, horizon_days=[*range(1, 29)] * 10), together.drop(columns="predicted_value")


def sums_by_unit() -> dict[str, tuple[float, float, float, int]]:
    """Sum of |A - F|, F - A and A, and the number of series, of every unit: one row at a time."""
    forecast, actual = frames()
    sums: dict[str, list[float]] = {}
    series: dict[str, set[tuple[str, str]]] = {}
    for f, a in zip(forecast.to_dict("records"), actual.to_dict("records"), strict=True):
        own = sums.setdefault(UOMS[f["sku_id"]], [0.0, 0.0, 0.0])
        series.setdefault(UOMS[f["sku_id"]], set()).add((f["site_id"], f["sku_id"]))
        error = f["predicted_value"] - a["actual_value"]
        own[0] += abs(error)
        own[1] += error
        own[2] += a["actual_value"]
    return {uom: (each[0], each[1], each[2], len(series[uom])) for uom, each in sums.items()}


def report(**arguments: Any) -> AccuracyReport:
    return ENGINE.report(*frames(), sku_data=SKUS, **arguments)


def test_wape_and_bias_of_several_units_weigh_each_unit_by_its_series() -> None:
    units, result = sums_by_unit(), report()
    n = sum(each[3] for each in units.values())
    assert result.wape == pytest.approx(sum(each[3] / n * 100 * each[0] / each[2] for each in units.values()))
    assert result.bias.percent == pytest.approx(sum(each[3] / n * 100 * each[1] / each[2] for each in units.values()))
    assert result.rollup == "pooled_by_volume_share"


def test_a_unit_of_measure_a_thousand_times_smaller_changes_no_percentage() -> None:
    grams = dict.fromkeys(("C", "D", "E"), 1000.0)
    kilograms, other = report().as_dict(), ENGINE.report(*frames(grams), sku_data=SKUS).as_dict()
    for part in ("mape", "wape"):
        assert other[part] == pytest.approx(kilograms[part])
    assert other["bias"]["percent"] == pytest.approx(kilograms["bias"]["percent"])
    for name in ("smape", "mase", "rmsse", "mean_wql", "wape_aggregate_first", "largest_series_share", "wape_without_largest"):
        assert other["additional"][name] == pytest.approx(kilograms["additional"][name]), name
    for rows in ("sku_breakdown", "site_breakdown", "weekly_trends"):
        assert [row["wape"] for row in other[rows]] == pytest.approx([row["wape"] for row in kilograms[rows]])
        assert [row["bias_pct"] for row in other[rows]] == pytest.approx([row["bias_pct"] for row in kilograms[rows]])
    assert other["additional"]["fva"]["points"] == pytest.approx(kilograms["additional"]["fva"]["points"])
    assert other["ci_coverage"]["relative_width"] == pytest.approx(kilograms["ci_coverage"]["relative_width"])
    horizons = [[row["wape"] for row in each["additional"]["horizon_profile"]] for each in (other, kilograms)]
    assert horizons[0] == pytest.approx(horizons[1])
    lags = [[(lag["wape"], lag["bias_pct"]) for lag in each["additional"]["lag"].values()] for each in (other, kilograms)]
    assert lags[0] == [pytest.approx(lag) for lag in lags[1]]


def test_no_quantity_of_several_units_is_given_and_each_says_why() -> None:
    document = report().as_dict()
    figures = {
        "bias_units": document["bias"]["units"],
        "bias_mean": document["bias"]["mean"],
        "mae": document["additional"]["mae"],
        "rmse": document["additional"]["rmse"],
        "sum_abs_error": document["additional"]["sum_abs_error"],
        "mean_interval_width": document["ci_coverage"]["mean_width"],
        "interval_score": document["ci_coverage"]["interval_score"],
    }
    assert set(figures.values()) == {None}
    assert {document["undefined"].get(name) for name in figures} == {"several_units"}
    assert all(row["abs_error"] is None for row in document["site_breakdown"])
    assert all(row["abs_error"] > 0 for row in document["sku_breakdown"])
    assert "several units of measure (EA, KGM)" in document["warnings"][0]


def test_each_unit_has_its_quantities_in_a_row_of_its_own() -> None:
    rows = {row.uom: row for row in report().unit_breakdown}
    for uom, (abs_error, error, volume, n_series) in sums_by_unit().items():
        row = rows[uom]
        assert (row.n_series, row.n) == (n_series, 28 * n_series)
        assert [row.abs_error, row.bias_units, row.volume] == pytest.approx([abs_error, error, volume])
        assert [row.wape, row.bias_pct] == pytest.approx([100 * abs_error / volume, 100 * error / volume])


def test_one_unit_is_pooled_as_it_is_whether_it_is_stated_or_not() -> None:
    same = ENGINE.report(*frames(), sku_data=SKUS.assign(uom="KGM")).as_dict()
    plain = ENGINE.report(*frames()).as_dict()
    assert same.pop("unit_breakdown")[0]["uom"] == "KGM"
    assert plain.pop("unit_breakdown")[0]["uom"] == ""
    assert same == plain
    assert plain["rollup"] == "pooled"
    assert plain["bias"]["units"] is not None


def test_a_sku_without_a_unit_is_not_added_to_those_that_have_one() -> None:
    rows = ENGINE.report(*frames(), sku_data=SKUS[SKUS["sku_id"] != "A"].assign(uom="EA")).unit_breakdown
    assert [(row.uom, row.n_series) for row in rows] == [("", 2), ("EA", 8)]


@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("skus", [SKUS, None])
def test_bias_in_units_and_in_percent_agree_in_sign_or_one_says_why_not(skus: pd.DataFrame | None, grain: str) -> None:
    document = ENGINE.report(*frames(), sku_data=skus, error_grain=grain).as_dict()
    for units, percent in [
        (document["bias"]["units"], document["bias"]["percent"]),
        *((row["bias_units"], row["bias_pct"]) for row in (*document["unit_breakdown"], *document["bias"]["control"]["worst_series"])),
    ]:
        assert units is None or percent is None or np.sign(units) == np.sign(percent)
    for name, value in (("bias_units", document["bias"]["units"]), ("bias_percent", document["bias"]["percent"])):
        assert (value is None) == (name in document["undefined"])


def test_one_series_in_large_numbers_is_named_and_the_median_series_stands_beside_it() -> None:
    forecast, actual = frames()
    plain = ENGINE.report(forecast, actual)
    own = {
        key: 100
        * (rows["predicted_value"] - actual.loc[rows.index, "actual_value"]).abs().sum()
        / actual.loc[rows.index, "actual_value"].sum()
        for key, rows in forecast.groupby(["site_id", "sku_id"])
    }
    volume = actual.groupby(["site_id", "sku_id"])["actual_value"].sum()
    measures, largest = plain.additional.measures, plain.additional.largest_series
    assert measures["median_series_wape"] == pytest.approx(median(own.values()))
    assert measures["largest_series_share"] == pytest.approx(100 * volume.max() / volume.sum())
    assert largest is not None
    assert (largest.site_id, largest.sku_id) == volume.idxmax()
    one_site = ENGINE.report(forecast[forecast["site_id"] == "S1"], actual[actual["site_id"] == "S1"])
    [warning] = one_site.warnings
    assert warning.startswith("SKU C at site S1 carries 8")
    others = [sku for sku in UOMS if sku != "C"]
    rest = forecast[(forecast["site_id"] == "S1") & forecast["sku_id"].isin(others)]
    errors = (rest["predicted_value"] - actual.loc[rest.index, "actual_value"]).abs().sum()
    assert one_site.additional.measures["wape_without_largest"] == pytest.approx(
        100 * errors / actual.loc[rest.index, "actual_value"].sum()
    )


def test_a_single_series_is_no_warning() -> None:
    forecast, actual = frames()
    mask = (forecast["site_id"] == "S1") & (forecast["sku_id"] == "C")
    one = ENGINE.report(forecast[mask], actual[mask])
    assert one.warnings == ()
    assert one.undefined_reasons["wape_without_largest"] == "single_series"
    assert one.bias.tracking_signal is not None


def test_figures_by_value_weigh_units_by_their_money() -> None:
    values = {"A": 100.0, "B": 10.0, "C": 0.001, "D": 0.5, "E": 0.0}
    result = ENGINE.report(*frames(), sku_data=SKUS.assign(unit_value=list(values.values()), currency="EUR"))
    forecast, actual = frames()
    weight, error = forecast["sku_id"].map(values), forecast["predicted_value"] - actual["actual_value"]
    total = (weight * actual["actual_value"]).sum()
    assert result.additional.measures["wape_by_value"] == pytest.approx(100 * (weight * error.abs()).sum() / total)
    assert result.additional.measures["bias_by_value"] == pytest.approx(100 * (weight * error).sum() / total)


@pytest.mark.parametrize(
    ("values", "currencies", "reason"),
    [
        ([None] * 5, ["EUR"] * 5, "no_unit_values"),
        ([1.0, None, 1.0, 1.0, 1.0], ["EUR"] * 5, "no_unit_values"),
        ([1.0, 1.0, 1.0, None, 1.0], ["EUR"] * 5, None),
        ([1.0] * 5, ["EUR", "EUR", "GBP", "EUR", "EUR"], "several_currencies"),
    ],
)
def test_without_the_values_of_95_percent_of_a_unit_there_is_no_figure_by_value(
    values: list[float | None], currencies: list[str], reason: str | None
) -> None:
    result = ENGINE.report(*frames(), sku_data=SKUS.assign(unit_value=pd.Series(values, dtype=float), currency=currencies))
    assert result.undefined_reasons.get("wape_by_value") == reason
    assert (result.additional.measures["wape_by_value"] is None) == (reason is not None)


def test_a_report_of_several_units_survives_json() -> None:
    result = ENGINE.report(*frames(), sku_data=SKUS.assign(unit_value=2.0, currency="EUR"))
    assert AccuracyReport.from_dict(json.loads(json.dumps(result.as_dict(), allow_nan=False))) == result


def test_a_report_of_the_first_definitions_loses_the_signal_of_all_series_together() -> None:
    document = report().as_dict()
    document["bias"] = {name: value for name, value in document["bias"].items() if name != "control"}
    document["bias"] |= {"tracking_signal": -5830.7, "verdict": "out_of_control"}
    bias = AccuracyReport.from_dict(document).bias
    assert (bias.tracking_signal, bias.verdict, bias.control) == (None, None, None)


def test_wrong_sku_data_names_field_value_and_fix() -> None:
    with pytest.raises(MissingColumns, match="uom"):
        ENGINE.report(*frames(), sku_data=SKUS.drop(columns="uom"))
    with pytest.raises(InvalidValue, match="more than one row for sku_id A"):
        ENGINE.report(*frames(), sku_data=pd.concat([SKUS, SKUS[:1]]))
    with pytest.raises(InvalidValue, match="unit_value of sku_data is -3"):
        ENGINE.report(*frames(), sku_data=SKUS.assign(unit_value=-3.0))


def test_no_single_series_decides_about_the_skill() -> None:
    history = frames()[1].assign(demand_date=lambda rows: rows["demand_date"] - pd.Timedelta(weeks=4))
    good = dict.fromkeys(UOMS, 0.01)
    for sku, sign in (("C", -1), ("A", -1)):
        value_added = ENGINE.report(*frames(error=good | {sku: 40.0}), history).additional.fva
        assert value_added.skill is not None
        assert value_added.skill > 30
        assert value_added.points is not None
        assert sku != "C" or value_added.points * sign > 0
