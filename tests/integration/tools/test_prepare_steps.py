import sys
from pathlib import Path

import pytest
from tools import prepare


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout in place of this one."""
    for name, folder in {"ROOT": ".", "CACHE": ".cache", "VENV": ".venv", "PORTAL": "portal"}.items():
        monkeypatch.setattr(prepare, name, tmp_path / folder)
    monkeypatch.setattr(prepare, "LOG", tmp_path / "prepare.log")
    (tmp_path / ".cache").mkdir()
    return tmp_path


def test_a_step_that_fails_shows_what_it_said(capsys: pytest.CaptureFixture[str]) -> None:
    script = "import sys; sys.exit('no route to the registry')"
    with pytest.raises(
        prepare.CannotPrepareError, match=r"no route to the registry(?s:.*)Installing: failed"
    ):
        prepare._step("Installing", [sys.executable, "-c", script])
    assert "Installing …" in capsys.readouterr().out


def test_a_step_whose_program_is_missing_names_it() -> None:
    with pytest.raises(prepare.CannotPrepareError, match="`no-such-program` is not installed"):
        prepare._step("Trying", ["no-such-program"])
