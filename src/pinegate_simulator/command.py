"""``pinegate simulate`` and ``pinegate-simulate``: plays a GB/T 28181 device or lower platform."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer

from pinegate_simulator.clip_encoding import ClipSettings
from pinegate_simulator.config import SimulatorConfig
from pinegate_simulator.faults import Faults
from pinegate_simulator.inventory import (
    Camera,
    InventoryError,
    invent,
    read_divisions,
    read_inventory,
)
from pinegate_simulator.script import ScriptError, read_script, run_script
from pinegate_simulator.simulator import Simulator
from pinegate_simulator.user_video import UserVideoError

PASSWORD_VARIABLE: Final = "PINEGATE_SIMULATOR_PASSWORD"  # noqa: S105 - the variable's name

_log = structlog.get_logger(__name__)

app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)


class Transport(StrEnum):
    udp = "udp"
    tcp = "tcp"


class Role(StrEnum):
    device = "device"
    platform = "platform"


class VideoCodec(StrEnum):
    h264 = "h264"
    h265 = "h265"


class AudioCodec(StrEnum):
    none = "none"
    g711a = "g711a"
    g711u = "g711u"
    aac = "aac"


class Encoding(StrEnum):
    gb2312 = "GB2312"
    gb18030 = "GB18030"
    utf8 = "UTF-8"


_REGISTRATION = "Registration"
_CAMERAS = "Cameras"
_PICTURE = "Picture and sound"
_MISBEHAVIOUR = "Misbehaviour (to try a platform)"

_Loss = Annotated[
    str, typer.Option(help="Share of RTP packets not sent, such as 1%.", rich_help_panel=_MISBEHAVIOUR)
]
_Reorder = Annotated[
    str,
    typer.Option(help="Share of RTP packets that arrive behind later ones.", rich_help_panel=_MISBEHAVIOUR),
]
_Delay = Annotated[
    str,
    typer.Option(
        help="What an RTP packet takes at most, such as 40ms; each its own time.",
        rich_help_panel=_MISBEHAVIOUR,
    ),
]


@app.command()
def simulate(
    server: Annotated[
        str, typer.Option(help="SIP address of the platform, HOST:PORT.", rich_help_panel=_REGISTRATION)
    ] = "127.0.0.1:5060",
    server_id: Annotated[
        str, typer.Option(help="The platform's 20 digits.", rich_help_panel=_REGISTRATION)
    ] = "34100000002000000001",
    device_id: Annotated[
        str, typer.Option("--id", help="Our own 20 digits.", rich_help_panel=_REGISTRATION)
    ] = "34100200001180000001",
    password_file: Annotated[
        Path | None,
        typer.Option(
            help=f"File with the SIP password. Without it: the variable {PASSWORD_VARIABLE}, or a question.",
            rich_help_panel=_REGISTRATION,
        ),
    ] = None,
    realm: Annotated[
        str,
        typer.Option(
            help="Digest realm; default: first 10 digits of --server-id.", rich_help_panel=_REGISTRATION
        ),
    ] = "",
    transport: Annotated[
        Transport, typer.Option(help="SIP over …", rich_help_panel=_REGISTRATION)
    ] = Transport.udp,
    role: Annotated[
        Role,
        typer.Option(
            help="An NVR, or a lower platform with regions and groups.", rich_help_panel=_REGISTRATION
        ),
    ] = Role.device,
    expires: Annotated[int, typer.Option(min=60, rich_help_panel=_REGISTRATION)] = 86_400,
    keepalive: Annotated[float, typer.Option(min=1, help="Seconds.", rich_help_panel=_REGISTRATION)] = 60.0,
    encoding: Annotated[
        Encoding, typer.Option(help="Of XML bodies.", rich_help_panel=_REGISTRATION)
    ] = Encoding.gb18030,
    local_host: Annotated[
        str,
        typer.Option(
            help="Address to send from; default: the system's choice.", rich_help_panel=_REGISTRATION
        ),
    ] = "",
    cameras: Annotated[
        int, typer.Option(min=1, max=100_000, help="Cameras to invent.", rich_help_panel=_CAMERAS)
    ] = 4,
    inventory: Annotated[
        Path | None, typer.Option(help="JSON list of cameras, instead.", rich_help_panel=_CAMERAS)
    ] = None,
    divisions: Annotated[
        Path | None,
        typer.Option(help="JSON file of districts and towns to invent from.", rich_help_panel=_CAMERAS),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(help="File of commands (on, off, add, …); - to type them.", rich_help_panel=_CAMERAS),
    ] = None,
    max_calls: Annotated[int, typer.Option(min=1, rich_help_panel=_CAMERAS)] = 256,
    video: Annotated[
        Path | None,
        typer.Option(
            help="Your own file, sent by every camera; H.264/H.265 as it is.", rich_help_panel=_PICTURE
        ),
    ] = None,
    codec: Annotated[VideoCodec, typer.Option(rich_help_panel=_PICTURE)] = VideoCodec.h264,
    audio: Annotated[AudioCodec, typer.Option(rich_help_panel=_PICTURE)] = AudioCodec.none,
    size: Annotated[str, typer.Option(help="Up to 1920x1080.", rich_help_panel=_PICTURE)] = "640x360",
    fps: Annotated[int, typer.Option(min=1, max=60, rich_help_panel=_PICTURE)] = 25,
    gop: Annotated[float, typer.Option(help="Seconds between key pictures.", rich_help_panel=_PICTURE)] = 2.0,
    loop: Annotated[
        float, typer.Option(help="Seconds until a clip repeats.", rich_help_panel=_PICTURE)
    ] = 16.0,
    live_clock: Annotated[
        bool,
        typer.Option("--live-clock", help="Show the time of day; costs CPU.", rich_help_panel=_PICTURE),
    ] = False,
    distinct_clips: Annotated[
        int, typer.Option(min=0, help="Cameras beyond share pictures; 0: none do.", rich_help_panel=_PICTURE)
    ] = 64,
    cache_dir: Annotated[
        Path | None, typer.Option(help="Where clips are kept.", rich_help_panel=_PICTURE)
    ] = None,
    prepare: Annotated[
        bool,
        typer.Option(help="Make clips before registering, or at the first call.", rich_help_panel=_PICTURE),
    ] = True,
    loss: _Loss = "0%",
    reorder: _Reorder = "0%",
    delay: _Delay = "0ms",
    wrong_ssrc: Annotated[bool, typer.Option("--wrong-ssrc", rich_help_panel=_MISBEHAVIOUR)] = False,
    no_psm: Annotated[
        bool, typer.Option("--no-psm", help="No program stream map.", rich_help_panel=_MISBEHAVIOUR)
    ] = False,
    no_y: Annotated[
        bool, typer.Option("--no-y", help="No y= in answers.", rich_help_panel=_MISBEHAVIOUR)
    ] = False,
    ignore_bye: Annotated[bool, typer.Option("--ignore-bye", rich_help_panel=_MISBEHAVIOUR)] = False,
    answer: Annotated[
        int | None,
        typer.Option(min=400, max=699, help="Refuse INVITEs with it.", rich_help_panel=_MISBEHAVIOUR),
    ] = None,
    drop_after: Annotated[
        float | None, typer.Option(min=0, help="Fall silent after seconds.", rich_help_panel=_MISBEHAVIOUR)
    ] = None,
    miss_keepalives: Annotated[
        bool, typer.Option("--miss-keepalives", rich_help_panel=_MISBEHAVIOUR)
    ] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="One JSON object a line.")] = False,
) -> None:
    """Play a GB/T 28181 camera recorder or lower platform, with moving pictures, against a real platform.

    Each camera shows a scene of its own with its name. Ctrl-C logs off and ends.

    Example: pinegate simulate --server 10.0.0.5:5060 --server-id 34100000002000000001 --cameras 16 --transport tcp
    """
    _configure_log(log_json)
    try:
        host, port = _host_and_port(server)
        width, height = _size(size)
        config = SimulatorConfig(
            device_id=_identifier("--id", device_id),
            platform_id=_identifier("--server-id", server_id),
            platform_host=host,
            platform_port=port,
            password=_password(password_file),
            cameras=_cameras(cameras, inventory, divisions),
            cache_dir=cache_dir or _default_cache(),
            transport=transport.value,
            role=role.value,
            realm=realm,
            local_host=local_host,
            clips=ClipSettings.of(
                video=codec,
                audio=audio,
                width=width,
                height=height,
                fps=fps,
                gop_seconds=gop,
                loop_seconds=loop,
            ),
            video_file=video,
            distinct_clips=distinct_clips,
            live_clock=live_clock,
            prepare_clips=prepare,
            max_calls=max_calls,
            expires=expires,
            keepalive_interval=keepalive,
            encoding=encoding,
            faults=Faults(
                loss=_number("--loss", loss, "%", 100),
                reorder=_number("--reorder", reorder, "%", 100),
                delay=_number("--delay", delay, "ms", 10_000) / 10,
                wrong_ssrc=wrong_ssrc,
                no_psm=no_psm,
                no_y=no_y,
                ignore_bye=ignore_bye,
                answer=answer,
                drop_after=drop_after,
                miss_keepalives=miss_keepalives,
            ),
        )
        lines = _script(script)
    except (ValueError, InventoryError, ScriptError, OSError) as error:
        raise typer.BadParameter(str(error)) from None
    try:
        asyncio.run(_run(config, lines, typed=lines is None and script is not None))
    except (OSError, UserVideoError, ScriptError) as error:
        typer.echo(f"pinegate simulate: {error}", err=True)
        raise typer.Exit(1) from None


async def _run(config: SimulatorConfig, script: list[str] | None, *, typed: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    simulator = Simulator(config, progress=_show_progress)
    starting = asyncio.ensure_future(simulator.start())
    if not await _unless_stopped(starting, stop):
        return
    try:
        lines = _typed_lines() if typed else _each(script or [])
        await _unless_stopped(asyncio.ensure_future(_play(simulator, lines, stop, strict=not typed)), stop)
        await stop.wait()
    finally:
        await simulator.stop()


async def _play(
    simulator: Simulator, lines: AsyncIterator[str], stop: asyncio.Event, *, strict: bool
) -> None:
    if strict:
        await simulator.wait_registered()
    if await run_script(simulator, lines, strict=strict):
        stop.set()


async def _unless_stopped(work: "asyncio.Future[None]", stop: asyncio.Event) -> bool:
    """True when the work came to its end; false when the user stopped first."""
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        stopped.cancel()
        work.result()
        return True
    work.cancel()
    await asyncio.wait({work})
    return False


def _script(path: Path | None) -> list[str] | None:
    """The script's lines; ``None`` when there is none, or when it is typed (``-``)."""
    return None if path is None or str(path) == "-" else read_script(path)


