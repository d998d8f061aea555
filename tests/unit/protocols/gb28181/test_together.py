"""Upper platform and lower device talk to each other, on good and on bad networks."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinegate.protocols.gb28181.lower.events import (
    CallConfirmed,
    CallFinished,
    ControlReceived,
    InviteReceived,
    PlatformLost,
    PtzReceived,
    Registered,
    RegistrationFailed,
    Unregistered,
)
from pinegate.protocols.gb28181.upper.config import DeviceAccount
from pinegate.protocols.gb28181.upper.events import (
    AlarmReceived,
    CallEnded,
    CallEndReason,
    CallFailed,
    CatalogChanged,
    CatalogCompleted,
    CatalogProgress,
    ControlFinished,
    DeviceInfoReceived,
    DeviceOffline,
    DeviceRegistered,
    DeviceStatusReceived,
    InviteAnswered,
    OfflineReason,
    PlaybackEnded,
    QueryFailed,
    SubscriptionChanged,
)
from pinegate.protocols.manscdp.catalog import CatalogInfo, CatalogItem
from pinegate.protocols.manscdp.codec import serialise_message
from pinegate.protocols.manscdp.messages import MediaStatus
from pinegate.protocols.manscdp.ptz import move
from pinegate.protocols.sdp.codec import live_answer, live_offer
from pinegate.protocols.sdp.session import SessionDescription, Setup
from pinegate.protocols.sip.digest import Algorithm
from pinegate.protocols.sip.flow import Flow, Transport

from .wire import CAMERA, DEVICE, PASSWORD, PLATFORM, Wire

CAPTURES = Path(__file__).parents[3] / "captures" / "sip"


def cameras(number: int) -> list[CatalogItem]:
    return [
        CatalogItem(
            f"3410020000132{index:07d}",
            name=f"老街东口{index}号",
            manufacturer="HS",
            model="IPC",
            civil_code="341002",
            address="屯溪老街",
            parental=0,
            parent_id=DEVICE,
            register_way=1,
            secrecy=0,
            status="ON",
            longitude=118.3097,
            latitude=29.7144,
            info=CatalogInfo(ptz_type=1),
        )
        for index in range(number)
    ]


def offer(setup: Setup = "") -> SessionDescription:
    return live_offer(PLATFORM, "10.20.0.6", 30000, "0000000101", setup)


def in_call(wire: Wire, setup: Setup = "") -> tuple[str, str]:
    """The call's names at both ends, once it is confirmed."""
    call = wire.platform.invite(DEVICE, CAMERA, offer(setup), wire.now)
    wire.run(1)
    invite = wire.events(InviteReceived)[-1]
    device = next(iter(wire.devices.values()))
    device.answer_invite(invite.call, live_answer(invite.offer, CAMERA, "10.20.1.8", 20000), wire.now)
    wire.run(1)
    return call, invite.call


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("minimum", list(Algorithm))
def test_a_device_registers_and_stays(transport: Transport, minimum: Algorithm) -> None:
    wire = Wire(accounts={DEVICE: DeviceAccount(PASSWORD, minimum)})
    wire.registered(transport=transport, port=40000)
    (registered,) = wire.events(DeviceRegistered)
    assert registered == DeviceRegistered(
        DEVICE, Flow(transport, "10.20.1.8", 40000), 86400, "3.0", fresh=True, moved=False, number=1
    )
    wire.run(86400)
    assert wire.events(DeviceOffline) == []
    assert wire.events(PlatformLost) == []
    assert len(wire.events(DeviceRegistered)) == 2


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_one_algorithm_alone_is_offered_and_taken(algorithm: Algorithm) -> None:
    wire = Wire(accounts={DEVICE: DeviceAccount(PASSWORD, algorithm)})
    wire.registered()
    up = [data for to_platform, data, _ in wire.sent if to_platform and data.startswith(b"REGISTER")]
    down = [data for to_platform, data, _ in wire.sent if not to_platform and b"WWW-Authenticate" in data]
    assert [data.count(b"WWW-Authenticate") for data in down] == [1]
    assert f"algorithm={algorithm}".encode() in down[0]
    assert f"algorithm={algorithm}".encode() in up[-1]


