"""Uploads for tests: images, and PDFs with whatever should not be in them."""

import io
from collections.abc import Callable
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image


def image(image_format: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object) -> bytes:
    """A plain image; ``options`` are Pillow's for saving."""
    output = io.BytesIO()
    Image.new(mode, size, 200).save(output, image_format, **options)
    return output.getvalue()


def pdf_with(add: Callable[[Pdf], object] = lambda _: None, **options: Any) -> bytes:
    """A page with a line of text, and what ``add`` does to the file; ``options`` are pikepdf's for saving."""
    output = io.BytesIO()
    with Pdf.new() as pdf:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page = pdf.add_blank_page(page_size=(200, 100))
        page.obj.Resources = Dictionary(Font=Dictionary(Plain=pdf.make_indirect(font)))
        page.obj.Contents = pdf.make_stream(b"BT /Plain 12 Tf 10 50 Td (a sealed paper) Tj ET")
        add(pdf)
        pdf.save(output, **options)
    return output.getvalue()


def annotation(pdf: Pdf, annotation: Dictionary) -> None:
    """Put it on the first page."""
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(annotation)])
