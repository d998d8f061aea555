from pinegate.adapters.sm3 import sm3_hex


def test_the_example_of_the_standard_gives_its_digest() -> None:
    # GB/T 32905-2016, A.1
    assert sm3_hex(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
