from pathlib import Path

from pinegate_simulator.catalogue import Catalogue
from pinegate_simulator.config import Role, SimulatorConfig
from pinegate_simulator.inventory import invent


def config(role: Role) -> SimulatorConfig:
    return SimulatorConfig(
        device_id="34100000002000000009",
        platform_id="34100000002000000001",
        platform_host="127.0.0.1",
        platform_port=5060,
        password="x",
        cameras=invent(20),
        cache_dir=Path("/nowhere"),
        role=role,
    )


def test_a_device_has_its_channels_only() -> None:
    items = Catalogue(config("device")).items()
    assert len(items) == 20
    assert {item.parent_id for item in items} == {"34100000002000000009"}


def test_a_platform_has_regions_a_group_organisations_and_cameras_in_them() -> None:
    items = {item.device_id: item for item in Catalogue(config("platform")).items()}
    regions = [code for code in items if len(code) < 20]
    organisations = [code for code in items if code[10:13] == "216"]
    assert len(regions) == 8
    assert len(organisations) == 7
    for code, item in items.items():
        if code[10:13] == "132":
            device, organisation = item.parent_id.split("/")
            assert device == "34100000002000000009"
            assert items[organisation].business_group_id == item.business_group_id
            assert item.civil_code in items


def test_the_password_is_not_in_the_configurations_text() -> None:
    assert "password" not in repr(config("device"))
