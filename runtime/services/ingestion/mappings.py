"""Mappings: how the files of one source are read, as a document in the lake that people can review and edit.

A file is of a source when its key has a segment source=<name>: landing/<dataset>/v1/source=<name>/<file>.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.datasets import Contract
from contracts.paths import mapping_key, source_of
from runtime.errors import NotFound
from runtime.services.ingestion.staging.layout import FileLayout, LayoutError
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode
from runtime.services.object_ports import Lake

_TEXTS = ("separator", "encoding", "decimal_mark", "date_format", "time_zone", "sheet_column", "header_column", "blank_cells")
_FLAGS = ("adds_rows", "inverts_sign")
_LISTS = ("column_names", "date_columns", "sheets")
_FIELDS = (*_TEXTS, *_FLAGS, *_LISTS)
_TABLES = ("columns", "constants", "units")


@dataclass(frozen=True)
class FileMapping:
    """The layout of the files of one source. `digest` is that of its document, "" for the default layout."""

    layout: FileLayout = field(default_factory=FileLayout)
    key: str | None = None
    digest: str = ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the sender of a file should know."""
        return (f"read as {self.key} states",) if self.key else ()

    def content_digest(self, sha256: str) -> str:
        """Return the digest that tells whether the same rows arrived before: the same bytes read in another way are other rows."""
        return hashlib.sha256(f"{sha256}\n{self.digest}".encode()).hexdigest() if self.digest else sha256


@dataclass(frozen=True)
class Mappings:
    """The mappings in the lake."""

    lake: Lake

    def find(self, object_key: str, contract: Contract) -> FileMapping:
        """Return the mapping of the source that the key of an object names; the default layout when it names none or none is stored.

        Raises ObjectRejected (MAPPING) naming the fault of the document.
        """
        source = source_of(object_key)
        key = mapping_key(contract.dataset, source) if source else None
        if key is None:
            return FileMapping()
        try:
            with self.lake.open(key) as stream:
                document = stream.read()
        except NotFound:
            return FileMapping()
        try:
            layout = parse_layout(document.decode("utf-8"))
            layout.check_columns(contract)
        except (LayoutError, UnicodeDecodeError) as error:
            raise ObjectRejected(ReasonCode.MAPPING, f"{key} cannot be used: {error}") from None
        return FileMapping(layout, key, hashlib.sha256(document).hexdigest())


def parse_layout(text: str) -> FileLayout:
    """Return the layout that a mapping states. Raises LayoutError naming the field, its value and the fix."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LayoutError(f"it is not TOML: {error}") from None
    if unknown_fields := sorted(document.keys() - {"dataset", *_FIELDS, *_TABLES}):
        raise LayoutError(f"unknown field {', '.join(unknown_fields)}: use {', '.join(('dataset', *_FIELDS, *_TABLES))}")
    plain = FileLayout()
    return FileLayout(
        separator=_text(document, "separator"),
        encoding=_text(document, "encoding"),
        column_names=_list(document, "column_names"),
        date_columns=_list(document, "date_columns"),
        sheets=_list(document, "sheets"),
        sheet_column=_text(document, "sheet_column"),
        header_column=_text(document, "header_column"),
        blank_cells=_text(document, "blank_cells"),
        decimal_mark=_text(document, "decimal_mark") or plain.decimal_mark,
        date_format=_text(document, "date_format"),
        adds_rows=_flag(document, "adds_rows"),
        inverts_sign=_flag(document, "inverts_sign"),
        time_zone=_text(document, "time_zone"),
        units=_texts(document, "units"),
        renames=_texts(document, "columns"),
        constants=_texts(document, "constants"),
    )


def render_layout(dataset: str, layout: FileLayout) -> str:
    """Return the document of a layout, from which parse_layout reads the same layout."""
    lines = ["# How the files of this source are read. Edit it, and drop a file again with --mapping.", f"dataset = {_quote(dataset)}"]
    lines += [f"{name} = {_quote(value)}" for name in _TEXTS if (value := getattr(layout, name)) is not None]
    lines += [f"{name} = true" for name in _FLAGS if getattr(layout, name)]
    lines += [f"{name} = [{', '.join(map(_quote, values))}]" for name in _LISTS if (values := getattr(layout, name))]
    for table, values in (("columns", layout.renames), ("constants", layout.constants), ("units", layout.units)):
        if values:
            lines += ["", f"[{table}]", *(f"{_quote(name)} = {_quote(value)}" for name, value in values.items())]
    return "\n".join(lines) + "\n"


def dataset_of(text: str) -> str | None:
    """Return the data set that a mapping is for, None when it states none. Raises LayoutError when it is not TOML."""
    try:
        dataset = tomllib.loads(text).get("dataset")
    except tomllib.TOMLDecodeError as error:
        raise LayoutError(f"it is not TOML: {error}") from None
    return dataset if isinstance(dataset, str) else None


def _text(document: Mapping[str, object], name: str) -> str | None:
    value = document.get(name)
    if value is not None and not isinstance(value, str):
        raise LayoutError(f"{name} = {value!r}: write text in quotes")
    return value


def _flag(document: Mapping[str, object], name: str) -> bool:
    value = document.get(name, False)
    if not isinstance(value, bool):
        raise LayoutError(f"{name} = {value!r}: write true or false")
    return value


def _list(document: Mapping[str, object], name: str) -> tuple[str, ...]:
    names = document.get(name, [])
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise LayoutError(f'{name} = {names!r}: write a list of names such as ["sku_id", "demand_date", ""]')
    return tuple(names)


def _texts(document: Mapping[str, object], name: str) -> dict[str, str]:
    table = document.get(name, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise LayoutError(f"[{name}] = {table!r}: write one line of two texts in quotes for each column")
    return dict(table)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
