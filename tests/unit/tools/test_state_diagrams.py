from tools.generate.state_diagrams import PAGE, page

from pinegate.domain.applications.states import APPLICATION


def test_the_page_of_states_is_drawn_from_the_present_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make generate`"


def test_every_step_stands_on_the_page() -> None:
    for row in APPLICATION.rows:
        if row.source is not None:
            assert f"    {row.source.value} --> {row.target.value}: {row.event.value} (" in page()
