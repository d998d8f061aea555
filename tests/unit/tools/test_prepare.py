import os
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


def test_what_is_up_to_date_is_not_installed_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(prepare, "_installer", lambda: ["install"])
    monkeypatch.setattr(prepare, "_step", lambda title, command: commands.append(command))
    (checkout / ".venv").mkdir()
    (checkout / "src/pinegate_simulator").mkdir(parents=True)
    for project in (".", "src/pinegate_simulator"):
        (checkout / project / "pyproject.toml").write_text("one")
    (checkout / "requirements.txt").write_text("a==1")
    prepare._python_packages("requirements.txt")
    first = len(commands)
    prepare._python_packages("requirements.txt")
    assert len(commands) == first > 0
    assert "--require-hashes" in commands[0]
    (checkout / "requirements.txt").write_text("a==2")
    prepare._python_packages("requirements.txt")
    assert len(commands) == 2 * first
    (checkout / "src/pinegate_simulator/pyproject.toml").write_text("two")
    prepare._python_packages("requirements.txt")
    assert len(commands) == 3 * first


def test_the_portal_is_built_again_only_when_its_sources_changed(checkout: Path) -> None:
    source = checkout / "portal/src/main.ts"
    for folder in ("src", "node_modules/vue", "dist"):
        (checkout / "portal" / folder).mkdir(parents=True)
    source.write_text("1")
    before = prepare._digest(prepare._portal_sources())
    (checkout / "portal/node_modules/vue/index.js").write_text("x")
    (checkout / "portal/dist/index.html").write_text("x")
    assert prepare._digest(prepare._portal_sources()) == before
    source.write_text("2")
    assert prepare._digest(prepare._portal_sources()) != before


def test_missing_test_programs_are_named_to_who_may_not_install_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare.shutil, "which", lambda name: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(prepare.CannotPrepareError, match="apt-get install chromium ffmpeg poppler-utils"):
        prepare._test_programs()


def test_a_python_without_pip_and_a_machine_without_apt_get_a_clear_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prepare.shutil, "which", lambda name: None)
    with pytest.raises(prepare.CannotPrepareError, match="Install python3-venv"):
        prepare._pip_of_the_distribution()


def test_caches_stay_in_the_checkout(checkout: Path) -> None:
    environment = prepare._environment()
    for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "npm_config_cache", "XDG_CACHE_HOME"):
        assert Path(environment[name]).is_relative_to(checkout)
