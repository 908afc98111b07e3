"""Reference data of a run, from the curated rows in the lake."""

from __future__ import annotations

from uuid import UUID

import pandas as pd
from typing_extensions import override

from contracts import datasets
from contracts.tables import curated_table
from runtime.adapters.lake.forecast_frames import LakeForecastFrames
from runtime.services.anomaly_ports import ReferenceData
from runtime.services.object_ports import Lake


class LakeReferenceData(ReferenceData):
    """The rows that the run cleansed; a run without a file of a data set has none."""

    def __init__(self, lake: Lake) -> None:
        self._frames = LakeForecastFrames(lake)

    @override
    def rows(self, run_id: UUID, dataset: str) -> pd.DataFrame:
        table = curated_table(datasets.load(dataset))
        return self._frames.read(table, run_id, table.columns)
