"""S13 to S16 and S19 of the list of threats, from the attacker's side."""

import re

import pytest

from pinegate.protocols.gb28181.lower.events import CallFinished, InviteReceived, RegistrationFailed
from pinegate.protocols.gb28181.upper.config import DeviceAccount
from pinegate.protocols.gb28181.upper.events import (
    AlarmReceived,
    CallEnded,
    CatalogChanged,
    CatalogCompleted,
    DeviceOffline,
    DeviceRegistered,
    MessageRejected,
    Rejection,
)
from pinegate.protocols.manscdp.catalog import CatalogItem
from pinegate.protocols.sdp.codec import live_answer, live_offer
from pinegate.protocols.sip.digest import Algorithm, Challenge, Credentials, answer, digest_response
from pinegate.protocols.sip.flow import Flow, Transport
from pinegate.protocols.sip.message import Request, Response
from pinegate.protocols.sip.parser import parse_message

from .wire import CAMERA, DEVICE, DOMAIN, PASSWORD, PLATFORM, Wire

CAMERA_FLOW = Flow("udp", "10.20.1.8", 5060)
ATTACKER = Flow("udp", "10.66.6.6", 5060)
URI = f"sip:{PLATFORM}@{DOMAIN}"


def register(authorization: str = "", *, cseq: int = 1, expires: int = 86400, device: str = DEVICE) -> bytes:
    lines = [
        f"REGISTER {URI} SIP/2.0",
        f"Via: SIP/2.0/UDP 10.20.1.8:5060;rport;branch=z9hG4bKr{cseq}x{len(authorization)}",
        f"From: <sip:{device}@{DOMAIN}>;tag=71f0",
        f"To: <sip:{device}@{DOMAIN}>",
        "Call-ID: reg-5b1e@10.20.1.8",
        f"CSeq: {cseq} REGISTER",
        f"Contact: <sip:{device}@10.20.1.8:5060>",
        f"Expires: {expires}",
        *([f"Authorization: {authorization}"] if authorization else []),
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def status_of(answers: list[bytes]) -> int | None:
    parsed = parse_message(answers[0]) if answers else None
    return parsed.status if isinstance(parsed, Response) else None


def challenge(wire: Wire, flow: Flow = CAMERA_FLOW, algorithm: Algorithm = Algorithm.MD5) -> Challenge:
    (data,) = wire.to_platform(register(), flow)
    response = parse_message(data)
    assert isinstance(response, Response)
    values = [value for name, value in response.headers if name == "WWW-Authenticate"]
    offered = [parsed for value in values if (parsed := Challenge.parse(value))]
    return next(known for known in offered if known.algorithm is algorithm)


def credentials(given: Challenge, *, nc: int = 1, qop: bool = True, password: str = PASSWORD) -> str:
    ours = given if qop else given._replace(qop="")
    made = answer(
        [ours.serialise()],
        realm=DOMAIN,
        username=DEVICE,
        password=password,
        method="REGISTER",
        uri=URI,
        cnonce="0a4f113b",
    )
    assert made is not None
    if qop and nc != 1:
        made = made._replace(nc=nc)
        made = made._replace(response=digest_response(made, "REGISTER", password))
    return made.serialise()


def message(kind: str, call_id: str = "m1", device: str = DEVICE, body: str = "") -> bytes:
    xml = body or f"<Notify><CmdType>{kind}</CmdType><SN>1</SN><DeviceID>{device}</DeviceID></Notify>"
    return (
        f"MESSAGE {URI} SIP/2.0\r\nVia: SIP/2.0/UDP 10.20.1.8:5060;rport;branch=z9hG4bK{call_id}\r\n"
        f"From: <sip:{device}@{DOMAIN}>;tag=k1\r\nTo: <{URI}>\r\nCall-ID: {call_id}\r\nCSeq: 20 MESSAGE\r\n"
        f"Content-Type: Application/MANSCDP+xml\r\nContent-Length: {len(xml.encode())}\r\n\r\n{xml}"
    ).encode()


def refusal(request: Request, status: int, realm: str) -> bytes:
    copied = ("Via", "From", "To", "Call-ID", "CSeq")
    lines = [f"{name}: {value}" for name, value in request.headers if name in copied]
    given = f'WWW-Authenticate: Digest realm="{realm}", nonce="n", algorithm=MD5'
    return "\r\n".join([f"SIP/2.0 {status} No", *lines, given, "Content-Length: 0", "", ""]).encode()


# S13: registration hijack.


def test_a_known_call_id_from_another_address_is_challenged_again() -> None:
    wire = Wire()
    accepted = register(credentials(challenge(wire)), cseq=2)
    assert status_of(wire.to_platform(accepted, CAMERA_FLOW)) == 200
    assert status_of(wire.to_platform(register(cseq=3), ATTACKER)) == 401
    assert status_of(wire.to_platform(accepted, ATTACKER)) == 401
    assert wire.platform.flow_of(DEVICE) == CAMERA_FLOW


def test_an_unregister_without_password_changes_nothing() -> None:
    wire = Wire()
    wire.to_platform(register(credentials(challenge(wire)), cseq=2), CAMERA_FLOW)
    for flow in (CAMERA_FLOW, ATTACKER):
        assert status_of(wire.to_platform(register(cseq=9, expires=0), flow)) == 401
    assert wire.events(DeviceOffline) == []


def test_every_refresh_is_challenged_or_counts_up() -> None:
    wire = Wire()
    given = challenge(wire)
    assert status_of(wire.to_platform(register(credentials(given), cseq=2), CAMERA_FLOW)) == 200
    assert status_of(wire.to_platform(register(cseq=3), CAMERA_FLOW)) == 401
    assert status_of(wire.to_platform(register(credentials(given, nc=2), cseq=4), CAMERA_FLOW)) == 200
    moved = CAMERA_FLOW._replace(port=40001)
    assert status_of(wire.to_platform(register(credentials(given, nc=3), cseq=5), moved)) == 401


def test_another_devices_credentials_register_only_itself() -> None:
    other = "34100200001180000002"
    wire = Wire(accounts={DEVICE: DeviceAccount(PASSWORD), other: DeviceAccount("other")})
    authorization = credentials(challenge(wire))
    assert status_of(wire.to_platform(register(authorization, device=other), CAMERA_FLOW)) == 403


def test_a_stranger_and_a_wrong_password_look_the_same() -> None:
    wire = Wire(accounts={})
    given = challenge(wire)
    assert status_of(wire.to_platform(register(credentials(given), cseq=2), CAMERA_FLOW)) == 403
    known = Wire()
    wrong = credentials(challenge(known), password="guess")
    assert status_of(known.to_platform(register(wrong, cseq=2), CAMERA_FLOW)) == 403


def test_an_account_without_password_lets_nobody_in() -> None:
    wire = Wire(accounts={DEVICE: DeviceAccount("")})
    assert (
        status_of(wire.to_platform(register(credentials(challenge(wire), password="")), CAMERA_FLOW)) == 403
    )


# S14: replay, downgrade, leak.


@pytest.mark.parametrize("qop", [True, False])
def test_a_replayed_register_is_refused(qop: bool) -> None:
    wire = Wire()
    authorization = credentials(challenge(wire), qop=qop)
    assert status_of(wire.to_platform(register(authorization, cseq=2), CAMERA_FLOW)) == 200
    assert status_of(wire.to_platform(register(authorization, cseq=3), CAMERA_FLOW)) == 401


def test_a_retransmitted_register_gets_its_200_again_without_a_second_registration() -> None:
    wire = Wire()
    again = register(credentials(challenge(wire)), cseq=2)
    assert wire.to_platform(again, CAMERA_FLOW) == wire.to_platform(again, CAMERA_FLOW)
    assert len(wire.events(DeviceRegistered)) == 1


def test_a_nonce_of_the_devices_own_invention_is_refused() -> None:
    wire = Wire()
    invented = Challenge(DOMAIN, "9bd055cf3f21c7c4d3a2f1f6e0a54b1e", Algorithm.MD5, "auth")
    assert status_of(wire.to_platform(register(credentials(invented)), CAMERA_FLOW)) == 401


def test_an_expired_nonce_is_stale() -> None:
    wire = Wire()
    given = challenge(wire)
    wire.now += 302
    (data,) = wire.to_platform(register(credentials(given), cseq=2), CAMERA_FLOW)
    assert b"stale=true" in data


def test_dropping_qop_from_a_captured_response_does_not_verify() -> None:
    wire = Wire()
    captured = Credentials.parse(credentials(challenge(wire)))
    assert captured is not None
    stripped = captured._replace(qop="", nc=None, cnonce="").serialise()
    assert status_of(wire.to_platform(register(stripped, cseq=2), CAMERA_FLOW)) == 403


def test_a_device_that_must_use_sha_256_cannot_be_talked_down() -> None:
    wire = Wire(accounts={DEVICE: DeviceAccount(PASSWORD, Algorithm.SHA_256)})
    strong = challenge(wire, algorithm=Algorithm.SHA_256)
    weak = credentials(strong._replace(algorithm=Algorithm.MD5))
    (data,) = wire.to_platform(register(weak, cseq=2), CAMERA_FLOW)
    assert b"401" in data[:12]
    assert b"algorithm=MD5" not in data
    assert [event.reason for event in wire.events(MessageRejected)] == [Rejection.WEAK_ALGORITHM]
    assert status_of(wire.to_platform(register(credentials(strong), cseq=3), CAMERA_FLOW)) == 200


def test_a_device_answers_only_the_realm_of_its_platform() -> None:
    wire = Wire()
    device = wire.add_device()
    device.start(0)
    ((data, _),) = device.data_to_send()
    request = parse_message(data)
    assert isinstance(request, Request)
    hostile = (
        "SIP/2.0 401 Unauthorized\r\n"
        + "".join(
            f"{name}: {value}\r\n"
            for name, value in request.headers
            if name in ("Via", "From", "To", "Call-ID", "CSeq")
        )
        + 'WWW-Authenticate: Digest realm="attacker", nonce="n", algorithm=MD5\r\nContent-Length: 0\r\n\r\n'
    )
    device.receive_data(hostile.encode(), device.config.platform, 0.1)
    assert not any(b"Authorization" in sent.data for sent in device.data_to_send())
    wire.run(0)
    assert [failed.status for failed in wire.events(RegistrationFailed)] == [401]


def test_an_invite_or_bye_of_ours_never_carries_credentials() -> None:
    wire = Wire()
    wire.registered()
    wire.platform.invite(DEVICE, CAMERA, live_offer(PLATFORM, "10.0.0.1", 1, "0000000001", ""), wire.now)
    invite = next(sent.data for sent in wire.platform.data_to_send())
    request = parse_message(invite)
    assert isinstance(request, Request)
    for status in (401, 407):
        sent = wire.to_platform(refusal(request, status, DOMAIN), CAMERA_FLOW)
        assert not any(b"uthorization" in data for data in sent)


# S15: spoofed MESSAGE.


@pytest.mark.parametrize("kind", ["Keepalive", "Catalog", "Alarm"])
def test_a_message_from_another_source_is_refused_and_moves_nothing(kind: str) -> None:
    wire = Wire()
    wire.registered()
    wire.run(100)
    assert status_of(wire.to_platform(message(kind), ATTACKER)) == 403
    assert wire.platform.flow_of(DEVICE) == CAMERA_FLOW
    assert wire.events(AlarmReceived) == []
    assert [event.reason for event in wire.events(MessageRejected)] == [Rejection.OTHER_SOURCE]


def test_a_spoofed_keepalive_keeps_nobody_alive() -> None:
    wire = Wire()
    wire.registered()
    wire.devices.clear()
    for number in range(20):
        wire.run(10)
        wire.to_platform(message("Keepalive", f"k{number}"), ATTACKER)
    assert len(wire.events(DeviceOffline)) == 1


def test_a_stranger_is_told_to_register() -> None:
    wire = Wire()
    assert status_of(wire.to_platform(message("Keepalive"), ATTACKER)) == 403
    assert wire.events(MessageRejected)[0].reason is Rejection.NOT_REGISTERED


def test_a_channel_of_the_device_may_speak_from_its_source() -> None:
    wire = Wire()
    wire.registered()
    body = (
        f"<Notify><CmdType>Alarm</CmdType><SN>1</SN><DeviceID>{CAMERA}</DeviceID>"
        "<AlarmPriority>1</AlarmPriority><AlarmMethod>5</AlarmMethod></Notify>"
    )
    assert status_of(wire.to_platform(message("Alarm", device=CAMERA, body=body), CAMERA_FLOW)) == 200
    (alarm,) = wire.events(AlarmReceived)
    assert (alarm.device_id, alarm.alarm.device_id) == (DEVICE, CAMERA)


def test_an_unasked_catalogue_is_not_believed() -> None:
    wire = Wire()
    wire.registered()
    body = (
        f"<Response><CmdType>Catalog</CmdType><SN>7</SN><DeviceID>{DEVICE}</DeviceID><SumNum>1</SumNum>"
        "<DeviceList><Item><DeviceID>1</DeviceID></Item></DeviceList></Response>"
    )
    wire.to_platform(message("Catalog", body=body), CAMERA_FLOW)
    assert wire.events(CatalogCompleted) == []
    assert wire.platform.counters["unasked_answer"] == 1


def test_a_notify_needs_its_dialog_and_source() -> None:
    wire = Wire()
    device = wire.registered()
    wire.platform.subscribe_catalog(DEVICE, wire.now)
    wire.run(1)
    device.change_catalog([CatalogItem(CAMERA, event="OFF")], wire.now)
    (notify,) = [sent.data for sent in device.data_to_send()]
    assert status_of(wire.to_platform(notify, ATTACKER)) == 481
    stranger = re.sub(rb"Call-ID: .*\r\n", b"Call-ID: other\r\n", notify)
    assert status_of(wire.to_platform(stranger, CAMERA_FLOW)) == 481
    wrong_tag = re.sub(rb"To: <(.*)>;tag=.*\r\n", rb"To: <\1>;tag=guess\r\n", notify)
    assert status_of(wire.to_platform(wrong_tag, CAMERA_FLOW)) == 481
    assert wire.events(CatalogChanged) == []
    assert status_of(wire.to_platform(notify, CAMERA_FLOW)) == 200
    replay = notify.replace(b"branch=z9hG4bK", b"branch=z9hG4bKagain")
    assert status_of(wire.to_platform(replay, CAMERA_FLOW)) == 500
    assert len(wire.events(CatalogChanged)) == 1


# S16: spoofed BYE and CANCEL.


def bye_of_device(wire: Wire) -> bytes:
    device = next(iter(wire.devices.values()))
    call = wire.platform.invite(
        DEVICE, CAMERA, live_offer(PLATFORM, "10.20.0.6", 30000, "0000000101", ""), wire.now
    )
    wire.run(1)
    invite = wire.events(InviteReceived)[-1]
    device.answer_invite(invite.call, live_answer(invite.offer, CAMERA, "10.20.1.8", 2), wire.now)
    wire.run(1)
    device.hang_up(invite.call, wire.now)
    (bye,) = [sent.data for sent in device.data_to_send()]
    assert call.encode() in bye
    return bye


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (rb"Call-ID: .*?\r\n", b"Call-ID: guess\r\n"),
        (rb"From: (.*);tag=.*?\r\n", rb"From: \1;tag=guess\r\n"),
        (rb"To: (.*);tag=.*?\r\n", rb"To: \1;tag=guess\r\n"),
        (rb"To: (.*);tag=.*?\r\n", rb"To: \1\r\n"),
    ],
)
def test_a_bye_that_differs_in_one_field_ends_nothing(pattern: bytes, replacement: bytes) -> None:
    wire = Wire()
    wire.registered()
    bye = bye_of_device(wire)
    assert status_of(wire.to_platform(re.sub(pattern, replacement, bye), CAMERA_FLOW)) == 481
    assert wire.events(CallEnded) == []
    assert status_of(wire.to_platform(bye, CAMERA_FLOW)) == 200


