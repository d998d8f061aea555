"""MANSCDP bodies ⇄ messages."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.protocols.deviations import Deviation
from pinegate.protocols.manscdp.catalog import CatalogInfo, CatalogItem
from pinegate.protocols.manscdp.codec import Message, parse_message, serialise_message
from pinegate.protocols.manscdp.messages import (
    Alarm,
    CatalogNotify,
    CatalogResponse,
    Control,
    DeviceInfo,
    DeviceStatus,
    Keepalive,
    MediaStatus,
    MobilePosition,
    Query,
    ResultResponse,
    Unknown,
)
from pinegate.protocols.manscdp.xml import MalformedXml
from pinegate.protocols.sip.message import Request
from pinegate.protocols.sip.parser import parse_message as parse_sip

CAPTURES = Path(__file__).parents[3] / "captures" / "sip"


def body(name: str) -> bytes:
    request = parse_sip((CAPTURES / f"{name}.sip").read_bytes())
    assert isinstance(request, Request)
    return request.body


@pytest.mark.parametrize(
    "name",
    ["e2_keepalive", "e3_catalog_answer_over_tcp", "e4_catalog_change_notify", "e5_ptz_right_up_zoom_out"],
)
def test_an_example_round_trips_byte_for_byte(name: str) -> None:
    message = parse_message(body(name))
    assert not isinstance(message, MalformedXml)
    assert serialise_message(message) == body(name)


def test_a_catalogue_item_is_typed() -> None:
    message = parse_message(body("e3_catalog_answer_over_tcp"))
    assert isinstance(message, CatalogResponse)
    assert (message.sn, message.sum_num, len(message.items)) == (17, 3, 3)
    camera = message.items[2]
    assert camera.name == "老街东口&1号"
    assert (camera.longitude, camera.latitude) == (118.3097, 29.7144)
    assert camera.parent_id == "34100000002000000001/34100000002160000001"
    assert camera.info == CatalogInfo(ptz_type=1, stream_number_list="0/1")


def test_the_other_examples_are_recognised() -> None:
    assert parse_message(body("e2_keepalive")) == Keepalive(43, "34100200001180000001")
    assert parse_message(body("e10_alarm")) == Alarm(
        77, "34100200001320000001", 2, 5, 6, "2026-11-22T09:31:02"
    )
    assert parse_message(body("e6_record_info_answer")) == Unknown(
        "Response", "RecordInfo", 18, "34100200001320000001"
    )
    change = parse_message(body("e4_catalog_change_notify"))
    assert isinstance(change, CatalogNotify)
    assert change.items == (CatalogItem("34100200001320000001", event="OFF"),)


@pytest.mark.parametrize(
    "message",
    [
        Query("Catalog", 17, "1"),
        Keepalive(1, "1", "ERROR"),
        DeviceInfo(1, "1", "名", "OK", "HS", "NVR", "V1", 16),
        DeviceStatus(1, "1", "OK", "ONLINE", "OK", "ON", "OFF", "2026-11-22T09:30:00"),
        Control(1, "1", "", None, (("IFrameCmd", "Send"),)),
        MediaStatus(8, "1", "121"),
        ResultResponse("Alarm", 77, "1", "OK"),
        CatalogResponse(1, "1", 0),
        CatalogResponse(
            9,
            "1",
            2,
            (
                CatalogItem("2", name="<&>", parental=1, port=5060, info=CatalogInfo(other=(("X", "y"),))),
                CatalogItem("3", other=(("Vendor", "z"),)),
            ),
        ),
    ],
)
@pytest.mark.parametrize("encoding", ["GB18030", "GB2312", "UTF-8"])
def test_a_message_survives_the_wire(message: Message, encoding: str) -> None:
    assert parse_message(serialise_message(message, encoding)) == message


def test_what_the_peers_encoding_cannot_hold_becomes_a_reference() -> None:
    message = CatalogResponse(1, "1", 1, (CatalogItem("2", name="萳"),))
    wire = serialise_message(message, "GB2312")
    assert b"&#33843;" in wire
    assert parse_message(wire) == message


def test_positions_in_both_forms() -> None:
    flat = b"<Notify><CmdType>MobilePosition</CmdType><SN>1</SN><DeviceID>7</DeviceID>"
    place = b"<Longitude>118.3</Longitude><Latitude>29.7</Latitude><Speed>3</Speed>"
    expected = MobilePosition(1, "7", 118.3, 29.7, "", 3.0)
    assert parse_message(flat + place + b"</Notify>") == expected
    item = b"<DeviceList><Item><DeviceID>7</DeviceID>" + place + b"</Item></DeviceList></Notify>"
    assert parse_message(flat + item) == expected


def test_a_query_in_attributes_is_read() -> None:
    assert parse_message(b'<Query CmdType="Catalog" SN="3" DeviceID="9"/>') == Query("Catalog", 3, "9")


def test_an_item_without_id_is_left_out_and_a_password_is_dropped() -> None:
    message = parse_message(
        b"<Response><CmdType>Catalog</CmdType><SN>1</SN><DeviceID>1</DeviceID><SumNum>2</SumNum><DeviceList>"
        b"<Item><Name>x</Name></Item><Item><DeviceID>2</DeviceID><Password>secret</Password></Item>"
        b"</DeviceList></Response>"
    )
    assert message == CatalogResponse(1, "1", 2, (CatalogItem("2"),), 1)


def test_what_devices_write_otherwise_is_read_and_noted() -> None:
    noted: set[Deviation] = set()
    message = parse_message(
        b"<response><CmdType>Catalog</CmdType><SN>1</SN><DeviceID>1</DeviceID><SumNum>4</SumNum><DeviceList>"
        b"<Item DeviceID='2' Name='A' Status='ONLINE' Longitude='118.3'/>"
        b"<Item><DeviceID>3</DeviceID><Status>1</Status></Item><Item><DeviceID>4</DeviceID><Status>off</Status></Item>"
        b"<Item><DeviceID>5</DeviceID><Status>ERROR</Status></Item></DeviceList></response>",
        noted=noted,
    )
    items = (CatalogItem("2", name="A", status="ON", longitude=118.3), CatalogItem("3", status="ON"))
    assert message == CatalogResponse(
        1, "1", 4, (*items, CatalogItem("4", status="OFF"), CatalogItem("5", status="ERROR"))
    )
    assert noted == {Deviation.LOWER_CASE_ROOT, Deviation.ITEM_ATTRIBUTES, Deviation.STATUS_WORD}


def test_nothing_is_noted_of_a_message_as_the_standard_has_it() -> None:
    noted: set[Deviation] = set()
    message = CatalogResponse(1, "1", 1, (CatalogItem("2", status="ON"),))
    assert parse_message(serialise_message(message), noted=noted) == message
    assert noted == set()


def test_a_foreign_root_is_malformed() -> None:
    assert parse_message(b"<html/>") == MalformedXml("root")
    assert parse_message(b"<Query><SN>1</SN></Query>") == MalformedXml("fields")


def test_what_we_only_receive_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="only received"):
        serialise_message(Alarm(1, "1", 1, 1))
    with pytest.raises(ValueError, match="encoding"):
        serialise_message(Keepalive(1, "1"), "latin-1")


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=20).map(str.strip)


@given(TEXT, TEXT)
def test_any_name_survives(name: str, other: str) -> None:
    items = (CatalogItem("1", name=name, address=other),)
    message = CatalogResponse(1, "1", 1, items)
    assert parse_message(serialise_message(message)) == message


@given(st.binary(max_size=200))
def test_no_body_makes_the_parser_raise(data: bytes) -> None:
    parse_message(data)
    for root in (b"Query", b"Notify", b"Response", b"Control"):
        for kind in (b"Catalog", b"Keepalive", b"Alarm", b"MobilePosition", b"DeviceControl"):
            parse_message(b"<%b><CmdType>%b</CmdType>%b</%b>" % (root, kind, data, root))
