"""The table of anomaly groups, compared with the catalog."""

from __future__ import annotations

from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from contracts.tables import ANOMALY_GROUPS
from runtime.adapters.lake.anomaly_table import LakeAnomalyTable
from tests.fakes import InMemoryLake
from tests.unit.glue_jobs.test_lake_tables import hive_columns


def test_the_table_of_anomalies_has_the_columns_that_the_detector_writes() -> None:
    lake, run_id = InMemoryLake(), uuid4()
    LakeAnomalyTable(lake).write(run_id, [])
    [(key, body)] = lake.contents.items()
    assert key.startswith(ANOMALY_GROUPS.run_prefix(run_id))
    assert hive_columns(pq.read_schema(pa.BufferReader(body))) == ANOMALY_GROUPS.hive_columns()
