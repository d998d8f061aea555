"""XML as vendors send it, and as attackers do (S18)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.protocols.manscdp.xml import (
    MalformedXml,
    decimal,
    decode_text,
    number,
    parse_xml,
    repair,
    text_of,
)


def name_of(body: bytes) -> str:
    root = parse_xml(body)
    assert not isinstance(root, MalformedXml), root
    return text_of(root, "Name")


@pytest.mark.parametrize("encoding", ["gb18030", "gb2312", "utf-8"])
@pytest.mark.parametrize("declared", ["GB2312", "GB18030", "UTF-8", "gb2312"])
def test_a_name_is_read_whatever_is_declared(encoding: str, declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>\r\n<Notify><Name>老街东口</Name></Notify>'
    assert name_of(text.encode(encoding)) == "老街东口"


def test_a_character_beyond_gb2312_survives() -> None:
    assert name_of("<Q><Name>萳</Name></Q>".encode("gb18030")) == "萳"
    assert decode_text(b"\xef\xbb\xbf<a/>") == "<a/>"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<Q><Name>A&B</Name></Q>", "A&B"),
        (b"<Q><Name>A & B &amp; C</Name></Q>", "A & B & C"),
        (b"<Q><Name>1 < 2</Name></Q>", "1 < 2"),
        (b"<Q><Name>a\x01b\x00c</Name></Q>", "abc"),
        (b"<Q><Name>a&#1;b</Name></Q>", "ab"),
        (b"<Q><Name>x</Name></Item></Q>", "x"),
        (b"<Q><Name>x</Name>", "x"),
        (b"<Q><Name>x</Q>", "x"),
        (b'<Q Name="x"/>', "x"),
        (b"\r\n<Q><Name>x</Name></Q>\0\0", "x"),
        (b"<Q><Name>x</Name></Q><Q>again</Q>", "x"),
        (b"<Q><Name>x]]>y & z</Name></Q>", "x]]>y & z"),
    ],
)
def test_what_vendors_break_is_repaired(body: bytes, name: str) -> None:
    assert name_of(body) == name


def test_an_item_whose_end_is_missing_ends_at_the_next() -> None:
    root = parse_xml(b"<R><DeviceList><Item><A>1</A><Item><A>2</A></Item></DeviceList><B>b</B></R>")
    assert not isinstance(root, MalformedXml)
    listed = root.find("DeviceList")
    assert listed is not None
    assert [text_of(item, "A") for item in listed] == ["1", "2"]
    assert text_of(root, "B") == "b"


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Q><Name>&x;</Name></Q>',
        b'<?xml version="1.0"?><!doctype a><Q/>',
        b"<Q><!ENTITY x 'y'></Q>",
        "<!DOCTYPE a><Q/>".encode("utf-16"),
        b"<\x00!DOCTYPE a><Q/>",
        b"<! DOCTYPE a><Q/>",
    ],
)
def test_a_doctype_or_entity_is_refused(body: bytes) -> None:
    assert parse_xml(body) == MalformedXml("doctype")


def test_an_undefined_entity_stays_text() -> None:
    assert name_of(b"<Q><Name>&lol;</Name></Q>") == "&lol;"


def test_depth_and_size_are_capped() -> None:
    assert parse_xml(b"<a>" * 33 + b"</a>" * 33) == MalformedXml("too_deep")
    assert not isinstance(parse_xml(b"<a>" * 32 + b"</a>" * 32), MalformedXml)
    assert parse_xml(b"<a>" * 5000) == MalformedXml("too_deep")
    assert parse_xml(b"<a>" + b" " * 65536 + b"</a>") == MalformedXml("too_long")


@pytest.mark.parametrize("body", [b"", b"\0", b"hello", b"<", b"</a>", b"\xff\xfe"])
def test_what_is_no_xml_is_named(body: bytes) -> None:
    assert parse_xml(body) == MalformedXml("not_xml")


def test_numbers_with_blanks_are_numbers_and_nonsense_is_none() -> None:
    assert number(" 1 7 ") == 17
    assert number("1234567890123") == 1234567890123
    assert number("9" * 40) is number("x") is number("") is number("٣") is None
    assert decimal("118.3097 ") == 118.3097
    assert decimal("nan") is decimal("1e5") is decimal("") is None


@given(st.binary(max_size=300))
def test_no_bytes_make_the_parser_raise(data: bytes) -> None:
    parse_xml(data)
    parse_xml(b"<Q>" + data + b"</Q>")


@given(
    st.lists(st.sampled_from(["<Item>", "</Item>", "<A>", "</A>", "&", "<", ">", "]]>", "x", "<B/>", "&#0;"]))
)
def test_repair_always_yields_xml(parts: list[str]) -> None:
    assert (
        not isinstance(parse_xml(("<Q>" + "".join(parts) + "</Q>").encode()), MalformedXml) or len(parts) > 25
    )
    repair("".join(parts))
