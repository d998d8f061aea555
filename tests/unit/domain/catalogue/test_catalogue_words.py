"""Search words, suggestions from words, and what blocks listing."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.city_profile import HUANGSHAN

from pinegate.domain.catalogue.camera_record import PointRecord, listing_faults, record_faults
from pinegate.domain.catalogue.inventory import InventoryItem, take_over
from pinegate.domain.catalogue.search_words import MAX_QUERY_WORDS, MAX_WORDS, asked_words, indexed_words

GOOD = PointRecord(
    channel_code="34100200001320000001",
    name="屯溪区老街东口",
    address="屯溪区老街1号",
    division_code="341002",
    category="back_alley",
    point_class=1,
    longitude=118.3097,
    latitude=29.7144,
    secret=False,
)


def test_a_two_character_word_is_found() -> None:
    assert set(asked_words("老街")) <= set(indexed_words("屯溪老街东口"))


def test_a_word_that_is_not_there_is_not_found() -> None:
    assert not set(asked_words("街老")) <= set(indexed_words("屯溪老街东口"))


@given(st.text(max_size=200))
def test_every_part_of_a_text_finds_the_text(text: str) -> None:
    words = set(indexed_words(text))
    if len(words) < MAX_WORDS:
        assert set(asked_words(text)) <= words
    assert len(asked_words(text)) <= MAX_QUERY_WORDS


def test_the_regions_of_huangshan_are_all_there() -> None:
    tree = HUANGSHAN.divisions
    assert len(tree.city.children) == 7
    assert sum(len(district.children) for district in tree.city.children) == 109
    assert tree.name_of("341002102") == "黎阳镇"


def test_division_and_township_come_from_code_and_words() -> None:
    item = InventoryItem(
        "34100200001320000001", "老街东口", civil_code="34100200", address="屯溪区黎阳镇迎宾路"
    )
    point = take_over(item, HUANGSHAN.divisions, HUANGSHAN.categories)
    assert (point.division_code, point.township_code) == ("341002", "341002102")


def test_a_civil_code_outside_the_city_falls_back_to_the_code_of_the_camera() -> None:
    point = take_over(
        InventoryItem("34102100001320000001", "桥头", civil_code="110101"),
        HUANGSHAN.divisions,
        HUANGSHAN.categories,
    )
    assert point.division_code == "341021"


@pytest.mark.parametrize(
    "code", ["341002", "34100000002000000001", "34100000002150000001", "34100000002160000001"]
)
def test_regions_platforms_and_groups_are_no_cameras(code: str) -> None:
    assert not InventoryItem(code, "x").is_camera


def test_a_camera_whose_code_breaks_the_rules_is_still_a_camera() -> None:
    assert InventoryItem("34100200009990000001", "x").is_camera


@pytest.mark.parametrize(
    ("text", "category"),
    [("屯溪一中校门", "campus"), ("高铁北站广场", "station"), ("柏树巷口", "back_alley"), ("甲", "")],
)
def test_words_suggest_a_category(text: str, category: str) -> None:
    assert HUANGSHAN.categories.suggested_by(text) == category


def test_a_good_record_has_no_faults() -> None:
    assert listing_faults(GOOD, HUANGSHAN.divisions, HUANGSHAN.bounds) == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "Camera 01", "default_name"),
        ("name", " ", "default_name"),
        ("address", "", "missing"),
        ("category", "", "missing"),
        ("division_code", "110101", "unknown_division"),
        ("longitude", 0.0, "outside_the_city"),
        ("longitude", None, "missing"),
        ("secret", True, "secret"),
    ],
)
def test_what_blocks_listing_is_named(field: str, value: Any, code: str) -> None:
    faults = listing_faults(replace(GOOD, **{field: value}), HUANGSHAN.divisions, HUANGSHAN.bounds)
    assert [fault.code for fault in faults if fault.blocks] == [code]


def test_swapped_coordinates_are_called_so() -> None:
    swapped = replace(GOOD, longitude=29.7144, latitude=118.3097)
    assert [fault.code for fault in listing_faults(swapped, HUANGSHAN.divisions, HUANGSHAN.bounds)] == [
        "swapped"
    ]


def test_a_code_outside_its_list_and_an_unknown_field_are_faults() -> None:
    faults = record_faults({"direction": "77", "nonsense": "1", "landmark": "桥"}, HUANGSHAN.camera_fields)
    assert {(fault.field, fault.code) for fault in faults} == {
        ("direction", "code_outside_list"),
        ("nonsense", "unknown_field"),
    }
