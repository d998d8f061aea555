"""`make migration NAME="what changes"`: writes the migration from the present one to the tables of the code.

What is written is a proposal: read it. It lacks what changes rows.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from pinegate.adapters.database import migrations
from pinegate.adapters.database.migrate import alembic_config, migrate
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE, EmbeddedPostgres

VERSIONS = Path(migrations.__file__).parent / "versions"


def next_number(versions: Path) -> str:
    """Four digits, one more than the last."""
    return f"{max((int(path.name[:4]) for path in versions.glob('[0-9]*.py')), default=0) + 1:04}"


def file_name(number: str, title: str) -> str:
    """``0002_points_have_a_height.py``."""
    return f"{number}_{'_'.join(title.lower().split())}.py"


def write_migration(title: str) -> Path:
    """Compare a database of the present migrations with the tables of the code; the file that was written."""
    number = next_number(VERSIONS)
    with tempfile.TemporaryDirectory(prefix="pinegate-migration-") as folder:
        Path(folder).chmod(0o711)  # run by root, the server has an account of its own
        with EmbeddedPostgres(Path(folder) / "postgresql", durable=False) as server:
            owner = server.urls().owner
            migrate(owner, APP_ROLE)
            engine = create_engine(owner, poolclass=NullPool)
            with engine.begin() as connection:
                command.revision(alembic_config(connection), title, autogenerate=True, rev_id=number)
    written = VERSIONS / file_name(number, title)
    next(VERSIONS.glob(f"{number}_*.py")).rename(written)
    return written


def main() -> None:
    title = " ".join(sys.argv[1:]).strip()
    if not title:
        sys.exit('Say what changes: make migration NAME="points have a height"')
    print(write_migration(title))


if __name__ == "__main__":
    main()
