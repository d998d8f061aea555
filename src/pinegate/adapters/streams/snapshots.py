"""Snapshots of live pictures, each with its taker's mark inside."""

from pinegate.adapters.streams.source_runner import SourceRunner
from pinegate.protocols.media.jpeg_mark import NotJpegError, with_mark
from pinegate.usecases.streams.media_engine import MediaEngine, MediaEngineError, PictureUnavailableError


class Snapshots:
    """Takes the picture from the running source, or from one started for it."""

    def __init__(self, media: MediaEngine, sources: SourceRunner) -> None:
        self._media = media
        self._sources = sources

    async def take(self, point_id: str, session_id: str, mark: str) -> bytes:
        """JPEG with ``mark`` as Exif. Raises :class:`PictureUnavailableError`."""
        async with self._sources.borrowed(point_id, session_id) as there:
            if not there:
                raise PictureUnavailableError("the camera sends no picture")
            try:
                return with_mark(await self._media.snapshot(point_id), mark)
            except (MediaEngineError, NotJpegError) as error:
                raise PictureUnavailableError("no picture could be taken") from error


class NoSnapshots:
    """No cameras, no pictures."""

    async def take(self, point_id: str, session_id: str, mark: str) -> bytes:
        raise PictureUnavailableError("no media engine is running")
