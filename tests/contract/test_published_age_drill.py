"""The drill of old published data, on PostgreSQL: the age that is measured every night, while the drill lasts and afterwards."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from cdk.settings.model import Settings
from cli.drills import database_deeds
from cli.drills.database_deeds import AGE_DAYS, move_published_day_back
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.services.runs.published_age import PublishedAge
from tests.fakes import FixedClock
from tests.fakes.examples import STARTED_AT, a_run, forecast_files


@pytest.fixture
def published_age(postgres: Database, migrated_database: str, monkeypatch: pytest.MonkeyPatch) -> PublishedAge:
    """The measurement on the database whose superuser the drill is."""
    monkeypatch.setattr(database_deeds, "connect", lambda: psycopg.connect(migrated_database, autocommit=True))
    return PublishedAge(PostgresRuns(postgres), FixedClock(STARTED_AT))


def test_the_published_data_are_older_while_the_drill_lasts_and_as_old_as_before_afterwards(
    postgres: Database, published_age: PublishedAge, tmp_path: Path
) -> None:
    run = PostgresRuns(postgres).start(a_run("one"))
    PostgresForecastLoader(postgres).load(run.id, forecast_files(tmp_path, run.id), STARTED_AT)
    age_days = published_age.measure_days()
    assert age_days is not None
    with move_published_day_back(AGE_DAYS):
        assert published_age.measure_days() == age_days + AGE_DAYS
    assert published_age.measure_days() == age_days


def test_without_a_published_run_the_drill_changes_nothing(postgres: Database, published_age: PublishedAge) -> None:
    PostgresRuns(postgres).start(a_run("one"))
    with move_published_day_back(AGE_DAYS):
        assert published_age.measure_days() is None
        assert PostgresRuns(postgres).get(a_run("one").id).as_of_date == a_run("one").as_of_date


def test_the_drill_raises_the_alarm_whatever_the_limit() -> None:
    field = Settings.model_fields["published_age_limit_days"]
    [maximum] = [constraint.le for constraint in field.metadata if hasattr(constraint, "le")]
    assert maximum < AGE_DAYS
