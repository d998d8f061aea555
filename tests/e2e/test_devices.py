"""Devices with other transports and codecs than the demonstration's platform, from registration to the viewer."""

import pytest
from tests.e2e.catalogue import listed_points, make_listed
from tests.e2e.city import RunningCity
from tests.e2e.people import People
from tests.e2e.pictures import streams_of
from tests.e2e.sharing import Sharing
from tests.e2e.simulated_device import SimulatedDevice
from tests.e2e.units import Unit
from tests.waiting import until


@pytest.mark.parametrize(
    ("code", "transport", "options", "codecs"),
    [
        ("34100000001180000081", "udp", ["--audio", "g711a"], {"h264", "aac"}),
        ("34100000001180000082", "tcp_active", ["--codec", "h265", "--audio", "aac"], {"hevc", "aac"}),
    ],
)
async def test_pictures_and_sound_come_by_every_transport_and_in_every_codec(
    city: RunningCity,
    people: People,
    urban: Unit,
    code: str,
    transport: str,
    options: list[str],
    codecs: set[str],
) -> None:
    administrator = await people.sign_in("system-admin")
    device = SimulatedDevice(code, *options)
    form = {
        "device_code": code,
        "name": f"录像机 {transport}",
        "kind": "device",
        "password": device.password,
        "media_transport": transport,
    }
    device_id = (await administrator.post("/api/devices", form))["device"]["id"]
    async with device.running(city.sip_port):
        found: list[str] = []

        async def has_points() -> bool:
            page = await administrator.get("/api/points", device_id=device_id, health="online")
            found[:] = [point["id"] for point in page["items"]]
            return len(found) == 2

        await until(has_points)
        await make_listed(people, found)
        sharing = await Sharing(people, urban, {found[0]: ["live", "audio"]}).walk()
        play = await urban.viewer.post("/api/play", sharing.play_form(found[0], "fmp4"))
        streams = await streams_of(play["url"])
        assert {stream["codec_name"] for stream in streams} == codecs
        assert all(int(stream["nb_read_frames"]) >= 10 for stream in streams), streams
        # the same camera, to another system of the same unit that was not granted its sound
        silent = await Sharing(people, urban, {found[0]: ["live"]}).walk()
        play = await urban.viewer.post("/api/play", silent.play_form(found[0], "fmp4"))
        assert {stream["codec_name"] for stream in await streams_of(play["url"])} == codecs - {"aac"}


async def test_a_granted_camera_turns_but_goes_to_no_preset_that_was_not_granted(
    people: People, urban: Unit
) -> None:
    (point,) = await listed_points(people, 1, ptz=True)
    sharing = await Sharing(people, urban, {point: ["live", "ptz"]}).walk()
    form = {"point_id": point, "system_id": sharing.system_id, "reason": "跟踪占道经营"}
    for command in ("left", "zoom_in", "stop"):
        await urban.viewer.post("/api/ptz", form | {"command": command})
    assert await urban.viewer.refused("POST", "/api/ptz", form | {"command": "preset_call", "preset": 1}) == (
        403,
        "operation_not_granted",
    )
