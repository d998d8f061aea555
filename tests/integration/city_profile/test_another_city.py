"""A city is a profile: with another one, everything that people read is that city's, and nothing is Huangshan's."""

import re
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.factories.city_profile import YUNMENG
from tests.factories.organizations import City
from tests.integration.conftest import ClientAs, Clock
from tests.integration.paper.conftest import Walk
from tests.waiting import HANGS_SECONDS

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import applications, camera_points, organizations
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.services import Services

_OF_HUANGSHAN = re.compile(r"黄山|屯溪|市数据资源|雪亮|(?<![\w-])3410\d{2}(?![\w-])|3410\d{16}")


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, profile=YUNMENG)


class YunmengWalk(Walk):
    area, category = "990101", "lake"

    async def create(self) -> None:
        await super().create()
        point = camera_points.c
        async with self.database.transaction() as tx:
            await tx.connection.execute(update(organizations).values(address="堤上"))
            for number, point_id in enumerate(self.points):
                at_the_lake: dict[str, Any] = {
                    "channel_code": f"9901010000131000000{number}",
                    "name": f"湖东岸{number}",
                    "address": "堤上",
                    "division_code": "990101",
                    "township_code": "990101001",
                    "category": "lake",
                    "longitude": 10.5,
                    "latitude": 50.5,
                }
                await tx.connection.execute(
                    update(camera_points).where(point.id == point_id).values(at_the_lake)
                )


@pytest.fixture
def walk(database: Database, city: City, clock: Clock, client_as: ClientAs) -> Walk:
    return YunmengWalk(database, city, clock, client_as)


async def printed(walk: Walk, name: str) -> str:
    answer = await walk.get(Role.UNIT_CLERK, f"/api/applications/{walk.id}/{name}")
    assert answer.status_code == 200, answer.text
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"],
        input=answer.content,
        capture_output=True,
        check=True,
        timeout=HANGS_SECONDS,
    )
    return re.sub(r"[\s\u200b]", "", done.stdout.decode())


async def test_the_lists_of_the_api_are_the_citys(walk: Walk) -> None:
    await walk.create()
    shown = {
        path: (await walk.get(Role.OPERATOR_CATALOGUER, f"/api/{path}")).json()
        for path in ("divisions", "categories", "codes", "points/tree", "points/map?zoom=20", "points")
    }
    assert shown["divisions"]["name"] == "云梦泽市"
    assert shown["categories"] == [{"code": "lake", "name": "湖面"}, {"code": "quay", "name": "渡口"}]
    assert shown["codes"]["lists"] == {"DirectionType": {"1": "朝湖心"}}
    tree = shown["points/tree"]
    assert (tree["code"], tree["count"], tree["children"][0]["name"]) == ("990000", 3, "芦苇区")
    assert len(shown["points/map?zoom=20"]["points"]) == 3
    assert {point["township_name"] for point in shown["points"]["items"]} == {"白鹭镇"}
    assert not _OF_HUANGSHAN.search(str(shown))


async def test_all_points_lie_in_the_city_itself(walk: Walk) -> None:
    await walk.create()
    totals = {
        code: (await walk.get(Role.OPERATOR_CATALOGUER, f"/api/points?division={code}")).json()["total"]
        for code in ("990000", "990101", "990101001", "341000")
    }
    assert totals == {"990000": 3, "990101": 3, "990101001": 3, "341000": 0}


async def test_the_papers_speak_the_citys_words(walk: Walk) -> None:
    await walk.to_agreement()
    form = await printed(walk, "form.pdf")
    for words in (
        "云梦泽市视频申领单",
        "□书院",
        "水域芦苇区",
        "类别湖面",
        "水警意见：",
        "1.湖面视频不得外传。",
    ):
        assert words in form, words
    agreement = await printed(walk, "agreement.pdf")
    for words in ("云梦泽市视频守密约定", "甲方：云梦泽市数据局", "1.湖面视频只供巡湖之用。", "湖东岸2"):
        assert words in agreement, words
    assert not _OF_HUANGSHAN.search(form + agreement)
    async with walk.database.transaction() as tx:
        versions = (await tx.connection.execute(select(applications.c.policy_version))).scalars().all()
    assert versions == ["2031-01-02"]


async def test_an_area_of_another_city_is_refused(walk: Walk) -> None:
    await walk.create()
    answer = await walk.edit(areas=["341002"])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "areas"


async def test_what_a_person_is_bound_by_is_the_citys_wording(walk: Walk) -> None:
    await walk.to_provisioning()
    agreement_id = (await walk.file())["agreement"]["id"]
    viewer = walk.city.persons[Role.UNIT_VIEWER]
    clerk = await walk.client(Role.UNIT_CLERK)
    await clerk.put(f"/api/systems/{walk.city.system}/roster/{viewer.id}")
    duty = (await walk.get(viewer, f"/api/agreements/{agreement_id}/duty")).json()
    assert duty["text"] == ["第一项", "1.湖面视频只供巡湖之用。", "2.违约者不得再用。"]
    assert duty["text_version"] == 7