def test_a_bye_from_another_source_ends_nothing() -> None:
    wire = Wire()
    wire.registered()
    assert status_of(wire.to_platform(bye_of_device(wire), ATTACKER)) == 481
    assert wire.events(CallEnded) == []


def test_a_bye_to_the_device_needs_tags_source_and_a_rising_cseq() -> None:
    wire = Wire()
    device = wire.registered()
    call = wire.platform.invite(
        DEVICE, CAMERA, live_offer(PLATFORM, "10.20.0.6", 30000, "0000000101", ""), wire.now
    )
    wire.run(1)
    invite = wire.events(InviteReceived)[-1]
    device.answer_invite(invite.call, live_answer(invite.offer, CAMERA, "10.20.1.8", 2), wire.now)
    wire.run(1)
    wire.platform.hang_up(call, wire.now)
    ((bye, _),) = wire.platform.data_to_send()
    for forged in (
        bye.replace(b"CSeq: 2 BYE", b"CSeq: 1 BYE"),
        re.sub(rb"From: (.*);tag=.*?\r\n", rb"From: \1;tag=guess\r\n", bye),
        re.sub(rb"Call-ID: .*?\r\n", b"Call-ID: guess\r\n", bye),
    ):
        device.receive_data(forged, device.config.platform, wire.now)
    device.receive_data(bye, Flow("udp", "10.66.6.6", 5060), wire.now)
    wire.run(0)
    assert wire.events(CallFinished) == []
    device.receive_data(bye, device.config.platform, wire.now)
    wire.run(0)
    assert len(wire.events(CallFinished)) == 1


