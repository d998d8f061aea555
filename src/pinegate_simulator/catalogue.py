"""What the simulator answers to a Catalog query."""

from pinegate.protocols.manscdp.catalog import CatalogInfo, CatalogItem
from pinegate_simulator.config import SimulatorConfig
from pinegate_simulator.inventory import Camera


class Catalogue:
    """The items of one simulator.

    A device has its channels only. A platform has regions, one business group, one virtual organisation a
    district, and the cameras in them.
    """

    def __init__(self, config: SimulatorConfig) -> None:
        self._device_id = config.device_id
        self._cameras = config.cameras
        self._city = config.device_id[:4]
        names = dict.fromkeys(camera.group for camera in config.cameras if camera.group)
        self._organisations: dict[str, str] = {}
        self._group = ""
        if config.role == "platform":
            self._group = self._own("215", 1)
            self._organisations = {name: self._own("216", number) for number, name in enumerate(names, 1)}

    def items(self) -> list[CatalogItem]:
        cameras = [self.item(camera) for camera in self._cameras]
        if not self._group:
            return cameras
        group = CatalogItem(
            device_id=self._group, name="社会资源视频共享", civil_code=self._city, parent_id=self._device_id
        )
        organisations = [
            CatalogItem(device_id=code, name=name, business_group_id=self._group)
            for name, code in self._organisations.items()
        ]
        return [*self._regions(), group, *organisations, *cameras]

    def item(self, camera: Camera) -> CatalogItem:
        organisation = self._organisations.get(camera.group)
        return CatalogItem(
            device_id=camera.device_id,
            name=camera.name,
            manufacturer=camera.manufacturer,
            model=camera.model,
            civil_code=camera.civil_code,
            address=camera.address,
            parental=0,
            parent_id=f"{self._device_id}/{organisation}" if organisation else self._device_id,
            register_way=1,
            secrecy=0,
            status="ON" if camera.online else "OFF",
            longitude=camera.longitude,
            latitude=camera.latitude,
            business_group_id=self._group,
            info=CatalogInfo(
                ptz_type=camera.ptz_type,
                direction_type=camera.direction_type,
                point_type=camera.point_type,
                management_unit=camera.management_unit,
                photoelectric_imaging_type="2" if camera.scene == "fire_watch" else "1",
                stream_number_list="0",
            ),
        )

    def _regions(self) -> list[CatalogItem]:
        districts = {camera.civil_code: camera.group for camera in self._cameras}
        return [CatalogItem(device_id=self._city, name="黄山市")] + [
            CatalogItem(device_id=code, name=name or code, parent_id=self._city)
            for code, name in sorted(districts.items())
            if len(code) > len(self._city)
        ]

    def _own(self, kind: str, number: int) -> str:
        return f"{self._device_id[:10]}{kind}0{number:06}"
