"""All tables. States are text with the enum's values; times are timestamptz; ids are opaque text (UUID).

``audit_events``, ``access_register`` and the rest are written in the same transaction as their cause. The application's
database role has no UPDATE or DELETE on ``audit_events`` (see the first migration).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from pinegate.adapters.database.catalogue_tables import camera_points as camera_points
from pinegate.adapters.database.catalogue_tables import devices as devices
from pinegate.adapters.database.catalogue_tables import point_tallies as point_tallies
from pinegate.adapters.database.table_parts import id_column as _id
from pinegate.adapters.database.table_parts import metadata as metadata
from pinegate.adapters.database.table_parts import reference as _to
from pinegate.adapters.database.table_parts import table as _table
from pinegate.adapters.database.table_parts import time_column as _time

# -- organizations ---------------------------------------------------------------------------------------------------

organizations = _table(
    "organizations",
    _id(),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False, unique=True),
    Column("address", Text, nullable=False, server_default=""),
    Column("nature", Text, nullable=False, server_default="government"),
    Column("standing", Text, nullable=False, server_default="active"),
    _time("created_at", now=True),
)

persons = _table(
    "persons",
    _id(),
    _to("organization_id", "organizations", index=True),
    Column("name", Text, nullable=False),
    Column("staff_number", Text, nullable=False),
    Column("mobile", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("roles", ARRAY(Text), nullable=False, server_default="{}"),
    Column("state", Text, nullable=False, server_default="nominated"),
    _time("created_at", now=True),
    UniqueConstraint("organization_id", "staff_number"),
)

accounts = _table(
    "accounts",
    Column("person_id", Text, ForeignKey("persons.id"), primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("password_hash", Text),
    Column("totp_secret", LargeBinary),
    Column("totp_last_step", BigInteger),
    Column("failed_attempts", Integer, nullable=False, server_default="0"),
    _time("locked_until"),
    _time("withdrawn_at"),
)

enrolments = _table(
    "enrolments",
    Column("person_id", Text, ForeignKey("accounts.person_id"), primary_key=True),
    Column("link_digest", LargeBinary, unique=True),
    Column("code_digest", LargeBinary),
    Column("renews_totp", Boolean, nullable=False, server_default=false()),
    Column("failed_codes", Integer, nullable=False, server_default="0"),
    _time("opened_at", nullable=False),
    _time("expires_at", nullable=False),
    _time("used_at"),
)
"""By which a person chooses a password: the last one of each, digests only. Before the first, the account has none."""

portal_sessions = _table(
    "portal_sessions",
    _id(),
    Column("token_digest", LargeBinary, nullable=False, unique=True),
    _to("person_id", "persons", index=True),
    Column("client_host", Text, nullable=False),
    Column("user_agent", Text, nullable=False, server_default=""),
    _time("created_at", nullable=False),
    _time("last_seen_at", nullable=False),
    _time("ended_at"),
)

proposals = _table(
    "proposals",
    _id(),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    _to("organization_id", "organizations", nullable=True, index=True),
    _to("person_id", "persons", nullable=True),
    Column("content", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    _to("proposed_by", "persons"),
    _time("proposed_at", nullable=False),
    _to("decided_by", "persons", nullable=True),
    _time("decided_at"),
    Column("text", Text, nullable=False, server_default=""),
)
"""What makes persons, or gives them power: proposed by one, confirmed by another."""

information_systems = _table(
    "information_systems",
    _id(),
    _to("organization_id", "organizations", index=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("standing", Text, nullable=False, server_default="active"),
    _time("created_at", now=True),
    UniqueConstraint("organization_id", "name"),
)

roster_entries = _table(
    "roster_entries",
    Column("system_id", Text, ForeignKey("information_systems.id"), primary_key=True),
    Column("person_id", Text, ForeignKey("persons.id"), primary_key=True, index=True),
    Column("removed", Boolean, nullable=False, server_default=false()),
    _time("added_at", now=True),
)

acknowledgements = _table(
    "acknowledgements",
    Column("agreement_id", Text, ForeignKey("agreements.id"), primary_key=True),
    Column("person_id", Text, ForeignKey("persons.id"), primary_key=True, index=True),
    Column("text_version", Integer, nullable=False),
    Column("signature_name", Text, nullable=False),
    _time("acknowledged_at", nullable=False),
)

# -- the paper -------------------------------------------------------------------------------------------------------

applications = _table(
    "applications",
    _id(),
    Column("number", Text, nullable=False, unique=True),
    _to("organization_id", "organizations"),
    _to("system_id", "information_systems", index=True),
    Column("state", Text, nullable=False),
    Column("purpose", Text, nullable=False, server_default=""),
    Column("legal_basis", Text, nullable=False, server_default=""),
    Column("areas", ARRAY(Text), nullable=False, server_default="{}"),
    Column("categories", ARRAY(Text), nullable=False, server_default="{}"),
    Column("contacts", JSONB, nullable=False, server_default="{}"),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("consultation", JSONB),
    Column("sealed_form", Boolean, nullable=False, server_default=false()),
    Column("round", Integer, nullable=False, server_default="0"),
    Column("filed_by", ARRAY(Text), nullable=False, server_default="{}"),
    Column("policy_version", Text, nullable=False),
    _time("created_at", nullable=False),
    _time("state_since", nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_applications_state", "state", "state_since"),
    Index("ix_applications_created", "created_at", "number"),
    Index("ix_applications_organization_created", "organization_id", "created_at", "number"),
)

application_points = _table(
    "application_points",
    Column("application_id", Text, ForeignKey("applications.id"), primary_key=True),
    Column("point_id", Text, ForeignKey("camera_points.id"), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
    Column("requested", ARRAY(Text), nullable=False),
    Column("consented", ARRAY(Text)),
)

opinions = _table(
    "opinions",
    _id(),
    _to("application_id", "applications", index=True),
    Column("round", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("text", Text, nullable=False),
    _to("person_id", "persons"),
    Column("person_name", Text, nullable=False),
    _time("signed_at", nullable=False),
    UniqueConstraint("application_id", "round", "position"),
)

documents = _table(
    "documents",
    _id(),
    Column("kind", Text, nullable=False),
    _to("application_id", "applications", nullable=True, index=True),
    _to("organization_id", "organizations"),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sm3", Text, nullable=False),
    _to("stored_by", "persons"),
    _time("stored_at", nullable=False),
    Index("ix_documents_organization_stored", "organization_id", "stored_at"),
)

agreements = _table(
    "agreements",
    _id(),
    Column("application_id", Text, ForeignKey("applications.id"), nullable=False, unique=True),
    _to("organization_id", "organizations", index=True),
    Column("state", Text, nullable=False),
    Column("text_version", Integer, nullable=False),
    Column("schedule_digest", Text, nullable=False),
    Column("unit_signature", JSONB),
    Column("bureau_signature", JSONB),
    _time("effective_at"),
    _time("created_at", nullable=False),
)

work_orders = _table(
    "work_orders",
    _id(),
    Column("number", Text, nullable=False, unique=True),
    _to("application_id", "applications", index=True),
    _to("system_id", "information_systems"),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("result", Text, nullable=False, server_default=""),
    _to("assigned_to", "persons", nullable=True),
    _time("tested_at"),
    _time("created_at", nullable=False),
    _time("closed_at"),
    CheckConstraint("state in ('open', 'done', 'failed')", name="state"),
)

grants = _table(
    "grants",
    _id(),
    _to("application_id", "applications", index=True),
    _to("organization_id", "organizations"),
    _to("system_id", "information_systems"),
    _to("point_id", "camera_points", index=True),
    Column("operations", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    _time("valid_from", nullable=False),
    _time("valid_until", nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("application_id", "point_id"),
    Index("ix_grants_system_point", "system_id", "point_id"),
    Index("ix_grants_valid_from", "valid_from", "id"),
    Index("ix_grants_organization_valid_from", "organization_id", "valid_from", "id"),
)

revocations = _table(
    "revocations",
    _id(),
    Column("scope", Text, nullable=False),
    Column("target_id", Text, nullable=False),
    Column("emergency", Boolean, nullable=False, server_default=false()),
    Column("reason", Text, nullable=False),
    _to("ordered_by", "persons"),
    _time("ordered_at", nullable=False),
    Column("sessions_cut", Integer, nullable=False, server_default="0"),
)

revocation_receipts = _table(
    "revocation_receipts",
    Column("application_id", Text, ForeignKey("applications.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("affected", Integer, nullable=False),
    _to("ordered_by", "persons", nullable=True),
    _time("done_at", nullable=False),
)

# -- access ----------------------------------------------------------------------------------------------------------

interface_credentials = _table(
    "interface_credentials",
    Column("access_key", Text, primary_key=True),
    _to("system_id", "information_systems", index=True),
    Column("secret_encrypted", LargeBinary, nullable=False),
    Column("source_hosts", ARRAY(Text), nullable=False, server_default="{}"),
    _to("issued_by", "persons"),
    _time("issued_at", nullable=False),
    _time("withdrawn_at"),
)

interface_nonces = _table(
    "interface_nonces",
    Column("access_key", Text, primary_key=True),
    Column("nonce", Text, primary_key=True),
    _time("seen_at", nullable=False),
    Index("ix_interface_nonces_seen_at", "seen_at"),
)

access_register = _table(
    "access_register",
    _id(),
    Column("channel", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("denial_reason", Text),
    Column("operation", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("organization_id", Text, nullable=False, server_default=""),
    Column("system_id", Text, nullable=False, server_default=""),
    Column("point_id", Text, nullable=False),
    Column("grant_id", Text),
    Column("application_id", Text, index=True),
    Column("work_order_id", Text),
    Column("portal_session_id", Text, index=True),
    Column("access_key", Text),
    Column("reason", Text, nullable=False),
    Column("client_host", Text, nullable=False, server_default=""),
    Column("protocol", Text, nullable=False, server_default=""),
    Column("tracks", ARRAY(Text), nullable=False, server_default="{}"),
    Column("ticket_digest", LargeBinary, unique=True),
    _time("ticket_expires_at"),
    Column("lease_seconds", Double, nullable=False, server_default="30"),
    _time("requested_at", nullable=False),
    _time("started_at"),
    _time("ended_at"),
    Column("end_reason", Text),
    Column("bytes_sent", BigInteger, nullable=False, server_default="0"),
    Column(
        "epoch",
        BigInteger,
        server_default=text("nullif(current_setting('pinegate.epoch', true), '')::bigint"),
    ),
    CheckConstraint("outcome in ('allowed', 'denied')", name="outcome"),
    Index("ix_access_register_requested_at", "requested_at", "id"),
    Index("ix_access_register_person", "person_id", "requested_at", "id"),
    Index("ix_access_register_organization", "organization_id", "requested_at", "id"),
    Index("ix_access_register_system", "system_id", "requested_at", "id"),
    Index("ix_access_register_point", "point_id", "requested_at", "id"),
    Index(
        "ix_access_register_open",
        "system_id",
        "point_id",
        postgresql_where=text("outcome = 'allowed' and ended_at is null"),
    ),
)
"""One row for every request, allowed or denied: the 使用登记, and at the same time the play session (``id``)."""

control_terms = _table(
    "control_terms",
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Text, nullable=False),
    _time("taken_at", nullable=False),
    _time("seen_at", nullable=False),
    _time("ended_at"),
    _time("standby_seen_at"),
    Column("watched", Boolean, nullable=False, server_default=false()),
)
"""Which process was control, and when (``leadership``). ``epoch`` in the register: whose session it was, set by the
connection that wrote the line."""

access_changes = _table(
    "access_changes",
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    Column("scope", Text, nullable=False),
    Column("target_id", Text, nullable=False),
    _time("at", now=True),
)
"""The outbox of everything that a decision may have stood on; NOTIFY ``access_changes`` wakes the reevaluator."""

audit_events = _table(
    "audit_events",
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    _time("at", nullable=False),
    Column("actor_person_id", Text),
    Column("actor_organization_id", Text),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("client_host", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("canonical", LargeBinary, nullable=False),
    Index("ix_audit_events_name", "name", "sequence"),
    Index("ix_audit_events_actor", "actor_person_id", "sequence"),
    Index("ix_audit_events_subject", "subject_kind", "subject_id", "sequence"),
    Index("ix_audit_events_at", "at"),
)

notices = _table(
    "notices",
    _id(),
    Column("sequence", BigInteger, Identity(always=True), nullable=False, unique=True),
    _to("organization_id", "organizations"),
    Column("role", Text),
    Column("kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default="{}"),
    _time("created_at", nullable=False),
    Index("ix_notices_organization", "organization_id", "sequence"),
)
