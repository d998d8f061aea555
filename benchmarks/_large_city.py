"""A city of a million points, made by PostgreSQL itself: names of real syllables, three years of the register."""

from collections.abc import Mapping

import psycopg

PLACES = "屯溪 徽州 黄山 歙县 休宁 黟县 祁门 汤口 呈坎 宏村"
ROADS = "新安 黎阳 延安 跃进 前园 迎宾 仙人 世纪 率水 长干 滨江 阳湖 昱城 天都 佩琅 戴震 机场 稽灵 荷花 柏山"
KINDS = "老街 大桥 广场 路口 小区 学校 医院 车站 公园 市场"
RARE = "鹤鸣"
"""In one name of 20,000."""

_WORDS = """
create function pg_temp.words(t text) returns tsvector language sql immutable as $$
    select array_to_tsvector(array(
        select substr(t, i, 1) from generate_series(1, length(t)) i union
        select substr(t, i, 2) from generate_series(1, length(t) - 1) i))
$$
"""
_DEVICES = """
insert into devices (id, device_code, name, password_encrypted, online)
select 'device-' || n, '3410' || lpad(n::text, 16, '0'), '平台' || n, '', n <> 3 from generate_series(1, 20) n
"""
_POINTS = """
insert into camera_points (id, device_id, channel_code, name, address, division_code, township_code, category,
    point_class, ptz_type, longitude, latitude, secret, health, listing_state, sharing_mark, sharing_marked_at,
    first_seen_at, search)
select gen_random_uuid()::text, 'device-' || 1 + n % 10 * 2 + n / 10 % 2, '3410' || lpad(n::text, 16, '0'),
    name || n % 5000, name, '3410' || lpad((1 + n % 10)::text, 2, '0'), '3410' || lpad((1 + n % 10)::text, 2, '0')
        || lpad((n / 10 % 12)::text, 3, '0'),
    '背街小巷', 1, 1 + n % 3, 118.1 + 0.3 * (n % 10) / 5 + 0.1 * sqrt(-2 * ln(1 - random())) * cos(6.2832 * random()),
    29.6 + 0.2 * (n % 10 / 5) + 0.1 * random(), n % 500 = 0, case n % 20 when 0 then 'offline' else 'online' end,
    case when n % 100 < 90 then 'listed' when n % 100 < 98 then 'catalogued' else 'pending_check' end,
    n % 100 < 95, case when n % 100 < 97 then now() end, now() - n * interval '1 second',
    words || array_to_tsvector(array[(n % 5000)::text])
from generate_series(%(first)s, %(last)s) n
join names on k = n % 20000
"""
_NAMES = """
create temp table names as
select n as k, name, pg_temp.words(name) as words from (
    select n, (string_to_array(%(places)s, ' '))[1 + n % 10]
        || (string_to_array(%(roads)s, ' '))[1 + n / 10 % 20] || (array['路', '巷', '里', '街'])[1 + n / 200 % 4]
        || case n when 777 then %(rare)s else '' end
        || (string_to_array(%(kinds)s, ' '))[1 + n / 800 % 10] || (array['东', '南', '西', '北'])[1 + n / 8000 % 4]
        as name
    from generate_series(0, 19999) n) as made
"""
_PEOPLE = """
insert into organizations (id, kind, name)
select 'unit-' || n, 'using_unit', '单位' || n from generate_series(1, 200) n;
insert into information_systems (id, organization_id, name)
select 'system-' || n, 'unit-' || n, '系统' || n from generate_series(1, 200) n;
insert into persons (id, organization_id, name, staff_number, state)
select 'person-' || n, 'unit-' || 1 + n % 200, '张' || n, 'S' || n, 'account_active' from generate_series(1, 5000) n
"""
_APPLICATIONS = """
insert into applications (id, number, organization_id, system_id, state, policy_version, round, created_at, state_since)
select 'application-' || n, 'A' || lpad(n::text, 8, '0'), 'unit-' || 1 + n % 200, 'system-' || 1 + n % 200,
    case when n % 1000 = 0 then 'submitted' when n % 1000 = 1 then 'bureau_review' when n % 3 = 0 then 'active'
        else 'revoked' end,
    '1', 1, now() - n * interval '15 minutes', now() - n * interval '10 minutes'
from generate_series(1, %(count)s) n
"""
_GRANTS = """
insert into grants (id, application_id, organization_id, system_id, point_id, operations, state, valid_from,
    valid_until)
select gen_random_uuid()::text, a.id, a.organization_id, a.system_id, p.id, '{live}',
    case a.state when 'active' then 'active' else 'revoked' end, a.created_at, a.created_at + interval '3 years'
from (select *, row_number() over () as n from applications) a
join (select id, row_number() over () as n from camera_points limit %(points)s) p on p.n = 1 + a.n %% %(points)s
"""
_REGISTER = """
insert into access_register (id, channel, outcome, operation, person_id, organization_id, system_id, point_id, reason,
    requested_at, started_at, ended_at, bytes_sent)
select gen_random_uuid()::text, 'portal', case n % 50 when 0 then 'denied' else 'allowed' end, 'live',
    'person-' || 1 + n % 5000, 'unit-' || 1 + n % 200, 'system-' || 1 + n % 200, p.id, '巡查',
    now() - n * interval '9 seconds', case when n % 50 <> 0 then now() - n * interval '9 seconds' end,
    case when n > 100 then now() - n * interval '9 seconds' + interval '1 minute' end, 1000000
from generate_series(%(first)s, %(last)s) n
join (select id, row_number() over () - 1 as k from camera_points limit 10000) p on p.k = n::bigint * 7919 % 10000
"""
_STEP = 250_000


def fill(owner: str, points: int, rows: int) -> None:
    """As the tables' owner; indexes of the largest tables are made after their rows."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("set maintenance_work_mem = '256MB'; set synchronous_commit = off")
        connection.execute(_WORDS.encode())
        connection.execute(_DEVICES.encode())
        names = {"places": PLACES, "roads": ROADS, "kinds": KINDS, "rare": RARE}
        _execute(connection, _NAMES, names)
        connection.execute(_PEOPLE.encode())
        _load(connection, "camera_points", _POINTS, points)
        _execute(connection, _APPLICATIONS, {"count": max(1_000, points // 10)})
        _execute(connection, _GRANTS, {"points": min(points, 10_000)})
        _load(connection, "access_register", _REGISTER, rows)
        connection.execute("vacuum analyze")


def _load(connection: psycopg.Connection, table: str, statement: str, count: int) -> None:
    made = "select indexdef from pg_indexes where tablename = %s and indexname ~ '^ix_'"
    definitions = [row[0] for row in connection.execute(made.encode(), (table,))]
    for definition in definitions:
        connection.execute(f"drop index {definition.split()[2]}".encode())
    for first in range(1, count + 1, _STEP):
        _execute(connection, statement, {"first": first, "last": min(count, first + _STEP - 1)})
    for definition in definitions:
        connection.execute(definition.encode())


def _execute(connection: psycopg.Connection, statement: str, values: Mapping[str, str | int]) -> None:
    for name, value in values.items():
        literal = f"'{value}'" if isinstance(value, str) else str(value)
        statement = statement.replace(f"%({name})s", literal)
    connection.execute(statement.replace("%%", "%").encode())
