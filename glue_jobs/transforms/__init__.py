"""The rules of the jobs as pure functions, DataFrame to DataFrame, in the PySpark DataFrame API.

They run on Spark (AWS Glue) and on DuckDB through sqlframe (the local stack), so they avoid everything in which the two differ:

- `cast` of bad text raises on one and gives null on the other: `try_cast`, and a pattern first, since '1.5' as a whole number differs;
- `to_date(text, format)` raises on DuckDB: text is matched against a pattern, then `try_cast` reads the ISO form;
- `trim` takes the space alone on one and every Unicode space on the other: the character to trim is named;
- in a pattern `$` also stands before a last line break on Spark, and `(?i)` takes the long s for an s on DuckDB: `\\z`, and both cases;
- classes of characters such as `\\p{L}` follow other versions of Unicode: characters are listed as ranges of code points;
- a replacement writes its groups as `$1` on one and `\\1` on the other: `regexp_extract`, part by part;
- a half is cast away from zero on both, so rounding to even is written out;
- the embedded engine copies an expression at every link of a chain of `when`: `coalesce` of single ones, and few steps of `select`;
- only DuckDB accepts hour 24 and offsets beyond 18 hours: the pattern excludes them;
- years before 1900 fail the job on Spark unless its session sets how to write them (glue_jobs/spark.py);
- Spark accepts `explode` only at the top level of a column;
- division by zero, `percentile_approx`, `bround` and `date_trunc` differ: not used;
- each adds floating-point numbers in its own order: means come from exact sums;
- the order of a window states where nulls go;
- `cache` does nothing on DuckDB: what is used twice is written as Parquet and read back.
"""
