"""Lists answer at size: tallies of points, and indexes in the order in which lists are read"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_REPLACED = {
    "camera_points": ["ix_camera_points_listing_state"],
    "applications": ["ix_applications_state", "ix_applications_organization_id"],
    "access_register": [
        "ix_access_register_person_id",
        "ix_access_register_point_id",
        "ix_access_register_requested_at",
    ],
    "audit_events": ["ix_audit_events_name", "ix_audit_events_actor_person_id", "ix_audit_events_subject"],
    "notices": ["ix_notices_organization_id"],
}
_INDEXES = (
    ("ix_camera_points_name", "camera_points", ["name", "id"]),
    ("ix_camera_points_listing_state", "camera_points", ["listing_state", "first_seen_at"]),
    ("ix_applications_state", "applications", ["state", "state_since"]),
    ("ix_applications_created", "applications", ["created_at", "number"]),
    (
        "ix_applications_organization_created",
        "applications",
        ["organization_id", "created_at", "number"],
    ),
    ("ix_grants_valid_from", "grants", ["valid_from", "id"]),
    ("ix_grants_organization_valid_from", "grants", ["organization_id", "valid_from", "id"]),
    ("ix_access_register_requested_at", "access_register", ["requested_at", "id"]),
    ("ix_access_register_person", "access_register", ["person_id", "requested_at", "id"]),
    ("ix_access_register_organization", "access_register", ["organization_id", "requested_at", "id"]),
    ("ix_access_register_system", "access_register", ["system_id", "requested_at", "id"]),
    ("ix_access_register_point", "access_register", ["point_id", "requested_at", "id"]),
    ("ix_audit_events_name", "audit_events", ["name", "sequence"]),
    ("ix_audit_events_actor", "audit_events", ["actor_person_id", "sequence"]),
    ("ix_audit_events_subject", "audit_events", ["subject_kind", "subject_id", "sequence"]),
    ("ix_notices_organization", "notices", ["organization_id", "sequence"]),
)

_TALLIED = """
    select level,
        case level when 0 then 0 else floor(longitude * (1 << level) / 40)::integer end,
        case level when 0 then 0 else floor(latitude * (1 << level) / 40)::integer end,
        device_id, division_code, township_code, category, listing_state, sharing_mark,
        sharing_marked_at is null, secret, health, sum({sign}), sum({sign} * coalesce(longitude, 0)),
        sum({sign} * coalesce(latitude, 0))
    from {rows} cross join (values (0), (9), (11), (13)) as levels (level)
    where level = 0 or (longitude is not null and latitude is not null)
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
    having sum({sign}) <> 0 or sum({sign} * coalesce(longitude, 0)) <> 0
        or sum({sign} * coalesce(latitude, 0)) <> 0
"""
_COLUMNS = (
    "level, x, y, device_id, division_code, township_code, category, listing_state, sharing_mark, undecided,"
    " secret, health, points, longitude_sum, latitude_sum"
)
_KEYS = (
    "device_id",
    "division_code",
    "township_code",
    "category",
    "listing_state",
    "sharing_mark",
    "sharing_marked_at is null",
    "secret",
    "health",
    "longitude",
    "latitude",
)
_DIFFER = " is distinct from ".join(
    f"({', '.join(f'{row}.{key}' for key in _KEYS)})" for row in ("after", "before")
)
_CHANGED = f"""(
        select after.*, 1 as sign from come after join gone before on after.id = before.id where {_DIFFER}
        union all
        select before.*, -1 from gone before join come after on after.id = before.id where {_DIFFER}
    ) as changed"""  # noqa: S608 -- constants

_TRIGGER_FUNCTION = f"""
create function tally_points() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into point_tallies ({_COLUMNS}) {_TALLIED.format(rows="come", sign="1")};
    elsif tg_op = 'DELETE' then
        insert into point_tallies ({_COLUMNS}) {_TALLIED.format(rows="gone", sign="-1")};
    else
        insert into point_tallies ({_COLUMNS}) {_TALLIED.format(rows=_CHANGED, sign="sign")};
    end if;
    return null;
end $$
"""
_TRIGGERS = (
    ("insert", "new table as come"),
    ("update", "old table as gone new table as come"),
    ("delete", "old table as gone"),
)
_TRIGGER = (
    "create trigger tally_points_{event} after {event} on camera_points referencing {tables}"
    " for each statement execute function tally_points()"
)
_THOSE_THERE_ARE = _TALLIED.format(rows="camera_points", sign="1")


def upgrade() -> None:
    for table, names in _REPLACED.items():
        for name in names:
            op.drop_index(name, table)
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)
    op.create_index(
        "ix_camera_points_code",
        "camera_points",
        ["channel_code"],
        postgresql_ops={"channel_code": "text_pattern_ops"},
    )
    op.create_index(
        "ix_camera_points_undecided",
        "camera_points",
        ["first_seen_at"],
        postgresql_where=sa.text("sharing_marked_at is null and not secret"),
    )
    op.create_index(
        "ix_camera_points_position",
        "camera_points",
        [sa.text("point(longitude, latitude)")],
        postgresql_using="gist",
    )
    _make_tallies()
    # Codes have an index of their own now; among the words, a few figures would have asked for all of them.
    op.execute(
        "update camera_points set search = ts_delete(search, channel_code) where channel_code ~ '^[0-9]{6,20}$'"
    )


def _make_tallies() -> None:
    op.create_table(
        "point_tallies",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("level", "x", "y")),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("device_id", "division_code", "township_code", "category", "listing_state")
        ),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("sharing_mark", "undecided", "secret")),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("longitude_sum", "latitude_sum")),
        sa.Column("settled", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(
        f"insert into point_tallies ({_COLUMNS}, settled)"  # noqa: S608 -- constants
        f" select *, true from ({_THOSE_THERE_ARE}) as those_there_are"
    )
    cell = ["level", "x", "y", "township_code"]
    op.create_index("ix_point_tallies_cell", "point_tallies", cell)
    op.create_index(
        "ix_point_tallies_unsettled", "point_tallies", cell, postgresql_where=sa.text("not settled")
    )
    op.execute(_TRIGGER_FUNCTION)
    for event, tables in _TRIGGERS:
        op.execute(_TRIGGER.format(event=event, tables=tables))
