"""The Spark session of a job."""

from __future__ import annotations

from pyspark.sql import SparkSession

SETTINGS = {
    # A timestamp means the same instant on every machine.
    "spark.sql.session.timeZone": "UTC",
    # Years before 1900 are written as they are. By default Spark fails the whole job at the first, because Spark 2 used another calendar.
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    # The default, INT96, is deprecated and read differently from reader to reader.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}


def session(name: str) -> SparkSession:
    """Return the job's session: in UTC, and able to write every value that the contracts allow."""
    builder = SparkSession.builder.appName(name)
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()
