"""Cameras behind the sessions: asked once, shared, ended, and come back; snapshots and the operator's test."""

import asyncio

import pytest
from sqlalchemy import select, text
from tests.integration.access.conftest import JPEG, Live, Watching
from tests.integration.access.running import end_reason, open_sessions, serving, watch
from tests.integration.conftest import ClientAs
from tests.waiting import until

from pinegate.adapters.access.session_ends import PictureNews
from pinegate.adapters.database.tables import access_register
from pinegate.domain.access.session_end import End, EndReason, InviteFailure
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.services import Services
from pinegate.usecases.streams.media_engine import SessionEnded, SourceStarted
from pinegate.usecases.streams.signalling import InviteFailed


def started(point_id: str) -> SourceStarted:
    return SourceStarted(point_id, "h264", None, False, 640, 360)


async def test_however_many_watch_one_invite_goes_to_the_camera(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        for _ in range(5):
            await watch(client_as, watching, live)
        await until(lambda: bool(live.media.bound))
        await live.media_events.source_started(started(watching.points[0]))
        await watch(client_as, watching, live)
        assert len(live.signalling.invitations) == 1
        invitation = live.signalling.invitations[0]
        assert invitation.ssrc == "0000000001"
        assert live.media.sources[watching.points[0]].expected_host == "127.0.0.1"


async def test_waiting_viewers_are_told_why_there_is_no_picture(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    live.signalling.failures.append(InviteFailed(InviteFailure.CHANNEL_UNKNOWN))
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        session = await watch(client_as, watching, live)
        await until(lambda: session in live.media.cut)
        reason = live.media.cut[session]
        await live.media_events.session_ended(SessionEnded(session, End.read(reason)))

        async def written() -> bool:
            return await open_sessions(live) == set()

        await until(written)
        viewer = await client_as(watching.viewer)
        state = (await viewer.get(f"/api/play/{session}")).json()
    assert state == {"state": "ended", "end_reason": "source_unavailable", "end_code": "channel_unknown"}


async def test_viewers_are_told_that_nothing_can_be_shown_and_that_it_comes_again(
    client_as: ClientAs, watching: Watching, live: Live, services: Services
) -> None:
    point, other = watching.points[:2]
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        session = await watch(client_as, watching, live)
        await watch(client_as, watching, live, point_id=other)
        viewer = await client_as(watching.viewer)
        async with live.database.transaction() as tx:
            query = select(access_register.c.portal_session_id).where(access_register.c.id == session)
            portal_session = (await tx.connection.execute(query)).scalar_one()
        queue = services.end_listeners.listen(portal_session)
        states = list[str]()
        for coming in (False, True):
            await live.media_events.pictures_coming(point, coming)
            states.append((await viewer.get(f"/api/play/{session}")).json()["state"])
        assert states == ["no_picture", "live"]
        told = [queue.get_nowait(), queue.get_nowait()]
        assert told == [PictureNews(session, portal_session, coming) for coming in (False, True)]
        assert queue.empty()
        await live.media_events.pictures_coming(point, False)
        await live.media_events.source_lost(point, "no packet for 10 s")
        assert (await viewer.get(f"/api/play/{session}")).json()["state"] == "live"


async def test_a_key_frame_is_asked_for_at_the_camera_that_is_watched(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        await live.media_events.key_frame_wanted(watching.points[0])
        await watch(client_as, watching, live)
        await until(lambda: live.media.bound)
        await live.media_events.key_frame_wanted(watching.points[0])
        await until(lambda: live.signalling.key_frames)
    (invitation,) = live.signalling.invitations
    assert live.signalling.key_frames == [(invitation.device_code, invitation.channel_code)]


async def test_a_device_that_names_a_foreign_media_address_gets_no_connection(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    async with live.database.transaction() as tx:
        change = "update devices set address = '10.9.9.9:5060', media_transport = 'tcp_active' returning device_code"
        device = (await tx.connection.execute(text(change))).scalar_one()
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        session = await watch(client_as, watching, live)
        await until(lambda: session in live.media.cut)
    assert live.media.cut[session] == "source_unavailable:answer_invalid"
    assert live.media.bound == {} and live.signalling.byes == ["dialog-1"]
    assert live.signalling.refused_media == [(device, "127.0.0.1")]


@pytest.mark.parametrize(
    ("transport", "listed", "bound"),
    [
        ("udp", "{}", "10.9.9.9"),
        ("tcp_passive", "{10.8.0.0/24}", "10.9.9.9"),
        ("udp", "{127.0.0.0/24}", "127.0.0.1"),
        ("tcp_active", "{127.0.0.1}", "127.0.0.1"),
    ],
)
async def test_the_registered_host_is_expected_and_a_listed_one_that_the_answer_names(
    client_as: ClientAs, watching: Watching, live: Live, transport: str, listed: str, bound: str
) -> None:
    """A device behind NAT names a private address, and sends from where it registered."""
    async with live.database.transaction() as tx:
        values = {"transport": transport, "listed": listed}
        change = (
            "address = '10.9.9.9:5060', media_transport = :transport, media_hosts = cast(:listed as text[]),"
            " strict_ssrc = true"
        )
        await tx.connection.execute(text(f"update devices set {change}"), values)
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        await watch(client_as, watching, live)
        await until(lambda: bool(live.media.bound))
        point = watching.points[0]
        assert live.media.sources[point].expected_host == "10.9.9.9"
        assert live.media.sources[point].strict_ssrc
        assert live.media.bound[point][0] == bound
        await live.media_events.second_source(point, "10.7.7.7")
        assert [host for _, host in live.signalling.refused_media] == ["10.7.7.7"]
    async with live.database.transaction() as tx:
        name = "media.second_source_refused"
        query = text("select details->>'host' from audit_events where name = :name")
        assert (await tx.connection.execute(query, {"name": name})).scalar_one() == "10.7.7.7"


async def test_after_a_worker_died_its_sources_come_back_and_its_sessions_say_why(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    point = watching.points[0]
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        session = await watch(client_as, watching, live)
        await until(lambda: bool(live.media.bound))
        await live.media_events.source_started(started(point))
        live.media.sources.clear()
        await live.media_events.worker_lost([point], [session])
        await until(lambda: len(live.signalling.invitations) == 2)
        assert live.signalling.byes == ["dialog-1"]

        async def written() -> bool:
            return await end_reason(live, session) == "worker_lost"

        await until(written)


async def test_when_the_device_hangs_up_its_viewers_are_cut_and_it_is_asked_again(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    point = watching.points[0]
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        await watch(client_as, watching, live)
        await until(lambda: bool(live.media.bound))
        await live.media_events.source_started(started(point))
        await live.sources.dialog_ended("dialog-1")
        assert live.media.closed_sources == [(point, End(EndReason.SOURCE_LOST))]
        await until(lambda: len(live.signalling.invitations) == 2)


async def test_a_snapshot_starts_the_camera_when_nobody_watches_and_is_registered_with_its_size(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    viewer = await client_as(watching.viewer)
    form = {key: value for key, value in watching.form().items() if key != "protocol"}
    asking = asyncio.create_task(viewer.post("/api/snapshots", json=form))
    await until(lambda: bool(live.media.bound))
    await live.media_events.source_started(started(watching.points[0]))
    answer = await asking
    assert answer.status_code == 200 and answer.content.endswith(JPEG[2:])
    async with live.database.transaction() as tx:
        row = (await tx.connection.execute(text("select * from access_register"))).one()
    assert (row.operation, row.end_reason, row.bytes_sent) == ("snapshot", "done", len(answer.content))


async def test_a_camera_obeys_one_person_at_a_time(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    viewer = await client_as(watching.viewer)
    form = {key: value for key, value in watching.form(command="up").items() if key != "protocol"}
    assert (await viewer.post("/api/ptz", json=form)).status_code == 204
    async with live.database.transaction() as tx:
        await tx.connection.execute(
            text("insert into roster_entries (system_id, person_id) values (:system, :person)"),
            {
                "system": watching.city.system,
                "person": watching.city.others[Role.UNIT_VIEWER].id,
            },
        )
        await tx.connection.execute(
            text("update persons set organization_id = :unit where id = :person"),
            {"unit": watching.city.unit, "person": watching.city.others[Role.UNIT_VIEWER].id},
        )
        await tx.connection.execute(
            text("insert into acknowledgements select :agreement, :person, 1, 'x', now()"),
            {
                "agreement": watching.filed.agreement,
                "person": watching.city.others[Role.UNIT_VIEWER].id,
            },
        )
    second = await client_as(watching.city.others[Role.UNIT_VIEWER])
    refused = await second.post("/api/ptz", json=form)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    live.signalling.takes_control = False
    assert (await viewer.post("/api/ptz", json=form)).status_code == 503


async def test_the_operator_tests_a_point_of_an_open_order_and_no_other(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    operator = await client_as(Role.OPERATOR_PROVISIONER)
    url = f"/api/work-orders/{watching.filed.work_order}/test-play"
    closed = await operator.post(url, json={"point_id": watching.points[0]})
    assert (closed.status_code, closed.json()["code"]) == (403, "work_order_not_open")
    async with live.database.transaction() as tx:
        await tx.connection.execute(text("update work_orders set state = 'open'"))
    assert (await operator.post(url, json={"point_id": watching.points[0]})).status_code == 200
    other = await operator.post(url, json={"point_id": watching.ungranted})
    assert other.json()["code"] == "work_order_not_open"
    unknown = await operator.post("/api/work-orders/none/test-play", json={"point_id": watching.points[0]})
    assert unknown.status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR_PROVISIONER], ids=str)
async def test_nobody_else_plays_through_a_work_order(
    client_as: ClientAs, watching: Watching, role: Role
) -> None:
    client = await client_as(role)
    url = f"/api/work-orders/{watching.filed.work_order}/test-play"
    assert (await client.post(url, json={"point_id": watching.points[0]})).status_code == 403
