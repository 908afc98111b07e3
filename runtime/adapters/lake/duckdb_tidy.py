"""The SQL that tidies staged values: blank words, spaces of other kinds, and the forms of dates and numbers that a layout states."""

# ruff: noqa: S608 - the SQL is put together from the contract's column names and from literals quoted here, never from a file's content

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.datasets import CodeList, Column, ColumnType
from contracts.identifiers import AROUND
from runtime.adapters.lake.duckdb_sql import line_name
from runtime.adapters.lake.duckdb_text import literal, quote, with_certain_point
from runtime.services.ingestion.days import MONDAY, WEEK, WEEKDAY
from runtime.services.ingestion.staging.records import EXCERPT
from runtime.services.ingestion.staging.staged import StagingPlan

BLANK_WORDS = ("N/A", "#N/A", "NULL", "-")
BLANK_WORDS_OF_VALUES = (*BLANK_WORDS, "NA", "NAN", "NONE")
"""Also blank where no text can stand: numbers, dates and flags."""

_SPACES = AROUND + "\u200b\u200c\u200d\u200e\u200f\u2060"
_TEXTS = (ColumnType.IDENTIFIER, ColumnType.STRING)
_NUMBERS = (ColumnType.DECIMAL, ColumnType.RATE, ColumnType.INTEGER)
_DAYS = (ColumnType.DATE, ColumnType.TIMESTAMP)
_GROUPED = r"^-?\d{1,3}(?:[. '\x{a0}\x{202f}’]\d{3})+(?:,\d+)?$"
_GROUP_MARKS = r"[. '\x{a0}\x{202f}’]"
_WITH_COMMA = r"^-?(?:\d+|\d*,\d+)$"
_MINUS = r"\x{2212}\x{2013}-"
_SIZE = r"[0-9.,](?:[0-9., '\x{a0}\x{202f}’]*[0-9])?"
_BELOW_ZERO = rf"^(?:[{_MINUS}] *{_SIZE}|{_SIZE} *[{_MINUS}]|\( *{_SIZE} *\))$"
_AROUND_SIZE = rf"^[(+{_MINUS}] *| *[){_MINUS}]$"
"""Numbers of a layout with a decimal comma; below zero with a minus before or behind them, or in brackets."""

_OFFSET = r":\d{2}(?:[.,]\d+)?\s*([Zz]|(?i:UTC|GMT)?[+-]\d{2}(?::?\d{2})?|(?i:UTC|GMT))$"
_COUNTED_TIME = r"^\s*(\d{10}|\d{13}|\d{16}|\d{19})\s*$"
_CLOCK_TIME = r"^\s*\d.*(?:[0-9]|[0-9] ?[AaPp][Mm])\s*$|^\s*[A-Za-z]+,? .*(?:[0-9]|[0-9] ?[AaPp][Mm])\s*$"
_WITH_OFFSET = r"(?:[Tt ]|:)\d{2}(?::?\d{2})?(?::?\d{2})?(?:[.,]\d+)?\s*(?i:UTC|GMT)?[+\x{2212}-]\d{2}(?::?\d{2})?\s*$"
"""A time that may lack an offset, and one that has it; Z, UTC and GMT are no digits."""

_TIMES = (
    *("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S.%f", " %H:%M:%S,%f", "T%H:%M:%S,%f"),
    *(" %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p"),
)
_GROUPS = r"[0-9., '\x{a0}\x{202f}’]*[0-9][0-9.,]*"
_SIGNED = rf"^(?:[+-]?{_GROUPS}|{_GROUPS}-|\({_GROUPS}\))$"
"""A number with its sign before or behind it, or in brackets when it is negative."""

_NEGATIVE = r"^-|-$|^\("


@dataclass(frozen=True)
class Finding:
    """A condition on staged rows, and the warning about the rows for which it is true ("" for none)."""

    condition: str
    warning: str


