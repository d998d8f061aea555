"""Requests that two programs may read in two ways are refused (request smuggling, S28)."""

import contextlib
import re

import pytest
from tests.integration.http_server.conftest import Edge
from tests.waiting import until

STATUS_LINE = re.compile(rb"HTTP/1\.1 \d")
POST = b"POST /echo HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
CLOSE = b"Connection: close\r\n"

ODD = {
    "length_and_chunked": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked_and_length": CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
    "two_lengths": POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
    "list_of_lengths": POST + b"Content-Length: 1, 1\r\n\r\na",
    "signed_length": POST + b"Content-Length: +1\r\n\r\na",
    "two_encodings": CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "other_encoding_first": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "unknown_encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked_in_1_0": b"POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "blank_before_colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "bare_cr": b"GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
    "bare_lf": b"GET / HTTP/1.1\nHost: a\n\n",
    "bare_lf_after_a_header": GET[:-2] + b"\nX: y\r\n\r\n",
    "bare_lf_after_a_chunk_size": CHUNKED + b"\r\n1\na\r\n0\r\n\r\n",
    "folded_line": GET + b" X: y\r\n\r\n",
    "nul": b"GET / HTTP/1.1\r\nHost: a\x00b\r\n\r\n",
    "trailer": CHUNKED + b"\r\n1\r\na\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n",
    "blank_after_a_chunk_size": CHUNKED + b"\r\n1 \r\na\r\n0\r\n\r\n",
    "chunk_size_beyond_64_bits": CHUNKED + b"\r\nfffffffffffffffff\r\na\r\n0\r\n\r\n",
    "two_hosts": GET + b"Host: b\r\n\r\n",
    "no_host": b"GET / HTTP/1.1\r\n\r\n",
    "two_origins": GET + b"Origin: http://a\r\nOrigin: http://b\r\n\r\n",
    "two_cookies": GET + b"Cookie: a=1\r\nCookie: a=2\r\n\r\n",
    "two_authorizations": GET + b"Authorization: a\r\nAuthorization: b\r\n\r\n",
    "absolute_target": b"GET http://elsewhere/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "target_with_a_fragment": b"GET /#x HTTP/1.1\r\nHost: a\r\n\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "connect": b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "http_2_preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "http_2_0": b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("request_bytes", ODD.values(), ids=ODD.keys())
async def test_an_odd_request_is_refused_and_nothing_after_it_is_read(
    edge: Edge, request_bytes: bytes
) -> None:
    answer = await edge.ask(request_bytes, GET + CLOSE + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert len(STATUS_LINE.findall(answer)) == 1
    assert b"application/problem+json" in answer
    assert b"nosniff" in answer


async def test_another_protocol_is_not_spoken_and_what_follows_its_offer_is_not_read(edge: Edge) -> None:
    offer = GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    answer = await edge.ask(offer, GET + CLOSE + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(STATUS_LINE.findall(answer)) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 5\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    ],
)
async def test_an_ordinary_request_in_any_pieces_is_answered(edge: Edge, body: bytes) -> None:
    request = POST + CLOSE + body
    answer = await edge.ask(*(request[at : at + 1] for at in range(len(request))))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"hello")


async def test_an_old_proxy_speaks_1_0(edge: Edge) -> None:
    assert (await edge.ask(b"GET / HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 200 OK\r\n")


async def test_requests_sent_before_their_answers_are_answered_in_order(edge: Edge) -> None:
    answers = await edge.ask((GET + b"\r\n") * 2 + GET + b"X: y\r\n" + CLOSE + b"\r\n")
    assert re.findall(rb'{"headers":(\d)}', answers) == [b"1", b"1", b"3"]


async def test_thousands_of_requests_before_their_answers_are_not_kept(edge: Edge) -> None:
    async with edge.visit() as (reader, writer):
        writer.write((GET + b"\r\n") * 5000)
        with contextlib.suppress(ConnectionResetError):
            assert (await reader.read()).count(b"200 OK") < 100
    await until(lambda: not edge.connections)
