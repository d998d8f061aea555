"""A mark inside a JPEG that picture programs read, and that leaves the picture alone."""

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pinegate.protocols.media.jpeg_mark import NotJpegError, with_mark

IMAGE_DESCRIPTION, EXIF_IFD, USER_COMMENT = 0x010E, 0x8769, 0x9286


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 16), (200, 30, 60)).save(file, "JPEG")
    return file.getvalue()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_another_program_reads_the_mark(text: str) -> None:
    marked = Image.open(io.BytesIO(with_mark(picture(), text)))
    comment = marked.getexif().get_ifd(EXIF_IFD)[USER_COMMENT]
    assert comment[:8] == b"UNICODE\0" and comment[8:].decode("utf-16-be") == text


def test_the_picture_itself_is_unchanged() -> None:
    before, after = Image.open(io.BytesIO(picture())), Image.open(io.BytesIO(with_mark(picture(), "城管局")))
    assert before.tobytes() == after.tobytes() and after.size == (32, 16)


def test_an_earlier_mark_is_replaced() -> None:
    twice = with_mark(with_mark(picture(), "first"), "second")
    assert b"first" not in twice and twice == with_mark(picture(), "second")


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG", b"\xff\xd8\x00\x01\x02\x03", b"\xff\xd8\xff\xe0\x00\x00xx"]
)
def test_what_is_no_jpeg_is_refused(data: bytes) -> None:
    with pytest.raises(NotJpegError):
        with_mark(data, "mark")


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(data: bytes) -> None:
    with contextlib.suppress(NotJpegError):
        with_mark(b"\xff\xd8" + data, "mark")
