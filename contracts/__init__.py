"""The data contracts: what a file of each dataset must look like. One TOML file per dataset serves ingestion, jobs and sample data."""

from contracts.contract import AtMost, Column, ColumnType, Contract, MissingMeans
from contracts.loader import UnknownDataset, load, names, of_key

__all__ = ["AtMost", "Column", "ColumnType", "Contract", "MissingMeans", "UnknownDataset", "load", "names", "of_key"]
