"""What the documentation names and the checkout lacks is found; what was never a name of ours is left alone."""

from pathlib import Path

import pytest
from tools.lints.named_code_is_there import PAGES, faults


@pytest.fixture
def root(tmp_path: Path) -> Path:
    upper = tmp_path / "src/pinegate/protocols/gb28181/upper"
    upper.mkdir(parents=True)
    (upper / "registrar.py").write_text("class Registrar: ...\n", "utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/glossary.md").touch()
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "[`protocols/gb28181/upper/registrar.py`](src/pinegate/protocols/gb28181/upper/registrar.py)",
        "sip[GB/T 28181<br/>protocols/gb28181/upper/registrar] and {{protocols/gb28181}}",
        "`pinegate.protocols.gb28181.upper.registrar.Registrar`, `pinegate.protocols`, `registrar.py`",
        "`src/pinegate/{protocols,protocols/gb28181}/`, `docs/*.md`, portal/dist",
        "https://example.invalid/docs/gone.md, ../docs/gone.md, /opt/src/gone, deploy and docs.",
    ],
)
def test_what_is_there_and_what_is_not_ours_is_left_alone(root: Path, text: str) -> None:
    assert faults(root, Path("page.md"), text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("`src/pinegate/protocols/websocket.py`", "src/pinegate/protocols/websocket.py"),
        ("reevaluator[<br/>adapters/access/gone]", "adapters/access/gone"),
        ("`src/pinegate/protocols/{gb28181,rtp}`", "src/pinegate/protocols/rtp"),
        ("`pinegate.protocols.rtp`", "pinegate.protocols.rtp"),
        (
            "`pinegate.protocols.gb28181.upper.registrar.Gone`",
            "pinegate.protocols.gb28181.upper.registrar.Gone",
        ),
        ("`http_gone.py`", "http_gone.py"),
        ("see `docs/gone.md`.", "docs/gone.md"),
    ],
)
def test_what_is_gone_is_named_with_its_line(root: Path, text: str, name: str) -> None:
    assert faults(root, Path("page.md"), f"first line\n{text}") == [f"page.md:2: not there: {name}"]


def test_every_file_folder_and_module_that_our_documentation_names_is_there() -> None:
    pages = [page for pattern in PAGES for page in Path().glob(pattern)]
    assert len(pages) >= 20
    assert [fault for page in pages for fault in faults(Path(), page, page.read_text("utf-8"))] == []
