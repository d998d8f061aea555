"""The drill: one address attacks in every way that took the portal away, and nobody else notices (S27, S30)."""

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.processes import END_WITH_US

ROOT = Path(__file__).parents[3]
_GROWTH_MB = 150
_STALL_CPU_MS = 200
"""Of the event loop's own work: a claim about waiting would be one about the machine."""
_DRILL_SECONDS = 110


async def test_others_are_answered_while_one_address_attacks() -> None:
    """Each of the others' answers is a 200, or the script stops; half requests and headers once made it 503."""
    process = await asyncio.create_subprocess_exec(
        *END_WITH_US,
        sys.executable,
        "benchmarks/hostile_edge.py",
        "--drill",
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(_DRILL_SECONDS):
        out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    found = next(json.loads(line) for line in out.decode().splitlines() if line.startswith('{"figure"'))
    assert found["growth_mb"] <= _GROWTH_MB, found
    assert max(value for name, value in found.items() if name.endswith("stall_cpu_ms")) <= _STALL_CPU_MS, (
        found
    )
