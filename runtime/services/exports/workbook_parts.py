"""The parts of an Excel workbook beside the rows: the overview, and what names the sheets to each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from runtime.services.exports.xlsx_cells import COUNT_STYLE, HEADER_STYLE, TITLE_STYLE, TOTAL_STYLE, render_formula, render_text

if TYPE_CHECKING:
    from runtime.services.exports.workbook import Sheet

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
OVERVIEW = "overview"
HEADINGS = ("Question", "Sheet", "Rows", "Sum of", "Total")
NOTE = "Rows and totals follow the filters that you set in each sheet."
LEAST_WIDTH, MORE_WIDTH = 12, 3
VISIBLE_ROWS, VISIBLE_SUM = 103, 109
"""Functions of SUBTOTAL that leave out rows a filter hides: COUNTA and SUM."""


def render_sheet_head(names: Sequence[str]) -> str:
    """Return the beginning of a sheet with a list: its header stays in view."""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return (
        f'{DECLARATION}<worksheet {MAIN}><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f"{_render_widths([max(len(name) + MORE_WIDTH, LEAST_WIDTH) for name in names])}<sheetData>"
    )


def render_sheet_end(last_letter: str, rows: int) -> str:
    """Return the end of a sheet with a list: filters on all columns."""
    return f'</sheetData><autoFilter ref="A1:{last_letter}{rows + 1}"/></worksheet>'


def render_overview(sheets: Sequence[Sheet], facts: Mapping[str, str]) -> str:
    """Return the first sheet: facts about the export, and for each list its question, its rows and its totals."""
    numbers = count(1)
    rows = [_render_row(next(numbers), ["Signify"], TITLE_STYLE)]
    rows += [_render_row(next(numbers), [name, value]) for name, value in facts.items()]
    rows.append(_render_row(next(numbers), [NOTE]))
    rows.append(_render_row(next(numbers), HEADINGS, HEADER_STYLE))
    links = []
    for sheet in sheets:
        first, *others = _render_figures(sheet)
        number = next(numbers)
        links.append(f'<hyperlink ref="B{number}" location={quoteattr(f"{sheet.table.name!r}!A1")}/>')
        lead = render_text(f"A{number}", sheet.table.question) + render_text(f"B{number}", sheet.table.name)
        first_column = sheet.place_of(sheet.table.columns[0].name)
        lead += render_formula(f"C{number}", f"SUBTOTAL({VISIBLE_ROWS},{first_column})", sheet.rows, COUNT_STYLE)
        rows.append(f'<row r="{number}">{lead}{first.format(row=number)}</row>')
        for figure in others:
            number = next(numbers)
            rows.append(f'<row r="{number}">{figure.format(row=number)}</row>')
    hyperlinks = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    widths = _render_widths([60, 24, 12, 24, 20])
    return f"{DECLARATION}<worksheet {MAIN}>{widths}<sheetData>{''.join(rows)}</sheetData>{hyperlinks}</worksheet>"


def render_parts(sheets: Sequence[Sheet]) -> dict[str, str]:
    """Return the parts that make the sheets a workbook, by their names in the archive."""
    names = [OVERVIEW, *(sheet.table.name for sheet in sheets)]
    numbers = range(1, len(names) + 1)
    listing = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(numbers, names, strict=True))
    relations = "".join(f'<Relationship Id="rId{n}" Type="{RELATION}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers)
    styles = f'<Relationship Id="rId{len(names) + 1}" Type="{RELATION}/styles" Target="styles.xml"/>'
    overrides = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{KIND}.worksheet+xml"/>' for n in numbers)
    return {
        "[Content_Types].xml": f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>{overrides}'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/></Types>',
        "_rels/.rels": f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f"{DECLARATION}<workbook {MAIN} {LINKS}><sheets>{listing}</sheets>"
        '<calcPr calcId="191029" fullCalcOnLoad="1"/></workbook>',
        "xl/_rels/workbook.xml.rels": f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">{relations}{styles}</Relationships>',
    }


def _render_figures(sheet: Sheet) -> Iterator[str]:
    """Yield the cells of each total, with {row} in place of the number of the row; one without cells when the list has none."""
    for name in sheet.table.totals:
        formula = f"SUBTOTAL({VISIBLE_SUM},{sheet.place_of(name)})"
        yield render_text("D{row}", name) + render_formula("E{row}", formula, sheet.sums[name], TOTAL_STYLE)
    if not sheet.table.totals:
        yield ""


def _render_row(number: int, texts: Sequence[str], style: int = 0) -> str:
    cells = "".join(render_text(f"{letter}{number}", text, style) for letter, text in zip("ABCDE", texts, strict=False))
    return f'<row r="{number}">{cells}</row>'


def _render_widths(widths: Sequence[int]) -> str:
    columns = "".join(f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1))
    return f"<cols>{columns}</cols>"
