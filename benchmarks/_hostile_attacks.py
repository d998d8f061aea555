"""What ``hostile_edge.py`` does to the city, each in a process of its own; only against this machine."""

import asyncio
import contextlib
import http.client
import io
import socket
import time
from concurrent.futures import ThreadPoolExecutor

from PIL import Image
from tests.integration.gb28181.lower_peer import DEVICE_ID, PLATFORM_ID, LowerPeer

from pinegate.entrypoints.http_api.shared.signed_in import COOKIE, REQUEST_HEADER
from pinegate.entrypoints.process import raise_descriptor_limit
from pinegate.protocols.gb28181.lower.events import Registered

HALF_A_REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
HELD_SECONDS = 3.0
HEAVY_BYTES = 256 * 1024
HEADER = b"X-A: " + b"a" * 1018 + b"\r\n"
BOMB_SIDE = 7_000


def half_requests(port: int, count: int) -> str:
    raise_descriptor_limit()
    held: list[socket.socket] = []
    for _ in range(count):
        sock = socket.create_connection(("127.0.0.1", port))
        held.append(sock)
        with contextlib.suppress(OSError):
            sock.sendall(HALF_A_REQUEST)
    time.sleep(HELD_SECONDS)
    for sock in held:
        sock.close()
    return f"{count} half requests"


def heads(port: int, megabytes: int) -> str:
    """A megabyte of headers on each connection, then one head of 64 MB."""
    held: list[socket.socket] = []
    for size in [1] * megabytes + [64]:
        sock = socket.create_connection(("127.0.0.1", port))
        held.append(sock)
        with contextlib.suppress(OSError):
            sock.sendall(HALF_A_REQUEST)
            for _ in range(size * 16):
                sock.sendall(HEADER * 64)
    for sock in held:
        sock.close()
    return f"{megabytes} MB of headers"


def pixel_bombs(port: int, cookie: str, application: str, count: int) -> str:
    output = io.BytesIO()
    Image.new("RGB", (BOMB_SIDE, BOMB_SIDE), 200).save(output, "PNG")
    parts = (
        b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\nattachment\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n',
        output.getvalue(),
        b"\r\n--b--\r\n",
    )
    fields = {
        "Cookie": f"{COOKIE}={cookie}",
        REQUEST_HEADER: "1",
        "Content-Type": "multipart/form-data; boundary=b",
    }

    def upload(_: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        connection.request("POST", f"/api/applications/{application}/documents", b"".join(parts), fields)
        return connection.getresponse().status

    with ThreadPoolExecutor(count) as threads:
        answers = sorted(threads.map(upload, range(count)))
    return f"{count} pixel bombs of {len(output.getvalue()) // 1024} KB: {answers}"


def heavy_messages(sip_port: int, count: int) -> str:
    asyncio.run(_heavy_messages(sip_port, count))
    return f"{count} heavy MESSAGEs"


async def _heavy_messages(sip_port: int, count: int) -> None:
    peer = LowerPeer("tcp", sip_port)
    await peer.open()
    peer.do(peer.device.start)
    await peer.wait_for(Registered)
    before = f"<Response><CmdType>Catalog</CmdType><SN>1</SN><DeviceID>{DEVICE_ID}</DeviceID><DeviceList>"
    items = "<Item/>" * (HEAVY_BYTES // len("<Item/>"))
    body = f'<?xml version="1.0"?>{before}{items}</DeviceList></Response>'
    for number in range(count):
        peer.send(
            (
                f"MESSAGE sip:{PLATFORM_ID}@{PLATFORM_ID[:10]} SIP/2.0\r\n"
                f"Via: SIP/2.0/TCP 127.0.0.1:5060;branch=z9hG4bKheavy{number}\r\n"
                f"From: <sip:{DEVICE_ID}@{PLATFORM_ID[:10]}>;tag=h\r\nTo: <sip:{PLATFORM_ID}@{PLATFORM_ID[:10]}>\r\n"
                f"Call-ID: heavy{number}\r\nCSeq: {number + 1} MESSAGE\r\nMax-Forwards: 70\r\n"
                f"Content-Type: Application/MANSCDP+xml\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            ).encode()
        )
    await asyncio.sleep(HELD_SECONDS)
    peer.close()
