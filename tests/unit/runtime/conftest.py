"""The fakes behind every port."""

from __future__ import annotations

import pytest

from tests.fakes import FixedClock, InMemoryJobs, InMemoryLake, InMemoryLoader, InMemoryObjects, InMemoryQualityReports, InMemoryRuns


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def lake() -> InMemoryLake:
    return InMemoryLake()


@pytest.fixture
def objects() -> InMemoryObjects:
    return InMemoryObjects()


@pytest.fixture
def runs(jobs: InMemoryJobs) -> InMemoryRuns:
    return InMemoryRuns(jobs=jobs)


@pytest.fixture
def jobs() -> InMemoryJobs:
    return InMemoryJobs()


@pytest.fixture
def reports() -> InMemoryQualityReports:
    return InMemoryQualityReports()


@pytest.fixture
def loader(runs: InMemoryRuns) -> InMemoryLoader:
    return InMemoryLoader(runs)
