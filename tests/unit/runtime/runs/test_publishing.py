"""Making a finished run the one that readers see."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from runtime.errors import BrokenRun, DatabaseBusy, RunNotFound, RunWorseThanBaseline
from runtime.models.domain.runs import Gate
from runtime.services.runs.publishing import Publishing
from tests.fakes import FixedClock, InMemoryLake, InMemoryLoader, InMemoryRuns
from tests.fakes.examples import a_run, put_forecast

WORSE = {"wape": 60.0, "baseline_wape": 55.0, "baseline": "seasonal_naive_7"}


@pytest.fixture
def run_id(runs: InMemoryRuns) -> UUID:
    run = runs.start(a_run())
    return run.id


@pytest.fixture
def publishing(lake: InMemoryLake, runs: InMemoryRuns, loader: InMemoryLoader, clock: FixedClock) -> Publishing:
    return Publishing(lake, runs, loader, clock, runs_kept=2)


def test_a_good_run_becomes_the_one_that_readers_see(
    publishing: Publishing, lake: InMemoryLake, runs: InMemoryRuns, run_id: UUID, tmp_path: Path
) -> None:
    put_forecast(lake, tmp_path, run_id)
    answer = publishing.publish(run_id, Gate.ENFORCE, may_publish=True).to_state_output()
    assert {name: answer[name] for name in ("published", "rows", "series", "excluded", "warnings")} == {
        "published": True,
        "rows": 56,
        "series": 2,
        "excluded": 1,
        "warnings": [],
    }
    assert runs.pointer == run_id
    assert runs.get(run_id).model_name == "panel"


def test_publishing_again_changes_nothing(
    publishing: Publishing, lake: InMemoryLake, runs: InMemoryRuns, clock: FixedClock, run_id: UUID, tmp_path: Path
) -> None:
    put_forecast(lake, tmp_path, run_id)
    publishing.publish(run_id, Gate.ENFORCE, may_publish=True)
    once = runs.find_published()
    clock.advance(hours=1)
    assert publishing.publish(run_id, Gate.ENFORCE, may_publish=True).loaded_forecast.is_reused
    assert runs.find_published() == once


def test_a_run_worse_than_its_baseline_is_refused_and_its_backtest_kept(
    publishing: Publishing, lake: InMemoryLake, runs: InMemoryRuns, loader: InMemoryLoader, run_id: UUID, tmp_path: Path
) -> None:
    put_forecast(lake, tmp_path, run_id, backtest=WORSE)
    with pytest.raises(RunWorseThanBaseline, match=r"WAPE is 60\.0 %, worse than the 55\.0 % of seasonal_naive_7"):
        publishing.publish(run_id, Gate.ENFORCE, may_publish=True)
    assert (runs.pointer, loader.rows) == (None, {})
    assert (runs.get(run_id).backtest or {})["wape"] == 60.0


def test_an_open_gate_publishes_a_worse_run_and_warns(
    publishing: Publishing, lake: InMemoryLake, runs: InMemoryRuns, run_id: UUID, tmp_path: Path
) -> None:
    put_forecast(lake, tmp_path, run_id, backtest=WORSE)
    assert publishing.publish(run_id, Gate.WARN, may_publish=True).is_published
    assert "worse than the 55.0 % of seasonal_naive_7" in runs.get(run_id).warnings[0]


def test_a_run_equal_to_its_baseline_passes(publishing: Publishing, lake: InMemoryLake, run_id: UUID, tmp_path: Path) -> None:
    put_forecast(lake, tmp_path, run_id, backtest=WORSE | {"wape": 55.0})
    assert publishing.publish(run_id, Gate.ENFORCE, may_publish=True).is_published


@pytest.mark.parametrize("backtest", [None, {"wape": None, "baseline_wape": None}])
def test_a_run_without_a_backtest_is_published_with_a_warning(
    publishing: Publishing, lake: InMemoryLake, runs: InMemoryRuns, run_id: UUID, tmp_path: Path, backtest: object
) -> None:
    put_forecast(lake, tmp_path, run_id, backtest=backtest)
    assert publishing.publish(run_id, Gate.ENFORCE, may_publish=True).is_published
    (warning,) = runs.get(run_id).warnings
    assert warning == "No series is long enough for a back-test; the accuracy of the forecast has not been checked."


def test_the_warning_of_a_run_that_is_not_published_does_not_call_it_published(
    publishing: Publishing, lake: InMemoryLake, runs: InMemoryRuns, run_id: UUID, tmp_path: Path
) -> None:
    put_forecast(lake, tmp_path, run_id, backtest=None)
    assert not publishing.publish(run_id, Gate.ENFORCE, may_publish=False).is_published
    assert runs.get(run_id).warnings[0] == "No series is long enough for a back-test; the accuracy of the forecast has not been checked."


def test_a_run_may_stay_unpublished(publishing: Publishing, lake: InMemoryLake, runs: InMemoryRuns, run_id: UUID, tmp_path: Path) -> None:
    put_forecast(lake, tmp_path, run_id)
    publication = publishing.publish(run_id, Gate.ENFORCE, may_publish=False)
    assert (publication.is_published, publication.loaded_forecast.rows, runs.pointer) == (False, 56, None)
    assert runs.get(run_id).warnings == ("Not published because its input does not request it (`publish`).",)


@pytest.mark.parametrize(("hours", "retired_run"), [(24, "run-0"), (23, None)])
def test_old_runs_are_retired_a_day_after_they_were_replaced(
    publishing: Publishing, lake: InMemoryLake, runs: InMemoryRuns, clock: FixedClock, tmp_path: Path, hours: int, retired_run: str | None
) -> None:
    retired_runs = []
    for number in range(3):
        run = runs.start(a_run(f"run-{number}", created_at=clock.now()))
        put_forecast(lake, tmp_path, run.id)
        clock.advance(hours=1)
        retired_runs.append(publishing.publish(run.id, Gate.ENFORCE, may_publish=True).retired_runs)
        clock.advance(hours=hours)
    assert retired_runs == [(), (), (a_run(retired_run).id,) if retired_run else ()]


def test_old_runs_that_cannot_be_dropped_now_do_not_fail_the_publication(
    lake: InMemoryLake, runs: InMemoryRuns, clock: FixedClock, run_id: UUID, tmp_path: Path
) -> None:
    class BusyLoader(InMemoryLoader):
        def retire(self, keep: int, replaced_since: datetime) -> list[UUID]:
            raise DatabaseBusy(f"a reader holds a lock, {keep} runs stay")

    put_forecast(lake, tmp_path, run_id)
    publication = Publishing(lake, runs, BusyLoader(runs), clock, 2).publish(run_id, Gate.ENFORCE, may_publish=True)
    assert publication.is_published
    assert "the next run will retry" in publication.warnings[0]


def test_a_forecast_without_files_is_a_broken_run(publishing: Publishing, lake: InMemoryLake, run_id: UUID, tmp_path: Path) -> None:
    put_forecast(lake, tmp_path, run_id)
    for key in lake.keys("forecasts/daily/"):
        del lake.contents[key]
    with pytest.raises(BrokenRun, match="contains no Parquet file"):
        publishing.publish(run_id, Gate.ENFORCE, may_publish=True)


def test_a_forecast_of_another_day_is_a_broken_run(publishing: Publishing, lake: InMemoryLake, run_id: UUID, tmp_path: Path) -> None:
    put_forecast(lake, tmp_path, run_id, as_of_date="2026-11-20")
    with pytest.raises(BrokenRun, match="as of 2026-11-20, the run as of 2026-11-21"):
        publishing.publish(run_id, Gate.ENFORCE, may_publish=True)


def test_an_unknown_run_is_not_published(publishing: Publishing) -> None:
    with pytest.raises(RunNotFound):
        publishing.publish(a_run("unknown").id, Gate.ENFORCE, may_publish=True)


MOSTLY = {
    "skill": 12.0,
    "largest_share": 87.0,
    "largest_series": {"site_id": "LDS1", "sku_id": "BULK"},
    "n_series": 600,
    "median_wape": 23.0,
}


def test_one_large_series_does_not_hold_back_the_forecasts_of_six_hundred(
    publishing: Publishing, lake: InMemoryLake, runs: InMemoryRuns, run_id: UUID, tmp_path: Path
) -> None:
    put_forecast(lake, tmp_path, run_id, backtest=WORSE | MOSTLY)
    assert publishing.publish(run_id, Gate.ENFORCE, may_publish=True).is_published
    above, dominance = runs.get(run_id).warnings
    assert above.startswith("In the back-test WAPE is 60.0 %, worse than the 55.0 % of seasonal_naive_7; its skill")
    assert dominance == (
        "SKU BULK at site LDS1 carries 87.0 % of the volume in the back-test, so that the WAPE is mostly its error; "
        "for the median series it is 23.0 %."
    )


def test_one_large_series_does_not_publish_the_worse_forecasts_of_six_hundred(
    publishing: Publishing, lake: InMemoryLake, run_id: UUID, tmp_path: Path
) -> None:
    put_forecast(lake, tmp_path, run_id, backtest=WORSE | MOSTLY | {"wape": 50.0, "skill": -4.0})
    with pytest.raises(RunWorseThanBaseline, match=r"is -4\.0 %"):
        publishing.publish(run_id, Gate.ENFORCE, may_publish=True)


def test_a_backtest_whose_errors_do_not_add_up_is_said_to_be_unchecked(
    publishing: Publishing, lake: InMemoryLake, runs: InMemoryRuns, run_id: UUID, tmp_path: Path
) -> None:
    put_forecast(lake, tmp_path, run_id, backtest={"wape": None, "baseline_wape": None, "n_obs": 28})
    assert publishing.publish(run_id, Gate.ENFORCE, may_publish=True).is_published
    assert runs.get(run_id).warnings[0].startswith("The back-test gives no error to compare")
