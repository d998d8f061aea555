"""The command line: `pinegate …`. Each command imports what it needs when it runs: help is instant."""

import asyncio
import importlib.util
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from pinegate import __version__
from pinegate.adapters.settings import Settings, SettingsError, load_settings

T = TypeVar("T")

app = typer.Typer(
    name="pinegate",
    help="Pinegate (松门): video resource sharing under a regulation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold secrets
)
database = typer.Typer(help="The embedded PostgreSQL of the data folder.", no_args_is_help=True)
app.add_typer(database, name="database")


@app.callback()
def hear_interrupts() -> None:
    """Ctrl-C and SIGINT end every command, also below a parent that ignores them (a script's `&`, `nohup`)."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def serve(
    standby: Annotated[
        bool, typer.Option(help="Wait while another serves this database, then take over.")
    ] = False,
) -> None:
    """Run the city that the settings describe (see deploy/configuration.md)."""
    from pinegate.entrypoints.serve import configure_logging, serve

    settings = _settings()
    configure_logging(settings)
    _run(serve(settings, standby=standby))


@app.command()
def demo(
    cache: Annotated[Path, typer.Option(help="Where the drawn clips are kept.")] = Path(".cache"),
) -> None:
    """Run a demonstration city with simulated cameras, on this machine only."""
    _need_simulator()
    from pinegate.entrypoints.demonstration.demo import run_demonstration
    from pinegate.entrypoints.serve import configure_logging

    settings = _settings()
    configure_logging(settings.model_copy(update={"log_level": "warning"}))
    run_demonstration(settings, cache)


@app.command("migrate")
def migrate_database() -> None:
    """Bring the database to this version's tables, while the program is stopped; `serve` does it too."""
    from pinegate.entrypoints.wiring.database import prepared_database
    from pinegate.entrypoints.wiring.leading import candidacy

    async def run() -> None:
        settings = _settings()
        settings.create_data_folder()
        with candidacy(settings) as candidate:
            async with prepared_database(settings, candidate):
                typer.echo("The database is up to date.")

    _run(run())


@app.command()
def init(
    bureau: Annotated[str, typer.Option(help="Name of the data bureau.")],
    operator: Annotated[str, typer.Option(help="Name of the operator.")],
    security_admin: Annotated[str, typer.Option(help="Name of the security administrator (bureau).")],
    audit_admin: Annotated[str, typer.Option(help="Name of the audit administrator (bureau).")],
    system_admin: Annotated[str, typer.Option(help="Name of the system administrator (operator).")],
) -> None:
    """Enter the three administrators of a new city; each enrols by a link that is printed once."""
    from pinegate.domain.organizations.roles import Role
    from pinegate.entrypoints.initialize import AlreadyInitializedError, FirstAdministrator, initialize

    first = [
        FirstAdministrator(Role.SECURITY_ADMIN, security_admin, "security-admin"),
        FirstAdministrator(Role.AUDIT_ADMIN, audit_admin, "audit-admin"),
        FirstAdministrator(Role.SYSTEM_ADMIN, system_admin, "system-admin"),
    ]
    settings = _settings()
    try:
        links = _run(initialize(settings, bureau, operator, first))
    except AlreadyInitializedError:
        _fail("this city has accounts already; sign in as security administrator and propose others there")
    for link in links:
        typer.echo(f"{link.login:<15} {link.address}")
    typer.echo(
        f"Hand each person their own link. It is shown only now, works once, and for {settings.enrolment_hours} hours."
    )


@app.command()
def recover(
    login: Annotated[str, typer.Argument(help="Login of the security, audit or system administrator.")],
) -> None:
    """Print a new enrolment link for an administrator who cannot sign in; it is audited, and the auditor is told."""
    from pinegate.entrypoints.initialize import recover as recover_account
    from pinegate.usecases.errors import NotFoundError

    settings = _settings()
    try:
        link = _run(recover_account(settings, login))
    except NotFoundError:
        _fail(f"{login} is no administrator's account, or it is locked")
    typer.echo(f"{link.address}\nIt is shown only now, works once, and for {settings.enrolment_hours} hours.")


@app.command(context_settings=_PASS_ON, add_help_option=False)
def simulate(context: typer.Context) -> None:
    """Play a GB/T 28181 device or lower platform with cameras."""
    _need_simulator()
    command: typer.Typer = importlib.import_module("pinegate_simulator.command").app
    command(args=context.args, prog_name=f"pinegate {context.info_name}")


@database.command("start")
def start_database() -> None:
    """Run the embedded PostgreSQL alone, until Ctrl-C: for maintenance while the program is stopped."""
    from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

    settings = _settings()
    settings.create_data_folder()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with EmbeddedPostgres(settings.database_folder) as server:
            typer.echo(f"PostgreSQL is running; owner: {server.urls().owner}")
            typer.echo("Ctrl-C stops it.")
            signal.pause()
    except EmbeddedPostgresError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        typer.echo("PostgreSQL is stopped.")


@database.command("stop")
def stop_database() -> None:
    """Stop a PostgreSQL that a killed program left running."""
    from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgresError, stop_leftover

    try:
        stopped = stop_leftover(_settings().database_folder)
    except EmbeddedPostgresError as error:
        _fail(str(error))
    typer.echo("PostgreSQL is stopped." if stopped else "No PostgreSQL was running in the data folder.")


@database.command("psql-url")
def psql_url(
    owner: Annotated[bool, typer.Option(help="With the role that owns the tables.")] = False,
) -> None:
    """Print the address of the running database, for `psql "$(pinegate database psql-url)"`."""
    from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgres

    urls = EmbeddedPostgres(_settings().database_folder).urls()
    typer.echo(urls.owner if owner else urls.app)


def _run(command: Coroutine[Any, Any, T]) -> T:
    """Run it; what an operator can correct is said in one line."""
    import psycopg
    from sqlalchemy.exc import OperationalError

    from pinegate.adapters.city_profile.load import CityProfileError
    from pinegate.adapters.database.leadership import AnotherLeadsError
    from pinegate.adapters.database.server_address import ServerAddressError
    from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgresError

    try:
        return asyncio.run(command)
    except (AnotherLeadsError, CityProfileError, EmbeddedPostgresError, ServerAddressError) as error:
        _fail(str(error))
    except (OperationalError, psycopg.OperationalError) as error:
        said = error.orig if isinstance(error, OperationalError) else error
        _fail("the database cannot be reached: " + " ".join(str(said).split()))


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        _fail(str(error))


def _need_simulator() -> None:
    """The simulator is a distribution of its own: a city for real does without it."""
    if importlib.util.find_spec("pinegate_simulator") is None:
        _fail("the simulator is not installed; in a checkout: pip install ./src/pinegate_simulator")


def _fail(message: str) -> NoReturn:
    typer.echo(f"pinegate: {message}", err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
