import contextlib
import io
import zlib
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Encryption, Name, Pdf, Stream, String
from tests.factories.city_profile import HUANGSHAN
from tests.factories.scans import annotation, pdf_with

from pinegate.adapters.documents.application_form import ApplicationForm, render_application_form
from pinegate.adapters.documents.pdf_content import pdf_written_anew
from pinegate.adapters.documents.scan_refusal import ScanRefusedError

PLACE = (0, 0, 9, 9)


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def launch() -> Dictionary:
    return Dictionary(S=Name.Launch, F=String("calc.exe"))


def to_unc_path() -> Dictionary:
    return Dictionary(S=Name.GoToR, F=String("//192.0.2.1/share/x.pdf"), D=Array([0, Name.Fit]))


def to_address() -> Dictionary:
    return Dictionary(S=Name.URI, URI=String("http://192.0.2.1/canary"))


def link() -> Dictionary:
    return Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=PLACE, A=to_unc_path(), AA=Dictionary(E=script())
    )


def on_opening(action: Callable[[], Dictionary]) -> Callable[[Pdf], object]:
    def add(pdf: Pdf) -> None:
        pdf.Root.OpenAction = action()

    return add


def on_the_page(pdf: Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=script(), C=launch())


def in_the_names(pdf: Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))


def embedded(pdf: Pdf) -> None:
    pdf.attachments["canary.exe"] = b"MZ canary"


def rich_media(pdf: Pdf) -> None:
    annotation(
        pdf,
        Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=PLACE, RichMediaContent=Dictionary()),
    )


def form_with_scripts(pdf: Pdf) -> None:
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("a"),
            Rect=PLACE,
            AA=Dictionary(K=script()),
            A=Dictionary(S=Name.SubmitForm, F=String("http://192.0.2.1")),
        )
    )
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    pdf.pages[0].obj.Annots = Array([field])


def outlines(pdf: Pdf) -> None:
    item = pdf.make_indirect(Dictionary(Title=String("a"), A=to_address()))
    pdf.Root.Outlines = Dictionary(First=item, Last=item, Count=1)


def external_stream(pdf: Pdf) -> None:
    picture = pdf.make_stream(
        b"x", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, F=String("//192.0.2.1/x")
    )
    pdf.pages[0].obj.Resources.XObject = Dictionary(Im0=picture)


def reference_to_another_file(pdf: Pdf) -> None:
    form = pdf.make_stream(
        b"", Subtype=Name.Form, BBox=Array([0, 0, 1, 1]), Ref=Dictionary(F=String("//192.0.2.1/x"), Page=0)
    )
    pdf.pages[0].obj.Resources.XObject = Dictionary(Fm0=form)


def page_as_font(pdf: Pdf) -> None:
    """Whoever walks the fonts first and remembers the page as done leaves its keys."""
    second = pdf.add_blank_page()
    second.obj.AA = Dictionary(O=script())
    second.obj.Annots = Array([link()])
    pdf.pages[0].obj.Resources.Font.F2 = second.obj


def metadata(pdf: Pdf) -> None:
    pdf.docinfo["/Author"] = "canary"
    pdf.Root.Metadata = pdf.make_stream(b"<x>canary</x>")
    pdf.pages[0].obj.PieceInfo = Dictionary(Canary=String("canary"))


ACTIVE: dict[str, Callable[[Pdf], object]] = {
    "script_on_opening": on_opening(script),
    "program_on_opening": on_opening(launch),
    "unc_path_on_opening": on_opening(to_unc_path),
    "address_on_opening": on_opening(to_address),
    "on_the_page": on_the_page,
    "in_the_names": in_the_names,
    "link": lambda pdf: annotation(pdf, link()),
    "embedded_file": embedded,
    "rich_media": rich_media,
    "form_with_scripts": form_with_scripts,
    "outlines": outlines,
    "external_stream": external_stream,
    "reference_to_another_file": reference_to_another_file,
    "page_as_font": page_as_font,
    "metadata": metadata,
}
WORDS = (
    "JavaScript JS Launch GoToR GoToE URI SubmitForm ImportData OpenAction AA A Annots AcroForm Names EmbeddedFiles "
    "EmbeddedFile RichMedia XFA Outlines F Ref Metadata PieceInfo Author"
)
FORBIDDEN = frozenset(f"/{word}" for word in WORDS.split())


def refusal(content: bytes) -> str:
    with pytest.raises(ScanRefusedError) as refused:
        pdf_written_anew(content)
    return refused.value.code


def keys_and_names(content: bytes) -> set[str]:
    """Every key of every dictionary of the file, reachable or not, and every name that is a value."""
    found: set[str] = set()
    with Pdf.open(io.BytesIO(content)) as pdf:
        waiting: list[object] = [*pdf.objects, pdf.trailer]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Array):
                waiting += [child for child in node if not getattr(child, "is_indirect", False)]
            elif isinstance(node, Dictionary | Stream):
                for key, child in node.items():
                    found.add(key)
                    if not getattr(child, "is_indirect", False):
                        waiting.append(child)
            elif isinstance(node, Name):
                with contextlib.suppress(UnicodeDecodeError):
                    found.add(str(node))
    return found


def words_of(content: bytes) -> bytes:
    with Pdf.open(io.BytesIO(content)) as pdf:
        return b"".join(page.obj.Contents.read_bytes() for page in pdf.pages if "/Contents" in page.obj)


