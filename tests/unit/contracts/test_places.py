"""The place of a row in its file as one number."""

import pytest

from contracts.places import MAX_SHEETS, Place, describe_place, encode_place, parse_place, place_of, render_place

SHEETS = ("2009", "it's!so", "=a")
PLACES = [
    Place(2),
    Place(60_000_000),
    Place(2, sheet=1),
    Place(1_048_576, sheet=3),
    Place(2, column=16_384),
    Place(99_999_999, sheet=2, column=99_999),
]


@pytest.mark.parametrize("place", PLACES)
def test_a_place_is_the_same_after_it_was_written_as_a_number_and_as_text(place: Place) -> None:
    assert place_of(place.number) == place
    assert parse_place(render_place(place.number, SHEETS), SHEETS) == place.number


def test_the_places_of_a_file_have_the_order_of_the_file() -> None:
    places = [encode_place(line, sheet, column) for sheet in (1, 2) for line in (2, 3, 100_000) for column in (0, 1, 99)]
    assert places == sorted(places)


def test_every_place_is_exact_in_a_double() -> None:
    assert Place(99_999_999, sheet=MAX_SHEETS, column=99_999).number < 2**53


def test_a_whole_line_among_cells_is_no_plain_line() -> None:
    number = encode_place(17)
    assert (describe_place(number), render_place(number), parse_place("R17C0")) == ("line 17", "R17C0", number)
    assert number != 17


@pytest.mark.parametrize("text", ["", "2011!17", "x", "17.5", "R1", "-3", "2009!", "1" * 17, "2009!123456789"])
def test_other_texts_are_no_places(text: str) -> None:
    assert parse_place(text, SHEETS) is None


def test_a_sheet_without_a_known_name_is_told_by_its_number() -> None:
    assert describe_place(Place(17, sheet=2, column=5).number) == "sheet 2, line 17, column 5"
