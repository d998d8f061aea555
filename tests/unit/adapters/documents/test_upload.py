import io
import os
import resource
import zlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.factories.city_profile import HUANGSHAN

from pinegate.adapters.disk_space import DiskSpace
from pinegate.adapters.documents.application_form import ApplicationForm, render_application_form
from pinegate.adapters.documents.upload import ScanRefusedError, ScanStore, StoredScan, attachment_headers
from pinegate.adapters.sm3 import sm3_hex


@pytest.fixture
def store(tmp_path: Path) -> ScanStore:
    return ScanStore(tmp_path / "uploads", max_bytes=1024 * 1024)


def image(image_format: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object) -> bytes:
    output = io.BytesIO()
    Image.new(mode, size, 200).save(output, image_format, **options)
    return output.getvalue()


def pdf(body: bytes) -> bytes:
    return b"%PDF-1.7\n" + body + b"\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def refusal(store: ScanStore, content: bytes) -> str:
    with pytest.raises(ScanRefusedError) as refused:
        store.store(content)
    return refused.value.code


@pytest.mark.parametrize(("image_format", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_an_image_is_kept_as_what_it_is(store: ScanStore, image_format: str, media_type: str) -> None:
    sent = image(image_format)
    scan = store.store(sent)
    assert scan.media_type == media_type
    assert scan.received_sm3 == sm3_hex(sent)
    with Image.open(io.BytesIO(store.read(scan.id, scan.sm3))) as kept:
        assert (kept.format, kept.size) == (image_format, (40, 30))


def test_a_pdf_is_kept_byte_for_byte(store: ScanStore) -> None:
    sent = render_application_form(ApplicationForm(date(2020, 6, 12)), HUANGSHAN.application_form)
    scan = store.store(sent)
    assert store.read(scan.id, scan.sm3) == sent
    assert scan.sm3 == scan.received_sm3 == sm3_hex(sent)


def test_whatever_else_an_image_carried_is_dropped(store: ScanStore) -> None:
    exif = Image.Exif()
    exif[0x010E] = "<?php system($_GET[0]); ?>"
    sent = image("JPEG", exif=exif) + b"<script>alert(1)</script>"
    scan = store.store(sent)
    kept = store.read(scan.id, scan.sm3)
    assert b"<?php" in sent
    assert b"<?php" not in kept
    assert b"<script>" not in kept


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(store: ScanStore, mode: str) -> None:
    assert store.store(image("PNG", mode=mode)).media_type == "image/png"


@pytest.mark.parametrize(
    "content",
    [b"<html>", b"GIF89a", b"PK\x03\x04", b"MZ", b"<svg xmlns='x'/>", b" %PDF-1.7\n%%EOF", b"#!/bin/sh"],
)
def test_other_types_are_refused_by_their_content(store: ScanStore, content: bytes) -> None:
    assert refusal(store, content) == "unknown_type"


def test_an_empty_file_is_refused(store: ScanStore) -> None:
    assert refusal(store, b"") == "empty"


def test_a_file_over_the_limit_is_refused_before_it_is_looked_into(store: ScanStore) -> None:
    assert refusal(store, b"\x89PNG\r\n\x1a\n" + bytes(1024 * 1024)) == "too_large"


def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded(store: ScanStore) -> None:
    bomb = image("PNG", size=(10_000, 6_000), mode="1")
    assert len(bomb) < 20_000
    assert refusal(store, bomb) == "too_many_pixels"


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_a_truncated_image_is_refused(store: ScanStore, image_format: str) -> None:
    whole = image(image_format, size=(300, 300))
    assert refusal(store, whole[: len(whole) // 2]) == "damaged"


@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-1.7\n"]), st.binary(max_size=300))
def test_garbage_after_a_good_beginning_is_refused_and_nothing_else_happens(
    magic: bytes, rest: bytes
) -> None:
    with pytest.raises(ScanRefusedError):
        ScanStore(Path("/nonexistent"), 1024).store(magic + rest)


@pytest.mark.parametrize(
    "active",
    [
        b"1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >> endobj",
        b"1 0 obj << /S /J#61vaScript /JS (x) >> endobj",
        b"1 0 obj << /S /Launch /F (calc.exe) >> endobj",
        b"1 0 obj << /Type /EmbeddedFile >> endobj",
        b"1 0 obj << /Names << /EmbeddedFiles 2 0 R >> >> endobj",
        b"1 0 obj << /AcroForm << /XFA 2 0 R >> >> endobj",
        b"trailer << /Encrypt 5 0 R >>",
    ],
)
def test_a_pdf_with_active_content_is_refused(store: ScanStore, active: bytes) -> None:
    assert refusal(store, pdf(active)) == "active_content"


def test_active_content_in_a_compressed_object_stream_is_found(store: ScanStore) -> None:
    packed = zlib.compress(b"5 0 << /S /JavaScript /JS (app.alert(1)) >>")
    body = (
        b"4 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >> stream\n" + packed + b"\nendstream"
    )
    assert refusal(store, pdf(body)) == "active_content"


def test_an_object_stream_that_cannot_be_looked_into_is_refused(store: ScanStore) -> None:
    body = b"4 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /LZWDecode >> stream\nxyz\nendstream"
    assert refusal(store, pdf(body)) == "active_content"


def test_an_object_stream_that_unpacks_to_too_much_is_refused(store: ScanStore) -> None:
    packed = zlib.compress(bytes(40 * 1024 * 1024), 9)
    body = (
        b"4 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >> stream\n" + packed + b"\nendstream"
    )
    assert refusal(store, pdf(body)) == "active_content"


def test_a_pdf_without_an_end_is_refused(store: ScanStore) -> None:
    assert refusal(store, b"%PDF-1.7\n1 0 obj << >> endobj") == "damaged"


def test_files_have_opaque_names_closed_to_others(store: ScanStore, tmp_path: Path) -> None:
    scan = store.store(image("PNG"))
    (kept,) = (tmp_path / "uploads").iterdir()
    assert kept.name == scan.id
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "uploads").stat().st_mode & 0o777 == 0o700


def test_a_file_changed_on_the_disk_is_not_served(store: ScanStore, tmp_path: Path) -> None:
    scan = store.store(image("PNG"))
    (tmp_path / "uploads" / scan.id).write_bytes(b"forged")
    with pytest.raises(OSError, match="digest differs"):
        store.read(scan.id, scan.sm3)


@pytest.mark.parametrize(
    "scan_id", ["../secrets/key", "", "a" * 31, "A" * 32, "a" * 32 + "\n", "/etc/passwd"]
)
def test_an_id_that_is_none_reaches_no_file(store: ScanStore, scan_id: str) -> None:
    with pytest.raises(FileNotFoundError):
        store.read(scan_id, "")


def test_a_scan_is_served_to_be_saved_only() -> None:
    scan = StoredScan("a" * 32, "image/png", 1, "", "")
    headers = attachment_headers(scan, 'x"\r\nSet-Cookie: a=b; 协议')
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith('attachment; filename="x___Set-Cookie_')
    assert headers["Content-Disposition"].endswith('.png"')


def test_what_does_not_fit_on_the_disk_is_refused_and_leaves_nothing_behind(
    store: ScanStore, tmp_path: Path
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            store.store(image("JPEG"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list((tmp_path / "uploads").iterdir()) == []
    assert store.store(image("JPEG")).media_type == "image/jpeg"


def test_the_reserve_of_the_disk_is_not_used_for_scans(tmp_path: Path) -> None:
    store = ScanStore(tmp_path / "scans", 1024, DiskSpace(tmp_path, 1 << 62))
    with pytest.raises(OSError, match="audit log"):
        store.store(image("PNG"))
    assert list((tmp_path / "scans").iterdir()) == []


def test_a_scan_that_no_document_names_is_removed_once_it_is_old(store: ScanStore, tmp_path: Path) -> None:
    known, orphan, young = (store.store(image("PNG")) for _ in range(3))
    for scan in (known, orphan):
        os.utime(tmp_path / "uploads" / scan.id, (1_000, 1_000))
    (tmp_path / "uploads" / "README").write_text("not ours")
    assert store.delete_orphans({known.id}, older_than=2_000) == 1
    assert {file.name for file in (tmp_path / "uploads").iterdir()} == {known.id, young.id, "README"}
