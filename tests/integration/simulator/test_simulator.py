"""The simulator against our upper platform, over sockets of the loopback address."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy
import pytest
from tests.integration.simulator.loopback_platform import (
    HOST,
    PASSWORD,
    PLATFORM_ID,
    MediaTransport,
    Platform,
    Receiver,
    decoded_pictures,
    running_platform,
    running_receiver,
)
from tests.waiting import HANGS_SECONDS, until

from pinegate.protocols.gb28181.upper.config import DeviceAccount
from pinegate.protocols.gb28181.upper.events import (
    CallEnded,
    CallFailed,
    CatalogChanged,
    CatalogCompleted,
    ControlFinished,
    DeviceInfoReceived,
    DeviceOffline,
    DeviceRegistered,
    DeviceStatusReceived,
    InviteAnswered,
    OfflineReason,
    SubscriptionChanged,
)
from pinegate.protocols.manscdp.ptz import move
from pinegate.protocols.media.frames import Codec
from pinegate.protocols.sip.flow import Transport
from pinegate_simulator.clip_encoding import ClipSettings
from pinegate_simulator.config import SimulatorConfig
from pinegate_simulator.faults import Faults
from pinegate_simulator.inventory import invent
from pinegate_simulator.script import run_script
from pinegate_simulator.simulator import Simulator

DEVICE_ID = "34100200001180000001"
SMALL = ClipSettings(160, 90, 10, 1.0, 2.0)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture
def config(cache: Path) -> SimulatorConfig:
    return SimulatorConfig(
        device_id=DEVICE_ID,
        platform_id=PLATFORM_ID,
        platform_host=HOST,
        platform_port=1,
        password=PASSWORD,
        cameras=invent(4),
        cache_dir=cache,
        clips=SMALL,
        prepare_clips=False,
    )


@asynccontextmanager
async def running(config: SimulatorConfig, platform: Platform) -> AsyncGenerator[Simulator, None]:
    simulator = Simulator(replace(config, platform_port=platform.port))
    await simulator.start()
    try:
        async with asyncio.timeout(HANGS_SECONDS):
            await simulator.wait_registered()
        yield simulator
    finally:
        await simulator.stop()


async def call(platform: Platform, camera_id: str, receiver: Receiver, ssrc: str = "0000000101") -> str:
    offer = receiver.offer(camera_id, ssrc)
    return platform.tell(lambda now: platform.core.invite(DEVICE_ID, camera_id, offer, now))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_it_registers_and_logs_off(config: SimulatorConfig, transport: Transport) -> None:
    async with running_platform() as platform:
        async with running(replace(config, transport=transport), platform) as simulator:
            registered = await platform.wait_for(DeviceRegistered)
            assert (registered.device_id, registered.flow.transport) == (DEVICE_ID, transport)
            assert simulator.counters.registrations == 1
        offline = await platform.wait_for(DeviceOffline)
        assert offline.reason is OfflineReason.UNREGISTERED


async def test_a_wrong_password_is_not_let_in(config: SimulatorConfig) -> None:
    async with running_platform(DeviceAccount("another")) as platform:
        simulator = Simulator(replace(config, platform_port=platform.port))
        await simulator.start()
        await until(lambda: simulator.counters.failed_registrations)
        assert not simulator.counters.registrations
        await simulator.stop()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("encoding", ["GB2312", "GB18030", "UTF-8"])
async def test_a_catalogue_of_a_thousand_cameras_arrives_whole(
    config: SimulatorConfig, transport: Transport, encoding: str
) -> None:
    config = replace(config, cameras=invent(1000), transport=transport, encoding=encoding)
    async with running_platform() as platform, running(config, platform):
        platform.tell(lambda now: platform.core.query_catalog(DEVICE_ID, now))
        catalogue = await platform.wait_for(CatalogCompleted)
        assert catalogue.complete
        items = {item.device_id: item for item in catalogue.items}
        assert {code: item.name for code, item in items.items()} == {
            c.device_id: c.name for c in config.cameras
        }
        first = items[config.cameras[0].device_id]
        assert (first.status, first.longitude) == ("ON", config.cameras[0].longitude)


async def test_a_lower_platform_shows_regions_and_groups(config: SimulatorConfig) -> None:
    config = replace(config, role="platform")
    async with running_platform() as platform, running(config, platform):
        platform.tell(lambda now: platform.core.query_catalog(DEVICE_ID, now))
        catalogue = await platform.wait_for(CatalogCompleted)
        kinds = [item.device_id[10:13] for item in catalogue.items]
        assert (kinds.count(""), kinds.count("215"), kinds.count("216"), kinds.count("132")) == (5, 1, 4, 4)


async def test_it_says_who_and_how_it_is(config: SimulatorConfig) -> None:
    async with running_platform() as platform, running(config, platform):
        platform.tell(lambda now: platform.core.query_device_info(DEVICE_ID, now))
        platform.tell(lambda now: platform.core.query_device_status(DEVICE_ID, now))
        assert (await platform.wait_for(DeviceInfoReceived)).info.device_id == DEVICE_ID
        assert (await platform.wait_for(DeviceStatusReceived)).status.device_id == DEVICE_ID


@pytest.mark.parametrize("transport", ["udp", "tcp_passive", "tcp_active"])
@pytest.mark.parametrize(("codec", "audio"), [(Codec.H264, Codec.G711A), (Codec.H265, Codec.AAC)])
async def test_a_call_brings_pictures_that_a_foreign_demuxer_decodes(
    config: SimulatorConfig, transport: MediaTransport, codec: Codec, audio: Codec | None
) -> None:
    config = replace(config, clips=ClipSettings(160, 90, 10, 1.0, 2.0, codec, audio))
    camera = config.cameras[0].device_id
    async with (
        running_platform() as platform,
        running(config, platform) as simulator,
        running_receiver(transport) as receiver,
    ):
        name = await call(platform, camera, receiver)
        answered = await platform.wait_for(InviteAnswered)
        assert answered.answer is not None
        assert answered.answer.ssrc == "0000000101"
        if transport == "tcp_active":
            assert answered.answer.video is not None
            await receiver.connect(answered.answer.video.port)
        await receiver.wait_pictures(40)
        platform.tell(lambda now: platform.core.hang_up(name, now))
        await until(lambda: not simulator.counters.calls.running)
        if transport == "tcp_active":
            await asyncio.wait_for(receiver.ended.wait(), HANGS_SECONDS)
    assert {packet.ssrc for packet in receiver.packets} == {101}
    decoder, pictures = decoded_pictures(receiver.program_stream)
    assert decoder == ("h264" if codec is Codec.H264 else "hevc")
    assert pictures >= 10


@pytest.mark.parametrize(("camera", "heard"), [(0, "a/1/8/1"), (1, "a///")])
async def test_a_camera_may_have_sound_while_the_others_have_none(
    config: SimulatorConfig, camera: int, heard: str
) -> None:
    first, *others = config.cameras
    config = replace(config, cameras=[replace(first, audio="g711a"), *others])
    async with running_platform() as platform, running(config, platform), running_receiver("udp") as receiver:
        await call(platform, config.cameras[camera].device_id, receiver)
        answered = await platform.wait_for(InviteAnswered)
        assert answered.answer is not None
        assert answered.answer.format.endswith(heard)


async def test_several_cameras_send_at_once_each_with_its_ssrc(config: SimulatorConfig) -> None:
    async with running_platform() as platform, running(config, platform) as simulator:
        async with (
            running_receiver("udp") as one,
            running_receiver("tcp_passive") as two,
            running_receiver("udp") as three,
        ):
            for number, receiver in enumerate((one, two, three)):
                await call(platform, config.cameras[number].device_id, receiver, f"000000020{number}")
            for number, receiver in enumerate((one, two, three)):
                await receiver.wait_pictures(5)
                assert {packet.ssrc for packet in receiver.packets} == {200 + number}
        assert simulator.counters.calls.started == 3


@pytest.mark.parametrize(
    ("change", "camera", "status"),
    [
        ({}, "34100200001320999999", 404),
        ({"cameras": [replace(invent(1)[0], online=False)]}, invent(1)[0].device_id, 480),
        ({"faults": Faults(answer=486)}, invent(1)[0].device_id, 486),
        ({"max_calls": 0}, invent(1)[0].device_id, 486),
        ({"video_file": Path("/nowhere.mp4")}, invent(1)[0].device_id, 500),
    ],
)
async def test_a_call_that_cannot_be_is_refused_with_its_status(
    config: SimulatorConfig, change: dict[str, Any], camera: str, status: int
) -> None:
    async with (
        running_platform() as platform,
        running(replace(config, **change), platform),
        running_receiver("udp") as receiver,
    ):
        await call(platform, camera, receiver)
        assert (await platform.wait_for(CallFailed)).status == status


async def test_a_platform_that_closes_the_media_connection_gets_a_bye(config: SimulatorConfig) -> None:
    camera = config.cameras[0].device_id
    async with (
        running_platform() as platform,
        running(config, platform),
        running_receiver("tcp_active") as receiver,
    ):
        name = await call(platform, camera, receiver)
        answer = (await platform.wait_for(InviteAnswered)).answer
        assert answer is not None
        assert answer.video is not None
        _, writer = await asyncio.open_connection(HOST, answer.video.port)
        writer.close()
        assert (await platform.wait_for(CallEnded)).call == name


async def test_changes_of_the_catalogue_are_notified_to_a_subscriber(config: SimulatorConfig) -> None:
    first, second = config.cameras[:2]

    async def lines() -> AsyncIterator[str]:
        for line in ("off 1", f"on {first.device_id}  # by its code", "add 新的摄像机", "delete 2", "quit"):
            yield line

    async with running_platform() as platform, running(config, platform) as simulator:
        platform.tell(lambda now: platform.core.subscribe_catalog(DEVICE_ID, now))
        assert (await platform.wait_for(SubscriptionChanged)).active
        assert await run_script(simulator, lines())
        changes = [item for _ in range(4) for item in (await platform.wait_for(CatalogChanged)).items]
    assert [item.event for item in changes] == ["OFF", "ON", "ADD", "DEL"]
    assert [changes[0].device_id, changes[3].device_id] == [first.device_id, second.device_id]
    assert changes[2].name == "新的摄像机"


async def test_ptz_turns_the_picture_of_a_camera_that_can(config: SimulatorConfig) -> None:
    dome = next(camera for camera in config.cameras if camera.can_turn)
    async with (
        running_platform() as platform,
        running(config, platform) as simulator,
        running_receiver("tcp_passive") as receiver,
    ):
        await call(platform, dome.device_id, receiver)
        await receiver.wait_pictures(5)
        platform.tell(lambda now: platform.core.control_ptz(DEVICE_ID, dome.device_id, move(pan=1), now))
        assert (await platform.wait_for(ControlFinished)).status == 200
        await receiver.wait_pictures(len(receiver.packets) + 10)
        assert simulator.counters.ptz_commands == 1
    assert decoded_pictures(receiver.program_stream)[1] >= 12


async def test_without_y_in_the_answer_the_media_still_come(config: SimulatorConfig) -> None:
    async with (
        running_platform() as platform,
        running(replace(config, faults=Faults(no_y=True, wrong_ssrc=True)), platform),
        running_receiver("udp") as receiver,
    ):
        await call(platform, config.cameras[0].device_id, receiver)
        answer = (await platform.wait_for(InviteAnswered)).answer
        assert answer is not None
        assert answer.ssrc == ""
        await receiver.wait_pictures(3)
        assert {packet.ssrc for packet in receiver.packets} == {100}


async def test_a_device_that_ignores_bye_goes_on_sending(config: SimulatorConfig) -> None:
    async with (
        running_platform() as platform,
        running(replace(config, faults=Faults(ignore_bye=True)), platform),
        running_receiver("udp") as receiver,
    ):
        name = await call(platform, config.cameras[0].device_id, receiver)
        await receiver.wait_pictures(3)
        platform.tell(lambda now: platform.core.hang_up(name, now))
        await platform.wait_for(CallEnded)
        await receiver.wait_pictures(len(receiver.packets) + 10)


async def test_missed_keepalives_make_it_offline(config: SimulatorConfig) -> None:
    config = replace(config, faults=Faults(miss_keepalives=True))
    async with running_platform(keepalive_interval=0.1) as platform, running(config, platform):
        assert (await platform.wait_for(DeviceOffline)).reason is OfflineReason.KEEPALIVE_MISSED


async def test_keepalives_keep_it_online(config: SimulatorConfig) -> None:
    async with (
        running_platform(keepalive_interval=0.2) as platform,
        running(replace(config, keepalive_interval=0.05), platform),
        running_receiver("udp") as receiver,
    ):
        await call(platform, config.cameras[0].device_id, receiver)
        await receiver.wait_pictures(15)
        assert not [event for event in platform.events if isinstance(event, DeviceOffline)]


async def test_it_registers_again_when_the_connection_is_lost(config: SimulatorConfig) -> None:
    config = replace(config, transport="tcp", retry_after=0.05)
    async with running_platform() as platform, running(config, platform):
        first = await platform.wait_for(DeviceRegistered)
        platform.drop_connections()
        assert (await platform.wait_for(DeviceOffline)).reason is OfflineReason.CONNECTION_LOST
        again = await platform.wait_for(DeviceRegistered)
        assert again.flow != first.flow


async def test_the_users_own_file_is_sent_as_it_is(config: SimulatorConfig, tmp_path: Path) -> None:
    path = tmp_path / "own.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25, options={"bf": "2", "g": "25"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        for shade in range(50):
            picture = av.VideoFrame.from_ndarray(
                numpy.full((180, 320, 3), shade * 4, numpy.uint8), format="rgb24"
            )
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
    config = replace(config, video_file=path, prepare_clips=True)
    async with (
        running_platform() as platform,
        running(config, platform),
        running_receiver("tcp_passive") as receiver,
    ):
        await call(platform, config.cameras[0].device_id, receiver)
        await receiver.wait_pictures(60)
    assert decoded_pictures(receiver.program_stream) == ("h264", sum(p.marker for p in receiver.packets))


async def test_a_device_that_vanishes_says_nothing(config: SimulatorConfig) -> None:
    async with (
        running_platform() as platform,
        running(replace(config, faults=Faults(drop_after=0.0)), platform),
        running_receiver("udp") as receiver,
    ):
        await platform.wait_for(DeviceRegistered)
        await call(platform, config.cameras[0].device_id, receiver)
        assert not [event for event in platform.events if isinstance(event, DeviceOffline | InviteAnswered)]
