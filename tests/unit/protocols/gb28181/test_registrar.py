"""What a REGISTER is granted, and for how long."""

import pytest

from pinegate.protocols.gb28181.upper.config import DeviceAccount
from pinegate.protocols.gb28181.upper.events import (
    AlarmReceived,
    DeviceOffline,
    DeviceRegistered,
    MessageRejected,
    OfflineReason,
    Rejection,
)
from pinegate.protocols.sip.digest import Challenge, answer
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Response
from pinegate.protocols.sip.parser import parse_message

from .wire import DEVICE, DOMAIN, PASSWORD, PLATFORM, Wire

CAMERA_FLOW = Flow("udp", "10.20.1.8", 5060)
URI = f"sip:{PLATFORM}@{DOMAIN}"
OTHER = "34100200001180000002"


class Registering:
    """A device that writes its REGISTERs by hand."""

    def __init__(self, wire: Wire, device: str = DEVICE, flow: Flow = CAMERA_FLOW) -> None:
        self.wire, self.device, self.flow = wire, device, flow
        self._cseq = 0

    def send(self, authorization: str = "", *fields: str, contact: str = "") -> Response:
        """One REGISTER; what it is answered."""
        self._cseq += 1
        lines = [
            f"REGISTER {URI} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.flow.host}:{self.flow.port};rport;branch=z9hG4bK{self.device}x{self._cseq}",
            f"From: <sip:{self.device}@{DOMAIN}>;tag=71f0",
            f"To: <sip:{self.device}@{DOMAIN}>",
            f"Call-ID: reg-{self.device}",
            f"CSeq: {self._cseq} REGISTER",
            f"Contact: <sip:{self.device}@{self.flow.host}:{self.flow.port}>{contact}",
            *fields,
            *([f"Authorization: {authorization}"] if authorization else []),
            "Content-Length: 0",
        ]
        (data,) = self.wire.to_platform(("\r\n".join(lines) + "\r\n\r\n").encode(), self.flow)
        response = parse_message(data)
        assert isinstance(response, Response)
        return response

    def register(self, *fields: str, contact: str = "", user: str = "", realm: str = DOMAIN) -> Response:
        """Challenged and answered; ``user``, ``realm``: what the answer says instead of the truth."""
        challenged = self.send("", *fields, contact=contact)
        return self.send(self.answered(challenged, user, realm), *fields, contact=contact)

    def answered(self, challenged: Response, user: str = "", realm: str = DOMAIN) -> str:
        """The Authorization that a 401 asks for."""
        offered = [Challenge.parse(value) for name, value in challenged.headers if name == "WWW-Authenticate"]
        given = next(challenge for challenge in offered if challenge is not None)
        made = answer(
            [given._replace(realm=realm).serialise()],
            realm=realm,
            username=user or self.device,
            password=PASSWORD,
            method="REGISTER",
            uri=URI,
            cnonce="0a4f113b",
        )
        assert made is not None
        return made.serialise()


@pytest.mark.parametrize(
    ("asked", "granted"),
    [("60", 60), ("3600", 3600), ("3601", 3600), ("9999999999", 3600)],
)
def test_a_registration_lasts_as_asked_but_no_longer_than_allowed(asked: str, granted: int) -> None:
    wire = Wire(max_expires=3600, keepalive_interval=1e6)
    response = Registering(wire).register(f"Expires: {asked}")
    assert (response.status, response.headers.get("expires")) == (200, str(granted))
    wire.run(granted - 1)
    assert [event.expires for event in wire.events(DeviceRegistered)] == [granted]
    assert wire.events(DeviceOffline) == []
    wire.run(2)
    assert wire.events(DeviceOffline) == [DeviceOffline(DEVICE, OfflineReason.REGISTRATION_EXPIRED)]


def test_the_contact_s_expires_goes_before_the_header_s() -> None:
    wire = Wire()
    response = Registering(wire).register("Expires: 3600", contact=";expires=60")
    assert response.headers.get("expires") == "60"


def test_who_asks_for_no_time_gets_the_usual() -> None:
    wire = Wire(default_expires=1800)
    assert Registering(wire).register().headers.get("expires") == "1800"


