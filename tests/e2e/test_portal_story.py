"""The whole path of the regulation through the portal, each step by the person whose step it is, in Chromium."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import FilePayload
from tests.e2e.browser import Chromium, Window
from tests.e2e.catalogue import listed_points, unmarked_points
from tests.e2e.people import People
from tests.waiting import until

pytestmark = pytest.mark.browser

_SYSTEM = "智慧城管视频应用系统"
_FIRST_FRAMES = 10


async def test_from_the_sharing_mark_to_four_live_pictures_and_their_end_by_revocation(
    chromium: Chromium, people: People
) -> None:
    fresh = await unmarked_points(people, 2, categorized=True)
    asked = [*fresh, *await listed_points(people, 3)]
    *granted, refused = asked
    await _mark_catalogue_list(chromium, people, fresh)
    application = await _apply(chromium, asked)
    await _consent_and_approve(chromium, application, refused)
    await _sign(chromium, application)
    await _provide(chromium, granted[0])
    viewer = await _acknowledge(chromium)
    await _watch(viewer, granted, refused)
    await _revoke(chromium, application)
    for index in range(len(granted)):
        await viewer.state(f"live-tile-{index}", "ended")
        reason = await viewer.test_id(f"live-tile-{index}").get_by_test_id("tile-reason").inner_text()
        assert "收回" in reason
    assert chromium.faults() == []


async def _mark_catalogue_list(chromium: Chromium, people: People, points: list[str]) -> None:
    lister = await people.sign_in("lister")
    codes = [(await lister.get(f"/api/points/{point}"))["channel_code"] for point in points]
    for login, action in (
        ("police-reviewer", "mark"),
        ("cataloguer", "catalogue"),
        ("lister", "list"),
    ):
        window = await chromium.person(login)
        await window.go("/catalogue")
        for code in codes:
            row = window.test_id("point-table").locator("tr", has_text=code)
            await row.locator(".el-checkbox").click()
        await window.click(f"bulk-{action}")
        if action == "mark":
            await window.page.locator(".el-message-box__input input").fill("可以共享")
            await window.page.locator(".el-message-box__btns .el-button--primary").click()
        await window.page.locator(".el-message--success").first.wait_for()
    for point in points:
        record = await lister.get(f"/api/points/{point}")
        assert (record["sharing_mark"], record["listing_state"]) == (True, "listed")


async def _apply(chromium: Chromium, points: list[str]) -> str:
    clerk = await chromium.person("unit-clerk")
    await clerk.go("/applications")
    await clerk.click("new-application")
    await clerk.page.locator(".el-radio", has_text=_SYSTEM).click()
    await clerk.click("create-application")
    await clerk.state("application", "draft")
    application = clerk.page.url.rsplit("/", 1)[1]
    await clerk.click("edit-form")
    for role, name in (
        ("responsible_person", "李建设"),
        ("contact_person", "张晓城"),
        ("technical_contact", "王巡"),
    ):
        await clerk.fill(f"contact-{role}-name", name)
        await clerk.fill(f"contact-{role}-telephone", "0559-2512345")
        await clerk.fill(f"contact-{role}-mobile", "13905590001")
        await clerk.fill(f"contact-{role}-email", "unit@example.invalid")
    await clerk.fill("field-purpose", "用于背街小巷占道经营的发现与处置，不作其他用途。")
    await clerk.fill("field-legal_basis", "《城市市容和环境卫生管理条例》第十四条")
    await clerk.choose("field-areas", "屯溪区")
    await clerk.choose("field-categories", "旅游景区")
    until_day = (datetime.now(UTC) + timedelta(days=300)).date().isoformat()
    await clerk.fill("field-valid_until", until_day)
    await clerk.click("pick-points")
    for point in points:
        await clerk.test_id(f"pick-{point}").check()
    await clerk.click("pick-operation-snapshot")
    await clerk.click("pick-add")
    await clerk.click("save-draft")
    await clerk.test_id("edit-form").wait_for()
    assert await clerk.test_id("missing").is_visible()
    await clerk.click("record-consultation")
    today = (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()
    await clerk.fill("consultation-held_on", today)
    await clerk.fill("consultation-police", "胡正平")
    await clerk.fill("consultation-committee", "章和")
    await clerk.click("consultation-save")
    await clerk.test_id("consultation-save").wait_for(state="hidden")
    await _upload(clerk, application, "sealed_form", "form")
    await clerk.test_id("document-sealed_form").wait_for()

    leader = await chromium.person("unit-leader")
    await leader.test_id("task-application.submit").first.click()
    await _step(leader, "submit")
    await leader.state("application", "submitted")
    return application


async def _upload(window: Window, application: str, kind: str, form: str) -> None:
    """The form as printed, signed, sealed and scanned: here straight from the printer."""
    path = f"/api/applications/{application}/{form}.pdf"
    scan = await window.page.request.get(window.page.url.split("/#")[0] + path)
    file = FilePayload(name=f"{kind}.pdf", mimeType="application/pdf", buffer=await scan.body())
    await window.test_id(f"upload-{kind}").set_input_files(file)


async def _step(window: Window, event: str) -> None:
    await window.click(f"step-{event}")
    await window.click("step-confirm")


async def _consent_and_approve(chromium: Chromium, application: str, refused: str) -> None:
    for login, event, state in (
        ("police-reviewer", "accept", "police_review"),
        ("police-leader", "consent", "bureau_review"),
        ("bureau-reviewer", "record_review", "bureau_review"),
        ("bureau-approver", "approve", "agreement_pending"),
    ):
        window = await chromium.person(login)
        await window.go(f"/applications/{application}")
        await window.test_id("application").wait_for()
        if event == "consent":
            await window.test_id(f"consent-{refused}").uncheck()
        await _step(window, event)
        await window.page.locator(".el-message--success").first.wait_for()
        await window.state("application", state)


async def _sign(chromium: Chromium, application: str) -> None:
    for login, side in (("unit-leader", "unit"), ("bureau-approver", "bureau")):
        window = await chromium.person(login)
        await window.go(f"/applications/{application}")
        await window.test_id("agreement-panel").wait_for()
        await _upload(window, application, f"sealed_agreement_{side}", "agreement")
        await window.click("sign-agreement")
        await window.test_id("sign-agreement").wait_for(state="hidden")
    await window.state("application", "provisioning")


async def _provide(chromium: Chromium, point: str) -> None:
    provisioner = await chromium.person("provisioner")
    await provisioner.test_id("task-application.provision").first.click()
    await provisioner.click(f"test-play-{point}")
    await frames_come(provisioner, 0)
    await provisioner.click("confirm-test")
    await provisioner.click("issue-credential")
    await provisioner.test_id("secret-once").first.wait_for()
    await provisioner.click("secret-noted")
    await provisioner.click("order-complete")
    await provisioner.click("step-confirm")
    await provisioner.state("work-order", "done")


async def _acknowledge(chromium: Chromium) -> Window:
    viewer = await chromium.person("unit-viewer")
    await viewer.go("/live")
    await viewer.test_id("live-duty").locator("a").click()
    await viewer.click("duty-read")
    await viewer.fill("duty-name", "王巡")
    await viewer.click("duty-confirm")
    await viewer.test_id("duty-confirm").wait_for(state="hidden")
    return viewer


async def _watch(viewer: Window, granted: list[str], refused: str) -> None:
    await viewer.go("/live")
    await viewer.choose("live-system", _SYSTEM)
    await viewer.click("layout-4")
    await viewer.test_id(f"granted-{granted[0]}").wait_for()
    assert await viewer.test_id(f"granted-{refused}").count() == 0
    for index, point in enumerate(granted):
        await viewer.click(f"granted-{point}")
        if index == 0:
            await viewer.fill("reason-text", "背街小巷占道经营巡查")
            await viewer.click("reason-confirm")
        await viewer.state(f"live-tile-{index}", "playing")
    for index in range(len(granted)):
        await frames_come(viewer, index)
    assert "王巡" in (await viewer.test_id("viewer-mark").first.text_content() or "")


async def frames_come(window: Window, index: int) -> None:
    """The picture moves: it shows more frames than a moment ago, twice."""
    tile = window.test_id(f"live-tile-{index}")

    async def frames() -> int:
        return int(await tile.get_attribute("data-frames") or 0)

    for _ in range(2):
        enough = await frames() + _FIRST_FRAMES

        async def came(enough: int = enough) -> bool:
            return await frames() >= enough

        await until(came, 20)


async def _revoke(chromium: Chromium, application: str) -> None:
    approver = await chromium.person("bureau-approver")
    await approver.go("/revocations")
    await approver.click("new-revocation")
    await approver.click("scope-application")
    await approver.click("revocation-target")
    target = approver.test_id(f"target-{application}")
    number = (await target.locator("span").first.inner_text()).strip()
    await target.click()
    await approver.fill("revocation-reason", "超出申请用途使用")
    await approver.fill("revocation-typed", number)
    await approver.click("revocation-confirm")
    await approver.test_id("revocation").wait_for()
    for kind in ("account", "permissions", "interface"):
        await approver.test_id(f"receipt-{kind}").first.wait_for()
