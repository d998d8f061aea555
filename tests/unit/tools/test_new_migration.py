from pathlib import Path

from tools.new_migration import file_name, next_number


def test_migrations_are_numbered_on(tmp_path: Path) -> None:
    assert next_number(tmp_path) == "0001"
    for name in ("0001_the_first_tables.py", "0009_more.py", "__init__.py"):
        (tmp_path / name).touch()
    assert next_number(tmp_path) == "0010"


def test_a_migration_s_file_is_named_by_what_changes() -> None:
    assert file_name("0002", "Points have a height") == "0002_points_have_a_height.py"
