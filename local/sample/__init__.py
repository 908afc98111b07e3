"""Sample data: a generated logistics operator, and adapters for public data sets."""

from local.sample.files import SampleFile, SampleFiles
from local.sample.operator import write_files
from local.sample.recognition import DatasetFile, adapt

__all__ = ["DatasetFile", "SampleFile", "SampleFiles", "adapt", "write_files"]
