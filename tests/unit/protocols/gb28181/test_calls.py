"""The upper platform's side of a call, request by request (RFC 3261 sections 9, 13 and 15)."""

import re

import pytest

from pinegate.protocols.gb28181.lower.events import CallConfirmed, CallFinished, InviteReceived
from pinegate.protocols.gb28181.upper.config import DeviceAccount
from pinegate.protocols.gb28181.upper.events import (
    CallEnded,
    CallEndReason,
    DeviceOffline,
    InviteAnswered,
    OfflineReason,
    PlaybackEnded,
)
from pinegate.protocols.manscdp.codec import serialise_message
from pinegate.protocols.manscdp.messages import MediaStatus
from pinegate.protocols.sdp.codec import live_answer, live_offer
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Request
from pinegate.protocols.sip.parser import parse_message

from .wire import CAMERA, DEVICE, DOMAIN, PASSWORD, PLATFORM, Wire

DEVICE_FLOW = Flow("udp", "10.20.1.8", 5060)


def in_call(wire: Wire) -> str:
    """A call that is answered and acknowledged."""
    call = ask(wire)
    wire.run(1)
    invite = wire.events(InviteReceived)[-1]
    device = next(iter(wire.devices.values()))
    device.answer_invite(invite.call, live_answer(invite.offer, CAMERA, "10.20.1.8", 20000), wire.now)
    wire.run(1)
    assert wire.events(CallConfirmed)
    return call


def ask(wire: Wire) -> str:
    offer = live_offer(PLATFORM, "10.20.0.6", 30000, "0000000101", "")
    return wire.platform.invite(DEVICE, CAMERA, offer, wire.now)


def sent_down(wire: Wire, method: str) -> list[Request]:
    """What the platform has sent so far, of one method; a retransmission counts once."""
    found = {data: parse_message(data) for up, data, _ in wire.sent if not up}
    return [m for m in found.values() if isinstance(m, Request) and m.method == method]


def answer_to(request: bytes, status: int, tag: str) -> bytes:
    """An answer to the platform's own INVITE, written by hand."""
    invite = parse_message(request)
    assert isinstance(invite, Request)
    copied = [
        f"{name}: {value}" for name, value in invite.headers if name in ("Via", "From", "Call-ID", "CSeq")
    ]
    to = f"To: {invite.headers.get('to')};tag={tag}"
    contact = f"Contact: <sip:{CAMERA}@10.20.1.8:5060>"
    return "\r\n".join([f"SIP/2.0 {status} -", *copied, to, contact, "Content-Length: 0", "", ""]).encode()


def invite_of(wire: Wire) -> bytes:
    return next(data for up, data, _ in wire.sent if not up and data.startswith(b"INVITE"))


def methods(answers: list[bytes]) -> list[str]:
    return [data.split(b" ", 1)[0].decode() for data in answers]


@pytest.mark.parametrize(("transport", "byes"), [("udp", 1), ("tcp", 0)])
def test_a_device_that_fell_silent_on_udp_is_told_to_stop_sending(transport: str, byes: int) -> None:
    wire = Wire()
    wire.registered(transport=transport, port=40000)
    call = in_call(wire)
    wire.devices.clear()
    wire.run(400)
    assert wire.events(DeviceOffline) == [DeviceOffline(DEVICE, OfflineReason.KEEPALIVE_MISSED)]
    assert wire.events(CallEnded) == [CallEnded(call, CallEndReason.DEVICE_OFFLINE)]
    assert [bye.call_id for bye in sent_down(wire, "BYE")] == [call] * byes


def test_every_repetition_of_a_200_is_acknowledged_again() -> None:
    wire = Wire()
    wire.registered()
    wire.devices.clear()
    ask(wire)
    wire.run(0.1)
    accepted = answer_to(invite_of(wire), 200, "d1")
    first = wire.to_platform(accepted, DEVICE_FLOW)
    again = wire.to_platform(accepted, DEVICE_FLOW)
    assert methods(first) == methods(again) == ["ACK"]
    assert first == again
    assert len(wire.events(InviteAnswered)) == 1


def test_a_200_of_another_branch_is_not_acknowledged_as_ours() -> None:
    wire = Wire()
    wire.registered()
    wire.devices.clear()
    ask(wire)
    wire.run(0.1)
    wire.to_platform(answer_to(invite_of(wire), 200, "d1"), DEVICE_FLOW)
    assert wire.to_platform(answer_to(invite_of(wire), 200, "d2"), DEVICE_FLOW) == []
    assert len(wire.events(InviteAnswered)) == 1


