"""The data contracts: the columns and rules of every data set. One TOML file per data set serves ingestion, jobs and sample data."""

from contracts.datasets.loader import UnknownDataset, list_demand_names, list_names, load, load_for_key
from contracts.datasets.model import AtMost, Column, ColumnType, Contract, MissingMeans

__all__ = [
    "AtMost",
    "Column",
    "ColumnType",
    "Contract",
    "MissingMeans",
    "UnknownDataset",
    "list_demand_names",
    "list_names",
    "load",
    "load_for_key",
]
