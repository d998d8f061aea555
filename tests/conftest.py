"""What holds for every test."""

import os

import pytest
from hypothesis import HealthCheck, settings
from tests.categories import CATEGORIES, category_of

_E2E_SECONDS = 600  # the first one draws every scene and starts a city

# No clock decides about an example: a busy machine is not a fault. The default draws the same examples each
# time, so that a red build is about the change; `thorough` draws others each time (`make fuzz`).
_CLOCKLESS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("default", _CLOCKLESS, derandomize=True)
settings.register_profile("thorough", _CLOCKLESS, derandomize=False, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test outside the categories is refused; the end-to-end ones may take longer."""
    for item in items:
        category = category_of(item.path)
        if category is None:
            raise pytest.UsageError(
                f"{item.path} lies in none of the folders {', '.join(CATEGORIES)} of tests/"
            )
        if category == "e2e":
            item.add_marker(pytest.mark.timeout(_E2E_SECONDS))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Without the seed nobody could run the same order again; the quiet header leaves it out."""
    terminalreporter.write_line(
        f"--randomly-seed={terminalreporter.config.getoption('randomly_seed', default='off')}"
    )


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own PINEGATE_… variables do not reach the tests."""
    for name in [name for name in os.environ if name.startswith("PINEGATE_")]:
        monkeypatch.delenv(name)
