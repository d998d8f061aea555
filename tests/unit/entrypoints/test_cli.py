import importlib.util

import pytest
from typer.testing import CliRunner

from pinegate.entrypoints.cli import app


@pytest.mark.parametrize("command", ["simulate", "demo"])
def test_without_the_simulator_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result = CliRunner().invoke(app, [command])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "pinegate: the simulator is not installed; in a checkout: pip install ./src/pinegate_simulator"
    ]
