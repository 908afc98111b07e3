"""541,909 real invoice lines, from the file to published forecasts, every row accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import REAL_DATA, make_signify

FILE = REAL_DATA / "online_retail_raw.parquet"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.real_data,
    pytest.mark.skipif(not FILE.exists(), reason="the real data set is not beside this checkout (../shared/data)"),
]


def test_every_invoice_line_is_accounted_for_and_forecasts_are_published(tmp_path: Path) -> None:
    signify = make_signify(tmp_path / "local-stack")
    try:
        signify.up("--data", str(FILE))
        with signify.api() as api:
            report = api.get("/data-quality/reports/latest").json()["report"]
            forecasts = api.get("/forecasts", params={"time_horizon": "28d"}).json()
    finally:
        signify("down")
    assert report["rows_in"] == 541_909
    assert report["curated"] + report["quarantined"] + report["duplicates"] == 541_909
    assert report["duplicates"] >= 5_000
    assert report["datasets"]["orders"]["warnings"]["blank_customer_id"] > 100_000
    assert report["datasets"]["orders"]["codes"]["RANGE"] >= 10_000
    assert forecasts["meta"]["as_of_date"] == "2011-12-09"
    assert len(forecasts["forecasts"]) > 0
