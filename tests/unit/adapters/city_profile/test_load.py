import shutil
from pathlib import Path

import pytest
from tests.factories.city_profile import HUANGSHAN, YUNMENG, YUNMENG_FOLDER

from pinegate.adapters.city_profile.load import CityProfileError, load_city_profile
from pinegate.domain.catalogue.inventory import InventoryItem, take_over


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A profile of one's own, to be spoilt."""
    return Path(shutil.copytree(YUNMENG_FOLDER, tmp_path / "city"))


def test_without_a_folder_the_profile_is_huangshans() -> None:
    assert load_city_profile().divisions.city.name == HUANGSHAN.divisions.city.name == "黄山市"


def test_lists_that_a_city_does_not_bring_are_the_nations(folder: Path) -> None:
    for name in ("camera_codes.json", "camera_fields.json"):
        (folder / name).unlink()
    profile = load_city_profile(folder)
    assert profile.code_lists == HUANGSHAN.code_lists
    assert profile.camera_fields == HUANGSHAN.camera_fields


def test_a_citys_own_codes_and_words_place_what_a_platform_sends() -> None:
    item = InventoryItem("99010100001320000001", "白鹭镇渡口", address="湖边")
    point = take_over(item, YUNMENG.divisions, YUNMENG.categories)
    assert (point.division_code, point.township_code, point.category) == ("990101", "990101001", "quay")
    assert YUNMENG.bounds.holds(10.5, 50.5)
    assert not YUNMENG.bounds.holds(118.3, 29.7)


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("city.toml", "99000000002000000001", "99", "city.toml: sip_id: String should match"),
        ("city.toml", "west = 10.0", "", "bounds.west: Field required"),
        ("city.toml", 'lake = ["湖"]', 'sea = ["海"]', "words for no category: sea"),
        ("divisions.json", '"990101001"', '"99"', "divisions.json: districts.0.towns.0.code"),
        ("measures.toml", "2031-01-02", '"soon"', "measures.toml: in_force_from"),
        ("application_form.toml", 'signature = "签："', "", "application_form.toml: labels.signature"),
        ("application_form.toml", '["官署", "书院", "其他"]', '["官署"]', "organization_natures"),
        ("agreement.toml", "paragraphs", "paragraph", "clauses.0.paragraph: Extra inputs"),
        ("camera_codes.json", '"朝湖心"', "1", "camera_codes.json: DirectionType.1"),
        ("camera_fields.json", '"zh"', '"name"', "camera_fields.json: fields.0.zh"),
        ("agreement.toml", "version = 7", "version = ", "agreement.toml: Invalid value"),
    ],
)
def test_a_profile_that_is_not_whole_is_refused_with_file_and_place(
    folder: Path, file: str, old: str, new: str, complaint: str
) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CityProfileError) as raised:
        load_city_profile(folder)
    assert complaint in str(raised.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "measures.toml").unlink()
    with pytest.raises(CityProfileError, match=r"measures\.toml"):
        load_city_profile(folder)
