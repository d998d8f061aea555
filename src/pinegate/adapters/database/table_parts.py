"""What every table is made of: one set of names for its constraints, and the columns that come again and again."""

from sqlalchemy import Column, DateTime, ForeignKey, MetaData, Table, Text, func
from sqlalchemy.sql.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column() -> Column[str]:
    """An opaque id."""
    return Column("id", Text, primary_key=True)


def reference(name: str, target: str, *, nullable: bool = False, index: bool = False) -> Column[str]:
    """The id of a row of ``target``."""
    return Column(name, Text, ForeignKey(f"{target}.id"), nullable=nullable, index=index)


def time_column(name: str, *, nullable: bool = True, now: bool = False) -> Column[object]:
    """A moment; with ``now`` that of the insertion, where nothing else is said."""
    return Column(
        name,
        DateTime(timezone=True),
        nullable=nullable and not now,
        server_default=func.now() if now else None,
    )


def table(name: str, *items: SchemaItem) -> Table:
    """A table of ``metadata``."""
    return Table(name, metadata, *items)
