"""One camera's pictures on their way to its viewers: the last group of pictures, one packer an output, the
tick.

An output is a container with the tracks that its viewers were granted. Its packer exists only while somebody watches
it; its bytes are made once and shared by all of them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from pinegate.adapters.media.viewer import Viewer
from pinegate.adapters.media.wires import binary_frame
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.access.tracks import Track
from pinegate.protocols.media.flv import FlvPacker
from pinegate.protocols.media.fmp4 import Fmp4Packer
from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.protocols.media.key_frames import GroupAge
from pinegate.usecases.streams.media_engine import PlayProtocol

FLUSH_SECONDS = 0.04
"""No unit waits longer than this for the others of its piece."""
PICTURE_INTERVAL_SECONDS = 0.03
"""A picture leaves at once unless the last one left less than this ago: few ``send`` calls, little delay."""
GOP_CAP = 8 << 20
"""Bytes of the last group of pictures kept for new viewers; above it they wait for the next key frame."""
CHUNK_BYTES = 32 << 10
"""A newcomer is given the last group in pieces of about so many bytes."""
SETTLE_SECONDS = 0.5
"""How long the first viewers who may hear wait after the first key frame for a first frame of audio."""
TRANSCODED_SECONDS = 1.5
"""How much longer when the camera's sound is being transcoded, by a helper that may just be starting."""


class Packer(Protocol):
    @property
    def ready(self) -> bool: ...

    def start(self) -> bytes: ...

    def pack(self, unit: AccessUnit) -> bytes: ...


class Output:
    """One container format of one stream, with sound or without, to plain and to WebSocket viewers."""

    def __init__(self, packer: Packer, group: list[AccessUnit]) -> None:
        self.plain: dict[Viewer, None] = {}
        self.framed: dict[Viewer, None] = {}
        self._packer = packer
        self._group = [packer.pack(unit) for unit in group]
        self._pending: list[bytes] = []
        self._pending_key = False
        self._catch_up: tuple[bytes, list[bytes]] | None = None

    @property
    def watched(self) -> bool:
        return bool(self.plain or self.framed)

    def pack(self, unit: AccessUnit) -> None:
        key = unit.key and unit.codec.is_video
        if key:
            self.flush()  # a piece must begin with its key frame, for slow viewers resume there
            self._group = []
        packed = self._packer.pack(unit)
        if not packed:  # sound, in an output without
            return
        self._pending_key = self._pending_key or key
        self._group.append(packed)
        self._pending.append(packed)
        self._catch_up = None

    def forget_group(self) -> None:
        """The group grew too large to be given to new viewers."""
        self._group = []
        self._catch_up = None

    def join(self, viewer: Viewer) -> None:
        """Start a viewer at the last key frame; what is pending reaches all the others now, so none gets it
        twice.
        """
        self.flush()
        if self._catch_up is None:
            self._catch_up = self._packer.start() + b"".join(self._group[:1]), _chunks(self._group[1:])
        first, group = self._catch_up
        if viewer.protocol.is_websocket:
            self.framed[viewer] = None
            viewer.begin(binary_frame(first), map(binary_frame, group))
        else:
            self.plain[viewer] = None
            viewer.begin(first, group)

    def leave(self, viewer: Viewer) -> None:
        self.plain.pop(viewer, None)
        self.framed.pop(viewer, None)

    def flush(self) -> None:
        if not self._pending:
            return
        piece, key = b"".join(self._pending), self._pending_key
        self._pending, self._pending_key = [], False
        for viewer in tuple(self.plain):
            viewer.offer(piece, key)
        if self.framed:
            framed = binary_frame(piece)
            for viewer in tuple(self.framed):
                viewer.offer(framed, key)


def _chunks(group: list[bytes]) -> list[bytes]:
    """The packed units in few pieces, each small enough for a slow viewer to leave it out."""
    chunks: list[bytes] = []
    gathered: list[bytes] = []
    for packed in group:
        gathered.append(packed)
        if sum(map(len, gathered)) >= CHUNK_BYTES:
            chunks.append(b"".join(gathered))
            gathered = []
    return [*chunks, b"".join(gathered)] if gathered else chunks


