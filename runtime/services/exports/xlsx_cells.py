"""Cells of an Excel worksheet (ECMA-376, part 1, section 18.3) as XML."""

from __future__ import annotations

import re
from datetime import date
from xml.sax.saxutils import escape

from runtime.services.exports.columns import Kind, to_cell

EPOCH = date(1899, 12, 30).toordinal()
"""Day 0 of the dates of Excel from March 1900 on."""
MOST_CHARACTERS = 32_767
"""A cell of Excel has no more."""
EXACT = 10**15
"""Excel keeps 15 digits of a number."""
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
HEADER_STYLE, DATE_STYLE, TITLE_STYLE, TOTAL_STYLE, COUNT_STYLE = 1, 2, 3, 4, 5
STYLES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>
<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="14"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""


def render_cell(place: str, value: object, kind: Kind = Kind.TEXT) -> str:
    """Return one cell; dates are dates of Excel, and a text is never a formula, whatever it begins with. Nothing for None."""
    match to_cell(value):
        case None:
            return ""
        case bool() as flag:
            return f'<c r="{place}" t="b"><v>{flag:d}</v></c>'
        case int() | float() as number if abs(number) < EXACT or isinstance(number, float):
            return f'<c r="{place}"><v>{number!r}</v></c>'
        case str() as text if kind is Kind.DATE and (day := _read_day(text)) is not None:
            return f'<c r="{place}" s="{DATE_STYLE}"><v>{day}</v></c>'
        case other:
            return render_text(place, str(other))


def render_text(place: str, text: str, style: int = 0) -> str:
    """Return a cell with a text."""
    content = escape(NOT_XML.sub("\ufffd", text[:MOST_CHARACTERS]))
    return f'<c r="{place}" t="inlineStr" s="{style}"><is><t xml:space="preserve">{content}</t></is></c>'


def render_formula(place: str, formula: str, value: float, style: int) -> str:
    """Return a cell with a formula and its value as of now, for readers that do not calculate."""
    return f'<c r="{place}" s="{style}"><f>{escape(formula)}</f><v>{value!r}</v></c>'


def name_column(index: int) -> str:
    """Return the letters of a column, which are counted from 0.

    >>> name_column(0), name_column(25), name_column(26), name_column(701), name_column(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _read_day(text: str) -> int | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day.toordinal() - EPOCH if day.year >= 1901 else None