def test_a_forged_cancel_stops_no_invite() -> None:
    wire = Wire()
    device = wire.registered()
    wire.platform.invite(DEVICE, CAMERA, live_offer(PLATFORM, "h", 1, "0000000001", ""), wire.now)
    wire.run(1)
    invite = next(data for up, data, _ in wire.sent if not up and data.startswith(b"INVITE"))
    head = invite.partition(b"\r\n\r\n")[0].replace(b"INVITE", b"CANCEL")
    cancel = re.sub(rb"\r\n(Content|Subject|Contact)[^\r]*", b"", head) + b"\r\nContent-Length: 0\r\n\r\n"
    forged = re.sub(rb"branch=z9hG4bK\w+", b"branch=z9hG4bKguess", cancel)
    device.receive_data(forged, device.config.platform, wire.now)
    device.receive_data(cancel, Flow("udp", "10.66.6.6", 5060), wire.now)
    wire.run(1)
    assert wire.events(CallFinished) == []
    device.receive_data(cancel, device.config.platform, wire.now)
    wire.run(1)
    assert [finished.reason for finished in wire.events(CallFinished)] == ["cancelled"]


# S19: floods.


def test_a_flood_of_strangers_costs_no_memory_and_is_cut() -> None:
    wire = Wire(source_rate=10.0, source_burst=20.0)
    for number in range(500):
        wire.to_platform(register(cseq=number + 1), ATTACKER)
        wire.to_platform(message("Keepalive", f"f{number}"), ATTACKER)
        wire.to_platform(b"\xff" * 100, ATTACKER)
    answered = [data for up, data, flow in wire.sent if not up and flow == ATTACKER]
    wire.platform_events.clear()
    assert len(answered) <= 20
    assert wire.platform.counters["over_rate"] > 1000
    assert len(wire.platform._endpoint.transactions._servers) == 0
    assert wire.platform.next_timer() is None
    assert status_of(wire.to_platform(register(), CAMERA_FLOW)) == 401


