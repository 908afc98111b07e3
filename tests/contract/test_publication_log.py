"""The log of publications, as the drills read it, on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from psycopg.conninfo import conninfo_to_dict

from cli.drills.publications import PublicationLog
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.runs import PostgresRuns
from tests.conftest import ROOT
from tests.fakes.examples import STARTED_AT, a_run, forecast_files


def test_every_change_is_logged_once_with_whether_an_audit_event_came_with_it(database: str, tmp_path: Path) -> None:
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = database
    command.upgrade(config, "head")
    postgres = Database(lambda: conninfo_to_dict(database))
    log = PublicationLog(database)
    runs = [PostgresRuns(postgres).start(a_run(name)) for name in ("one", "two")]
    first_entry = log.start()
    for run in runs:
        for _ in range(2):
            PostgresForecastLoader(postgres).load(run.id, forecast_files(tmp_path, run.id), STARTED_AT)
    with postgres.transaction() as cursor:
        cursor.execute("update published_run set run_id = %s", [runs[0].id])
        cursor.execute("insert into audit_events (id, at, actor, action, subject) values (gen_random_uuid(), now(), 'a', 'b', 'c')")
    changes = log.list_changes(first_entry)
    assert [(change.run_id, change.by_hand) for change in changes] == [(runs[0].id, False), (runs[1].id, False), (runs[0].id, True)]
    assert log.list_changes(log.start()) == []
    postgres.close()
