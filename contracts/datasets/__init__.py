"""The data contracts: the columns and rules of every data set. One TOML file per data set serves ingestion, jobs and sample data."""

from contracts.datasets.codes import CodeList, doubtful_units, load_codes, unit_spellings
from contracts.datasets.loader import UnknownDataset, list_demand_names, list_masters, list_names, list_providers, load, load_for_key
from contracts.datasets.model import NUMBERED_PART, AtMost, AtMostOfMaster, Column, ColumnType, Contract, InOrder, MissingMeans, StartsWith

__all__ = [
    "NUMBERED_PART",
    "AtMost",
    "AtMostOfMaster",
    "CodeList",
    "Column",
    "ColumnType",
    "Contract",
    "InOrder",
    "MissingMeans",
    "StartsWith",
    "UnknownDataset",
    "doubtful_units",
    "list_demand_names",
    "list_masters",
    "list_names",
    "list_providers",
    "load",
    "load_codes",
    "load_for_key",
    "unit_spellings",
]