def test_many_sources_fill_a_bounded_table() -> None:
    wire = Wire()
    for number in range(20_000):
        wire.platform.receive_data(
            b"x", Flow("udp", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 1), 0
        )
    assert len(wire.platform._admission._strangers) <= 16_384


STRANGER = "34100200001189999999"


def flood(wire: Wire, flow: Flow, number: int = 1000, device: str = STRANGER) -> None:
    """Password-less REGISTERs that say to come from ``flow``."""
    for index in range(number):
        wire.platform.receive_data(register(cseq=10_000 + index, device=device), flow, wire.now)
    wire.platform.data_to_send()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("named", [STRANGER, DEVICE])
def test_registers_without_password_from_its_address_keep_no_device_out(
    transport: Transport, named: str
) -> None:
    wire = Wire(keepalive_interval=1e6)
    device = wire.add_device(port=40_000, transport=transport)
    device.start(wire.now)
    forged = Flow("udp", "10.20.1.8", 5060)
    for _ in range(320):  # 120 a second, as a stranger sent them
        flood(wire, forged, 12, named)
        wire.run(0.1)
        if device.registered:
            break
    assert device.registered


def test_who_answers_our_challenge_passes_the_flood_of_its_host() -> None:
    wire = Wire(source_rate=0.0)
    given = challenge(wire)
    flood(wire, CAMERA_FLOW._replace(port=9))
    flood(wire, CAMERA_FLOW._replace(port=9), device=DEVICE)
    assert wire.to_platform(register(cseq=2), CAMERA_FLOW) == []
    assert status_of(wire.to_platform(register(credentials(given), cseq=3), CAMERA_FLOW)) == 200