def test_a_call_is_cancelled_only_once_the_device_says_that_it_is_trying() -> None:
    wire = Wire()
    wire.registered()
    wire.devices.clear()
    call = ask(wire)
    wire.run(0.1)
    wire.platform.hang_up(call, wire.now)
    wire.run(0.1)
    assert sent_down(wire, "CANCEL") == []
    assert methods(wire.to_platform(answer_to(invite_of(wire), 100, "d1"), DEVICE_FLOW)) == ["CANCEL"]


def test_a_call_given_up_that_is_answered_all_the_same_is_acknowledged_and_ended() -> None:
    wire = Wire()
    wire.registered()
    wire.devices.clear()
    call = ask(wire)
    wire.run(0.1)
    wire.platform.hang_up(call, wire.now)
    assert methods(wire.to_platform(answer_to(invite_of(wire), 200, "d1"), DEVICE_FLOW)) == ["ACK", "BYE"]
    assert wire.events(InviteAnswered) == []


def test_a_call_that_we_end_is_ended_at_the_device() -> None:
    wire = Wire()
    wire.registered()
    call = in_call(wire)
    wire.platform.hang_up(call, wire.now)
    wire.run(1)
    assert [finished.reason for finished in wire.events(CallFinished)] == ["bye"]
    (bye,), (ack,) = sent_down(wire, "BYE"), sent_down(wire, "ACK")
    assert bye.cseq[0] == ack.cseq[0] + 1


def bye_from_device(wire: Wire) -> bytes:
    device = next(iter(wire.devices.values()))
    device.hang_up(wire.events(InviteReceived)[-1].call, wire.now)
    (bye,) = [sent.data for sent in device.data_to_send()]
    return bye


@pytest.mark.parametrize("flow", [DEVICE_FLOW._replace(port=5061), DEVICE_FLOW._replace(host="10.66.6.6")])
def test_a_bye_of_another_registered_source_ends_nothing(flow: Flow) -> None:
    other = "34100200001180000002"
    wire = Wire(accounts={DEVICE: DeviceAccount(PASSWORD), other: DeviceAccount(PASSWORD)})
    wire.registered()
    in_call(wire)
    wire.add_device(other, host=flow.host, port=flow.port).start(wire.now)
    wire.run(1)
    bye = bye_from_device(wire)
    (refused,) = wire.to_platform(bye, flow)
    assert refused.startswith(b"SIP/2.0 481")
    assert wire.events(CallEnded) == []


def test_the_end_of_a_recording_is_told_by_its_own_device_only() -> None:
    other = "34100200001180000002"
    wire = Wire(accounts={DEVICE: DeviceAccount(PASSWORD), other: DeviceAccount(PASSWORD)})
    wire.registered()
    call = in_call(wire)
    wire.add_device(other, host="10.20.1.9").start(wire.now)
    wire.run(1)

    def media_status(device: str, branch: str) -> bytes:
        body = serialise_message(MediaStatus(8, CAMERA, "121"))
        uri = f"sip:{PLATFORM}@{DOMAIN}"
        head = (
            f"MESSAGE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.20.1.8:5060;rport;branch=z9hG4bK{branch}\r\n"
            f"From: <sip:{device}@{DOMAIN}>;tag=k1\r\nTo: <{uri}>\r\nCall-ID: {call}\r\nCSeq: 20 MESSAGE\r\n"
            f"Content-Type: Application/MANSCDP+xml\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    wire.to_platform(media_status(other, "m1"), Flow("udp", "10.20.1.9", 5060))
    assert wire.events(PlaybackEnded) == []
    wire.to_platform(media_status(DEVICE, "m2"), DEVICE_FLOW)
    assert wire.events(PlaybackEnded) == [PlaybackEnded(call)]


def test_the_platform_s_bye_cannot_be_replayed_with_an_old_number() -> None:
    wire = Wire()
    device = wire.registered()
    call = in_call(wire)
    wire.platform.hang_up(call, wire.now)
    ((bye, _),) = wire.platform.data_to_send()
    old = re.sub(rb"CSeq: \d+ BYE", b"CSeq: 1 BYE", bye)
    device.receive_data(old, device.config.platform, wire.now)
    wire.run(0)
    assert wire.events(CallFinished) == []
