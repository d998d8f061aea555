"""The worker's side of the codec helper, which decodes hostile video (``codec_process``)."""

from pinegate.adapters.confined.helper import Helper
from pinegate.protocols.media.frames import AccessUnit

TIME_LIMIT_SECONDS = 5.0


class CodecHelper(Helper):
    """Pictures and sound of cameras."""

    def __init__(self, time_limit_seconds: float = TIME_LIMIT_SECONDS) -> None:
        super().__init__("pinegate.adapters.media.codec_process", time_limit_seconds=time_limit_seconds)

    async def jpeg(self, key: AccessUnit) -> bytes:
        """A key frame as JPEG. Raises :class:`HelperError`."""
        return await self.request({"do": "jpeg", "codec": key.codec}, key.payload)
