"""Sets a document by typst as PDF/A-2b, with the fonts of the program alone.

Everything that people typed reaches the template as JSON values, never as typst source: nothing in it is
markup. The same data and date give the same bytes.
"""

import asyncio
import json
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVarTuple, cast

import typst
from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

_TEMPLATES = Path(__file__).parent / "templates"
_NO_GLYPH = "〓"  # the printer's mark for a character that the font lacks
_NOT_A_CHARACTER = "\U0010ffff"
_THREADS = ThreadPoolExecutor(1, "typesetting")
_Ts = TypeVarTuple("_Ts")


class DocumentError(RuntimeError):
    """A document could not be set: a fault of the template, not of what people typed."""


async def set_aside(render: Callable[[*_Ts], bytes], *args: *_Ts) -> bytes:
    """``render(*args)`` in the thread of typesetting, so that papers of many pages hold up nothing but each other."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, render, *args)


def typeset(template: str, data: dict[str, Any], set_on: date) -> bytes:
    """The PDF of `templates/<template>.typ` with `data`; blocks for some 0.1 s (`set_aside`)."""
    try:
        made = typst.Compiler(
            input=_TEMPLATES / f"{template}.typ",
            root=_TEMPLATES,
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False)},
        ).compile(
            format="pdf",
            pdf_standards="a-2b",
            timestamp=datetime(set_on.year, set_on.month, set_on.day, tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise DocumentError(f"{template}: {error.message}") from error
    if not isinstance(made, bytes):
        raise DocumentError(f"{template}: no document came out")
    return made


@cache
def _fonts() -> typst.Fonts:
    folder = Path(str(FONT_PATH)).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _printable(value: object) -> object:
    """`value` with each text reduced to what can be printed; dates as year, month and day."""
    if isinstance(value, str):
        return "".join(map(_printable_character, value.replace("\r\n", "\n").replace("\r", "\n")))
    if isinstance(value, dict):
        return {name: _printable(inner) for name, inner in cast(dict[str, object], value).items()}
    if isinstance(value, list | tuple):
        return [_printable(inner) for inner in cast(list[object], value)]
    if isinstance(value, date):
        return {"year": value.year, "month": value.month, "day": value.day}
    return value


@cache
def _printable_character(character: str) -> str:
    """One character as printed: invisible ones (also those that reverse the reading order) are left out.

    PDF/A forbids glyphs that the font lacks.
    """
    if character == "\n" or " " <= character <= "~":
        return character
    if character == "\t":
        return " "
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return ""
    return character if _picture(character) != _picture(_NOT_A_CHARACTER) else _NO_GLYPH


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_PATH), size=16)


def _picture(character: str) -> bytes:
    canvas = Image.new("L", (24, 24))
    ImageDraw.Draw(canvas).text((0, 0), character, font=_font(), fill=255)
    return canvas.tobytes()
