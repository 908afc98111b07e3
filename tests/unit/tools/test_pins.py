"""Reading the requirement sets."""

from __future__ import annotations

from pathlib import Path

from packaging.requirements import Requirement

from tools.pins import DEPLOYED_SETS, FOLDER, MIRROR_SETS, Pin, pins_by_set, read_pins


def test_markers_hashes_and_comments_are_no_part_of_a_pin(tmp_path: Path) -> None:
    file = tmp_path / "set.txt"
    file.write_text(
        "# made by: compile a==1\n"
        "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n    # via pandas==3\n"
        "numpy==2.5.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:11\n"
        "six==1.17.0\n"
    )
    assert read_pins(file) == {Pin("numpy", "2.4.6"), Pin("numpy", "2.5.5"), Pin("six", "1.17.0")}


def test_every_package_that_a_set_asks_for_is_pinned_in_it() -> None:
    for label, pins in pins_by_set().items():
        lines = [line.split("#")[0].strip() for line in (FOLDER / f"{label}.in").read_text(encoding="utf-8").splitlines()]
        requested_names = {Requirement(line).name for line in lines if line and not line.startswith("-r")}
        assert requested_names <= {pin.name for pin in pins}


def test_the_deployed_sets_and_the_mirrors_exist_and_are_distinct() -> None:
    assert {*DEPLOYED_SETS, *MIRROR_SETS} <= set(pins_by_set())
    assert not {*DEPLOYED_SETS} & {*MIRROR_SETS}
