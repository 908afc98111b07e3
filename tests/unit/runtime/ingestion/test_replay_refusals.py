"""What the record of a replay says of the rows that take no place."""

from __future__ import annotations

import pytest

from runtime.models.domain.row_checks import BadRow
from runtime.services.ingestion.replay import match_lines
from runtime.services.ingestion.staging.rejection import ObjectRejected


def test_rows_that_are_refused_for_one_reason_are_named_once_with_their_number() -> None:
    replay = match_lines([(line, str(line + 100)) for line in range(2, 17)], [], [])
    assert replay.warnings == (
        "15 of 15 rows were not replayed",
        "line 2 (line 102 of the original), line 3 (line 103 of the original), line 4 (line 104 of the original) and 12 more: "
        "no open quarantined row of the original has this line; ./signify quarantine show lists those",
    )
    with pytest.raises(ObjectRejected) as rejection:
        replay.require_rows()
    assert len(rejection.value.reason) < 300


def test_each_reason_is_named_for_itself() -> None:
    bad_row = BadRow(2, "TYPE", "quantity 'x' is not a number", {"quantity": "x"}, None)
    head, *reasons = match_lines([(2, "2"), (3, None), (4, "4"), (5, "9"), (6, "9")], [bad_row], [2, 4, 9]).warnings
    assert head == "4 of 5 rows were not replayed"
    assert [reason.partition(":")[0] for reason in reasons] == [
        "line 2",
        "line 3",
        "line 5 (line 9 of the original), line 6 (line 9 of the original)",
    ]
