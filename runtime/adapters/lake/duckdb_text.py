"""Typed Parquet values as the text of the contract: dates ISO, timestamps RFC 3339, numbers plain."""

from contracts.datasets import ColumnType

MILLISECONDS, MILLISECONDS_UTC = "milliseconds", "milliseconds in UTC"
"""Types of columns with numbers of milliseconds since 1970, some of which DuckDB cannot hold as timestamps."""

_MOST_MILLISECONDS = 9_200_000_000_000_000
_FLOATING = ("FLOAT", "DOUBLE")
_WITHOUT_TIME_ZONE = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", MILLISECONDS)
_WITH_TIME_ZONE = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS", MILLISECONDS_UTC)
TEXT_TYPES = ("VARCHAR", "BLOB")
"""DuckDB types of columns that hold text; text that some writers leave unmarked is read as VARCHAR."""

_TEXTS = (ColumnType.IDENTIFIER, ColumnType.STRING)


def literal(text: str) -> str:
    """Quote text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def quote(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def as_text(name: str, stored_type: str, contract_type: ColumnType) -> str:
    """Return the SQL that reads column name, stored as that DuckDB type, as text for a contract column of the wanted type."""
    column = quote(name)
    if stored_type in _FLOATING or stored_type.startswith("DECIMAL"):
        number = _number(column) if stored_type in _FLOATING else _without_idle_zeros(f"{column}::VARCHAR")
        return number if contract_type in _TEXTS else with_certain_point(number)
    if stored_type in (MILLISECONDS, MILLISECONDS_UTC):
        is_time = f"{column} BETWEEN -{_MOST_MILLISECONDS} AND {_MOST_MILLISECONDS}"
        moment = f"(CASE WHEN {is_time} THEN make_timestamp({column} * 1000) END)"
        offset = "+00:00" if stored_type == MILLISECONDS_UTC else ""
        return _instant(moment, offset, f"{column}::VARCHAR || ' ms since 1970'", contract_type)
    if stored_type in _WITHOUT_TIME_ZONE:
        return _instant(f"{column}::TIMESTAMP", "", f"{column}::VARCHAR", contract_type)
    if stored_type in _WITH_TIME_ZONE:
        # By the epoch, so that neither the session's zone nor an extension has a say.
        return _instant(f"make_timestamp(epoch_us({column}::TIMESTAMPTZ))", "+00:00", f"{column}::VARCHAR", contract_type)
    return f"{column}::VARCHAR"


def with_certain_point(number: str) -> str:
    """Return the SQL of a number whose point separates decimals for certain: 1.125, which could be a thousand too, becomes 1.1250."""
    return f"regexp_replace({number}, '^([+-]?[1-9]\\d{{0,2}}\\.\\d{{3}})$', '\\10')"


def warning_about(name: str, stored_type: str, contract_type: ColumnType, *, is_business_date: bool = False) -> str | None:
    """Return a warning for the sender about the type in which the column is stored, or None."""
    if stored_type in _WITHOUT_TIME_ZONE and contract_type is ColumnType.TIMESTAMP:
        return (
            f"{name} is stored without a time zone: its times are those of the clock of each site, whose time zone site_master has to "
            "have, or of the time_zone in the mapping of the source; store instants as UTC-adjusted timestamps"
        )
    if stored_type in _WITH_TIME_ZONE and contract_type is ColumnType.TIMESTAMP and is_business_date:
        return (
            f"{name} is stored in UTC, without the offset of the site: a row counts on its day in UTC, unless site_master has the time "
            "zone of its site; upload site_master"
        )
    if stored_type in _FLOATING and contract_type in _TEXTS:
        return f"{name} is stored as floating-point numbers; whole ones were read without a decimal point"
    return None


def _number(column: str) -> str:
    """Write a floating-point number plainly: never 1e+20, no idle zeros; NaN is how pandas stores a missing value."""
    text = f"{column}::VARCHAR"
    plain = f"coalesce(try_cast({text} AS DECIMAL(38, 9))::VARCHAR, {text})"
    number = f"CASE WHEN contains({text}, 'e') THEN {plain} ELSE {text} END"
    return f"CASE WHEN isnan({column}) THEN NULL ELSE {_without_idle_zeros(number)} END"


def _without_idle_zeros(text: str) -> str:
    return f"regexp_replace({text}, '^(-?\\d+)(?:\\.0+|(\\.\\d*?[1-9])0*)$', '\\1\\2')"


def _instant(moment: str, offset: str, shown_text: str, contract_type: ColumnType) -> str:
    """Write a timestamp; one that no calendar has, such as infinity, as it is shown, so that it is not lost."""
    seconds = f"strftime({moment}, '%Y-%m-%dT%H:%M:%S')"
    fraction = f"rtrim(strftime({moment}, '.%f'), '0')"
    text = f"{seconds} || CASE WHEN {fraction} = '.' THEN '' ELSE {fraction} END || '{offset}'"
    if contract_type is ColumnType.DATE:
        text = f"CASE WHEN date_trunc('day', {moment}) = {moment} THEN strftime({moment}, '%Y-%m-%d') ELSE {text} END"
    return f"coalesce(CASE WHEN isfinite({moment}) THEN {text} END, {shown_text})"