@dataclass(frozen=True)
class Tidying:
    """How the values of one raw staged file become those of the contract. `texts`: the columns that the file has as text."""

    plan: StagingPlan
    present: Sequence[str]
    texts: Sequence[str]

    def findings(self) -> list[Finding]:
        """Return everything that can make tidying necessary."""
        return [finding for column in self._text_columns() for finding in self._findings_of(column)]

    def count(self, raw: Path) -> str:
        """Return the SQL that counts the rows of each finding, in one row."""
        counts = ", ".join(f"count_if({finding.condition})" for finding in self.findings())
        return f"SELECT {counts} FROM {self._source(raw)}"

    def select(self, raw: Path) -> str:
        """Return the SQL that selects the tidied rows, in their order."""
        columns = [
            f"CASE WHEN fault IS NULL THEN {self._value(column)} END AS {quote(column.name)}" for column in self.plan.contract.columns
        ]
        texts = ", ".join(quote(column.name) for column in self.plan.contract.columns)
        excerpt = f"CASE WHEN ({self._needs_excerpt()}) THEN replace(concat_ws(',', {texts})[:{EXCERPT}], chr(0), '␀') END"
        return f"""SELECT {", ".join(columns)}, source_object, source_line, fault AS unreadable,
                coalesce(raw_excerpt, {excerpt}) AS raw_excerpt
            FROM (SELECT *, coalesce(unreadable, {self._fault()}) AS fault FROM {self._source(raw)})"""

    def _source(self, raw: Path) -> str:
        """Return the SQL of the raw rows, the sign of quantities as the contract has it."""
        rows = f"read_parquet({literal(str(raw))})"
        names = [column.name for column in self.plan.contract.columns if column.name in self.present and column.is_required_quantity]
        if not (self.plan.layout.inverts_sign and names):
            return rows
        return f"(SELECT * REPLACE ({', '.join(f'{_invert(name)} AS {quote(name)}' for name in names)}) FROM {rows})"

    def _text_columns(self) -> Iterator[Column]:
        return (column for column in self.plan.contract.columns if column.name in self.texts)

    def _findings_of(self, column: Column) -> Iterator[Finding]:
        name, text = quote(column.name), _bare_text(column)
        yield Finding(f"{text} <> {name}", "")
        words = f"such as {literal(_blank_words(column)[0])[1:-1]} or -"
        if column.nullable:
            yield Finding(_is_blank_word(column), f"{column.name}: {{count}} {words} read as blank")
        elif column.type in _TEXTS:
            yield Finding(_is_blank_word(column), f"{column.name}: {{count}} {words} count as blank, but every row needs this column")
        if self._rewrites_date(column):
            yield Finding(self._is_other_date(column), f"{column.name}: {{count}} not written as {self.plan.layout.date_format}")
        if self._rewrites_number(column):
            yield Finding(
                _is_other_number(column), f"{column.name}: {{count}} with a decimal point, where the layout states a decimal comma"
            )

    def _value(self, column: Column) -> str:
        if column.name not in self.present:
            if self.plan.layout.adds_rows and column == self.plan.contract.part_column:
                return line_name("source_line")
            constant = self.plan.layout.constants.get(column.name)
            return "NULL::VARCHAR" if constant is None else literal(constant)
        if column.name not in self.texts:
            return self._with_zone(column, quote(column.name))
        text = _bare_text(column)
        if column.code_list is CodeList.UNITS and self.plan.layout.units:
            text = _unit(text, self.plan.layout.units)
        if self._rewrites_date(column):
            text = f"coalesce({self._date(column)}, {text})"
        if self._rewrites_number(column):
            text = f"CASE WHEN {_is_local_number(column)} THEN {_plain_number(column)} ELSE {text} END"
        if column.nullable or column.type in _TEXTS:
            text = f"CASE WHEN NOT coalesce({_is_blank_word(column)}, false) THEN {text} END"
        return self._with_zone(column, text)

    def _with_zone(self, column: Column, text: str) -> str:
        """Return the SQL of a time that names the time zone of the layout, unless it has an offset or names one."""
        zone = self.plan.layout.time_zone
        if zone is None or column.type is not ColumnType.TIMESTAMP:
            return text
        others = " AND ".join(f"NOT regexp_matches({text}, {literal(pattern)})" for pattern in (_WITH_OFFSET, _COUNTED_TIME))
        is_clock_time = f"regexp_matches({text}, {literal(_CLOCK_TIME)}) AND {others}"
        return f"CASE WHEN {is_clock_time} THEN rtrim({text}) || {literal(f'[{zone}]')} ELSE {text} END"

    def _fault(self) -> str:
        """Return the SQL of the fault of a number that the job would read as another one; null in most rows."""
        faults = [
            f"WHEN {_is_other_number(column)} THEN 'has ''' || {_bare_text(column)}[:40] || ''' in {column.name}, "
            "where the layout of the file states a decimal comma'"
            for column in self._text_columns()
            if self._rewrites_number(column)
        ]
        return f"CASE {' '.join(faults)} END" if faults else "NULL"

    def _needs_excerpt(self) -> str:
        conditions = ["fault IS NOT NULL"]
        for column in self._text_columns():
            if not column.nullable and column.type in _TEXTS:
                conditions.append(_is_blank_word(column))
            if self._rewrites_date(column):
                conditions.append(self._is_other_date(column))
        return " OR ".join(f"coalesce({condition}, false)" for condition in conditions)

    def _rewrites_date(self, column: Column) -> bool:
        return column.type in _DAYS and self.plan.layout.date_format is not None

    def _rewrites_number(self, column: Column) -> bool:
        return column.type in _NUMBERS and self.plan.layout.decimal_mark == ","

    def _is_other_date(self, column: Column) -> str:
        text = _bare_text(column)
        return f"{text} <> '' AND {self._date(column)} IS NULL AND NOT regexp_matches({text}, '^\\d{{4}}-\\d{{2}}-\\d{{2}}')"

    def _date(self, column: Column) -> str:
        """Return the SQL of the date or the timestamp as the contract writes it; null when the text is of another form."""
        text = _bare_text(column)
        offset = f"regexp_extract({text}, {literal(_OFFSET)}, 1)"
        local_text = f"rtrim(left({text}, length({text}) - length({offset})))"
        if column.type is ColumnType.DATE:
            # The day as it is written, whatever the offset behind it.
            moment = self._moment(local_text)
            # A time within the day stays: the run adds up the rows of one day that differ in it, where the contract says so.
            time = f"CASE WHEN {moment} <> date_trunc('day', {moment}) THEN strftime({moment}, ' %H:%M:%S') ELSE '' END"
            return f"strftime({moment}, '%Y-%m-%d') || {time}"
        moment = self._moment(local_text)
        fraction = f"rtrim(strftime({moment}, '.%f'), '0')"
        clock = f"strftime({moment}, '%Y-%m-%dT%H:%M:%S') || CASE WHEN {fraction} = '.' THEN '' ELSE {fraction} END || {offset}"
        # A day alone has no time of day, and stays one.
        is_day = f"NOT contains({text}, ':')"
        has_time = "%H" in (self.plan.layout.date_format or "")
        return clock if has_time else f"CASE WHEN {is_day} THEN strftime({moment}, '%Y-%m-%d') ELSE {clock} END"

    def _moment(self, text: str) -> str:
        date_format = self.plan.layout.date_format or "%Y-%m-%d"
        if WEEK in date_format:
            return f"try_strptime({text} || {literal(MONDAY)}, {literal(date_format + WEEKDAY)})"
        times = ("",) if "%H" in date_format else _TIMES
        formats = ", ".join(literal(date_format + time) for time in times)
        moment = f"try_strptime({text}, [{formats}])"
        # strptime takes the year 26 for %Y, which is a year of two digits that the layout does not state.
        return f"CASE WHEN year({moment}) BETWEEN 1000 AND 9999 THEN {moment} END"