@pytest.mark.parametrize("asked", ["soon", "-1", "\u0663", "1" * 11])
def test_a_time_that_is_no_number_is_refused(asked: str) -> None:
    wire = Wire()
    assert Registering(wire).register(f"Expires: {asked}").status == 400
    assert wire.events(DeviceRegistered) == []
    assert [event.reason for event in wire.events(MessageRejected)] == [Rejection.BAD_EXPIRES]


def test_a_refresh_prolongs_the_same_registration() -> None:
    wire = Wire(keepalive_interval=1e6)
    device = Registering(wire)
    device.register("Expires: 600")
    wire.run(500)
    device.register("Expires: 600")
    wire.run(500)
    assert wire.events(DeviceOffline) == []
    wire.run(101)
    assert [event.reason for event in wire.events(DeviceOffline)] == [OfflineReason.REGISTRATION_EXPIRED]


@pytest.mark.parametrize(
    ("theirs", "ours", "spoken"),
    [
        ("3.0", "3.0", "3.0"),
        ("2.0", "3.0", "2.0"),
        ("4.0", "3.0", "3.0"),
        ("10.0", "3.0", "3.0"),
        ("9.0", "10.0", "9.0"),
        ("", "3.0", "2.0"),
        ("new", "3.0", "2.0"),
    ],
)
def test_the_lower_of_both_versions_is_spoken(theirs: str, ours: str, spoken: str) -> None:
    wire = Wire(version=ours)
    response = Registering(wire).register(*([f"X-GB-Ver: {theirs}"] if theirs else []))
    assert response.headers.get("x-gb-ver") == ours
    wire.run(0)
    assert [event.version for event in wire.events(DeviceRegistered)] == [spoken]


def test_a_device_proves_its_own_user_name_and_no_other() -> None:
    wire = Wire(accounts={DEVICE: DeviceAccount(PASSWORD), OTHER: DeviceAccount(PASSWORD)})
    assert Registering(wire, OTHER).register(user=DEVICE).status == 403
    wire.run(0)
    assert [event.reason for event in wire.events(MessageRejected)] == [Rejection.BAD_CREDENTIALS]
    assert wire.platform.device_count == 0
    assert Registering(wire, OTHER).register().status == 200


def test_an_answer_to_another_realm_is_none_to_ours() -> None:
    wire = Wire()
    assert Registering(wire).register(realm="elsewhere").status == 401
    assert wire.platform.device_count == 0


def test_a_code_that_is_none_is_refused_before_anything_is_asked() -> None:
    wire = Wire(accounts={"a b": DeviceAccount(PASSWORD)})
    assert Registering(wire, "a%20b").send().status == 403
    assert [event.reason for event in wire.events(MessageRejected)] == [Rejection.BAD_ID]


def test_while_all_places_are_taken_newcomers_are_refused_and_the_registered_stay() -> None:
    wire = Wire(
        accounts={DEVICE: DeviceAccount(PASSWORD), OTHER: DeviceAccount(PASSWORD)},
        max_devices=1,
    )
    here = Registering(wire)
    newcomer = Registering(wire, OTHER, Flow("udp", "10.20.1.9", 5060))
    assert here.register("Expires: 600").status == 200
    assert newcomer.register("Expires: 600").status == 503
    assert here.register("Expires: 600").status == 200
    assert here.register("Expires: 0").status == 200
    assert newcomer.register("Expires: 600").status == 200


def alarm() -> bytes:
    xml = (
        f"<Notify><CmdType>Alarm</CmdType><SN>1</SN><DeviceID>{DEVICE}</DeviceID>"
        "<AlarmPriority>1</AlarmPriority><AlarmMethod>5</AlarmMethod></Notify>"
    )
    return (
        f"MESSAGE {URI} SIP/2.0\r\nVia: SIP/2.0/UDP 10.20.1.8:5060;rport;branch=z9hG4bKm1\r\n"
        f"From: <sip:channel@{DOMAIN}>;tag=k1\r\nTo: <{URI}>\r\nCall-ID: m1\r\nCSeq: 20 MESSAGE\r\n"
        f"Content-Type: Application/MANSCDP+xml\r\nContent-Length: {len(xml)}\r\n\r\n{xml}"
    ).encode()


