"""Many devices over UDP, each with its own socket, as fast as the platform answers: for ``registrations.py``."""

import select
import socket
from collections.abc import Callable, Iterable

from _signalling_city import PASSWORD, PLATFORM_ID
from pinegate.protocols.sip.digest import answer

DOMAIN = PLATFORM_ID[:10]
URI = f"sip:{PLATFORM_ID}@{DOMAIN}"
MANY = 64
"""Requests that wait for an answer at a time; more would overflow the platform's socket buffer."""
PATIENCE = 0.5
"""Seconds of silence after which what waits is sent again."""


class Device:
    """Registers and keeps alive; says 200 to whatever the platform asks."""

    def __init__(self, code: str, port: int) -> None:
        self.code = code
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.connect(("127.0.0.1", port))
        self.sock.setblocking(False)
        self._port = self.sock.getsockname()[1]
        self._cseq = 0
        self._sent = b""

    def register(self, authorization: str = "") -> None:
        given = f"Authorization: {authorization}\r\n" if authorization else ""
        contact = f"Contact: <sip:{self.code}@127.0.0.1:{self._port}>\r\nExpires: 3600\r\n"
        self._request("REGISTER", contact + given, "")

    def keep_alive(self) -> None:
        body = (
            '<?xml version="1.0" encoding="GB2312"?>\r\n<Notify>\r\n<CmdType>Keepalive</CmdType>\r\n'
            f"<SN>{self._cseq}</SN>\r\n<DeviceID>{self.code}</DeviceID>\r\n<Status>OK</Status>\r\n</Notify>\r\n"
        )
        self._request("MESSAGE", "Content-Type: Application/MANSCDP+xml\r\n", body)

    def again(self) -> None:
        self.sock.send(self._sent)

    def _request(self, method: str, fields: str, body: str) -> None:
        self._cseq += 1
        address = f"<sip:{self.code}@{DOMAIN}>"
        to = address if method == "REGISTER" else f"<{URI}>"
        self._sent = (
            f"{method} {URI} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};rport;branch=z9hG4bK{self.code}{self._cseq}\r\n"
            f"From: {address};tag={self._port}\r\nTo: {to}\r\n"
            f"Call-ID: {method}{self.code}@127.0.0.1\r\nCSeq: {self._cseq} {method}\r\n"
            f"Max-Forwards: 70\r\n{fields}Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()
        self.sock.send(self._sent)

    def receive(self, data: bytes) -> bool:
        """True when a request of ours is over; raises SystemExit when the platform refuses it."""
        lines = data.decode().split("\r\n")
        if not lines[0].startswith("SIP/2.0 "):
            self._agree(lines)
            return False
        number, method = next(line[6:].split() for line in lines if line.startswith("CSeq: "))
        if int(number) != self._cseq:
            return False
        status = lines[0][8:11]
        if status == "401":
            self._prove([line[18:] for line in lines if line.startswith("WWW-Authenticate: ")])
            return False
        if status != "200":
            raise SystemExit(f"{method} of {self.code}: {lines[0]}")
        return True

    def _prove(self, challenges: list[str]) -> None:
        proof = answer(
            challenges,
            realm=DOMAIN,
            username=self.code,
            password=PASSWORD,
            method="REGISTER",
            uri=URI,
            cnonce="0a4f113b",
        )
        if proof is None:
            raise SystemExit(f"no challenge that we know: {challenges}")
        self.register(proof.serialise())

    def _agree(self, lines: list[str]) -> None:
        kept = [line for line in lines if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))]
        kept = [f"{line};tag=d" if line.startswith("To:") and ";tag=" not in line else line for line in kept]
        fields = ["Expires: 3600", f"Contact: <sip:{self.code}@127.0.0.1:{self._port}>", "Content-Length: 0"]
        self.sock.send("\r\n".join(["SIP/2.0 200 OK", *kept, *fields, "", ""]).encode())


class ManyDevices:
    """All devices of one run."""

    def __init__(self, codes: Iterable[str], port: int) -> None:
        self.devices = [Device(code, port) for code in codes]
        self._by_number = {device.sock.fileno(): device for device in self.devices}
        self._epoll = select.epoll()
        for number in self._by_number:
            self._epoll.register(number, select.EPOLLIN)
        self.repeats = 0

    def run(self, begin: Callable[[Device], None], rounds: int) -> None:
        """Each device does ``begin`` so many times; ``MANY`` at a time."""
        waiting = [device for _ in range(rounds) for device in reversed(self.devices)]
        busy: set[Device] = set()
        while waiting or busy:
            while waiting and len(busy) < MANY and waiting[-1] not in busy:
                device = waiting.pop()
                busy.add(device)
                begin(device)
            ready = self._epoll.poll(PATIENCE, 256)
            if not ready:
                self.repeats += len(busy)
                for device in busy:
                    device.again()
            for number, _ in ready:
                device = self._by_number[number]
                if device.receive(device.sock.recv(65_536)):
                    busy.discard(device)

    def answer_until(self, over: Callable[[], bool]) -> None:
        """Go on saying 200 while something else is waited for."""
        while not over():
            for number, _ in self._epoll.poll(0.05, 256):
                device = self._by_number[number]
                device.receive(device.sock.recv(65_536))
