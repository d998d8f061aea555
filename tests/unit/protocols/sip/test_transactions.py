"""RFC 3261 section 17: what is sent when, and what is absorbed."""

from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Headers, Request, Response, response_to
from pinegate.protocols.sip.parser import parse_message
from pinegate.protocols.sip.transactions import TransactionLayer, cancel_of

UDP = Flow("udp", "10.20.1.8", 5060)
TCP = Flow("tcp", "10.20.1.8", 40000)


def request(method: str = "MESSAGE", branch: str = "z9hG4bK1", cseq: int = 1) -> Request:
    return Request(
        method,
        "sip:d@3410000000",
        Headers(
            [
                ("Via", f"SIP/2.0/UDP 10.20.0.5:5060;rport;branch={branch}"),
                ("From", "<sip:p@3410000000>;tag=a"),
                ("To", "<sip:d@3410000000>"),
                ("Call-ID", "c1"),
                ("CSeq", f"{cseq} {method}"),
                ("Content-Length", "0"),
            ]
        ),
    )


class Client:
    def __init__(self, method: str, flow: Flow) -> None:
        self.layer = TransactionLayer()
        self.flow = flow
        self.request = request(method)
        self.heard: list[int | None] = []
        self.layer.send_request(self.request, flow, self._handle, 0.0)

    def _handle(self, response: Response | None, now: float) -> None:
        self.heard.append(response.status if response else None)

    def answer(self, status: int, now: float) -> bool:
        return self.layer.receive_response(
            response_to(self.request, status, self.flow, to_tag="b"), self.flow, now
        )

    def run(self, until: float) -> list[float]:
        times: list[float] = []
        self.layer.outbox.clear()
        while (due := self.layer.next_timer()) is not None and due <= until:
            self.layer.handle_timer(due)
            times += [due] * len(self.layer.outbox)
            self.layer.outbox.clear()
        return times


def test_a_message_is_repeated_by_timer_e_and_given_up_by_timer_f() -> None:
    client = Client("MESSAGE", UDP)
    assert client.run(40) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert client.heard == [None]
    assert client.layer.next_timer() is None


def test_an_invite_is_repeated_by_timer_a_and_given_up_by_timer_b() -> None:
    client = Client("INVITE", UDP)
    assert client.run(40) == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert client.heard == [None]


def test_nothing_is_repeated_on_tcp_but_the_wait_ends() -> None:
    for method in ("MESSAGE", "INVITE"):
        client = Client(method, TCP)
        assert client.run(40) == []
        assert client.heard == [None]


def test_a_provisional_answer_stops_the_invite_and_slows_the_message() -> None:
    invite = Client("INVITE", UDP)
    invite.answer(100, 0.1)
    assert invite.run(100) == []
    message = Client("MESSAGE", UDP)
    message.answer(100, 0.1)
    assert message.run(10) == [0.5, 4.5, 8.5]


def test_a_refused_invite_is_acknowledged_each_time_it_is_refused() -> None:
    client = Client("INVITE", UDP)
    client.layer.outbox.clear()
    assert client.answer(486, 1)
    assert client.answer(486, 2)
    sent = [parse_message(sent.data) for sent in client.layer.outbox]
    acks = [ack for ack in sent if isinstance(ack, Request)]
    assert len(acks) == len(sent)
    assert [ack.method for ack in acks] == ["ACK", "ACK"]
    assert client.heard == [486]
    assert acks[0].to.tag == "b"
    assert acks[0].via.branch == client.request.via.branch


def test_a_repeated_200_reaches_the_user_who_owes_the_ack() -> None:
    client = Client("INVITE", UDP)
    client.answer(200, 1)
    client.answer(200, 1.5)
    assert client.heard == [200, 200]


def test_a_stray_answer_is_nobodys() -> None:
    client = Client("MESSAGE", UDP)
    stray = response_to(request(branch="z9hG4bKother"), 200, UDP)
    assert not client.layer.receive_response(stray, UDP, 1)
    assert client.heard == []


def test_a_lost_connection_fails_its_transactions_at_once() -> None:
    client = Client("MESSAGE", TCP)
    client.layer.drop_flow(TCP, 1)
    assert client.heard == [None]
    assert client.layer.next_timer() is None


def test_a_lost_connection_fails_no_transaction_of_another() -> None:
    client = Client("MESSAGE", TCP)
    client.layer.drop_flow(Flow("tcp", TCP.host, TCP.port + 1), 1)
    assert client.heard == []
    assert client.answer(200, 2) and client.heard == [200]
    client.layer.drop_flow(TCP, 3)
    assert client.heard == [200]


def test_a_repeated_request_gets_the_same_answer_without_being_handled_again() -> None:
    layer = TransactionLayer()
    message = request()
    assert not layer.absorb(message, UDP, 0)
    layer.respond(layer.accept(message, UDP, 0), response_to(message, 200, UDP, to_tag="t"), 0)
    first = layer.outbox.popleft()
    assert layer.absorb(message, UDP, 1)
    assert layer.outbox.popleft() == first
    layer.handle_timer(32)
    assert not layer.absorb(message, UDP, 33)


def test_the_same_branch_from_another_source_is_another_request() -> None:
    layer = TransactionLayer()
    message = request()
    layer.respond(layer.accept(message, UDP, 0), response_to(message, 200, UDP), 0)
    assert not layer.absorb(message, UDP._replace(host="10.20.1.9"), 0)


def test_a_refusal_is_repeated_until_its_ack() -> None:
    layer = TransactionLayer()
    invite = request("INVITE")
    layer.respond(layer.accept(invite, UDP, 0), response_to(invite, 486, UDP, to_tag="t"), 0)
    layer.handle_timer(0.5)
    layer.handle_timer(1.5)
    assert len(layer.outbox) == 3
    ack = request("ACK")
    assert layer.absorb(ack, UDP, 2)
    layer.handle_timer(3.5)
    assert len(layer.outbox) == 3


def test_a_cancel_finds_its_invite_only_from_the_same_source() -> None:
    layer = TransactionLayer()
    invite = request("INVITE", cseq=7)
    transaction = layer.accept(invite, UDP, 0)
    cancel = cancel_of(invite)
    assert layer.find_invite(cancel, UDP) is transaction
    assert layer.find_invite(cancel, UDP._replace(host="10.66.6.6")) is None
    assert layer.find_invite(cancel_of(request("INVITE", cseq=8)), UDP) is None


def test_memory_stays_bounded_under_a_flood() -> None:
    layer = TransactionLayer(capacity=50)
    for number in range(5000):
        message = request(branch=f"z9hG4bK{number}")
        layer.respond(layer.accept(message, UDP, 0), response_to(message, 200, UDP), 0)
        layer.outbox.clear()
    assert len(layer._servers) == 50
    assert len(layer._timers) < 2000
    assert all(layer.send_request(request(branch=f"z9hG4bK{n}"), UDP, lambda *_: None, 0) for n in range(50))
    assert not layer.send_request(request(branch="z9hG4bKmore"), UDP, lambda *_: None, 0)