def test_a_wrong_password_is_refused_and_retried_after_a_minute() -> None:
    wire = Wire()
    wire.add_device(password="wrong").start(0)
    wire.run(59)
    (failed,) = wire.events(RegistrationFailed)
    assert failed.status == 403
    wire.run(10)
    assert len(wire.events(RegistrationFailed)) == 2
    assert wire.events(DeviceRegistered) == []


def test_logging_off_is_authenticated_and_ends_everything() -> None:
    wire = Wire()
    device = wire.registered()
    in_call(wire)
    device.stop(wire.now)
    wire.run(1)
    assert wire.events(DeviceOffline) == [DeviceOffline(DEVICE, OfflineReason.UNREGISTERED)]
    assert wire.events(Unregistered) == [Unregistered()]
    assert [ended.reason for ended in wire.events(CallEnded)] == [CallEndReason.BYE]
    assert wire.platform.device_count == 0


def test_three_missed_keepalives_are_offline() -> None:
    wire = Wire()
    wire.registered()
    wire.run(59)
    wire.devices.clear()
    wire.run(115)
    assert wire.events(DeviceOffline) == []
    wire.run(10)
    assert wire.events(DeviceOffline) == [DeviceOffline(DEVICE, OfflineReason.KEEPALIVE_MISSED)]


def test_a_lost_connection_is_offline_and_comes_back() -> None:
    wire = Wire()
    device = wire.registered(transport="tcp", port=40000)
    call, _ = in_call(wire)
    flow = Flow("tcp", "10.20.1.8", 40000)
    wire.platform.connection_lost(flow, wire.now)
    device.connection_lost(device.config.platform, wire.now)
    wire.run(0.001)
    assert wire.events(DeviceOffline) == [DeviceOffline(DEVICE, OfflineReason.CONNECTION_LOST)]
    assert wire.events(CallEnded) == [CallEnded(call, CallEndReason.DEVICE_OFFLINE)]
    assert [finished.reason for finished in wire.events(CallFinished)] == ["platform_lost"]
    wire.run(10)
    assert len(wire.events(DeviceRegistered)) == 2


def test_a_platform_that_forgot_the_device_makes_it_register_again() -> None:
    wire = Wire()
    device = wire.registered()
    again = Wire(accounts=wire.accounts, seed=2)
    again.now = wire.now
    again.devices = wire.devices
    again.run(70)
    assert device.registered
    assert len(again.events(DeviceRegistered)) == 1
    assert again.events(PlatformLost) == [PlatformLost("not_known")]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_catalogue_in_many_messages_is_collected(transport: str) -> None:
    wire = Wire(delay=lambda: 0.001)
    wire.registered(transport=transport, port=40000).set_catalog(cameras(300))
    sn = wire.platform.query_catalog(DEVICE, wire.now)
    wire.run(20)
    (done,) = wire.events(CatalogCompleted)
    assert (done.device_id, done.sn, done.complete) == (DEVICE, sn, True)
    assert list(done.items) == cameras(300)
    assert (len(wire.events(CatalogProgress)) > 50) == (transport == "udp")
    if transport == "udp":
        assert max(len(data) for _, data, _ in wire.sent) <= 1300


def test_an_empty_catalogue_is_complete() -> None:
    wire = Wire()
    wire.registered()
    sn = wire.platform.query_catalog(DEVICE, wire.now)
    wire.run(1)
    assert wire.events(CatalogCompleted) == [CatalogCompleted(DEVICE, sn, (), complete=True, total=0)]


def test_twenty_thousand_items_over_tcp() -> None:
    wire = Wire()
    wire.registered(transport="tcp", port=40000).set_catalog(cameras(20_000))
    wire.platform.query_catalog(DEVICE, wire.now)
    wire.run(60)
    (done,) = wire.events(CatalogCompleted)
    assert done.complete
    assert len(done.items) == 20_000


