"""Images are decoded and encoded anew, which drops whatever else the file carried. Runs in `scan_process`."""

import io
from typing import Literal

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError

from pinegate.adapters.documents.scan_refusal import ScanRefusedError

ImageFormat = Literal["PNG", "JPEG"]
MOST_PIXELS = 50_000_000  # A4 at 600 dots per inch has 35 million
_JPEG_QUALITY = 92
_PNG_EFFORT = 3
_GREY = frozenset({"1", "L", "LA", "I;16"})
_LOADED = (
    JpegImagePlugin.JpegImageFile.format,
    PngImagePlugin.PngImageFile.format,
)  # before files are forbidden


def image_encoded_anew(image_format: ImageFormat, content: bytes) -> bytes:
    """The same picture, upright, in grey or colour. Raises ScanRefusedError."""
    output = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=[image_format]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ScanRefusedError(
                    "too_many_pixels", f"The image has more than {MOST_PIXELS // 1_000_000} million pixels."
                )
            mode = "L" if image.mode in _GREY else "RGB"
            ImageOps.exif_transpose(image, in_place=True)
            plain = image if image.mode == mode else image.convert(mode)
            plain.info.clear()  # what is left of the file's own words would be written again
            plain.save(output, format=image_format, quality=_JPEG_QUALITY, compress_level=_PNG_EFFORT)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, ScanRefusedError):
            raise
        raise ScanRefusedError("damaged", "The image is damaged; export or scan it again.") from error
    return output.getvalue()
