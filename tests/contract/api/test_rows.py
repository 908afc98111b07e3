"""What a row of a forecast states."""

from __future__ import annotations

from tests.contract.api.conftest import Served
from tests.fakes.examples import forecast_rows
from tests.unit.runtime.api.conftest import call


def test_a_forecast_states_its_mean_beside_its_median(served_api: Served) -> None:
    rows = call("/forecasts", time_horizon="28d", limit="1000").json["forecasts"]
    means = {(row["sku_id"], row["site_id"], row["forecast_date"]): row["mean_value"] for row in rows}
    stored_rows = forecast_rows(served_api.run.id, sorted({sku for sku, _, _ in means}))
    assert {(row["sku_id"], str(row["forecast_date"])): row["mean_value"] for row in stored_rows} == {
        (sku, day): mean for (sku, _, day), mean in means.items()
    }


def test_the_sites_of_a_run_are_known(served_api: Served) -> None:
    [message] = call("/forecasts", time_horizon="7d", site_id="lds1").json["meta"]["warnings"]
    assert "did you mean LDS1?" in message
