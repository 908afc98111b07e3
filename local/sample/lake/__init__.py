"""A whole operator of any size: every data set, clean or with a share of invalid rows, and the truth about each of them."""

from local.sample.lake.write import LakeSample, OperatorSize, write_lake

__all__ = ["LakeSample", "OperatorSize", "write_lake"]
