"""The endpoint: requests of ours as they go out, streams, time."""

import random
from typing import Any

import pytest

from pinegate.protocols.sip.dialogs import Belonging, dialog_of_answer, dialog_of_request
from pinegate.protocols.sip.endpoint import Identity, SipEndpoint
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Headers, Request, Response, response_to
from pinegate.protocols.sip.parser import parse_message
from pinegate.protocols.sip.schedule import Schedule

UDP = Flow("udp", "10.20.1.8", 5060)
TCP = Flow("tcp", "10.20.1.8", 40000)


def endpoint(heard: list[Request] | None = None, **settings: Any) -> SipEndpoint:
    taken: list[Request] = [] if heard is None else heard
    identity = Identity("34100000002000000001", "3410000000", "10.20.0.5", 5060)
    return SipEndpoint(
        identity, random.Random(1).randbytes, lambda request, *_: taken.append(request), **settings
    )


def invite() -> Request:
    return endpoint().compose(
        "INVITE",
        "sip:c@10.20.1.8:5060",
        "<sip:c@3410000000>",
        UDP,
        contact=True,
        content=("application/sdp", b"x"),
    )


def test_a_composed_request_is_well_formed_and_says_its_transport() -> None:
    for flow, transport in ((UDP, "UDP"), (TCP, "TCP")):
        request = endpoint().compose(
            "MESSAGE", "sip:d@h", "<sip:d@h>", flow, content=("text/plain", b"hello")
        )
        parsed = parse_message(request.serialise())
        assert isinstance(parsed, Request)
        assert parsed.via.transport == transport
        assert parsed.via.branch.startswith("z9hG4bK")
        assert parsed.body == b"hello"


def test_a_line_break_cannot_be_smuggled_into_our_request() -> None:
    request = endpoint().compose("MESSAGE", "sip:d@h", "<sip:d@h>\r\nEvil: 1", UDP)
    with pytest.raises(ValueError, match="line break"):
        request.serialise()


def test_requests_in_a_dialog_count_up_and_use_its_target_and_routes() -> None:
    request = invite()
    answer = response_to(request, 200, UDP, to_tag="their", headers=[("Contact", "<sip:c@192.168.1.4:5060>")])
    answer.headers.entries[1:1] = Headers(
        [("Record-Route", "<sip:p1;lr>"), ("Record-Route", "<sip:p2;lr>")]
    ).entries
    dialog = dialog_of_answer(request, answer, UDP)
    bye = endpoint().compose_in_dialog(dialog, "BYE")
    assert bye.uri == "sip:c@192.168.1.4:5060"
    assert bye.headers.all("route") == ["<sip:p2;lr>", "<sip:p1;lr>"]
    assert bye.cseq == (2, "BYE")
    assert (bye.from_.tag, bye.to.tag) == (request.from_.tag, "their")
    called = dialog_of_request(request, "their", 0, UDP)
    assert called.check(bye, UDP) is Belonging.FITS
    assert called.check(bye, TCP) is Belonging.OTHER_SOURCE
    called.took(bye)
    assert called.check(bye, UDP) is Belonging.OLD_CSEQ


def test_a_request_in_pieces_on_tcp_is_heard_once() -> None:
    heard: list[Request] = []
    server = endpoint(heard)
    wire = invite().serialise()
    for index in range(len(wire)):
        server.receive(wire[index : index + 1], TCP, 0)
    assert [request.method for request in heard] == ["INVITE"]


def test_more_connections_than_allowed_are_to_be_closed() -> None:
    server = endpoint(connections=2)
    for port in range(4):
        server.receive(b"X", TCP._replace(port=port), 0)
    assert server.flows_to_close() == [TCP._replace(port=2), TCP._replace(port=3)]
    server.connection_lost(TCP._replace(port=0), 0)
    server.receive(b"X", TCP._replace(port=9), 0)
    assert server.flows_to_close() == []


def test_a_request_too_many_fails_later_not_now() -> None:
    client = endpoint(transactions=1)
    heard: list[Response | None] = []
    for _ in range(2):
        client.send(invite(), UDP, lambda response, _: heard.append(response), 0)
    assert heard == []
    assert client.next_timer() == 0
    client.handle_timer(0)
    assert heard == [None]


def test_a_refusal_keeps_nothing_and_an_ack_is_never_answered() -> None:
    server = endpoint()
    request = invite()
    server.refuse(request, UDP, 403)
    assert len(server.data_to_send()) == 1
    assert server.next_timer() is None
    request.method = "ACK"
    server.refuse(request, UDP, 403)
    assert server.data_to_send() == []


def test_alarms_fire_in_order_and_not_when_cancelled() -> None:
    schedule = Schedule()
    fired: list[str] = []
    schedule.at(2, lambda _: fired.append("second"))
    schedule.at(1, lambda _: fired.append("first"))
    schedule.at(1.5, lambda _: fired.append("never")).cancel()
    assert schedule.next_timer() == 1
    schedule.handle_timer(3)
    assert fired == ["first", "second"]
    assert schedule.next_timer() is None
