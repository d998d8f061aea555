"""One camera's RTP: who may send it (S17), and from packets to access units.

S17: packets are taken only from the negotiated hosts; the first valid one fixes address, port and SSRC;
whatever else comes to the port is refused, counted and reported. Devices that send with another SSRC than announced are
heard when the announced one does not come; as soon as it does, it is the camera's.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pinegate.protocols.media.frames import AccessUnit, MalformedMedia
from pinegate.protocols.media.key_frames import NO_PICTURE_SECONDS, KeyFrameRequests
from pinegate.protocols.media.payloads import Depacketizer, depacketizer_for
from pinegate.protocols.media.rtp import Receiver, RtpPacket, parse

SETUP_SECONDS = 40.0
"""From opening until the first packet: SIP's timer B (32 s) and the camera's own time to start."""
SILENCE_SECONDS = 10.0
"""A source that sent something and then nothing for so long is lost."""
UDP_WINDOW = 16
LEARNED_AFTER_SECONDS = 1.0
"""How long the announced SSRC is waited for when another one comes from where the camera is: somebody behind the same
NAT, or a camera that missed our BYE, is not believed for being faster."""

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class SourceHooks:
    """What a source calls: with each unit; when a second source shows up (its host); when it is lost; when it wants
    a key frame; when no picture comes any more, and when one comes again.
    """

    on_unit: Callable[[AccessUnit], None]
    on_second: Callable[[str], None]
    on_lost: Callable[[str], None]
    on_key_frame_wanted: Callable[[], None]
    on_pictures: Callable[[bool], None]


class Source:
    """Datagrams (or TCP frames) in, access units out. ``now`` is monotonic, in seconds.

    ``strict``: nothing is handed out from a loss to the next key frame, rather than left to decoders to conceal.
    ``faults`` counts the peer's violations by name.
    """

    def __init__(
        self,
        source_id: str,
        expected_host: str,
        ssrc: int | None,
        ordered: bool,
        hooks: SourceHooks,
        now: float,
        *,
        strict_ssrc: bool = False,
        strict: bool = False,
    ) -> None:
        self.source_id = source_id
        self.faults: Counter[str] = Counter()
        self.packets = 0
        self._hosts = {expected_host}
        self._ssrc = ssrc
        self._strict_ssrc = strict_ssrc and ssrc is not None
        self._window = 0 if ordered else UDP_WINDOW
        self._hooks = hooks
        self._strict = strict
        self._key_frames = KeyFrameRequests()
        self._last_picture = 0.0
        self._no_picture = False
        self._sender: Address | None = None
        self._receiver = Receiver(ssrc, self._window)
        self._unannounced: tuple[Address, int, float] | None = None
        """Who sends with another SSRC than announced, which one, and since when."""
        self._depacketizer: Depacketizer | None = None
        self._due = now + SETUP_SECONDS
        self._last_packet = 0.0
        self._reported = float("-inf")

    @property
    def ssrc(self) -> int | None:
        """The SSRC announced or learned; None before the first packet."""
        return self._receiver.ssrc

    @property
    def silent(self) -> bool:
        """The camera says that it sends no sound; False as long as it says nothing."""
        return self._depacketizer is not None and self._depacketizer.silent

    @property
    def sender(self) -> Address | None:
        """Who sent the first valid packet; None until then."""
        return self._sender

    def bind(self, remote_host: str, ssrc: int | None, now: float) -> None:
        """The camera's answer: also its media address may send; its SSRC holds even against early media."""
        self._hosts.add(remote_host)
        self._ssrc = self._ssrc if ssrc is None else ssrc
        if ssrc is not None and ssrc != self._receiver.ssrc:
            self._sender = None
            self._receiver = Receiver(ssrc, self._window)
            self._depacketizer = None
        elif ssrc is None and self._sender is None and not self._strict_ssrc:
            self._receiver = Receiver(None, self._window)
        self._due = max(self._due, now + SILENCE_SECONDS)

    def may_send(self, host: str) -> bool:
        return host in self._hosts

    def packet(self, datagram: bytes, sender: Address, now: float) -> None:
        """Take one RTP packet as it came from the socket."""
        if self._ssrc is not None and self._receiver.ssrc != self._ssrc and sender[0] in self._hosts:
            self._return_to_announced(datagram)
        if sender != self._sender and (self._sender is not None or sender[0] not in self._hosts):
            self.refuse(sender[0], now)
            return
        if self._sender is None:
            self._learn(datagram, sender, now)
        receiver = self._receiver
        foreign, received = receiver.foreign, receiver.received
        for packet in receiver.receive(datagram):
            self._depacketize(packet, now)
        if receiver.received != received:
            self.packets += 1
            if self._sender is None:
                self._sender, self._last_picture = sender, now
            self._last_packet = now
        elif receiver.foreign != foreign:
            self.refuse(sender[0], now)

    def _learn(self, datagram: bytes, sender: Address, now: float) -> None:
        """Nothing came yet: is this a device that sends with another SSRC than announced?"""
        packet = parse(datagram)
        if (
            self._strict_ssrc
            or isinstance(packet, MalformedMedia)
            or self._receiver.ssrc in (None, packet.ssrc)
        ):
            return
        if self._unannounced is None or self._unannounced[:2] != (sender, packet.ssrc):
            self._unannounced = (sender, packet.ssrc, now)
        elif now - self._unannounced[2] >= LEARNED_AFTER_SECONDS:
            self.faults["ssrc_not_announced"] += 1
            self._receiver = Receiver(packet.ssrc, self._window)

    def _return_to_announced(self, datagram: bytes) -> None:
        packet = parse(datagram)
        if not isinstance(packet, MalformedMedia) and packet.ssrc == self._ssrc:
            self._sender, self._depacketizer = None, None
            self._receiver = Receiver(self._ssrc, self._window)

    def refuse(self, host: str, now: float) -> None:
        """Count a second source; reported at most once a second, so that it cannot flood control."""
        self.faults["second_source"] += 1
        if now - self._reported >= 1.0:
            self._reported = now
            self._hooks.on_second(host)

    def _depacketize(self, packet: RtpPacket, now: float) -> None:
        if self._depacketizer is None:
            chosen = depacketizer_for(packet.payload_type, packet.payload, wait_for_key=self._strict)
            if isinstance(chosen, MalformedMedia):
                self.faults["unknown_payload"] += 1
                return
            self._depacketizer = chosen
        reader = self._depacketizer
        withheld = reader.damaged + reader.skipped
        units = reader.feed(packet.payload, packet.timestamp, packet.marker, packet.lost_before)
        if packet.lost_before or reader.damaged + reader.skipped != withheld:
            self._key_frames.need()
        for unit in units:
            if unit.codec.is_video:
                self._note_picture(unit, now)
            self._hooks.on_unit(unit)
        if self._key_frames.due(now):
            self.faults["key_frames_wanted"] += 1
            self._hooks.on_key_frame_wanted()

    def _note_picture(self, unit: AccessUnit, now: float) -> None:
        self._last_picture = now
        if unit.torn:
            self.faults["torn_pictures"] += 1
        if unit.key:
            self._key_frames.key_came(whole=not unit.torn)
        if self._no_picture:
            self._no_picture = False
            self._hooks.on_pictures(True)

    def want_key_frame(self) -> None:
        """Somebody has nothing to begin with; the camera is asked with its next packet."""
        self._key_frames.need()

    def check(self, now: float) -> None:
        """Declare the source lost when nothing came for too long; tell when nothing came that can be shown."""
        if self._sender is None:
            if now >= self._due:
                self.lost("no packet came")
        elif now - self._last_packet >= SILENCE_SECONDS:
            self.lost(f"no packet for {SILENCE_SECONDS:g} s")
        elif now - self._last_picture >= NO_PICTURE_SECONDS and not self._no_picture:
            self._no_picture = True
            self._hooks.on_pictures(False)

    def lost(self, why: str) -> None:
        """The camera is gone."""
        self._hooks.on_lost(why)

    def counters(self) -> Counter[str]:
        """The peer's faults so far, those that the codecs counted included."""
        receiver, reader = self._receiver, self._depacketizer
        counted = Counter(self.faults)
        counted["lost"] = receiver.lost
        counted["late"] = receiver.late
        counted["duplicates"] = receiver.duplicates
        counted["malformed_rtp"] = receiver.malformed
        if reader is not None:
            counted["malformed_payload"] = reader.malformed
            counted["damaged_pictures"] = reader.damaged
        return +counted
