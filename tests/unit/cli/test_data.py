"""Tables of the data commands: objects, row counts, quarantine codes and samples."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, RenderableType
from typer.testing import CliRunner

from cli.app import app
from cli.console import Phases
from cli.data import make_feed_tables, make_report_tables, prepare_drop, summarise_findings
from cli.landing import Drop, make_landing_key, render_objects
from cli.local_stack import make_forecast_table
from cli.mapping.choices import Choices
from cli.mapping.reading import Conversation
from cli.records import ForecastRow, QualityReport
from local.errors import DataError

REPORT: QualityReport = {
    "run_id": "r-1",
    "verdict": "PASS",
    "report": {
        "datasets": {
            "orders": {
                "rows_in": 1_200,
                "curated": 1_190,
                "quarantined": 7,
                "duplicates": 3,
                "codes": {"TYPE": 2, "RANGE": 5},
                "samples": [{"key": "landing/orders/v1/a[1].csv", "line": 12, "code": "RANGE", "reason": "quantity is [-3]"}],
            }
        }
    },
}


def render(*tables: RenderableType, width: int = 80) -> str:
    console = Console(width=width, color_system=None, emoji=False)
    with console.capture() as capture:
        console.print(*tables)
    return capture.get()


def test_the_row_counts_add_up_or_are_marked() -> None:
    assert "1,200 │   1,190 │           7 │          3 │       ✓" in render(make_report_tables(REPORT)[0])
    REPORT["report"]["datasets"]["orders"]["curated"] -= 1
    try:
        assert "✗" in render(make_report_tables(REPORT)[0])
    finally:
        REPORT["report"]["datasets"]["orders"]["curated"] += 1


def test_the_first_line_is_the_worst_finding_and_who_must_act() -> None:
    findings = [
        {"severity": "WARN", "subject": "LATE [1]", "text": "no data after 2026-11-13", "action": "upload it", "owner": "source of LATE"},
        {"severity": "INFO", "subject": "OLD", "text": "closed", "action": "say so", "owner": "source of OLD"},
    ]
    report: Any = {**REPORT, "verdict": "WARN", "report": {**REPORT["report"], "findings": findings}}
    lines = render(summarise_findings(report), width=200).splitlines()
    assert lines[0] == "WARN LATE [1]: no data after 2026-11-13. source of LATE: upload it."
    assert lines[1].startswith("INFO OLD")
    assert render(summarise_findings(REPORT)).strip() == "Data quality PASS: nothing to act on."


def test_the_findings_end_with_what_changed_since_the_day_before() -> None:
    finding = {"severity": "WARN", "subject": "RTM1 (orders)", "text": "late", "action": "upload it", "owner": "source"}
    changes = {"as_of_date": "2026-11-27", "new_findings": [], "ended_findings": [finding], "same_findings": 2}
    report: Any = {**REPORT, "report": {**REPORT["report"], "changes": changes}}
    assert render(summarise_findings(report)).splitlines()[-1].strip() == "Since the data to 2026-11-27: 0 new, 1 ended (RTM1 (orders))."


def test_sites_that_are_not_complete_are_listed_the_latest_first() -> None:
    def feed(site: str, state: str, behind: int, complete: int) -> dict[str, Any]:
        counts = {"days_behind": behind, "days_due": 28, "days_complete": complete}
        return {"dataset": "orders", "site_id": site, "state": state, "last_complete_day": "2026-11-13", **counts}

    feeds = [feed("GOOD", "CURRENT", 0, 28), feed("GAP", "CURRENT", 0, 24), feed("LATE", "LATE", 15, 13)]
    report: Any = {**REPORT, "report": {**REPORT["report"], "feeds": feeds}}
    [table] = make_feed_tables(report)
    text = render(table, width=120)
    assert 0 < text.index("LATE") < text.index("GAP")
    assert "GOOD" not in text
    assert make_feed_tables(REPORT) == []


def test_the_most_frequent_code_comes_first() -> None:
    text = render(make_report_tables(REPORT)[1])
    assert 0 < text.index("RANGE") < text.index("TYPE")


def test_samples_are_shown_on_request_only_and_with_brackets() -> None:
    assert len(make_report_tables(REPORT)) == 2
    text = render(make_report_tables(REPORT, rows=True)[2])
    assert "a[1].csv" in text
    assert "quantity is [-3]" in text


def object_record(**changes: Any) -> Any:
    return {"key": "landing/orders/v1/a.csv", "version_id": "1", "status": "ACCEPTED", "rows": 25_000, **changes}


def test_an_object_has_one_line_within_80_columns() -> None:
    name = "landing/demand_history/v1/ingest_date=2026-11-24/corrections-LDS1.csv"
    lines = render(render_objects([object_record(key=name)])).splitlines()
    assert "│ demand_history/corrections-LDS1.csv │ ACCEPTED │ 25,000 │        │" in lines
    assert max(map(len, lines)) <= 80


def test_the_reason_of_a_rejection_is_below_the_table() -> None:
    rejection = object_record(status="REJECTED", rows=None, reason_code="EMPTY", reason="the file is empty")
    lines = render(render_objects([object_record(), rejection])).splitlines()
    assert lines[-1] == "orders/a.csv: EMPTY: the file is empty"
    assert sum("EMPTY" in line for line in lines) == 1


def test_a_landing_key_has_the_date_of_the_upload() -> None:
    assert make_landing_key("orders", "a.csv") == f"landing/orders/v1/ingest_date={datetime.now(tz=UTC).date()}/a.csv"


def prepare(path: Path, dataset: str | None = None) -> Drop:
    return prepare_drop(path, Choices(dataset=dataset), Conversation(accepts_all=True))


def test_a_file_that_cannot_be_read_is_dropped_as_it_is_when_its_data_set_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_text("no Parquet")
    drop = prepare(tmp_path / "broken.parquet", "orders")
    assert (drop.path.name, drop.key.split("/")[:3], drop.mapping) == ("broken.parquet", ["landing", "orders", "v1"], None)
    with pytest.raises(DataError, match=r"broken\.parquet"):
        prepare(tmp_path / "broken.parquet")


def test_a_file_without_a_data_set_is_recognised_by_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "plan.csv"
    file.write_text("site_id,sku_id,demand_date,quantity,uom\n")
    assert prepare(file).key.startswith("landing/demand_history/v1/ingest_date=")
    file.write_text("a,b\n")
    with pytest.raises(DataError, match=r"no column could be taken for"):
        prepare(file)


def test_a_file_with_other_columns_is_dropped_below_its_source_with_its_mapping(tmp_path: Path) -> None:
    file = tmp_path / "sales 2026-11.csv"
    file.write_text("Day,SKU,Qty\n2026-11-01,A,3\n2026-11-02,B,4\n")
    drop = prepare(file)
    assert drop.key.startswith("landing/demand_history/v1/source=sales/ingest_date=")
    assert (drop.mapping, drop.mapping_key) == (tmp_path / "sales.mapping.toml", "mappings/demand_history/sales.toml")


def test_forecasts_are_shown_with_one_decimal() -> None:
    row: ForecastRow = {
        "site_id": "LDS1",
        "sku_id": "A",
        "forecast_date": "2026-11-24",
        "confidence_lower": 0.04,
        "predicted_value": 1_234.56,
        "confidence_upper": 2_000.0,
    }
    text = render(make_forecast_table({"meta": {"as_of_date": "2026-11-23"}, "forecasts": [row]}))
    assert "│ LDS1 │ A   │ 2026-11-24 │ 0.0 │ 1,234.6 │ 2,000.0 │" in text
    assert "data to 2026-11-23" in " ".join(text.split())


def test_the_sample_command_lists_each_file_with_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from local.sample import write_files

    monkeypatch.setattr("local.sample.write_files", lambda folder, seed: write_files(folder, seed=seed, scale=0.02))
    lines = CliRunner().invoke(app, ["sample", str(tmp_path), "--seed", "9"]).stdout.splitlines()
    assert f"{tmp_path}/orders-1.csv  -> landing/orders/v1/orders-1.csv" in lines
    assert all(Path(line.split("  -> ")[0]).is_file() for line in lines)


def test_phases_are_summed_and_a_failed_phase_is_timed_too() -> None:
    phases = Phases()
    with pytest.raises(RuntimeError), phases.phase("Deploy"):
        raise RuntimeError
    with phases.phase("Run"):
        pass
    assert list(phases.seconds) == ["Deploy", "Run"]
    phases.seconds = {"Deploy": 1.25, "Run": 2.5}
    assert "total  │     3.8" in render(phases.make_table())
