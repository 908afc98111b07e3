"""Documents that state how the files of a source are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import datasets
from runtime.services.ingestion.mappings import FileMapping, Mappings, parse_layout, render_layout
from runtime.services.ingestion.staging.layout import SEPARATORS, FileLayout, LayoutError
from runtime.services.ingestion.staging.rejection import ObjectRejected, ReasonCode
from tests.fakes.lake import InMemoryLake

CONTRACT = datasets.load("demand_history")
KEY = "landing/demand_history/v1/source=erp/ingest_date=2026-11-29/week.csv"
DOCUMENT = b'dataset = "demand_history"\nseparator = ";"\n[columns]\n"Menge" = "quantity"\n'

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
layouts = st.builds(
    FileLayout,
    separator=st.none() | st.sampled_from(sorted(SEPARATORS)),
    encoding=st.none() | st.sampled_from(["windows-1252", "utf-16"]),
    decimal_mark=st.sampled_from([".", ","]),
    date_format=st.none() | st.sampled_from(["%d/%m/%Y", "%Y%m%d"]),
    time_zone=st.none() | st.sampled_from(["Europe/Amsterdam", "UTC"]),
    units=st.dictionaries(texts, st.sampled_from(["EA", "KGM"]), max_size=3),
    adds_rows=st.booleans(),
    column_names=st.lists(texts, max_size=3).map(tuple),
    renames=st.dictionaries(texts, texts, max_size=3),
    constants=st.dictionaries(texts, texts, max_size=3),
)


@given(layouts)
def test_a_layout_is_read_back_from_its_document(layout: FileLayout) -> None:
    assert parse_layout(render_layout("demand_history", layout)) == layout


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("separator = ;", "not TOML"),
        ("separtor = ';'", "unknown field separtor"),
        ("separator = 5", "separator = 5"),
        ("separator = 'x'", "separator 'x'"),
        ("adds_rows = 'yes'", "true or false"),
        ("column_names = 'a,b'", "list of names"),
        ("columns = ['a']", "[columns]"),
        ("[constants]\nuom = 1", "[constants]"),
    ],
)
def test_a_faulty_document_is_an_error_that_names_the_field_and_the_fix(document: str, words: str) -> None:
    with pytest.raises(LayoutError) as failure:
        parse_layout(document)
    assert words in str(failure.value)


def test_a_file_is_read_as_the_mapping_of_its_source_states() -> None:
    lake = InMemoryLake()
    lake.put("mappings/demand_history/erp.toml", DOCUMENT)
    mapping = Mappings(lake).find(KEY, CONTRACT)
    assert mapping.layout == FileLayout(separator=";", renames={"Menge": "quantity"})
    assert mapping.warnings == ("read as mappings/demand_history/erp.toml states",)


@pytest.mark.parametrize("key", ["landing/demand_history/v1/source=other/week.csv", "landing/demand_history/v1/week.csv"])
def test_a_source_without_a_mapping_is_read_as_the_contract_states(key: str) -> None:
    assert Mappings(InMemoryLake()).find(key, CONTRACT) == FileMapping()


@pytest.mark.parametrize("document", [b"[columns]\nMenge = 'amount'", b"\xff", b"separator = 5"])
def test_a_mapping_that_cannot_be_used_rejects_the_file_and_names_the_mapping(document: bytes) -> None:
    lake = InMemoryLake()
    lake.put("mappings/demand_history/erp.toml", document)
    with pytest.raises(ObjectRejected, match=r"mappings/demand_history/erp\.toml") as failure:
        Mappings(lake).find(KEY, CONTRACT)
    assert failure.value.code is ReasonCode.MAPPING


def test_the_same_bytes_under_another_mapping_are_other_content() -> None:
    plain, with_mapping, with_change = (FileMapping(digest=digest).content_digest("ab" * 32) for digest in ("", "1", "2"))
    assert plain == "ab" * 32
    assert len({plain, with_mapping, with_change}) == 3
    assert all(len(digest) == 64 for digest in (plain, with_mapping, with_change))
