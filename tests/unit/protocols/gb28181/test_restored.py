"""A registration of before a restart holds for as long as it would have held, and for nobody else."""

from typing import Any

import pytest

from pinegate.protocols.gb28181.lower.events import InviteReceived
from pinegate.protocols.gb28181.upper.config import DeviceAccount
from pinegate.protocols.gb28181.upper.events import CallFailed, DeviceOffline, MessageRejected, OfflineReason
from pinegate.protocols.gb28181.upper.registrar import KeptRegistration
from pinegate.protocols.sdp.codec import live_offer
from pinegate.protocols.sip.flow import Flow

from .wire import CAMERA, DEVICE, PASSWORD, PLATFORM, Wire

FLOW = Flow("udp", "10.20.1.8", 5060)
SILENCE = 180.0


def kept(**changed: Any) -> KeptRegistration:
    values: dict[str, Any] = {"expires_at": 3_600.0, "last_seen": 0.0}
    return KeptRegistration(DEVICE, changed.pop("flow", FLOW), "3.0", **(values | changed))


def invited(wire: Wire) -> bool:
    wire.platform.invite(
        DEVICE, CAMERA, live_offer(PLATFORM, "10.20.0.5", 30_000, "0000000101", ""), wire.now
    )
    wire.run(1)
    assert bool(wire.events(InviteReceived)) != bool(wire.events(CallFailed))
    return bool(wire.events(InviteReceived))


def test_a_device_that_is_restored_is_invited_before_it_says_a_word() -> None:
    wire = Wire()
    wire.add_device()
    assert wire.platform.restore(kept(), wire.now)
    assert invited(wire)
    assert wire.platform.heard_since(0.0) == []


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({"expires_at": 1_000.1}, True),
        ({"expires_at": 1_000.0}, False),
        ({"last_seen": 1_000.1 - SILENCE}, True),
        ({"last_seen": 1_000.0 - SILENCE}, False),
        ({"flow": FLOW._replace(transport="tcp")}, False),
    ],
    ids=["not yet over", "registration over", "heard lately", "silent too long", "its connection is gone"],
)
def test_only_what_has_not_run_out_is_restored(changed: dict[str, Any], holds: bool) -> None:
    wire = Wire()
    wire.now = 1_000.0
    assert wire.platform.restore(kept(**({"last_seen": 1_000.0} | changed)), wire.now) is holds
    assert wire.platform.device_count == holds


@pytest.mark.parametrize(
    ("changed", "seconds", "reason"),
    [
        ({"last_seen": 10.0}, SILENCE - 90, OfflineReason.KEEPALIVE_MISSED),
        ({"expires_at": 130.0, "last_seen": 100.0}, 30, OfflineReason.REGISTRATION_EXPIRED),
        ({"last_seen": 9_999.0}, SILENCE, OfflineReason.KEEPALIVE_MISSED),
    ],
    ids=["silent since before", "registered since before", "a clock that was set back"],
)
def test_its_time_goes_on_where_it_stood(
    changed: dict[str, Any], seconds: float, reason: OfflineReason
) -> None:
    wire = Wire()
    wire.now = 100.0
    assert wire.platform.restore(kept(**changed), wire.now)
    wire.run(seconds - 0.1)
    assert wire.events(DeviceOffline) == []
    wire.run(0.2)
    assert wire.events(DeviceOffline) == [DeviceOffline(DEVICE, reason)]


def test_a_registration_of_a_clock_that_was_set_back_lasts_no_longer_than_any() -> None:
    wire = Wire(max_expires=60)
    assert wire.platform.restore(kept(expires_at=86_400.0), wire.now)
    wire.run(60.1)
    assert wire.events(DeviceOffline) == [DeviceOffline(DEVICE, OfflineReason.REGISTRATION_EXPIRED)]


@pytest.mark.parametrize("accounts", [{}, {DEVICE: DeviceAccount("")}], ids=["none", "without password"])
def test_who_could_not_register_is_not_restored(accounts: dict[str, DeviceAccount]) -> None:
    wire = Wire(accounts=accounts)
    assert not wire.platform.restore(kept(), wire.now)


def test_no_more_are_restored_than_may_be_here_and_nobody_takes_the_place_of_who_is() -> None:
    wire = Wire(max_devices=1)
    wire.registered(port=5070)
    assert not wire.platform.restore(kept(), wire.now)
    assert wire.platform.flow_of(DEVICE) == FLOW._replace(port=5070)
    other = "34100200001180000002"
    wire.accounts[other] = DeviceAccount(PASSWORD)
    assert not wire.platform.restore(KeptRegistration(other, FLOW, "3.0", 3_600.0, 0.0), wire.now)


def test_a_restored_device_is_believed_at_its_proven_source_only() -> None:
    wire = Wire()
    assert wire.platform.restore(kept(), wire.now)
    message = (
        f"MESSAGE sip:{PLATFORM}@3410000000 SIP/2.0\r\nVia: SIP/2.0/UDP 10.20.1.9:5060;branch=z9hG4bK1\r\n"
        f"From: <sip:{DEVICE}@3410000000>;tag=1\r\nTo: <sip:{PLATFORM}@3410000000>\r\nCall-ID: 1\r\n"
        "CSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"
    )
    wire.to_platform(message.encode(), FLOW._replace(host="10.20.1.9"))
    assert len(wire.events(MessageRejected)) == 1


def test_a_restored_device_is_dropped_when_its_account_changes() -> None:
    wire = Wire()
    assert wire.platform.restore(kept(), wire.now)
    wire.platform.drop_strangers(wire.now)
    assert wire.platform.device_count == 1
    wire.accounts[DEVICE] = DeviceAccount("another")
    wire.platform.drop_strangers(wire.now)
    assert wire.platform.device_count == 0
