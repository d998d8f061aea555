"""Bytes of a body → an XML tree, whatever the vendor's encoder did to them; nothing external, nothing deep
(S18).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

from lxml import etree as untyped_etree  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]

from pinegate.protocols.deviations import Deviation

etree = cast(Any, untyped_etree)
"""lxml has no type stubs; it is only seen through this."""

MAX_BYTES = 65_536
MAX_DEPTH = 32
MAX_TEXT = 1_024


@dataclass(frozen=True, slots=True)
class MalformedXml:
    """A body that is no MANSCDP. ``fault``: a short fixed name, good as a counter's label."""

    fault: str


class Element(Protocol):
    """What we use of an lxml element."""

    tag: str
    text: str | None

    def __iter__(self) -> Iterator["Element"]: ...
    def __len__(self) -> int: ...
    def find(self, path: str) -> "Element | None": ...
    def get(self, key: str) -> str | None: ...
    def items(self) -> list[tuple[str, str]]: ...


_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
)
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_FORBIDDEN = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);|#[0-9]{1,6};|#x[0-9A-Fa-f]{1,5};)")
_BAD_REFERENCE = re.compile(r"&#(?:[0-8]|1[124-9]|2[0-9]|3[01]|x0?[0-8bBcCeEfF]|x1[0-9A-Fa-f]);")
_TAG = re.compile(
    r"<(/?)([A-Za-z_][\w.-]*+)"
    r"""((?:\s++[A-Za-z_][\w.-]*+\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'))*+)\s*+(/?)>"""
)


def decode_text(body: bytes) -> str:
    """UTF-8 when it is valid UTF-8, whatever is declared (some simulators lie); else GB18030, which holds
    GB2312.
    """
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def parse_xml(
    body: bytes, max_bytes: int = MAX_BYTES, noted: set[Deviation] | None = None
) -> Element | MalformedXml:
    """The root element, or what is wrong. Repairs what vendors break, and adds to ``noted``; never raises."""
    if len(body) > max_bytes:
        return MalformedXml("too_long")
    text = _CONTROL.sub("", decode_text(body))
    declaration = _DECLARATION.match(text)
    if declaration:
        text = text[declaration.end() :]
    if "<!" in text and _FORBIDDEN.search(text):
        return MalformedXml("doctype")
    root = _tree(text.strip())
    if root is None:
        root = _tree(repair(text))
        if noted is not None:
            noted.add(Deviation.BROKEN_XML)
    if root is None:
        return MalformedXml("not_xml")
    return MalformedXml("too_deep") if _TOO_DEEP(root) else root


def _tree(text: str) -> Element | None:
    if not text:
        return None
    try:
        return cast(Element, etree.fromstring(text, _PARSER))
    except (etree.XMLSyntaxError, ValueError):
        return None


def repair(text: str) -> str:
    """Make vendors' XML well-formed: bare ``&`` and ``<`` become text, end tags are added or dropped to
    balance.

    An ``Item`` is never inside an ``Item``: a second one closes the first (missing ``</Item>``).
    """
    output: list[str] = []
    stack: list[str] = []
    position = 0
    for match in _TAG.finditer(text):
        if stack:
            output.append(_clean(text[position : match.start()]))
        position = match.end()
        closing, name, attributes, empty = match.groups()
        if not stack and output:
            break
        if closing:
            if name in stack:
                _close(stack, output, name)
            continue
        if name == "Item" and name in stack:
            _close(stack, output, name)
        output.append(f"<{name}{_BARE_AMPERSAND.sub('&amp;', attributes)}{empty}>")
        if not empty:
            stack.append(name)
            if len(stack) > MAX_DEPTH + 1:
                break
    while stack:
        output.append(f"</{stack.pop()}>")
    return "".join(output)


def _close(stack: list[str], output: list[str], name: str) -> None:
    while True:
        top = stack.pop()
        output.append(f"</{top}>")
        if top == name:
            return


def _clean(text: str) -> str:
    if "&" in text:
        text = _BARE_AMPERSAND.sub("&amp;", _BAD_REFERENCE.sub("", text))
    return text.replace("<", "&lt;").replace("]]>", "]]&gt;")


def text_of(element: Element, name: str) -> str:
    """The text of child ``name``, or of an attribute of that name (some vendors), trimmed and cut; or
    empty.
    """
    child = element.find(name)
    value = element.get(name) if child is None else child.text
    return value.strip()[:MAX_TEXT] if value else ""


def own_text(element: Element) -> str:
    """The element's text, trimmed and cut."""
    value = element.text
    return value.strip()[:MAX_TEXT] if value else ""


def number(text: str) -> int | None:
    """A decimal integer, with the blanks that some vendors put in; ``None`` for anything else or beyond 64
    bit.
    """
    text = text.replace(" ", "")
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        return None
    return int(text)


_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")


def decimal(text: str) -> float | None:
    """A decimal fraction; ``None`` for anything else (``nan`` too)."""
    text = text.replace(" ", "")
    return float(text) if _DECIMAL.fullmatch(text) else None


def escape(text: str) -> str:
    """Text for between tags, without the characters that XML cannot hold."""
    text = _CONTROL.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