@pytest.mark.parametrize(("most", "over"), [(299, True), (300, False)])
def test_a_catalogue_beyond_the_limit_says_so(most: int, over: bool) -> None:
    wire = Wire(max_catalog_items=most)
    wire.registered(transport="tcp", port=40000).set_catalog(cameras(300))
    wire.platform.query_catalog(DEVICE, wire.now)
    wire.run(20)
    (done,) = wire.events(CatalogCompleted)
    assert (len(done.items), done.total) == (most, 300)
    assert (done.over_limit, done.complete) == (over, not over)


def test_a_device_that_falls_silent_gives_an_incomplete_catalogue() -> None:
    wire = Wire()
    wire.registered().set_catalog(cameras(40))
    wire.platform.query_catalog(DEVICE, wire.now)
    wire.run(0.1)
    wire.devices.clear()
    wire.run(40)
    (done,) = wire.events(CatalogCompleted)
    assert not done.complete
    assert 0 < len(done.items) < 40


def test_a_query_to_nobody_fails() -> None:
    wire = Wire()
    sn = wire.platform.query_catalog(DEVICE, 0)
    wire.run(0)
    assert wire.events(QueryFailed) == [QueryFailed(DEVICE, sn, 480)]
    wire.registered()
    wire.devices.clear()
    sn = wire.platform.query_device_info(DEVICE, wire.now)
    wire.run(40)
    assert wire.events(QueryFailed)[1:] == [QueryFailed(DEVICE, sn, 408)]


def test_info_and_status_are_answered() -> None:
    wire = Wire()
    wire.registered(name="屯溪录像机").set_catalog(cameras(3))
    wire.platform.query_device_info(DEVICE, wire.now)
    wire.platform.query_device_status(DEVICE, wire.now)
    wire.run(1)
    (info,) = wire.events(DeviceInfoReceived)
    assert (info.info.name, info.info.channel) == ("屯溪录像机", 3)
    (status,) = wire.events(DeviceStatusReceived)
    assert (status.status.online, status.status.device_time) == ("ONLINE", "2026-11-22T09:30:01")


def test_changes_come_by_subscription_and_the_subscription_is_refreshed() -> None:
    wire = Wire()
    device = wire.registered()
    items = cameras(3)
    device.set_catalog(items)
    wire.platform.subscribe_catalog(DEVICE, wire.now)
    wire.run(1)
    assert wire.events(SubscriptionChanged) == [SubscriptionChanged(DEVICE, active=True, status=200)]
    wire.run(10_000)
    added = CatalogItem("34100200001329999999", event="ADD", name="新", status="ON")
    off = CatalogItem(items[0].device_id, event="OFF")
    device.change_catalog([off, added], wire.now)
    wire.run(1)
    assert [change.items for change in wire.events(CatalogChanged)] == [(off, added)]
    wire.platform.unsubscribe_catalog(DEVICE, wire.now)
    wire.run(1)
    device.change_catalog([off], wire.now)
    wire.run(1)
    assert len(wire.events(CatalogChanged)) == 1


def test_abnormal_items_are_told_first() -> None:
    wire = Wire()
    items = [*cameras(2), CatalogItem("34100200001329999998", status="OFF")]
    wire.registered().set_catalog(items)
    wire.platform.subscribe_catalog(DEVICE, wire.now)
    wire.run(1)
    (changed,) = wire.events(CatalogChanged)
    assert changed.items == (CatalogItem("34100200001329999998", event="OFF"),)


def test_ptz_reaches_the_channel() -> None:
    wire = Wire()
    wire.registered()
    sn = wire.platform.control_ptz(DEVICE, CAMERA, move(pan=1), wire.now, priority=5)
    wire.run(1)
    assert wire.events(PtzReceived) == [PtzReceived(CAMERA, move(pan=1))]
    assert wire.events(ControlFinished) == [ControlFinished(DEVICE, sn, 200)]


