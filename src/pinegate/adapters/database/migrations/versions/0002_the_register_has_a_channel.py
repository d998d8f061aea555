"""The register has a channel"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # A rename and not what Alembic proposes, a column dropped and one added: the rows keep what they say.
    op.alter_column("access_register", "door", new_column_name="channel")
