"""URIs, name-addr, Via as real devices write them."""

import pytest

from pinegate.protocols.sip.addresses import NameAddr, SipUri, Via, split_list, via_with_source
from pinegate.protocols.sip.faults import SipSyntaxError
from pinegate.protocols.sip.flow import Flow


def test_a_uri_of_digits_only_is_read_and_written() -> None:
    uri = SipUri.parse("sip:34100000002000000001@3410000000")
    assert (uri.user, uri.host, uri.port) == ("34100000002000000001", "3410000000", None)
    assert str(uri) == "sip:34100000002000000001@3410000000"


def test_a_uri_with_everything_round_trips() -> None:
    text = "sip:34020000001320000001@[2001:db8::1]:5060;transport=tcp;lr"
    assert str(SipUri.parse(text)) == text


@pytest.mark.parametrize("text", ["", "tel:+861", "sip:", "sip:@host", "sip:a@b:99999", "http://x"])
def test_what_is_no_sip_uri_is_refused(text: str) -> None:
    with pytest.raises(SipSyntaxError):
        SipUri.parse(text)


@pytest.mark.parametrize(
    ("text", "user", "tag"),
    [
        ("<sip:34100200001180000001@3410000000>;tag=71f0", "34100200001180000001", "71f0"),
        ("sip:34100200001180000001@3410000000;tag=71f0", "34100200001180000001", "71f0"),
        ('"a > b, \\"c\\"" <sip:1@2> ; tag = x', "1", "x"),
        ("caller<sip:caller@example.com>;tag=323", "caller", "323"),
        ("<sip:10.0.0.1:5060>", "", ""),
    ],
)
def test_name_addr_forms(text: str, user: str, tag: str) -> None:
    address = NameAddr.parse(text)
    assert (address.user, address.tag) == (user, tag)


@pytest.mark.parametrize("text", ['"open <sip:a@b>', "<sip:a@b", "nothing", "", 'x" <sip:a@b>'])
def test_what_is_no_name_addr_is_refused(text: str) -> None:
    with pytest.raises(SipSyntaxError):
        NameAddr.parse(text)


def test_commas_in_quotes_and_brackets_do_not_separate() -> None:
    assert split_list('"a, b" <sip:x@y;z=1,2>, <sip:c@d>') == ['"a, b" <sip:x@y;z=1,2>', "<sip:c@d>"]


def test_the_via_of_a_response_carries_the_real_source() -> None:
    flow = Flow("udp", "10.20.1.8", 40001)
    assert (
        via_with_source("SIP/2.0/UDP 192.168.1.4:5060;rport;branch=z9hG4bKr2", flow)
        == "SIP/2.0/UDP 192.168.1.4:5060;rport=40001;received=10.20.1.8;branch=z9hG4bKr2"
    )
    assert via_with_source("SIP/2.0/UDP h;branch=1", flow) == "SIP/2.0/UDP h;branch=1;received=10.20.1.8"


def test_a_via_with_blanks_is_read() -> None:
    via = Via.parse("SIP  / 2.0  / TCP     spindle.example.com   ; branch  =   z9hG4bK9ikj8")
    assert (via.transport, via.sent_by, via.branch) == ("TCP", "spindle.example.com", "z9hG4bK9ikj8")
