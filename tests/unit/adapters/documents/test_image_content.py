import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tests.factories.scans import image

from pinegate.adapters.documents.image_content import ImageFormat, image_encoded_anew
from pinegate.adapters.documents.scan_refusal import ScanRefusedError


def refusal(image_format: ImageFormat, content: bytes) -> str:
    with pytest.raises(ScanRefusedError) as refused:
        image_encoded_anew(image_format, content)
    return refused.value.code


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_an_image_stays_what_it_is(image_format: ImageFormat) -> None:
    with Image.open(io.BytesIO(image_encoded_anew(image_format, image(image_format)))) as kept:
        assert (kept.format, kept.size) == (image_format, (40, 30))


def test_whatever_else_an_image_carried_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x010E] = "<?php system($_GET[0]); ?>"
    sent = image("JPEG", exif=exif, comment=b"<?php here too") + b"<script>alert(1)</script>"
    kept = image_encoded_anew("JPEG", sent)
    assert b"<?php" in sent
    assert b"<?php" not in kept
    assert b"<script>" not in kept


def test_texts_and_profiles_of_a_png_are_dropped() -> None:
    words = PngInfo()
    words.add_text("Comment", "canary-text")
    sent = image("PNG", pnginfo=words, icc_profile=b"canary-profile", dpi=(600, 600))
    with Image.open(io.BytesIO(image_encoded_anew("PNG", sent))) as kept:
        assert kept.info == {}


def test_a_photograph_lies_as_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(image_encoded_anew("JPEG", image("JPEG", exif=exif)))) as kept:
        assert kept.size == (30, 40)
        assert not kept.getexif()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    assert image_encoded_anew("PNG", image("PNG", mode=mode))


def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    bomb = image("PNG", size=(10_000, 6_000), mode="1")
    assert len(bomb) < 20_000
    assert refusal("PNG", bomb) == "too_many_pixels"


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_a_truncated_image_is_refused(image_format: ImageFormat) -> None:
    whole = image(image_format, size=(300, 300))
    assert refusal(image_format, whole[: len(whole) // 2]) == "damaged"


@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]), st.binary(max_size=300))
def test_garbage_after_a_good_beginning_is_refused_and_nothing_else_happens(
    magic: bytes, rest: bytes
) -> None:
    with pytest.raises(ScanRefusedError):
        image_encoded_anew("PNG" if magic[0] == 0x89 else "JPEG", magic + rest)
