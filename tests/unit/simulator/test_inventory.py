import json
from pathlib import Path

import pytest

from pinegate_simulator.inventory import InventoryError, invent, read_divisions, read_inventory


def test_a_thousand_invented_cameras_have_ids_names_and_places_of_their_own() -> None:
    cameras = invent(1000)
    assert len({camera.device_id for camera in cameras}) == len({camera.name for camera in cameras}) == 1000
    assert all(len(camera.device_id) == 20 and camera.device_id[10:13] == "132" for camera in cameras)
    assert all(117 < camera.longitude < 119 and 29 < camera.latitude < 31 for camera in cameras)
    assert {camera.civil_code for camera in cameras} == {
        f"3410{n}" for n in ("02", "03", "04", "21", "22", "23", "24")
    }
    assert cameras == invent(1000)


def test_divisions_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "divisions.json"
    path.write_text(
        json.dumps({"districts": [{"code": "341023", "name": "黟县", "towns": [{"name": "宏村镇"}]}]})
    )
    assert {camera.name[:5] for camera in invent(3, read_divisions(path))} == {"黟县宏村镇"}


def test_a_camera_of_the_users_file_needs_an_id_and_a_name_only(tmp_path: Path) -> None:
    path = tmp_path / "cameras.json"
    path.write_text(json.dumps([{"device_id": "34100200001320000001", "name": "老街东口"}]))
    (camera,) = read_inventory(path)
    assert (camera.name, camera.online, camera.can_turn) == ("老街东口", True, False)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "JSON"),
        ("[]", "at least 1"),
        ('[{"device_id": "1", "name": "x"}]', "0.device_id"),
        ('[{"device_id": "34100200001320000001", "name": "x", "lon": 1}]', "0.lon"),
        ('[{"device_id": "34100200001320000001", "name": "x", "scene": "moon"}]', "old_street"),
        (
            '[{"device_id": "34100200001320000001", "name": "x"}, {"device_id": "34100200001320000001", "name": "y"}]',
            "twice",
        ),
    ],
)
def test_a_wrong_inventory_is_refused_with_what_to_mend(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "cameras.json"
    path.write_text(content)
    with pytest.raises(InventoryError, match=told):
        read_inventory(path)


def test_a_missing_file_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match=r"none\.json cannot be read"):
        read_inventory(tmp_path / "none.json")


@pytest.mark.parametrize("count", [0, -1, 100_001])
def test_the_number_of_cameras_has_limits(count: int) -> None:
    with pytest.raises(InventoryError):
        invent(count)