def test_a_known_device_has_room_for_its_first_register() -> None:
    wire = Wire(source_rate=0.0)
    flood(wire, CAMERA_FLOW._replace(port=9))
    assert wire.to_platform(register(cseq=2, device=STRANGER), CAMERA_FLOW) == []
    assert status_of(wire.to_platform(register(cseq=3), CAMERA_FLOW)) == 401


def test_what_is_forged_by_udp_takes_nothing_from_tcp() -> None:
    wire = Wire(source_rate=0.0)
    flood(wire, CAMERA_FLOW)
    connection = CAMERA_FLOW._replace(transport="tcp")
    assert status_of(wire.to_platform(register(cseq=2, device=STRANGER), connection)) == 401
    flood(wire, connection)
    assert wire.to_platform(register(cseq=3, device=STRANGER), connection) == []


def test_a_challenge_allows_few_guesses() -> None:
    wire = Wire(source_rate=0.0)
    given = challenge(wire)
    guesses = [
        wire.to_platform(register(credentials(given, password=f"guess {number}"), cseq=2 + number), ATTACKER)
        for number in range(3)
    ]
    assert {status_of(answers) for answers in guesses} == {401}  # another host's nonce is none
    flood(wire, CAMERA_FLOW)
    guesses = [
        wire.to_platform(
            register(credentials(given, password=f"guess {number}"), cseq=2 + number), CAMERA_FLOW
        )
        for number in range(20)
    ]
    assert [status_of(answers) for answers in guesses] == [403] * 8 + [None] * 12