def _blank_words(column: Column) -> list[str]:
    words = BLANK_WORDS if column.type in _TEXTS else BLANK_WORDS_OF_VALUES
    return [word for word in words if word not in column.allowed]


def _is_blank_word(column: Column) -> str:
    words = ", ".join(literal(word) for word in _blank_words(column))
    return f"upper({_bare_text(column)}) IN ({words})"


def _bare_text(column: Column) -> str:
    """Return the SQL of the text without spaces around it, if one of them is of another kind than the plain one."""
    name = quote(column.name)
    return f"CASE WHEN regexp_matches({name}, '[^ -~]') THEN trim({name}, {literal(_SPACES)}) ELSE {name} END"


def _unit(text: str, units: Mapping[str, str]) -> str:
    """Return the SQL of a unit as the contract calls it; others stay."""
    cases = " ".join(f"WHEN {literal(name.strip().upper())} THEN {literal(unit)}" for name, unit in units.items())
    return f"CASE upper(trim({text})) {cases} ELSE {text} END"


def _invert(name: str) -> str:
    """Return the SQL of a number with the other sign; zero and text that is no number stay."""
    text = f"trim({quote(name)}, {literal(_SPACES)})"
    is_number = f"regexp_matches({text}, {literal(_SIGNED)}) AND regexp_matches({text}, '[1-9]')"
    size = f"regexp_replace({text}, '[()+-]', '', 'g')"
    other_sign = f"CASE WHEN regexp_matches({text}, {literal(_NEGATIVE)}) THEN {size} ELSE '-' || {size} END"
    return f"CASE WHEN {is_number} THEN {other_sign} ELSE {quote(name)} END"


def _signed_number(column: Column) -> str:
    """Return the SQL of a number with its minus before it; any other text stays."""
    text = f"trim({_bare_text(column)})"
    size = f"regexp_replace({text}, {literal(_AROUND_SIZE)}, '', 'g')"
    is_below_zero = f"regexp_matches({text}, {literal(_BELOW_ZERO)})"
    return f"(CASE WHEN {is_below_zero} THEN '-' || {size} WHEN left({text}, 1) = '+' THEN {text}[2:] ELSE {text} END)"


def _is_local_number(column: Column) -> str:
    text = _signed_number(column)
    return f"(regexp_matches({text}, {literal(_GROUPED)}) OR regexp_matches({text}, {literal(_WITH_COMMA)}))"


def _is_other_number(column: Column) -> str:
    text = _bare_text(column)
    return f"(contains({text}, '.') AND try_cast({_signed_number(column)} AS DOUBLE) IS NOT NULL AND NOT {_is_local_number(column)})"


def _plain_number(column: Column) -> str:
    digits = f"regexp_replace({_signed_number(column)}, {literal(_GROUP_MARKS)}, '', 'g')"
    return with_certain_point(f"regexp_replace(replace({digits}, ',', '.'), '^(-?)\\.', '\\10.')")
