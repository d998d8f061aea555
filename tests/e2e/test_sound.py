"""Sound where it was granted: in the demonstration the tourism bureau hears one of two cameras that have it."""

from typing import Any

import pytest
from tests.e2e.browser import Chromium, Window
from tests.e2e.people import People
from tests.e2e.pictures import streams_of
from tests.e2e.sharing import Sharing
from tests.e2e.test_portal_story import frames_come
from tests.e2e.units import Unit, unit_of_demonstration
from tests.waiting import until

_BUS_STATION, _OLD_STREET = "34100200041320000022", "34100200001320000001"
_PICTURE, _PICTURE_AND_SOUND = {"h264"}, {"h264", "aac"}


async def _tourism_points(people: People) -> tuple[Unit, str, dict[str, Any]]:
    """The bureau, its system, and its points by code."""
    tourism = await unit_of_demonstration(people, "tour")
    system = (await tourism.viewer.me())["systems"][0]["id"]
    points = (await tourism.viewer.get("/api/points", granted=1, system_id=system))["items"]
    return tourism, system, {point["channel_code"]: point for point in points}


@pytest.mark.parametrize("output", ["flv", "fmp4"])
async def test_the_tourism_bureau_hears_one_camera_and_another_that_has_sound_is_silent(
    people: People, output: str
) -> None:
    tourism, system, points = await _tourism_points(people)
    assert {code for code, point in points.items() if "audio" in point["operations"]} == {_BUS_STATION}
    for code, codecs in ((_BUS_STATION, _PICTURE_AND_SOUND), (_OLD_STREET, _PICTURE)):
        form = {"point_id": points[code]["id"], "system_id": system, "protocol": output, "reason": "客流"}
        play = await tourism.viewer.post("/api/play", form)
        assert {stream["codec_name"] for stream in await streams_of(play["url"])} == codecs


async def test_who_was_granted_the_sound_of_that_other_camera_hears_it(people: People, urban: Unit) -> None:
    _, _, points = await _tourism_points(people)
    point = points[_OLD_STREET]["id"]
    sharing = await Sharing(people, urban, {point: ["live", "audio"]}).walk()
    play = await urban.viewer.post("/api/play", sharing.play_form(point, "flv"))
    assert {stream["codec_name"] for stream in await streams_of(play["url"])} == _PICTURE_AND_SOUND


@pytest.mark.browser
@pytest.mark.parametrize("protocol", ["ws-flv", "ws-fmp4"])
async def test_a_viewer_turns_sound_on_by_keyboard_where_it_was_granted(
    chromium: Chromium, people: People, protocol: str
) -> None:
    _, _, points = await _tourism_points(people)
    window = await chromium.person("tour-viewer")
    await window.go("/live")
    await window.click("live-settings")
    await window.click(f"protocol-{protocol}")
    await window.page.keyboard.press("Escape")
    await window.click(f"granted-{points[_BUS_STATION]['id']}")
    await window.fill("reason-text", "客流监测")
    await window.click("reason-confirm")
    await window.click(f"granted-{points[_OLD_STREET]['id']}")
    await frames_come(window, 0)
    await frames_come(window, 1)
    assert await window.test_id("live-sound-1").count() == 0

    assert await _muted(window)
    await window.page.get_by_role("button", name="打开声音").press("Enter")
    assert not await _muted(window)
    await until(lambda: _heard(window))
    await window.page.get_by_role("button", name="关闭声音").press("Space")
    assert await _muted(window)
    await window.click("live-sound-0")

    await window.test_id("live-tile-0").click()
    await window.click("live-stop-0")
    await window.test_id("live-tile-0").click()
    await window.click(f"granted-{points[_BUS_STATION]['id']}")
    await window.page.get_by_role("button", name="打开声音").wait_for()
    assert await _muted(window)
    auditor = await chromium.person("audit-admin")
    await auditor.go("/access-register")
    await auditor.page.get_by_text("含声音").first.wait_for()
    assert chromium.faults() == []


async def _muted(window: Window) -> bool:
    return await window.test_id("live-tile-0").locator("video").evaluate("video => video.muted")


async def _heard(window: Window) -> bool:
    """The browser decodes the sound."""
    video = window.test_id("live-tile-0").locator("video")
    return await video.evaluate("video => !video.paused && video.webkitAudioDecodedByteCount > 0")