def test_devices_behind_one_address_all_get_in() -> None:
    codes = [f"3410020000118{number:07d}" for number in range(200)]
    wire = Wire(
        accounts={code: DeviceAccount(PASSWORD) for code in codes}, source_rate=1.0, source_burst=20.0
    )
    for number, code in enumerate(codes):
        wire.add_device(code, port=40_000 + number).start(wire.now)
        wire.run(0.1)
    wire.run(1)
    assert wire.platform.device_count == 200


def test_more_devices_than_allowed_are_refused() -> None:
    codes = [f"3410020000118{number:07d}" for number in range(4)]
    wire = Wire(accounts={code: DeviceAccount(PASSWORD) for code in codes}, max_devices=2)
    for number, code in enumerate(codes):
        wire.add_device(code, port=40_000 + number).start(0)
    wire.run(5)
    assert wire.platform.device_count == 2
    assert {failed.status for failed in wire.events(RegistrationFailed)} == {503}


def test_a_broken_stream_is_to_be_closed() -> None:
    wire = Wire()
    flow = Flow("tcp", "10.20.1.8", 40000)
    wire.platform.receive_data(b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", flow, 0)
    assert wire.platform.flows_to_close() == [flow]


def test_only_a_registered_peer_on_tcp_may_send_long_bodies() -> None:
    wire = Wire()
    flow = Flow("tcp", "10.20.1.8", 40000)
    long = message("Keepalive", body="<Notify><CmdType>Keepalive</CmdType></Notify>" + " " * 100_000)
    wire.platform.receive_data(long, flow, 0)
    assert wire.platform.flows_to_close() == [flow]
    wire.platform.connection_lost(flow, 0)
    wire.registered(transport="tcp", port=40000)
    assert status_of(wire.to_platform(long, flow)) == 200


def test_bad_xml_is_answered_400_and_counted() -> None:
    wire = Wire()
    wire.registered()
    body = "<!DOCTYPE a [<!ENTITY x 'y'>]><Notify><CmdType>Keepalive</CmdType></Notify>"
    assert status_of(wire.to_platform(message("x", body=body), CAMERA_FLOW)) == 400
    assert wire.platform.counters["xml_doctype"] == 1


def test_options_are_answered_and_other_methods_are_not_known() -> None:
    wire = Wire()
    options = register().replace(b"REGISTER", b"OPTIONS")
    assert status_of(wire.to_platform(options, CAMERA_FLOW)) == 200
    publish = register().replace(b"REGISTER", b"PUBLISH")
    assert status_of(wire.to_platform(publish, CAMERA_FLOW)) == 405
    assert status_of(wire.to_platform(register().replace(b"REGISTER", b"CANCEL"), CAMERA_FLOW)) == 481


def test_a_code_that_would_break_an_address_never_gets_into_one() -> None:
    wire = Wire()
    wire.registered()
    sn = wire.platform.query_catalog(DEVICE, wire.now)
    wire.devices.clear()
    evil = "<Item><DeviceID>1&#13;&#10;Evil: yes</DeviceID></Item><Item><DeviceID>2</DeviceID></Item>"
    body = (
        f"<Response><CmdType>Catalog</CmdType><SN>{sn}</SN><DeviceID>{DEVICE}</DeviceID><SumNum>2</SumNum>"
        f"<DeviceList>{evil}</DeviceList></Response>"
    )
    wire.to_platform(message("Catalog", body=body), CAMERA_FLOW)
    (done,) = wire.events(CatalogCompleted)
    assert (done.items, done.complete) == ((CatalogItem("2"),), True)
    with pytest.raises(ValueError, match="code"):
        wire.platform.invite(
            DEVICE, "1\r\nEvil: yes", live_offer(PLATFORM, "h", 1, "0000000001", ""), wire.now
        )


def test_a_cancelled_invite_that_is_never_answered_leaves_nothing_behind() -> None:
    wire = Wire(invite_timeout=5.0, keepalive_interval=1e6)
    wire.registered(keepalive_interval=1e6)
    wire.platform.invite(DEVICE, CAMERA, live_offer(PLATFORM, "h", 1, "0000000001", ""), wire.now)
    wire.run(1)
    wire.devices.clear()
    wire.run(100)
    assert len(wire.platform._calls) == 0
    assert wire.platform._endpoint.transactions._clients == {}


def test_names_in_events_are_fit_for_a_log() -> None:
    wire = Wire()
    wire.to_platform(message("Keepalive").replace(b"<sip:3", b"<sip:\x1b\xff3"), ATTACKER)
    (rejected,) = wire.events(MessageRejected)
    assert rejected.claimed_id.isprintable()