async def _each(lines: list[str]) -> AsyncIterator[str]:
    for line in lines:
        yield line


async def _typed_lines() -> AsyncIterator[str]:
    reader = asyncio.StreamReader(limit=1 << 16)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        yield line.decode(errors="replace")


def _show_progress(done: int, total: int) -> None:
    if total and sys.stderr.isatty():
        typer.echo(f"\rclips {done}/{total}", nl=done == total, err=True)
    elif total and done in (0, total):
        _log.info("clips_counted", done=done, of=total)


def _host_and_port(server: str) -> tuple[str, int]:
    host, separator, port = server.rpartition(":")
    if not separator or not host or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise ValueError(f"--server is HOST:PORT, not {server!r}")
    return host.strip("[]"), int(port)


def _size(size: str) -> tuple[int, int]:
    width, _, height = size.partition("x")
    if not width.isdigit() or not height.isdigit():
        raise ValueError(f"--size is WIDTHxHEIGHT such as 640x360, not {size!r}")
    return int(width), int(height)


def _number(option: str, value: str, unit: str, most: float) -> float:
    """Hundredths of what was given with its unit or without."""
    try:
        number = float(value.removesuffix(unit))
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise ValueError(f"{option} is 0{unit} to {most:g}{unit}, not {value!r}")
    return number / 100


def _identifier(option: str, value: str) -> str:
    if len(value) != 20 or not value.isascii() or not value.isdigit():
        raise ValueError(f"{option} is 20 digits, not {value!r}")
    return value


def _cameras(count: int, inventory: Path | None, divisions: Path | None) -> list[Camera]:
    if inventory is not None:
        return read_inventory(inventory)
    return invent(count, read_divisions(divisions)) if divisions else invent(count)


def _password(path: Path | None) -> str:
    if path is not None:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    if (password := os.environ.get(PASSWORD_VARIABLE)) is not None:
        return password
    if sys.stdin.isatty():
        return typer.prompt("SIP password", hide_input=True)
    raise ValueError(f"no SIP password: give --password-file or set {PASSWORD_VARIABLE}")


def _default_cache() -> Path:
    folder = os.environ.get("XDG_CACHE_HOME")
    return (Path(folder) if folder else Path.home() / ".cache") / "pinegate" / "clips"


def _configure_log(as_json: bool) -> None:
    render = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
