"""Uploads: kept under opaque names, and taken apart where they do no harm (S21, S22, S30)."""

import asyncio
import io
import os
import resource
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from pikepdf import Dictionary, Name, Pdf, String
from PIL import Image
from tests.factories.city_profile import HUANGSHAN
from tests.factories.scans import image, pdf_with

from pinegate.adapters.disk_space import DiskSpace
from pinegate.adapters.documents.application_form import ApplicationForm, render_application_form
from pinegate.adapters.documents.scan_refusal import ScanRefusedError
from pinegate.adapters.documents.upload import MOST_WAITING, ScansBusyError, ScanStore, StoredScan
from pinegate.adapters.identity.passwords import Argon2Passwords
from pinegate.adapters.sm3 import sm3_hex

_MANY_PIXELS = (5_000, 5_000)
_GROWTH_BYTES = 64 << 20


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ScanStore]:
    store = ScanStore(tmp_path / "uploads", max_bytes=1024 * 1024)
    yield store
    await store.close()


async def keep(store: ScanStore, content: bytes) -> StoredScan:
    return await store.store(io.BytesIO(content))


async def refusal(store: ScanStore, content: bytes) -> str:
    with pytest.raises(ScanRefusedError) as refused:
        await keep(store, content)
    return refused.value.code


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(("image_format", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
async def test_an_image_is_kept_as_what_it_is(store: ScanStore, image_format: str, media_type: str) -> None:
    sent = image(image_format)
    scan = await keep(store, sent)
    assert scan.media_type == media_type
    assert scan.received_sm3 == sm3_hex(sent)
    with Image.open(io.BytesIO(await store.read(scan.id, scan.sm3))) as kept:
        assert (kept.format, kept.size) == (image_format, (40, 30))


async def test_a_pdf_is_kept_with_its_pages_alone(store: ScanStore) -> None:
    def opens_a_program(pdf: Pdf) -> None:
        pdf.Root.OpenAction = Dictionary(S=Name.Launch, F=String("calc.exe"))

    sent = pdf_with(opens_a_program)
    scan = await keep(store, sent)
    kept = await store.read(scan.id, scan.sm3)
    assert (scan.media_type, scan.size, scan.sm3) == ("application/pdf", len(kept), sm3_hex(kept))
    assert scan.received_sm3 == sm3_hex(sent)
    assert b"calc.exe" in sent
    assert b"calc.exe" not in kept


async def test_our_own_form_is_taken(store: ScanStore) -> None:
    form = render_application_form(ApplicationForm(date(2020, 6, 12)), HUANGSHAN.application_form)
    assert (await keep(store, form)).media_type == "application/pdf"


@pytest.mark.parametrize(
    "content",
    [b"<html>", b"GIF89a", b"PK\x03\x04", b"MZ", b"<svg xmlns='x'/>", b" %PDF-1.7\n%%EOF", b"#!/bin/sh"],
)
async def test_other_types_are_refused_by_their_content(store: ScanStore, content: bytes) -> None:
    assert await refusal(store, content) == "unknown_type"


async def test_an_empty_or_too_large_file_is_refused_before_it_is_looked_into(store: ScanStore) -> None:
    assert await refusal(store, b"") == "empty"
    assert await refusal(store, b"\x89PNG\r\n\x1a\n" + bytes(1024 * 1024)) == "too_large"
    assert store._helper.starts == 0


async def test_bombs_of_pixels_take_no_memory_of_ours_and_hold_up_nobody(store: ScanStore) -> None:
    """Eight files of 162 KB took the program to 5.2 GB, and signing in to 21 s."""
    bombs = [image("PNG", size=_MANY_PIXELS, mode=mode) for mode in ("RGB", "RGBA")]
    before = resident_bytes()
    kept = asyncio.gather(*(keep(store, bomb) for bomb in bombs))
    passwords = Argon2Passwords(memory_kib=64, passes=1)
    assert await passwords.verify(await passwords.hash("a"), "a")
    assert not kept.done()
    assert len(await kept) == len(bombs)
    assert resident_bytes() - before < _GROWTH_BYTES


async def test_what_needs_more_memory_than_there_is_is_refused_and_the_next_is_taken(
    store: ScanStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store._helper, "_module", "tests.integration.documents.poor_scan_process")
    monkeypatch.setattr(
        "pinegate.adapters.confined.helper.python_environment",
        lambda: {"PYTHONPATH": f"{Path.cwd()}/src:{Path.cwd()}", "PATH": "/usr/bin:/bin"},
    )
    assert await refusal(store, image("PNG", size=_MANY_PIXELS)) in {"too_much_in_it", "damaged"}
    assert (await keep(store, image("PNG"))).media_type == "image/png"


async def test_what_takes_too_long_is_given_up_and_the_next_is_taken(store: ScanStore) -> None:
    await keep(store, image("PNG"))
    patience, store._helper._time_limit_seconds = store._helper._time_limit_seconds, 0.05
    assert await refusal(store, image("PNG", size=_MANY_PIXELS)) == "too_much_in_it"
    store._helper._time_limit_seconds = patience
    assert (await keep(store, image("PNG"))).media_type == "image/png"
    assert store._helper.starts == 2


async def test_so_many_wait_and_the_next_is_told_to_come_again(store: ScanStore) -> None:
    waiting = [asyncio.create_task(keep(store, image("PNG"))) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(ScansBusyError):
        await keep(store, image("PNG"))
    assert len(await asyncio.gather(*waiting)) == MOST_WAITING


async def test_files_have_opaque_names_closed_to_others(store: ScanStore, tmp_path: Path) -> None:
    scan = await keep(store, image("PNG"))
    (kept,) = (tmp_path / "uploads").iterdir()
    assert kept.name == scan.id
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "uploads").stat().st_mode & 0o777 == 0o700


async def test_a_file_changed_on_the_disk_is_not_served(store: ScanStore, tmp_path: Path) -> None:
    scan = await keep(store, image("PNG"))
    (tmp_path / "uploads" / scan.id).write_bytes(b"forged")
    with pytest.raises(OSError, match="digest differs"):
        await store.read(scan.id, scan.sm3)


@pytest.mark.parametrize(
    "scan_id", ["../secrets/key", "", "a" * 31, "A" * 32, "a" * 32 + "\n", "/etc/passwd"]
)
async def test_an_id_that_is_none_reaches_no_file(store: ScanStore, scan_id: str) -> None:
    with pytest.raises(FileNotFoundError):
        await store.read(scan_id, "")


async def test_what_does_not_fit_on_the_disk_is_refused_and_leaves_nothing_behind(
    store: ScanStore, tmp_path: Path
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    await keep(store, image("PNG"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            await keep(store, image("JPEG"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(list((tmp_path / "uploads").iterdir())) == 1
    assert (await keep(store, image("JPEG"))).media_type == "image/jpeg"


async def test_the_reserve_of_the_disk_is_not_used_for_scans(tmp_path: Path) -> None:
    store = ScanStore(tmp_path / "scans", 1024, DiskSpace(tmp_path, 1 << 62))
    with pytest.raises(OSError, match="audit log"):
        await keep(store, image("PNG"))
    assert list((tmp_path / "scans").iterdir()) == []
    await store.close()


async def test_a_scan_that_no_document_names_is_removed_once_it_is_old(
    store: ScanStore, tmp_path: Path
) -> None:
    known, orphan, young = [await keep(store, image("PNG")) for _ in range(3)]
    for scan in (known, orphan):
        os.utime(tmp_path / "uploads" / scan.id, (1_000, 1_000))
    (tmp_path / "uploads" / "README").write_text("not ours")
    assert await store.delete_orphans({known.id}, older_than=2_000) == 1
    assert {file.name for file in (tmp_path / "uploads").iterdir()} == {known.id, young.id, "README"}
