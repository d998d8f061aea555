from pathlib import Path

from tools.sizes import Sizes, excesses, layer_of, measured, spread

TEXT = '''"""A file."""  # a comment


@decorated
def one(a):
    """Says why.

    RFC 3261 section 17.1.
    """
    return a  # why


async def two():
    def three():
        # RFC 4571 section 2
        return 3

    return three
'''


def test_a_function_has_its_lines_without_decorator_and_docstring() -> None:
    assert measured(TEXT).functions == (2, 6, 3)


def test_comments_are_counted_by_line_and_sections_wherever_they_are_named() -> None:
    sizes = measured(TEXT)
    assert (sizes.lines, sizes.comments, sizes.sections) == (18, 3, 2)


def test_a_hash_within_a_string_is_no_comment() -> None:
    assert measured("colour = '# red'\n").comments == 0


def test_the_spread_is_of_the_nearest_rank() -> None:
    assert spread(range(1, 101)) == (50, 90, 100)
    assert spread([7]) == (7, 7, 7)
    assert spread([]) == (0, 0, 0)


def test_layers_of_the_product_and_distributions_beside_it_have_names() -> None:
    assert layer_of(Path("src/pinegate/domain/grants/state.py")) == "domain"
    assert layer_of(Path("src/pinegate/__init__.py")) == "pinegate"
    assert layer_of(Path("src/pinegate_simulator/clip.py")) == "pinegate_simulator"


def test_what_is_larger_than_the_limits_is_named() -> None:
    assert excesses([Sizes(95, (6,), 0, 0)]) == []
    assert excesses([Sizes(95, (6,), 0, 0)] * 8 + [Sizes(240, (169,), 0, 0)] * 2) == [
        "files: ninth decile 240 lines, more than 239",
        "functions: ninth decile 169 lines, more than 19",
        "functions: most 169 lines, more than 168",
    ]
