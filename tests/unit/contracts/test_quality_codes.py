"""The codes that people read in reports."""

from __future__ import annotations

import pytest

from contracts.quality_codes import QuarantineCode, WarningCode

CODES = [*QuarantineCode, *WarningCode]


@pytest.mark.parametrize("code", CODES)
def test_every_code_states_its_cause_and_its_fix_in_whole_sentences(code: QuarantineCode | WarningCode) -> None:
    assert code.value == code.name
    for sentence in (code.cause, code.fix):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert code.cause != code.fix


def test_no_code_is_both_a_reason_to_set_a_row_aside_and_a_warning() -> None:
    assert len({code.value for code in CODES}) == len(CODES)