def test_an_alarm_is_told_and_acknowledged_and_the_end_of_a_recording_names_its_call() -> None:
    wire = Wire()
    wire.registered()
    call, _ = in_call(wire)
    flow = Flow("udp", "10.20.1.8", 5060)
    accepted, acknowledgement = wire.to_platform((CAPTURES / "e10_alarm.sip").read_bytes(), flow)
    (told,) = wire.events(AlarmReceived)
    assert (told.device_id, told.alarm.kind) == (DEVICE, 6)
    assert accepted.startswith(b"SIP/2.0 200 OK")
    assert b"<CmdType>Alarm</CmdType>" in acknowledgement
    assert b"<Result>OK</Result>" in acknowledgement
    keepalive = (CAPTURES / "e2_keepalive.sip").read_bytes()
    head = keepalive.partition(b"\r\n\r\n")[0].replace(b"ka-001@10.20.1.8", call.encode())
    body = serialise_message(MediaStatus(8, CAMERA, "121"))
    head = head.replace(b"Content-Length: 170", b"Content-Length: %d" % len(body))
    wire.to_platform(head + b"\r\n\r\n" + body, flow)
    assert wire.events(PlaybackEnded) == [PlaybackEnded(call)]


def test_a_key_frame_is_asked_of_the_channel() -> None:
    wire = Wire()
    wire.registered()
    wire.platform.request_key_frame(DEVICE, CAMERA, wire.now)
    wire.run(1)
    assert wire.events(ControlReceived) == [
        ControlReceived(CAMERA, (("IFameCmd", "Send"), ("IFrameCmd", "Send")))
    ]


def test_a_changed_account_ends_the_registration() -> None:
    wire = Wire()
    wire.registered()
    wire.platform.drop_strangers(wire.now)
    wire.run(0)
    assert wire.events(DeviceOffline) == []
    wire.accounts[DEVICE] = DeviceAccount("another")
    wire.platform.drop_strangers(wire.now)
    wire.run(120)
    assert wire.events(DeviceOffline) == [DeviceOffline(DEVICE, OfflineReason.ACCOUNT_CHANGED)]
    assert wire.platform.device_count == 0


def test_who_was_heard_lately_is_told() -> None:
    wire = Wire()
    wire.registered()
    assert wire.platform.heard_since(-1) == [DEVICE]
    assert wire.platform.heard_since(wire.now) == []


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize(("setup", "other"), [("", ""), ("passive", "active"), ("active", "passive")])
def test_a_live_call_is_made_and_ended_by_us(transport: Transport, setup: Setup, other: Setup) -> None:
    wire = Wire()
    wire.registered(transport=transport, port=40000)
    call, theirs = in_call(wire, setup)
    (answered,) = wire.events(InviteAnswered)
    assert answered.answer is not None
    assert answered.answer.video is not None
    assert (answered.answer.ssrc, answered.answer.video.setup) == ("0000000101", other)
    assert wire.events(InviteReceived)[0].channel_id == CAMERA
    assert wire.events(CallConfirmed) == [CallConfirmed(theirs)]
    wire.platform.hang_up(call, wire.now)
    wire.run(1)
    assert wire.events(CallEnded) == [CallEnded(call, CallEndReason.HUNG_UP)]
    assert wire.events(CallFinished) == [CallFinished(theirs, "bye")]


def test_the_device_ends_a_call() -> None:
    wire = Wire()
    device = wire.registered()
    call, theirs = in_call(wire)
    device.hang_up(theirs, wire.now)
    wire.run(1)
    assert wire.events(CallEnded) == [CallEnded(call, CallEndReason.BYE)]


@pytest.mark.parametrize("status", [404, 486, 488])
def test_a_refusal_is_data(status: int) -> None:
    wire = Wire()
    device = wire.registered()
    call = wire.platform.invite(DEVICE, CAMERA, offer(), wire.now)
    wire.run(0.5)
    device.reject_invite(wire.events(InviteReceived)[0].call, status, wire.now)
    wire.run(60)
    assert [(failed.call, failed.status) for failed in wire.events(CallFailed)] == [(call, status)]


def test_a_device_that_never_decides_is_cancelled() -> None:
    wire = Wire(invite_timeout=5.0)
    wire.registered()
    call = wire.platform.invite(DEVICE, CAMERA, offer(), wire.now)
    wire.run(30)
    assert [(failed.call, failed.status) for failed in wire.events(CallFailed)] == [(call, 408)]
    assert [finished.reason for finished in wire.events(CallFinished)] == ["cancelled"]


