"""Commands that change a running simulator: from a file, or typed.

``off CAMERA``, ``on CAMERA``, ``add NAME``, ``delete CAMERA``, ``hang-up CAMERA``, ``wait SECONDS``, ``counters``,
``vanish``, ``quit``. A camera is its number (1 for the first) or its code. ``#`` begins a comment.
"""

import asyncio
import shlex
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import structlog

from pinegate_simulator.inventory import invent
from pinegate_simulator.simulator import Simulator

_log = structlog.get_logger(__name__)

_MAX_SCRIPT: Final = 1 << 20


class ScriptError(Exception):
    """A line that cannot be carried out; the text says why."""


async def run_script(simulator: Simulator, lines: AsyncIterator[str], *, strict: bool = True) -> bool:
    """Carry out line after line; true when ``quit`` was met.

    ``strict``: the first wrong line raises :class:`ScriptError`; otherwise it is logged and left out.
    """
    number = 0
    async for line in lines:
        number += 1
        try:
            if await _carry_out(simulator, shlex.split(line, comments=True)):
                return True
        except (ScriptError, ValueError, KeyError) as error:
            refusal = f"line {number}: {error.args[0] if error.args else error}"
            if strict:
                raise ScriptError(refusal) from None
            _log.warning("command_refused", reason=refusal)
    return False


def read_script(path: Path) -> list[str]:
    """The lines of a script file. Raises :class:`ScriptError` when it cannot be read."""
    try:
        if path.stat().st_size > _MAX_SCRIPT:
            raise ScriptError(f"{path} is larger than 1 MiB")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"{path} cannot be read: {error}") from None
    return text.splitlines()


async def _carry_out(simulator: Simulator, words: list[str]) -> bool:
    match words:
        case []:
            pass
        case ["quit"]:
            return True
        case ["vanish"]:
            simulator.vanish()
        case ["counters"]:
            _log.info("counters_read", **asdict(simulator.counters))
        case ["wait", seconds]:
            await asyncio.sleep(float(seconds))
        case ["add", name]:
            camera_id = _add(simulator, name)
            _log.info("camera_added", camera=camera_id, name=name)
        case [command, camera]:
            _camera_command(simulator, command)(_camera_id(simulator, camera))
        case _:
            raise ScriptError(f"unknown command {' '.join(words)!r}")
    return False


def _camera_command(simulator: Simulator, command: str) -> Callable[[str], None]:
    commands: dict[str, Callable[[str], None]] = {
        "on": lambda camera_id: simulator.set_online(camera_id, True),
        "off": lambda camera_id: simulator.set_online(camera_id, False),
        "delete": simulator.remove_camera,
        "hang-up": simulator.hang_up,
    }
    if command not in commands:
        raise ScriptError(f"unknown command {command!r}")
    return commands[command]


def _camera_id(simulator: Simulator, text: str) -> str:
    cameras = simulator.cameras
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(cameras):
        return cameras[int(text) - 1].device_id
    if all(camera.device_id != text for camera in cameras):
        raise ScriptError(f"there is no camera {text!r}; give its number (1–{len(cameras)}) or its code")
    return text


def _add(simulator: Simulator, name: str) -> str:
    """Invent one more camera, with the first code that is free."""
    taken = {camera.device_id for camera in simulator.cameras}
    free = next(camera for camera in invent(len(taken) + 1) if camera.device_id not in taken)
    simulator.add_camera(replace(free, name=name))
    return free.device_id
