"""Times of clocks: which moment a time without an offset from UTC is, by the time zone that the text names or else by that of its site.

A time of the night on which the clocks go back is there twice: the first one counts, with the warning REPEATED_HOUR. A time that the clocks
leave out when they go forward never was: it is null, and its row is refused. Without a known zone the value is null as well: a run parks
the row until site_master has the zone of its site, and the check at the arrival, which knows no other object, warns.
"""

from __future__ import annotations

from collections.abc import Collection

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import CodeList, Column, ColumnType, Contract, load_codes
from glue_jobs.transforms import moments
from glue_jobs.transforms.texts import clean_text

SITE_MASTER = "site_master"
FIRST_RESOLVED_YEAR = "1970"
"""Earlier times are read as UTC: no contract takes them, and before this year the engines know different offsets."""

ZONE_NAMES = "zone_names"
"""The column with the names of all zones, once in place of once for every time."""

_INSTANTS = ("first", "second")


def place_of(column: Column, contract: Contract) -> str | None:
    """Return the column that names the site by whose clock a time is read; None where the contract has none."""
    place = column.site or contract.site
    return place if any(each.name == place for each in contract.columns) else None


def time_columns(contract: Contract) -> list[Column]:
    """Return the columns of times."""
    return [column for column in contract.columns if column.type is ColumnType.TIMESTAMP]


def zone_names() -> SparkColumn:
    """Return the names of all time zones, each between commas."""
    return F.lit(f",{','.join(load_codes(CodeList.TIME_ZONES))},")


def add_site_zones(rows: DataFrame, contract: Contract, sites: DataFrame | None) -> DataFrame:
    """Add to staged rows the time zone of every site by whose clock they may be read, null where it is not known.

    sites: the curated rows of site_master, None without one.
    """
    for place in sorted({place for column in time_columns(contract) if (place := place_of(column, contract))}):
        names = rows.columns
        if sites is None:
            rows = rows.withColumn(site_zone_name(place), F.lit(None).cast("string"))
            continue
        zones = sites.select(F.col("site_id").alias("zone_site"), F.col("time_zone").alias(site_zone_name(place)))
        keyed_rows = rows.withColumn("zone_site", F.expr(clean_text(contract.column(place))))
        rows = keyed_rows.join(zones, on="zone_site", how="left").select(*names, site_zone_name(place))
    return rows


def site_zone_name(place: str) -> str:
    """Return the name of the column with the zone of the site that the column `place` names."""
    return f"site_zone__{place}"


def forms(contract: Contract, names: Collection[str] = ()) -> dict[str, SparkColumn]:
    """Return the plain form and the zone of every time, from the columns of `moments.taken_apart`.

    names: the columns of the rows; without those of `add_site_zones` only the zones that texts name are known.
    """
    reads_days = {contract.business_date, contract.updated_at}
    columns: dict[str, SparkColumn] = {}
    for column in time_columns(contract):
        columns[_form(column)] = moments.form_of(column.name, reads_days=column.name in reads_days)
        columns[_part("zone", column)] = F.expr(_zone(column, contract, names))
    return columns


def instants(contract: Contract) -> dict[str, SparkColumn]:
    """Return the moments at which a clock of the zone showed a time without offset: the first one and, if it came twice, the second."""
    steps = zip(_INSTANTS, ("- interval 1 day", "+ interval 1 day"), strict=True)
    return {_part(name, column): F.expr(_instant(column, step)) for name, step in steps for column in time_columns(contract)}


def moment_of(column: Column) -> SparkColumn:
    """Return the moment of a time, exact to the microsecond; null when it is none, or its zone is not known."""
    form, (first, second) = _form(column), (_part(name, column) for name in _INSTANTS)
    in_utc = f"try_cast(concat({form}, case when length({form}) = {moments.FORM_LENGTH} then '+00:00' else '' end) as timestamp)"
    return F.when(_is_clock_time(column), F.expr(f"cast(coalesce({first}, {second}) as timestamp)")).otherwise(F.expr(in_utc))


def written_day_of(column: Column) -> SparkColumn:
    """Return the day of a time as it is written, in the offset or by the clock of the writer; null when the text is no time."""
    return F.expr(f"try_cast(substring({_form(column)}, 1, 10) as date)")


def knows_sites(names: Collection[str]) -> bool:
    """Return whether rows with these columns have the zones of their sites, as those of a run do."""
    return any(map(is_site_zone, names))


def is_site_zone(name: str) -> bool:
    """Return whether a column has the zones of sites."""
    return name.startswith(site_zone_name(""))


def lacks_zone(column: Column) -> SparkColumn:
    """Return whether a time has no offset, and its zone is not known."""
    return _is_clock_time(column) & F.col(_part("zone", column)).isNull()


def has_unknown_zone(column: Column) -> SparkColumn:
    """Return whether a time without an offset names a zone that there is not."""
    return lacks_zone(column) & F.expr(f"{moments.zone_name(column.name)} <> ''")


def is_repeated(column: Column) -> SparkColumn:
    """Return whether a time came twice, in the night on which the clocks of its zone go back."""
    first, second = (F.col(_part(name, column)) for name in _INSTANTS)
    return F.coalesce(first != second, F.lit(False))


def is_left_out(column: Column) -> SparkColumn:
    """Return whether a time is one that the clocks of its zone leave out when they go forward."""
    first, second = (F.col(_part(name, column)) for name in _INSTANTS)
    return _is_clock_time(column) & F.col(_part("zone", column)).isNotNull() & first.isNull() & second.isNull()


def _part(part: str, column: Column) -> str:
    return f"{part}__{column.name}"


def _form(column: Column) -> str:
    return _part("form", column)


def _is_clock_time(column: Column) -> SparkColumn:
    """Return whether a time has no offset, and is one that there is: not on 30 February."""
    form = _form(column)
    is_resolved = f"length({form}) = {moments.FORM_LENGTH} and {form} >= '{FIRST_RESOLVED_YEAR}'"
    return F.expr(f"coalesce({is_resolved} and try_cast({form} as timestamp_ntz) is not null, false)")


def _zone(column: Column, contract: Contract, names: Collection[str]) -> str:
    """Return the SQL of the zone that the text names, null when there is no such zone, and else of that of the site."""
    zone_text, place = moments.zone_name(column.name), place_of(column, contract)
    site_zone = site_zone_name(place) if place and site_zone_name(place) in names else "cast(null as string)"
    return f"case when {zone_text} = '' then {site_zone} when instr({ZONE_NAMES}, concat(',', {zone_text}, ',')) > 0 then {zone_text} end"


def _instant(column: Column, step: str) -> str:
    """Return the SQL of the time in UTC at which a clock showed the time, by the offset of its zone a day earlier or later."""
    form, zone = _form(column), _part("zone", column)
    wall = f"try_cast({form} as timestamp_ntz)"
    other = f"({wall} {step})"
    instant = f"({wall} - ({_local(other, zone)} - {other}))"
    is_clock_time = f"length({form}) = {moments.FORM_LENGTH} and {form} >= '{FIRST_RESOLVED_YEAR}' and {zone} is not null"
    return f"case when {is_clock_time} then case when {_local(instant, zone)} = {wall} then {instant} end end"


def _local(instant: str, zone: str) -> str:
    return f"convert_timezone('UTC', {zone}, {instant})"
