from tools.lints.dependencies_are_used import faults, imported, name_of

DISTRIBUTIONS = {"PIL": ["pillow"], "psycopg": ["psycopg"], "yaml": ["PyYAML"]}


def test_a_dependency_that_nothing_imports_is_named() -> None:
    assert faults(["rfc8785>=0.1"], {"PIL"}, DISTRIBUTIONS) == [
        "nothing uses rfc8785; drop it and run `make lock`"
    ]


def test_a_module_counts_for_the_distribution_that_brings_it_whatever_its_name() -> None:
    assert (
        faults(["pillow>=12", "psycopg[binary]>=3", "pyyaml"], {"PIL", "psycopg", "yaml"}, DISTRIBUTIONS)
        == []
    )


def test_plugins_and_programs_are_used_without_import() -> None:
    assert faults(["pytest-asyncio>=1", "ruff>=0.17"], set(), DISTRIBUTIONS) == []


def test_an_import_within_a_function_counts_and_one_of_a_neighbour_does_not() -> None:
    text = "from . import yaml\ndef f():\n    import PIL.Image\n    from psycopg.sql import SQL\n"
    assert imported([text]) == {"PIL", "psycopg"}


def test_a_requirement_begins_with_its_name() -> None:
    assert [name_of(words) for words in ("av>=17,<19", "Uvicorn[standard]", "h11", "a; b")] == [
        "av",
        "uvicorn",
        "h11",
        "a",
    ]