class Stream:
    """Access units in, viewers out. ``on_settled`` is called once it is known which tracks there are.

    ``transcodes``: G.711 will come again as AAC (see ``audio.py``), so it is worth waiting for. ``silent``: the camera
    says that it sends no sound, so that nothing is.
    """

    def __init__(self, on_settled: Callable[["Stream", AccessUnit], None], transcodes: bool) -> None:
        self.waiting: dict[Viewer, None] = {}
        self.video: Codec | None = None
        self.camera_audio: Codec | None = None
        self.silent = False
        self._audio: AccessUnit | None = None
        self._on_settled = on_settled
        self._transcodes = transcodes
        self._loop = asyncio.get_running_loop()
        self._settled = False
        self._settling: asyncio.TimerHandle | None = None
        self._group: list[AccessUnit] = []
        self._group_bytes = 0
        self._age = GroupAge()
        self._outputs: dict[tuple[PlayProtocol, bool], Output] = {}
        self._flushing: asyncio.TimerHandle | None = None
        self._picture_waits = False
        self._picture_due = 0.0

    @property
    def key_picture(self) -> AccessUnit | None:
        """The last key frame, if the group it began is still kept."""
        return self._group[0] if self._group else None

    @property
    def audio(self) -> Codec | None:
        """The audio that goes to those who may hear it."""
        return self._audio.codec if self._audio is not None else None

    @property
    def watched(self) -> bool:
        return bool(self.waiting or self._outputs)

    def viewers(self) -> list[Viewer]:
        outputs = self._outputs.values()
        return [*self.waiting, *(viewer for output in outputs for viewer in (*output.plain, *output.framed))]

    def join(self, viewer: Viewer) -> None:
        """Start a viewer, or have it wait for a key frame of now, and who may hear until the tracks are settled.

        Whose tracks leave sound out gets an output whose packer was never given any.
        """
        may_hear = Track.AUDIO in viewer.tracks
        live = self._group and self._age.is_live(self._loop.time())
        if not live or (may_hear and not self._settled):
            self.waiting[viewer] = None
            return
        container = PlayProtocol.MP4 if viewer.protocol.value.endswith("mp4") else PlayProtocol.FLV
        audio = self._audio if may_hear else None
        output = self._outputs.get((container, audio is not None))
        if output is None:
            packer = self._packer(container, audio)
            output = Output(packer, self._group)
            if not packer.ready:  # the key frame's parameter sets cannot be read; perhaps the next one's
                self.waiting[viewer] = None
                return
            self._outputs[container, audio is not None] = output
        output.join(viewer)

    def _packer(self, container: PlayProtocol, audio: AccessUnit | None) -> Packer:
        """A packer that is ready: it has seen an audio frame even if the group at hand has none."""
        packer = (Fmp4Packer if container is PlayProtocol.MP4 else FlvPacker)(
            self.video, audio.codec if audio is not None else None
        )
        if audio is not None:
            start = self._group[0].dts
            packer.pack(replace(audio, pts=start, dts=start))
        return packer

    def leave(self, viewer: Viewer) -> None:
        self.waiting.pop(viewer, None)
        for key, output in tuple(self._outputs.items()):
            output.leave(viewer)
            if not output.watched:
                del self._outputs[key]

    def push(self, unit: AccessUnit) -> None:
        """Take the next picture or audio frame."""
        if unit.codec in (Codec.G711A, Codec.G711U):
            self.camera_audio = unit.codec
            return
        if unit.codec.is_video:
            taken = self._take_picture(unit)
            if taken is None:
                return
            unit = taken
        else:
            if self._audio is None and not self._settled:
                self._audio = unit  # a track that comes later is left out: players cannot add one
            self.camera_audio = self.camera_audio or unit.codec
        if not self._group:
            return
        self._keep(unit)
        for output in tuple(
            self._outputs.values()
        ):  # packing may flush, and flushing may end the last viewer
            output.pack(unit)
        if not self._settled:
            self._try_to_settle()
        if self.waiting and unit.key:
            self._begin_waiting()
        self._schedule_flush(unit.codec.is_video)

    def _take_picture(self, unit: AccessUnit) -> AccessUnit | None:
        """Note codec and group; None when nothing can be done with the picture. A torn key picture is one among others
        as long as newcomers have a better one to begin with.
        """
        if unit.codec is not self.video:
            if not unit.key:
                return None
            if self.video is not None:
                self.reset(End(EndReason.SOURCE_CHANGED))
            self.video = unit.codec
        now = self._loop.time()
        if unit.key:
            if self._age.begins(unit.torn, now):
                self._group, self._group_bytes = [unit], 0
            else:
                unit = replace(unit, key=False)
        self._age.picture(now)
        return unit

    def _keep(self, unit: AccessUnit) -> None:
        self._group_bytes += len(unit.payload)
        if self._group_bytes > GOP_CAP:
            self._group = []
            for output in self._outputs.values():
                output.forget_group()
        elif unit is not self._group[0]:
            self._group.append(unit)

    def _try_to_settle(self) -> None:
        if self.audio is not None or self.silent:
            self._settle()
        elif self._settling is None:
            self._settling = self._loop.call_later(SETTLE_SECONDS, self._waited_for_sound)

    def _waited_for_sound(self) -> None:
        if self._transcodes and self.camera_audio is not None:
            self._settling = self._loop.call_later(TRANSCODED_SECONDS, self._settle)
        else:
            self._settle()

    def _settle(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        if self._settled or not self._group:
            return
        self._settled = True
        self._on_settled(self, self._group[0])
        self._begin_waiting()

    def _begin_waiting(self) -> None:
        if self._group:
            waiting, self.waiting = self.waiting, {}
            for viewer in waiting:
                self.join(viewer)

    def _schedule_flush(self, picture: bool) -> None:
        if not self._outputs:
            return
        now = self._loop.time()
        due = now + FLUSH_SECONDS
        if picture:
            self._picture_waits = True
            due = self._picture_due
        if due <= now:
            self._flush()
        elif self._flushing is None or due < self._flushing.when():
            self._cancel_flush()
            self._flushing = self._loop.call_at(due, self._flush)

    def _cancel_flush(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None

    def _flush(self) -> None:
        self._cancel_flush()
        if self._picture_waits:
            self._picture_waits = False
            self._picture_due = self._loop.time() + PICTURE_INTERVAL_SECONDS
        for output in tuple(self._outputs.values()):
            output.flush()

    def reset(self, end: End) -> None:
        """End all viewers and forget the pictures, as when the source is gone."""
        for viewer in self.viewers():
            viewer.end(end)
        self._cancel_flush()
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        self._settled = False
        self._group = []
        self._age = GroupAge()
        self.video = self.camera_audio = self._audio = None
