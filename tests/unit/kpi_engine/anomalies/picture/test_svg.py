"""The picture as SVG: text is text, unknown days are gaps, and every window can be drawn."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from kpi_engine.anomalies.picture.picture import Picture, PicturePanel, Value, parse_picture
from kpi_engine.anomalies.picture.scale import Scale
from kpi_engine.anomalies.picture.svg import render_svg

SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2026, 11, 20)


def a_part(*actual: Value, label: str = "A", expected: Value = 100.0, flags: tuple[int, ...] = ()) -> PicturePanel:
    n_days = len(actual)
    lower, upper = (None, None) if expected is None else (expected - 10, expected + 10)
    is_flagged = tuple(place in flags for place in range(n_days))
    return PicturePanel(label, actual, (expected,) * n_days, (lower,) * n_days, (upper,) * n_days, is_flagged)


def a_picture(*parts: PicturePanel, title: str = "Volume spike", caption: str = "HIGH") -> Picture:
    n_days = len(parts[0].actual)
    return Picture(title, caption, DAY - timedelta(days=n_days - 1), (DAY, DAY), parts)


def draw(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(render_svg(picture))


def find(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    """The marks of a kind below the legend, which is not in a group."""
    return [each for group in root.iter(f"{SVG}g") for each in group if each.get("class") == kind]


def points(mark: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", mark.get("points", ""))]


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", '"><svg onload="x"', "a&b", "]]>", "\x00\x0b\ud800\ufffe", "東京" * 90]
)
def test_a_name_is_text_wherever_it_stands_and_is_never_markup(name: str) -> None:
    root = draw(a_picture(a_part(100.0, 160.0, label=name, flags=(1,)), title=name, caption=name))
    assert {each.tag for each in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "style", "rect", "text", "path", "circle", "g", "line", "polyline", "polygon")
    }
    visible_text = re.sub("[\x00-\x08\x0b\ud800\ufffe]", "\ufffd", name)
    assert root.find(f"{SVG}title").text == visible_text  # type: ignore[union-attr]
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]


def test_a_screen_reader_hears_the_title_and_every_reported_day() -> None:
    root = draw(a_picture(a_part(100.0, None, 160.0, flags=(1, 2))))
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "t d")
    assert [root.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")] == ["t", "d"]  # type: ignore[union-attr]
    assert "19 Nov: no data instead of 100; 20 Nov: 160 instead of 100" in str(root.find(f"{SVG}desc").text)  # type: ignore[union-attr]


def test_an_unknown_day_is_a_gap_in_the_line_and_no_zero() -> None:
    lines = find(draw(a_picture(a_part(100.0, 101.0, None, 99.0, 100.0))), "actual")
    assert [len(points(line)) for line in lines] == [2, 2]
    [band] = find(draw(a_picture(a_part(100.0, 101.0, None, 99.0, 100.0))), "band")
    assert len(points(band)) == 10


def test_a_known_day_between_unknown_ones_is_a_dot() -> None:
    root = draw(a_picture(a_part(None, 101.0, None, None)))
    assert (len(find(root, "dot")), find(root, "actual")) == (1, [])


def test_a_reported_day_is_a_dot_on_its_value_and_a_cross_without_one() -> None:
    root = draw(a_picture(a_part(100.0, 150.0, None, flags=(1, 2))))
    [dot], [cross] = find(root, "flag"), find(root, "gap")
    [line] = find(root, "actual")
    assert (float(dot.get("cx", "")), float(dot.get("cy", ""))) == points(line)[-1]
    assert cross.get("d", "").startswith("M")


@pytest.mark.parametrize("n_days", [1, 2, 7, 35, 56, 90])
def test_every_mark_lies_within_the_picture_and_days_are_labelled(n_days: int) -> None:
    values = [(-50.0) ** (place % 3) for place in range(n_days)]
    root = draw(a_picture(a_part(*values, flags=(n_days - 1,)), a_part(*([0.0] * n_days), expected=0.0)))
    width, height = (float(root.get(name, "")) for name in ("width", "height"))
    for group in root.iter(f"{SVG}g"):
        x_shift, y_shift = map(float, re.findall(r"[\d.]+", group.get("transform", "")))
        for x, y in (point for mark in group for point in points(mark)):
            assert 0 <= x_shift + x <= width
            assert y_shift - 0.1 <= y_shift + y <= height
        days = [each.text for each in group if each.get("class") == "soft middle"]
        assert "20 Nov" in days
        assert len(days) <= 9


def test_negative_values_lie_below_the_line_of_zero() -> None:
    root = draw(a_picture(a_part(-120.0, 60.0, expected=0.0)))
    [zero] = find(root, "zero")
    [line] = find(root, "actual")
    level = float(zero.get("y1", ""))
    assert points(line)[0][1] > level > points(line)[1][1]


def test_without_any_value_the_picture_says_so() -> None:
    root = draw(a_picture(a_part(None, None, expected=None)))
    assert "no value is known" in [each.text for each in root.iter(f"{SVG}text")]
    assert find(root, "band") == []


def test_all_zero_is_drawn_on_the_line_of_zero() -> None:
    root = draw(a_picture(a_part(0.0, 0.0, expected=0.0)))
    [zero], [line] = find(root, "zero"), find(root, "actual")
    assert {y for _, y in points(line)} == {float(zero.get("y1", ""))}


def test_it_has_colours_for_a_dark_ground_too() -> None:
    style = str(draw(a_picture(a_part(1.0))).find(f"{SVG}style").text)  # type: ignore[union-attr]
    light, _, dark = style.partition("@media (prefers-color-scheme:dark)")
    names_in_light = set(re.findall(r"\.(\w+)\{[^}]*#", light))
    assert names_in_light == set(re.findall(r"\.(\w+)", dark))


def test_a_picture_survives_its_way_through_json() -> None:
    picture = a_picture(a_part(100.0, None, 160.0, flags=(2,)))
    assert render_svg(parse_picture(json.loads(json.dumps(picture.as_dict())))) == render_svg(picture)


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (1e-9, 2e-9), (-3.0, -1.0), (0.0, 1e15), (99.0, 101.0)])
def test_a_scale_holds_its_values_and_zero(low: float, high: float) -> None:
    scale = Scale.of([low, high, None], 100, 4)
    assert scale.low <= min(low, 0) <= max(high, 0) <= scale.high
    assert 2 <= len(scale.ticks) <= 7
