"""``pinegate demo``: the city, a simulated police platform, and what to try first. Only on the loopback address."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from pinegate.adapters.settings import Settings
from pinegate.entrypoints.demonstration.cameras import invent_cameras
from pinegate.entrypoints.demonstration.organizations import ORGANIZATIONS
from pinegate.entrypoints.demonstration.people import ROLE_NAMES
from pinegate.entrypoints.demonstration.sample_sharing import SampleSharing
from pinegate.entrypoints.demonstration.seed import PLATFORM_CODE, PLATFORM_NAME, Secrets, Seed
from pinegate.entrypoints.http_server.server import serve_application
from pinegate.entrypoints.process import raise_descriptor_limit, shorten_collector_pauses
from pinegate.entrypoints.serve import portal_folder
from pinegate.entrypoints.wiring.city import City, running_city
from pinegate.usecases.devices.ports import CatalogueProgress
from pinegate_simulator.clip_encoding import ClipSettings
from pinegate_simulator.config import SimulatorConfig
from pinegate_simulator.simulator import Simulator

_ARRIVAL_SECONDS = 60.0


class Narrator:
    """One line a step, with the time it took."""

    def __init__(self, say: Callable[[str], None] = lambda line: print(line, flush=True)) -> None:
        self._say = say
        self._since = time.monotonic()

    def say(self, text: str) -> None:
        self._say(f"[{time.monotonic() - self._since:5.1f} s] {text}")

    def show(self, text: str) -> None:
        self._say(text)


async def demonstrate(settings: Settings, cache_folder: Path) -> None:
    """Run until SIGINT or SIGTERM.

    Raises:
        SystemExit: the HTTP address is not the loopback, or its port is taken.
    """
    if settings.http_host not in ("127.0.0.1", "::1"):
        raise SystemExit(
            "pinegate demo: anybody may sign in as anybody here, so it serves the loopback address only"
        )
    settings = settings.model_copy(update={"city_profile": None})  # its people are Huangshan's
    _port_must_be_free(settings)
    raise_descriptor_limit()
    narrator = Narrator()
    narrator.say("starting the database, the media workers and the signalling …")
    portal = portal_folder()
    async with running_city(settings, portal=portal, demonstration=True, any_sip_port=True) as city:
        made = Secrets.load_or_make(settings.secrets_folder)
        serving = asyncio.create_task(serve_application(city.app, settings), name="http")
        setting_up = asyncio.create_task(_set_up(city, made, cache_folder, narrator), name="set up")
        try:
            await asyncio.wait({serving, setting_up}, return_when=asyncio.FIRST_COMPLETED)
            if setting_up.done() and not serving.done():
                async with setting_up.result():
                    shorten_collector_pauses()
                    narrator.show(_what_to_try(city, made, portal is not None))
                    await serving
        finally:
            for task in (setting_up, serving):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
    narrator.show("stopped.")


def _port_must_be_free(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.http_host, settings.http_port))
        except OSError:
            raise SystemExit(
                f"pinegate demo: port {settings.http_port} is taken; set PINEGATE_HTTP_PORT to another"
            ) from None


@contextlib.asynccontextmanager
async def _simulator(
    city: City, made: Secrets, cache_folder: Path, narrator: Narrator
) -> AsyncGenerator[Simulator, None]:
    config = SimulatorConfig(
        device_id=PLATFORM_CODE,
        platform_id=city.signalling.id,
        platform_domain=city.signalling.domain,
        platform_host=city.settings.sip_host,
        platform_port=city.sip_port,
        password=made.platform_password,
        cameras=invent_cameras(),
        cache_dir=cache_folder / "clips",
        transport="tcp",
        role="platform",
        retry_after=2.0,
        name=PLATFORM_NAME,
        clips=ClipSettings(fps=15),
    )
    printed = -1

    def progress(done: int, total: int) -> None:
        nonlocal printed
        if total == 0:
            return
        tenth = done * 10 // total
        if tenth != printed:
            printed = tenth
            narrator.say(f"drawing the cameras' scenes: {done} of {total}")

    simulator = Simulator(config, progress=progress)
    await simulator.start()
    try:
        yield simulator
    finally:
        await simulator.stop()


async def _set_up(
    city: City, made: Secrets, cache_folder: Path, narrator: Narrator
) -> contextlib.AsyncExitStack:
    async with city.services.database.transaction() as tx:
        first_start = not await tx.organizations.any_organization()
    seed = Seed(city.services, made)
    if first_start:
        narrator.say("entering six organizations and their people …")
        await seed.enter()
        await city.signalling.server.reload_accounts()
    stack = contextlib.AsyncExitStack()
    await stack.enter_async_context(_simulator(city, made, cache_folder, narrator))
    if first_start:
        narrator.say("the police platform registers and sends its catalogue …")
        progress = await _cameras(city)
        narrator.say(
            f"{progress.received} catalogue items have come; one unit goes through the whole procedure …"
        )
        await SampleSharing(city.services, seed.actors, seed.systems["tourism"]).enter()
    narrator.say("ready.")
    return stack


async def _cameras(city: City) -> CatalogueProgress:
    async with asyncio.timeout(_ARRIVAL_SECONDS):
        while True:
            progress = city.signalling.server.catalogue_progress(PLATFORM_CODE)
            if progress.state == "done":
                await city.signalling.recorder.drained()
                return progress
            await asyncio.sleep(0.1)


def _what_to_try(city: City, made: Secrets, portal: bool) -> str:
    address = f"http://{city.settings.http_host}:{city.settings.http_port}/"
    people = [(organization.name, person) for organization in ORGANIZATIONS for person in organization.people]
    width = max(len(login) for login in made.passwords)
    lines = [
        "",
        f"  松门 Pinegate   {address}" + ("" if portal else "   (the portal is not built: run make run)"),
        "",
        "  演示账号（登录页可一键登录，仅限本机） / accounts (one click on the sign-in page, this machine only)",
        *(
            f"    {person.login:<{width}}  {made.passwords[person.login]}  {name} {person.name}"
            f" · {'、'.join(ROLE_NAMES[role] for role in sorted(person.roles))}"
            for name, person in people
        ),
        "",
        "  先试一试 / try first",
        "    1. tour-viewer   看实时画面，客运站可打开声音 watch nine granted cameras, hear one (客运站)",
        "    2. bureau-approver   收回授权，画面立即停止 revoke, and the pictures stop",
        "    3. 走完申请全流程 walk an application through:",
        "       unit-clerk → unit-leader → police-reviewer → police-leader → bureau-reviewer → bureau-approver",
        "       → unit-leader, bureau-approver (保密协议) → provisioner → unit-viewer",
        "",
        f"  signalling: SIP {city.settings.sip_host}:{city.sip_port} (UDP, TCP), platform code {city.signalling.id}",
        "  Ctrl-C stops everything.",
        "",
    ]
    return "\n".join(lines)


def run_demonstration(settings: Settings, cache_folder: Path) -> None:
    """The command's body."""
    asyncio.run(demonstrate(settings, cache_folder))
