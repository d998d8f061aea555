"""Devices that do it otherwise: understood, counted by device, and never at the price of a spoofed one."""

import pytest

from pinegate.protocols.deviations import Deviation
from pinegate.protocols.gb28181.upper import long_bodies
from pinegate.protocols.gb28181.upper.events import (
    CatalogCompleted,
    DeviceInfoReceived,
    DeviceMoved,
    DeviceOffline,
    MessageRejected,
)
from pinegate.protocols.sip.flow import Flow

from .test_attacks import CAMERA_FLOW, challenge, credentials, message, register, status_of
from .wire import CAMERA, DEVICE, Wire

ELSEWHERE = Flow("udp", CAMERA_FLOW.host, 61_000)
KEEPALIVE = (
    f"<Notify><CmdType>Keepalive</CmdType><SN>1</SN><DeviceID>{DEVICE}</DeviceID><Status>OK</Status></Notify>"
)


def keepalive(number: int) -> bytes:
    return message("Keepalive", body=KEEPALIVE).replace(b"z9hG4bKm1", b"z9hG4bKm%d" % number)


def catalogue(sn: int, items: str, total: int, filling: int = 0) -> str:
    return (
        f"<Response><CmdType>Catalog</CmdType><SN>{sn}</SN><DeviceID>{DEVICE}</DeviceID><SumNum>{total}</SumNum>"
        f"<DeviceList>{items}</DeviceList></Response>{' ' * filling}"
    )


def test_a_device_that_writes_bare_line_feeds_registers_and_is_told_of() -> None:
    wire = Wire()
    given = wire.to_platform(register().replace(b"\r\n", b"\n"), CAMERA_FLOW)
    assert status_of(given) == 401
    accepted = register(credentials(challenge(wire)), cseq=2).replace(b"\r\n", b"\n")
    assert status_of(wire.to_platform(accepted, CAMERA_FLOW)) == 200
    wire.to_platform(keepalive(7).replace(b"\r\n", b"\n"), CAMERA_FLOW)
    assert wire.platform.deviations_of(DEVICE) == {Deviation.BARE_LINE_FEEDS: 1}


def test_a_content_length_that_is_too_long_is_a_known_devices_privilege() -> None:
    wire = Wire()
    wrong = keepalive(1).replace(b"Content-Length: ", b"Content-Length: 1")
    assert status_of(wire.to_platform(wrong, CAMERA_FLOW)) == 400
    wire.registered()
    assert status_of(wire.to_platform(wrong, CAMERA_FLOW)) == 200
    assert wire.platform.deviations_of(DEVICE) == {Deviation.CONTENT_LENGTH_TOO_LONG: 1}


def test_a_port_that_a_nat_moved_is_believed_when_the_new_one_answers_and_the_old_one_does_not() -> None:
    wire = Wire()
    wire.registered()
    wire.devices[ELSEWHERE] = wire.devices.pop(CAMERA_FLOW)
    assert status_of(wire.to_platform(keepalive(1), ELSEWHERE)) == 403
    wire.run(5)
    assert wire.events(DeviceMoved) == [DeviceMoved(DEVICE, ELSEWHERE)]
    assert wire.platform.flow_of(DEVICE) == ELSEWHERE
    assert status_of(wire.to_platform(keepalive(2), ELSEWHERE)) == 200
    wire.platform.query_device_info(DEVICE, wire.now)
    wire.run(1)
    assert wire.events(DeviceInfoReceived) != []
    assert wire.platform.deviations_of(DEVICE)[Deviation.PORT_MOVED] == 1


def test_who_forges_the_devices_address_moves_nothing() -> None:
    """S15: our question goes to the port that was forged, where nobody is who knows of it."""
    wire = Wire()
    wire.registered()
    wire.devices[Flow("udp", "10.20.1.9", 5060)] = wire.devices.pop(CAMERA_FLOW)  # silent for a while
    wire.to_platform(keepalive(1), ELSEWHERE)
    wire.run(40)
    assert wire.platform.flow_of(DEVICE) == CAMERA_FLOW
    assert wire.events(DeviceMoved) == []


def test_who_shares_the_devices_address_moves_nothing_while_the_device_is_there() -> None:
    """S13: behind the same NAT the question is heard and answered, but the device answers it too."""
    wire = Wire()
    device = wire.registered()
    wire.devices[ELSEWHERE] = device
    wire.to_platform(keepalive(1), ELSEWHERE)
    wire.run(40)
    assert wire.platform.flow_of(DEVICE) == CAMERA_FLOW
    assert wire.events(DeviceMoved) == []


