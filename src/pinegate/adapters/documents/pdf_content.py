"""A PDF is parsed and written anew with what a paper needs: pages, fonts, images. Runs in `scan_process`.

An allow-list of keys, walked from each page: what is not named here is not written. So there is no script, nothing
that happens on opening, no link, no form, no embedded or external file, however it is spelt and wherever it is hidden.
What notes, stamps and filled fields look like becomes part of the page first.
"""

import io
import re
from collections.abc import Iterator
from typing import Literal

from pikepdf import Array, Dictionary, Object, PasswordError, Pdf, PdfError, Stream

from pinegate.adapters.documents.scan_refusal import ScanRefusedError

MOST_PAGES = 2_000
MOST_OBJECTS = 500_000
_DAMAGED = "The PDF is damaged or incomplete; export or scan it again."
_BEGINNING = re.compile(rb"%PDF-[12]\.\d")
_END = re.compile(rb"startxref\s+\d+\s+%%EOF")
_LAST_BYTES = 1024
_MOST_GENERATIONS = 50
_INHERITED = ("/MediaBox", "/CropBox", "/Rotate", "/Resources")  # ISO 32000-1 7.7.3.4

_Keys = Literal["known", "categories", "names"]
"""Of a dictionary: those of the standard, those of resources, the document's own names."""

_CATEGORIES = frozenset(
    {"/Font", "/XObject", "/ColorSpace", "/ExtGState", "/Pattern", "/Shading", "/ProcSet"}
)
_BY_NAME = frozenset({"/CharProcs", "/Colorants"})
_KEPT = (_CATEGORIES | _BY_NAME) | {
    f"/{key}"
    for keys in (
        # pages, form and image XObjects (ISO 32000-1 7.7.3.3, 8.9.5, 8.10.2)
        "Type Subtype MediaBox CropBox Rotate UserUnit Resources Contents Group S CS I K",
        "FormType BBox Matrix Width Height BitsPerComponent ImageMask Mask SMask Decode Interpolate Intent",
        "Matte SMaskInData",
        # how streams are packed (7.4)
        "Length Filter DecodeParms Predictor Colors Columns EarlyChange EndOfLine EncodedByteAlign Rows",
        "EndOfBlock BlackIs1",
        "DamagedRowsBeforeError ColorTransform JBIG2Globals",
        # graphics state, colour, functions, patterns, shadings (7.10, 8.4.5, 8.6, 8.7)
        "LW LC LJ ML D RI OP op OPM BG BG2 UCR UCR2 TR TR2 HT FL SM SA BM CA ca AIS TK G BC",
        "N Alternate Range WhitePoint BlackPoint Gamma Lab Process Components MixingHints Solidities",
        "PrintingOrder DotGain",
        "FunctionType Domain Size BitsPerSample Order Encode C0 C1 Functions Bounds",
        "PatternType PaintType TilingType XStep YStep ShadingType Background AntiAlias Coords Function Extend",
        "BitsPerCoordinate BitsPerFlag VerticesPerRow",
        "HalftoneType HalftoneName Frequency Angle SpotFunction AccurateScreens TransferFunction Xsquare",
        "Ysquare Default",
        # fonts (9.6 to 9.10)
        "BaseFont FirstChar LastChar Widths FontDescriptor Encoding BaseEncoding Differences ToUnicode Name",
        "FontBBox",
        "FontMatrix DescendantFonts CIDSystemInfo Registry Ordering Supplement W DW W2 DW2 CIDToGIDMap",
        "CMapName UseCMap WMode",
        "FontName FontFamily FontStretch FontWeight Flags ItalicAngle Ascent Descent Leading CapHeight",
        "XHeight StemV StemH",
        "AvgWidth MaxWidth MissingWidth FontFile FontFile2 FontFile3 CharSet CIDSet Style Panose Lang FD",
        "Length1 Length2 Length3",
    )
    for key in keys.split()
}


def pdf_written_anew(content: bytes) -> bytes:
    """The same pages. Raises ScanRefusedError."""
    if not _BEGINNING.match(content) or not _END.search(content[-_LAST_BYTES:]):
        raise ScanRefusedError("damaged", _DAMAGED)
    try:
        with Pdf.open(io.BytesIO(content), suppress_warnings=True) as source, Pdf.new() as target:
            _refuse_other_forms(source)
            if not 1 <= len(source.pages) <= MOST_PAGES:
                raise ScanRefusedError("too_much_in_it", f"The PDF has no page, or more than {MOST_PAGES}.")
            source.generate_appearance_streams()
            source.flatten_annotations()
            seen: set[tuple[int, int, str]] = set()
            for page in source.pages:
                _inherit(page.obj)
                _keep_what_is_allowed(page.obj, seen)
            target.pages.extend(source.pages)
            output = io.BytesIO()
            target.save(output, deterministic_id=True)
            return output.getvalue()
    except PasswordError:
        raise ScanRefusedError("locked", "The PDF opens with a password only; save it without one.") from None
    except (PdfError, ValueError, TypeError, KeyError, RuntimeError) as error:
        if isinstance(error, ScanRefusedError):
            raise
        raise ScanRefusedError("damaged", _DAMAGED) from error


def _refuse_other_forms(source: Pdf) -> None:
    """Where the paper is not in the pages, writing the pages would lose it."""
    if "/Collection" in source.Root:
        raise ScanRefusedError(
            "other_form", "The PDF is a portfolio of other files; hand these in themselves."
        )
    form = source.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        raise ScanRefusedError("other_form", "The PDF is an XFA form; print it to a plain PDF.")


def _inherit(page: Object) -> None:
    parent = page.get("/Parent")
    for _ in range(_MOST_GENERATIONS):
        if not isinstance(parent, Dictionary):
            return
        for key in _INHERITED:
            if key in parent and key not in page:
                page[key] = parent[key]
        parent = parent.get("/Parent")


def _keep_what_is_allowed(page: Object, seen: set[tuple[int, int, str]]) -> None:
    waiting: list[tuple[Object, _Keys]] = [(page, "known")]
    steps = 0
    while waiting:
        node, keys = waiting.pop()
        steps += 1
        if steps + len(seen) > MOST_OBJECTS:
            raise ScanRefusedError("too_much_in_it", "There is too much in the PDF; scan the paper anew.")
        if node.is_indirect:
            visit = (*node.objgen, keys)  # in another place other keys may be left
            if visit in seen:
                continue
            seen.add(visit)
        waiting += _kept_children(node, keys)


def _kept_children(node: Object, keys: _Keys) -> Iterator[tuple[Object, _Keys]]:
    """What is kept of ``node``; the rest is removed from it."""
    if isinstance(node, Array):
        for child in list(node):
            if isinstance(child, Array | Dictionary | Stream):
                yield child, "known"
    elif isinstance(node, Dictionary | Stream):
        for key in list(node.keys()):
            if (keys == "known" and key not in _KEPT) or (keys == "categories" and key not in _CATEGORIES):
                del node[key]
                continue
            child = node[key]
            if isinstance(child, Array | Dictionary | Stream):
                yield child, _keys_of(child, key, keys)


def _keys_of(child: Object, key: str, around: _Keys) -> _Keys:
    if not isinstance(child, Dictionary):
        return "known"
    if around == "categories" or (around == "known" and key in _BY_NAME):
        return "names"
    return "categories" if around == "known" and key == "/Resources" else "known"