def test_a_device_that_moved_is_not_believed_at_its_old_source() -> None:
    wire = Wire()
    device = Registering(wire)
    device.register("Expires: 600")
    device.flow = CAMERA_FLOW._replace(port=40_001)
    device.register("Expires: 600")
    # Whatever spoke for the device's channels from there is a stranger now.
    (refused,) = wire.to_platform(alarm(), CAMERA_FLOW)
    assert refused.startswith(b"SIP/2.0 403")
    assert wire.events(AlarmReceived) == []
    assert [event.reason for event in wire.events(MessageRejected)] == [Rejection.NOT_REGISTERED]
    taken = wire.to_platform(alarm(), device.flow)
    assert taken[0].startswith(b"SIP/2.0 200")


def test_a_repeated_register_gets_the_same_challenge_again() -> None:
    wire = Wire(source_rate=1000.0)
    device = Registering(wire)
    first = device.send().serialise()
    device._cseq = 0
    wire.now += 31
    assert device.send().serialise() == first
    device._cseq = 0
    wire.now += 2
    assert device.send().serialise() != first


def test_a_wrong_password_repeated_is_refused_once() -> None:
    wire = Wire(accounts={DEVICE: DeviceAccount("another")})
    device = Registering(wire)
    authorization = device.answered(device.send())
    refused = device.send(authorization)
    device._cseq -= 1
    assert device.send(authorization).serialise() == refused.serialise()
    assert refused.status == 403
    assert len(wire.events(MessageRejected)) == 1


def test_under_overload_who_begins_waits_and_who_was_challenged_gets_in() -> None:
    codes = [f"3410020000111{number:07d}" for number in range(40)]
    wire = Wire(accounts={code: DeviceAccount(PASSWORD) for code in (DEVICE, OTHER, *codes)})
    here, challenged = Registering(wire), Registering(wire, OTHER, Flow("udp", "10.20.1.9", 5060))
    here.register("Expires: 600")
    first = challenged.send()
    wire.platform.set_overloaded(True)
    refused = [Registering(wire, code, Flow("udp", "10.20.2.1", 5060)).send() for code in codes]
    assert {response.status for response in refused} == {503}
    waits = {int(response.headers.get("retry-after") or "0") for response in refused}
    assert 20 <= min(waits) < max(waits) < 40
    assert len(waits) > 10
    assert here.register("Expires: 600").status == 200
    assert challenged.send(challenged.answered(first)).status == 200
    wire.platform.set_overloaded(False)
    assert Registering(wire, codes[0], Flow("udp", "10.20.2.2", 5060)).register().status == 200


def test_what_a_request_requires_is_named_as_unsupported() -> None:
    wire = Wire()
    response = Registering(wire).send("", "Require: 100rel, path", "Require: outbound")
    assert response.status == 420
    assert response.headers.get("unsupported") == "100rel, path, outbound"


def _registering_with_one_who_keeps() -> tuple[Wire, bytes]:
    """A platform whose owner keeps registrations, and the REGISTER that it accepted."""
    wire = Wire(answers_when_kept=True)
    wire.add_device().start(wire.now)
    wire.run(1.0)
    (register,) = [data for up, data, _ in wire.sent if up and b"\r\nAuthorization:" in data][:1]
    return wire, register


def test_a_device_is_told_that_it_is_registered_when_that_is_kept() -> None:
    wire, register = _registering_with_one_who_keeps()
    (registered,) = wire.events(DeviceRegistered)
    assert wire.to_platform(register, CAMERA_FLOW) == []  # a repeat waits as well
    wire.platform.registration_kept(registered.number, True, wire.now)
    (answer_,) = [sent.data for sent in wire.platform.data_to_send()]
    assert answer_.startswith(b"SIP/2.0 200 ")
    (repeated,) = wire.to_platform(register, CAMERA_FLOW)
    assert repeated == answer_


def test_a_registration_that_cannot_be_kept_is_put_off() -> None:
    wire, _ = _registering_with_one_who_keeps()
    (registered,) = wire.events(DeviceRegistered)
    wire.platform.registration_kept(registered.number, False, wire.now)
    wire.platform.registration_kept(registered.number, True, wire.now)  # too late: it is answered
    (answer_,) = [sent.data for sent in wire.platform.data_to_send()]
    assert answer_.startswith(b"SIP/2.0 503 ") and b"Retry-After: " in answer_