@pytest.mark.parametrize("flow", [Flow("udp", "10.66.6.6", 5060), Flow("tcp", CAMERA_FLOW.host, 5060)])
def test_another_host_or_transport_must_prove_the_password_anew(flow: Flow) -> None:
    wire = Wire()
    wire.registered()
    wire.devices[flow] = wire.devices.pop(CAMERA_FLOW)
    wire.to_platform(keepalive(1), flow)
    wire.run(10)
    assert wire.platform.flow_of(DEVICE) == CAMERA_FLOW
    assert not [data for up, data, to in wire.sent if not up and to == flow and data.startswith(b"MESSAGE")]


def test_a_forger_makes_us_ask_twice_in_half_a_minute_at_most() -> None:
    wire = Wire()
    wire.registered()
    wire.sent.clear()
    for number in range(100):
        wire.to_platform(keepalive(number + 1), Flow("udp", CAMERA_FLOW.host, 20_000 + number))
        wire.run(0.1)
    asked = {data for up, data, _ in wire.sent if not up and data.startswith(b"MESSAGE")}
    assert len(asked) == 2


def test_a_device_that_is_gone_is_not_moved_by_its_last_message() -> None:
    wire = Wire()
    wire.registered()
    wire.devices[ELSEWHERE] = wire.devices.pop(CAMERA_FLOW)
    wire.to_platform(keepalive(1), ELSEWHERE)
    wire.accounts.clear()
    wire.platform.drop_strangers(wire.now)
    wire.run(10)
    assert wire.events(DeviceOffline) != []
    assert wire.platform.flow_of(DEVICE) is None
    assert wire.platform.deviations_of(DEVICE) == {}


def test_a_long_body_is_answered_when_it_was_read_and_its_repeats_are_not_read_again() -> None:
    wire = Wire()
    wire.registered()
    sn = wire.platform.query_catalog(DEVICE, wire.now)
    wire.devices.clear()
    item = f"<Item><DeviceID>{CAMERA}</DeviceID><Status>OK</Status></Item>"
    long = message("Catalog", body=catalogue(sn, item, 1, long_bodies.LONG_BODY))
    platform = wire.platform
    for _ in range(3):
        platform.receive_data(long, CAMERA_FLOW, wire.now)
    body = platform.next_body(wire.now)
    assert body is not None
    assert platform.next_body(wire.now) is None
    platform.receive_data(long, CAMERA_FLOW, wire.now)
    assert not [sent for sent in platform.data_to_send() if sent.data.startswith(b"SIP/2.0")]
    platform.body_read(body, body.read(), wire.now)
    assert (
        status_of([sent.data for sent in platform.data_to_send() if sent.data.startswith(b"SIP/2.0")]) == 200
    )
    wire.run(1)
    (completed,) = wire.events(CatalogCompleted)
    assert [found.status for found in completed.items] == ["ON"]
    assert platform.deviations_of(DEVICE) == {Deviation.STATUS_WORD: 1}


def test_long_bodies_are_read_by_turns_and_within_a_budget_of_items_and_octets_a_second() -> None:
    other, second = DEVICE[:-1] + "2", Flow("udp", "10.20.1.9", 5060)
    wire = Wire()
    wire.accounts[other] = wire.accounts[DEVICE]
    wire.registered()
    wire.add_device(other, host=second.host).start(wire.now)
    wire.run(1)
    platform = wire.platform
    heavy = catalogue(9, "<Item/>" * 9_000, 9_000)
    for number in range(20):
        data = message("Catalog", body=heavy).replace(b"z9hG4bKm1", b"z9hG4bKm%d" % (100 + number))
        platform.receive_data(data, CAMERA_FLOW, wire.now)
    platform.receive_data(message("Catalog", body=heavy, device=other), second, wire.now)
    assert platform.counters["over_budget"] == 4
    order = []
    while (body := platform.next_body(wire.now)) is not None:
        order.append(body.flow)
        platform.body_read(body, body.read(), wire.now)
    assert order == [CAMERA_FLOW, second, CAMERA_FLOW, CAMERA_FLOW]
    due = platform.next_timer()
    assert due is not None
    assert due <= wire.now + 9_000 / long_bodies.ITEMS_A_SECOND
    assert platform.next_body(wire.now + 9_000 / long_bodies.ITEMS_A_SECOND) is not None


def test_a_connection_with_too_much_waiting_is_held_and_let_go_again() -> None:
    flow = Flow("tcp", CAMERA_FLOW.host, 40_000)
    wire = Wire()
    wire.registered(transport="tcp", port=flow.port)
    platform = wire.platform
    long = catalogue(9, "", 0, 200_000)
    for number in range(6):
        data = message("Catalog", body=long).replace(b"z9hG4bKm1", b"z9hG4bKm%d" % (100 + number))
        platform.receive_data(data, flow, wire.now)
    assert platform.flows_to_hold() == [(flow, True)]
    for _ in range(5):
        wire.run(1)
    assert platform.flows_to_hold() == [(flow, False)]
    assert platform.counters["over_budget"] == 0
    assert not wire.events(MessageRejected)
