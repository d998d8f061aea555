from tools.generate.route_roles import PAGE, page


def test_the_page_of_permissions_is_drawn_from_the_present_gates() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make generate`"
