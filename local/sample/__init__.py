"""Data to try the platform with: a generated operator, and adapters for public data sets."""

from local.sample.files import SampleFile, SampleFiles
from local.sample.operator import write
from local.sample.recognise import Recognised, recognise

__all__ = ["Recognised", "SampleFile", "SampleFiles", "recognise", "write"]