@pytest.mark.parametrize("add", ACTIVE.values(), ids=ACTIVE.keys())
@pytest.mark.parametrize("packed", [False, True])
def test_nothing_but_pages_is_kept(add: Callable[[Pdf], object], packed: bool) -> None:
    sent = pdf_with(add, object_stream_mode=2 if packed else 0)
    assert keys_and_names(sent) & FORBIDDEN, "the test's own file has it"
    kept = pdf_written_anew(sent)
    assert not keys_and_names(kept) & FORBIDDEN
    assert b"canary" not in kept
    assert b"a sealed paper" in words_of(kept)


@pytest.mark.parametrize("spelling", [b"/JavaScript", b"/J#61vaScript", b"/#4AavaScript"])
def test_no_spelling_and_no_padding_hides_a_script(spelling: bytes) -> None:
    """5,000 blanks hid it from a look at the bytes before a stream."""
    sent = pdf_with(on_opening(script), object_stream_mode=0).replace(b"/JavaScript", spelling + b" " * 5000)
    assert not keys_and_names(pdf_written_anew(sent)) & FORBIDDEN


def test_our_own_form_keeps_its_words_and_fonts() -> None:
    sent = render_application_form(ApplicationForm(date(2020, 6, 12)), HUANGSHAN.application_form)
    kept = pdf_written_anew(sent)
    assert words_of(kept) == words_of(sent)
    assert {"/FontFile3", "/ToUnicode", "/CIDSystemInfo"} <= keys_and_names(kept)
    assert pdf_written_anew(kept) == kept


def test_what_a_stamp_looks_like_becomes_part_of_the_page() -> None:
    def stamped(pdf: Pdf) -> None:
        look = pdf.make_stream(b"0 0 9 9 re f", Subtype=Name.Form, BBox=PLACE)
        annotation(
            pdf,
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Stamp,
                Rect=Array([10, 10, 19, 19]),
                F=4,
                AP=Dictionary(N=look),
                A=to_address(),
            ),
        )

    kept = pdf_written_anew(pdf_with(stamped))
    with Pdf.open(io.BytesIO(kept)) as pdf:
        (form,) = pdf.pages[0].obj.Resources.XObject.values()
        assert form.read_bytes().strip() == b"0 0 9 9 re f"
    assert not keys_and_names(kept) & FORBIDDEN


def test_what_pages_inherit_they_keep() -> None:
    def inherited(pdf: Pdf) -> None:
        pdf.Root.Pages.Rotate = 90
        pdf.Root.Pages.Resources = pdf.pages[0].obj.Resources
        del pdf.pages[0].obj["/Resources"]

    with Pdf.open(io.BytesIO(pdf_written_anew(pdf_with(inherited)))) as pdf:
        assert pdf.pages[0].obj.Rotate == 90
        assert pdf.pages[0].obj.Resources.Font.Plain.BaseFont == Name.Helvetica


def test_a_file_that_opens_without_a_password_loses_its_lock() -> None:
    sent = pdf_with(encryption=Encryption(owner="secret", user=""))
    kept = pdf_written_anew(sent)
    assert b"/Encrypt" not in kept
    assert b"a sealed paper" in words_of(kept)


def test_a_file_that_needs_a_password_is_refused() -> None:
    assert refusal(pdf_with(encryption=Encryption(owner="secret", user="secret"))) == "locked"


def xfa(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))


def portfolio(pdf: Pdf) -> None:
    pdf.Root.Collection = Dictionary()


@pytest.mark.parametrize("add", [xfa, portfolio])
def test_where_the_paper_is_not_in_the_pages_it_is_asked_for(add: Callable[[Pdf], object]) -> None:
    assert refusal(pdf_with(add)) == "other_form"


def test_a_pdf_without_pages_or_with_too_many_is_refused() -> None:
    def nothing(pdf: Pdf) -> None:
        del pdf.pages[0]

    def thousands(pdf: Pdf) -> None:
        for _ in range(2_000):
            pdf.pages.append(pdf.pages[0])

    assert refusal(pdf_with(nothing)) == "too_much_in_it"
    assert refusal(pdf_with(thousands)) == "too_much_in_it"


def test_a_truncated_pdf_is_refused() -> None:
    whole = pdf_with()
    assert refusal(whole[: len(whole) // 2]) == "damaged"


def test_a_deep_nest_is_no_crash() -> None:
    nest = b"[" * 100_000 + b"]" * 100_000
    sent = pdf_with(object_stream_mode=0).replace(b"/Rotate", b"/Rotate")
    assert refusal(sent.replace(b"/MediaBox", b"/Group " + nest + b" /MediaBox")) in {
        "damaged",
        "too_much_in_it",
    }


def test_a_stream_that_unpacks_to_much_is_not_unpacked() -> None:
    bomb = zlib.compress(bytes(64 << 20), 9)

    def packed(pdf: Pdf) -> None:
        pdf.pages[0].obj.Contents = Stream(pdf, bomb, Filter=Name.FlateDecode)

    sent = pdf_with(packed)
    assert len(pdf_written_anew(sent)) < 2 * len(sent)


@given(st.binary(max_size=300))
def test_garbage_after_a_good_beginning_is_refused_and_nothing_else_happens(rest: bytes) -> None:
    with pytest.raises(ScanRefusedError):
        pdf_written_anew(b"%PDF-1.7\n" + rest + b"\nstartxref\n9\n%%EOF\n")


@given(st.data())
def test_a_damaged_file_is_refused_or_written_without_anything_active(data: st.DataObject) -> None:
    sent = bytearray(DAMAGED)
    for _ in range(data.draw(st.integers(1, 20))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        kept = pdf_written_anew(bytes(sent))
    except ScanRefusedError:
        return
    assert not keys_and_names(kept) & FORBIDDEN


DAMAGED = pdf_with(form_with_scripts, object_stream_mode=0)