def test_a_call_given_up_before_its_answer_is_cancelled() -> None:
    wire = Wire()
    wire.registered()
    call = wire.platform.invite(DEVICE, CAMERA, offer(), wire.now)
    wire.platform.hang_up(call, wire.now)
    wire.run(5)
    assert [finished.reason for finished in wire.events(CallFinished)] == ["cancelled"]
    assert wire.events(CallFailed) == []


def test_an_answer_that_crosses_our_cancel_is_ended_by_bye() -> None:
    wire = Wire()
    device = wire.registered()
    call = wire.platform.invite(DEVICE, CAMERA, offer(), wire.now)
    wire.run(0.5)
    invite = wire.events(InviteReceived)[0]
    device.answer_invite(invite.call, live_answer(invite.offer, CAMERA, "10.20.1.8", 20000), wire.now)
    wire.platform.hang_up(call, wire.now)
    wire.run(5)
    assert [finished.reason for finished in wire.events(CallFinished)] == ["bye"]
    assert wire.events(InviteAnswered) == []


def test_a_call_to_nobody_fails() -> None:
    wire = Wire()
    call = wire.platform.invite(DEVICE, CAMERA, offer(), 0)
    wire.run(0)
    assert [(failed.call, failed.status) for failed in wire.events(CallFailed)] == [(call, 480)]


def test_calls_and_subscription_follow_a_device_that_moved() -> None:
    wire = Wire(keepalive_interval=1e6)
    device = wire.registered(keepalive_interval=1e6, expires=3600)
    call, theirs = in_call(wire)
    wire.platform.subscribe_catalog(DEVICE, wire.now)
    wire.run(1)
    new = Flow("udp", "10.20.1.8", 49999)
    wire.devices = {new: device}
    wire.run(3000)
    moved = wire.events(DeviceRegistered)[-1]
    assert (moved.flow, moved.moved, moved.fresh) == (new, True, False)
    device.change_catalog([CatalogItem("1", event="OFF")], wire.now)
    device.hang_up(theirs, wire.now)
    wire.run(1)
    assert wire.events(CallEnded) == [CallEnded(call, CallEndReason.BYE)]
    assert len(wire.events(CatalogChanged)) == 1


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.floats(0.0, 0.3))
def test_everything_gets_through_a_lossy_reordering_network(seed: int, loss: float) -> None:
    chance = random.Random(seed)
    wire = Wire(seed=seed, delay=lambda: None if chance.random() < loss else chance.uniform(0.001, 0.4))
    device = wire.add_device()
    device.set_catalog(cameras(12))
    device.start(0)
    wire.run(200)
    assert device.registered
    assert wire.events(DeviceRegistered)
    assert len(wire.events(Registered)) >= 1
    wire.platform.query_catalog(DEVICE, wire.now)
    call = wire.platform.invite(DEVICE, CAMERA, offer(), wire.now)
    for second in range(30):
        wire.platform.control_ptz(DEVICE, CAMERA, move(pan=1, speed=second), wire.now)
        wire.run(1)
        for invite in wire.events(InviteReceived):
            try:
                device.answer_invite(invite.call, live_answer(invite.offer, CAMERA, "h", 2), wire.now)
            except KeyError:
                continue
    wire.run(100)
    speeds = [event.command.d1 for event in wire.events(PtzReceived)]
    assert len(speeds) == len(set(speeds)), "a retransmitted command was carried out twice"
    assert len(wire.events(ControlFinished)) == 30
    assert len(wire.events(CatalogCompleted)) + len(wire.events(QueryFailed)) == 1
    ended = {event.call for event in wire.events(CallFailed)} | {
        event.call for event in wire.events(CallEnded)
    }
    assert (call in ended) or wire.events(InviteAnswered)
    if wire.events(InviteAnswered) and call not in ended:
        assert wire.events(CallConfirmed)
        wire.platform.hang_up(call, wire.now)
    wire.run(300)
    assert not device._calls._calls
    assert len(wire.platform._calls) == 0
