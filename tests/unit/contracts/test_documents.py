"""The documents that jobs and functions exchange: what one side reads, the other side writes."""

from __future__ import annotations

from typing import get_type_hints

import pytest
from pydantic import BaseModel

from contracts import documents as contract
from runtime.models.domain import documents as runtime

# The functions write the manifest, the jobs read it by the contract.
MANIFEST = [(runtime.Manifest, contract.ManifestDocument), (runtime.ManifestObject, contract.StagedObjectEntry)]
# The jobs write these by the contract, the functions read and check them.
REPORTS = [
    (runtime.QualityDocument, contract.QualityDocument),
    (runtime.DatasetQuality, contract.DatasetQualityDocument),
    (runtime.RowCounts, contract.RowCountsDocument),
    (runtime.ForecastDocument, contract.ForecastDocument),
    (runtime.Backtest, contract.BacktestDocument),
]


def keys(document: type) -> set[str]:
    return set(get_type_hints(document))


@pytest.mark.parametrize(("model", "document"), MANIFEST, ids=lambda each: each.__name__)
def test_functions_write_every_key_that_jobs_read(model: type[BaseModel], document: type) -> None:
    assert model.model_fields.keys() >= keys(document)


@pytest.mark.parametrize(("model", "document"), REPORTS, ids=lambda each: each.__name__)
def test_jobs_write_every_key_that_functions_read(model: type[BaseModel], document: type) -> None:
    assert keys(document) >= model.model_fields.keys()


@pytest.mark.parametrize(("model", "document"), REPORTS, ids=lambda each: each.__name__)
def test_nullable_fields_of_a_job_document_are_nullable_in_the_model(model: type[BaseModel], document: type) -> None:
    hints = get_type_hints(document)
    nullable = {name for name in model.model_fields if type(None) in getattr(hints[name], "__args__", ())}
    accepts_null = {name for name, field in model.model_fields.items() if type(None) in getattr(field.annotation, "__args__", ())}
    assert nullable <= accepts_null
