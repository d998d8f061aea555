"""Who decides opens nothing without one-time codes; who only watches, and a trial until its day, are not asked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from pyotp.totp import TOTP
from tests.integration.conftest import ClientAs, Clock

from pinegate.adapters.settings import Settings
from pinegate.domain.organizations.roles import Role
from pinegate.domain.organizations.second_factor import DECIDING_ROLES, SecondFactorRule
from pinegate.entrypoints.services import Services


@pytest.fixture
def services(services: Services, clock: Clock) -> Services:
    return replace(services, second_factor=SecondFactorRule(clock()))


async def test_who_decides_sets_up_one_time_codes_before_anything_else_opens(
    client_as: ClientAs, clock: Clock
) -> None:
    for role in sorted(DECIDING_ROLES):
        client = await client_as(role)
        assert (await client.get("/api/session")).json()["must_set_up_totp"] is True
        refused = await client.get("/api/workbench")
        assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_missing"), role
    leader = await client_as(Role.POLICE_LEADER)
    totp = TOTP((await leader.post("/api/session/totp", json={})).json()["secret"])
    assert (await leader.get("/api/workbench")).status_code == 403, "a prepared one does not count"
    await leader.post("/api/session/totp/confirm", json={"code": totp.at(clock())})
    assert (await leader.get("/api/workbench")).status_code == 200
    assert (await leader.get("/api/session")).json()["must_set_up_totp"] is False


async def test_who_only_watches_is_not_asked(client_as: ClientAs) -> None:
    assert (await (await client_as(Role.UNIT_VIEWER)).get("/api/workbench")).status_code == 200


async def test_a_trial_asks_from_its_day(client_as: ClientAs, services: Services, clock: Clock) -> None:
    begins = clock() + timedelta(days=1)
    object.__setattr__(services, "second_factor", SecondFactorRule(begins))
    assert (await (await client_as(Role.POLICE_LEADER)).get("/api/workbench")).status_code == 200
    clock.advance(days=1)
    assert (await (await client_as(Role.POLICE_LEADER)).get("/api/workbench")).status_code == 403


def test_a_city_asks_from_the_start_unless_it_names_a_day(clock: Clock) -> None:
    deciding = frozenset({Role.BUREAU_APPROVER})
    assert Settings().second_factor.asks(deciding, clock())
    assert not Settings(totp_required_from=date(2027, 3, 1)).second_factor.asks(deciding, clock())
