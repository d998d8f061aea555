from pathlib import Path

import pytest

from pinegate.adapters.secret_files import SecretFileError, read_or_create


def test_a_secret_is_made_at_first_start_and_kept(tmp_path: Path) -> None:
    first = read_or_create(tmp_path / "secrets", "session-key")
    assert len(first) == 32
    assert read_or_create(tmp_path / "secrets", "session-key") == first


def test_two_secrets_differ(tmp_path: Path) -> None:
    assert read_or_create(tmp_path, "one") != read_or_create(tmp_path, "two")


def test_a_new_secret_is_closed_to_others_and_leaves_no_draft(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    read_or_create(folder, "session-key")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "session-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["session-key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777])
def test_a_secret_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    read_or_create(tmp_path, "session-key")
    (tmp_path / "session-key").chmod(mode)
    with pytest.raises(SecretFileError, match="open to others"):
        read_or_create(tmp_path, "session-key")


@pytest.mark.parametrize("content", ["", "00" * 32, "hunter2", "ab" * 31, "0123456789abcdef" * 4, "é"])
def test_a_weak_or_damaged_secret_is_refused_without_being_shown(tmp_path: Path, content: str) -> None:
    path = tmp_path / "session-key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(SecretFileError) as refusal:
        read_or_create(tmp_path, "session-key")
    assert not content or content not in str(refusal.value)


def test_a_link_in_place_of_a_secret_is_refused(tmp_path: Path) -> None:
    read_or_create(tmp_path, "real")
    (tmp_path / "session-key").symlink_to(tmp_path / "real")
    with pytest.raises(SecretFileError, match="plain file"):
        read_or_create(tmp_path, "session-key")


def test_a_folder_in_place_of_a_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "session-key").mkdir()
    with pytest.raises(SecretFileError, match="plain file"):
        read_or_create(tmp_path, "session-key")


@pytest.mark.parametrize("name", ["../key", "Key", "", "a/b", "a" * 65])
def test_a_name_that_could_leave_the_folder_is_our_mistake(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a secret's name"):
        read_or_create(tmp_path, name)
