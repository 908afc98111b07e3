"""Small Excel workbooks, written cell by cell, so that every form of a cell can be tried."""

import io
import zipfile
from collections.abc import Mapping, Sequence

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
STYLES = f"""<styleSheet {MAIN}><numFmts count="2"><numFmt numFmtId="164" formatCode="dd\\/mm\\/yyyy hh:mm"/>
<numFmt numFmtId="165" formatCode="[Red]0.00&quot; days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"""
DATE, DATE_AND_TIME, NUMBER_OF_DAYS = 1, 2, 3
"""Styles of cells in these workbooks."""

HEADER = ("site_id", "sku_id", "demand_date", "quantity", "uom")


def text(value: str) -> str:
    """A cell with its text inside."""
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


def number(value: str, style: int = 0) -> str:
    """A cell with a stored number."""
    return f'<c s="{style}"><v>{value}</v></c>'


def row(*cells: str, attributes: str = "") -> str:
    """A row of cells; texts without mark-up become cells of text."""
    return f"<row {attributes}>{''.join(cell if cell.startswith('<') else text(cell) for cell in cells)}</row>"


def sheet(*rows: str, after: str = "") -> str:
    """The part of a sheet."""
    return f"<worksheet {MAIN}><sheetData>{''.join(rows)}</sheetData>{after}</worksheet>"


def workbook(
    sheets: Mapping[str, str],
    shared_texts: Sequence[str] = (),
    settings: str = "",
    extra: Mapping[str, str] | None = None,
    hidden_sheets: Sequence[str] = (),
) -> bytes:
    """A workbook with these sheets (name -> part), some of them hidden, and shared texts (mark-up within <si>)."""
    states = dict.fromkeys(hidden_sheets, ' state="hidden"')
    names = "".join(f'<sheet name="{name}" sheetId="{i}"{states.get(name, "")} r:id="r{i}"/>' for i, name in enumerate(sheets))
    relations = "".join(f'<Relationship Id="r{i}" Target="worksheets/sheet{i}.xml"/>' for i in range(len(sheets)))
    parts = {
        "xl/workbook.xml": f"<workbook {MAIN} {RELATIONS}>{settings}<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f"<sst {MAIN}>{''.join(f'<si>{one}</si>' for one in shared_texts)}</sst>",
        **{f"xl/worksheets/sheet{i}.xml": part for i, part in enumerate(sheets.values())},
        **(extra or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
