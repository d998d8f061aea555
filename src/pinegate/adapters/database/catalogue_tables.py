"""Devices, camera points, and how many points there are."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from pinegate.adapters.database.table_parts import id_column as _id
from pinegate.adapters.database.table_parts import reference as _to
from pinegate.adapters.database.table_parts import table as _table
from pinegate.adapters.database.table_parts import time_column as _time

devices = _table(
    "devices",
    _id(),
    Column("device_code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="platform"),
    _to("owner_organization_id", "organizations", nullable=True),
    Column("password_encrypted", LargeBinary, nullable=False),
    Column("minimum_algorithm", Text, nullable=False, server_default="MD5"),
    Column("media_transport", Text, nullable=False, server_default="tcp_passive"),
    Column("charset", Text, nullable=False, server_default="gb18030"),
    Column("media_hosts", ARRAY(Text), nullable=False, server_default="{}"),
    Column("strict_ssrc", Boolean, nullable=False, server_default=false()),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("online", Boolean, nullable=False, server_default=false()),
    Column("address", Text, nullable=False, server_default=""),
    Column("transport", Text, nullable=False, server_default=""),
    Column("manufacturer", Text, nullable=False, server_default=""),
    Column("model", Text, nullable=False, server_default=""),
    Column("firmware", Text, nullable=False, server_default=""),
    Column("gb_version", Text, nullable=False, server_default=""),
    _time("registered_at"),
    _time("registered_until"),
    Column("registered_mark", LargeBinary),
    _time("last_keepalive_at"),
    _time("catalogue_synced_at"),
    Column("catalogue_total", Integer),
    _time("created_at", now=True),
)

camera_points = _table(
    "camera_points",
    _id(),
    _to("device_id", "devices"),
    Column("channel_code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("division_code", Text, nullable=False, server_default=""),
    Column("township_code", Text, nullable=False, server_default=""),
    Column("category", Text, nullable=False, server_default=""),
    Column("point_class", Integer),
    Column("ptz_type", Integer),
    Column("source_class", Text, nullable=False, server_default="gov_invested"),
    Column("longitude", Double),
    Column("latitude", Double),
    Column("secret", Boolean, nullable=False, server_default=false()),
    Column("health", Text, nullable=False, server_default="unknown"),
    Column("listing_state", Text, nullable=False, server_default="pending_check"),
    Column("sharing_mark", Boolean, nullable=False, server_default=false()),
    _to("sharing_marked_by", "persons", nullable=True),
    _time("sharing_marked_at"),
    _to("edited_by", "persons", nullable=True),
    _time("edited_at"),
    _to("listed_by", "persons", nullable=True),
    _time("listed_at"),
    Column("record", JSONB, nullable=False, server_default="{}"),
    Column("upstream", JSONB, nullable=False, server_default="{}"),
    Column("search", TSVECTOR, nullable=False, server_default=""),
    _time("first_seen_at", now=True),
    _time("last_seen_at", now=True),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("device_id", "channel_code"),
    Index("ix_camera_points_search", "search", postgresql_using="gin"),
    Index("ix_camera_points_code", "channel_code", postgresql_ops={"channel_code": "text_pattern_ops"}),
    Index("ix_camera_points_place", "division_code", "township_code", "name", "id"),
    Index("ix_camera_points_name", "name", "id"),
    Index("ix_camera_points_listing_state", "listing_state", "first_seen_at"),
    Index(
        "ix_camera_points_undecided",
        "first_seen_at",
        postgresql_where=text("sharing_marked_at is null and not secret"),
    ),
    Index("ix_camera_points_position", text("point(longitude, latitude)"), postgresql_using="gist"),
)

point_tallies = _table(
    "point_tallies",
    Column("level", Integer, nullable=False),
    Column("x", Integer, nullable=False),
    Column("y", Integer, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("division_code", Text, nullable=False),
    Column("township_code", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("listing_state", Text, nullable=False),
    Column("sharing_mark", Boolean, nullable=False),
    Column("undecided", Boolean, nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("health", Text, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("longitude_sum", Double, nullable=False),
    Column("latitude_sum", Double, nullable=False),
    Column("settled", Boolean, nullable=False, server_default=false()),
    Index("ix_point_tallies_cell", "level", "x", "y", "township_code"),
    Index(
        "ix_point_tallies_unsettled", "level", "x", "y", "township_code", postgresql_where=text("not settled")
    ),
)
"""How many points there are, by everything that one may ask for, in the whole city (level 0) and in cells of 40/2^level
degrees. Triggers append what each change adds and takes away, so the sums are always those of the points; the
scheduler settles many rows into one (``point_tallies.py``)."""
