"""One unit has been through it all already, so that there is a picture to watch at once.

Every step is the use case that the portal calls too, taken by the person whose step it is.
"""

import asyncio
import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select

from pinegate.adapters.database.catalogue_views import CatalogueViews
from pinegate.adapters.database.tables import work_orders
from pinegate.adapters.database.transaction import Transaction
from pinegate.adapters.database.visible_points import PointFilter
from pinegate.adapters.documents.application_form import ApplicationForm, render_application_form
from pinegate.adapters.documents.typesetting import set_aside
from pinegate.adapters.sm3 import sm3_hex
from pinegate.domain.access.request import AccessChannel, AccessRequest, Denied
from pinegate.domain.applications.application import Application, Consultation, Contact, RequestedPoint
from pinegate.domain.calendar import day_of
from pinegate.domain.catalogue.camera_record import TURNING_PTZ_TYPES
from pinegate.domain.catalogue.listing import ListingEvent
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.documents.document import DocumentKind
from pinegate.domain.organizations.parties import Actor
from pinegate.entrypoints.demonstration.cameras import BUS_STATION, WITH_SOUND
from pinegate.entrypoints.services import Services
from pinegate.usecases.access.ports import StreamRequest
from pinegate.usecases.act import Act
from pinegate.usecases.agreements.sign import sign_agreement
from pinegate.usecases.applications.accept import accept_application
from pinegate.usecases.applications.approve import approve_application
from pinegate.usecases.applications.consent import consent_to_application
from pinegate.usecases.applications.create import create_application
from pinegate.usecases.applications.edit import FormChanges, edit_application
from pinegate.usecases.applications.record_consultation import record_consultation
from pinegate.usecases.applications.record_review import record_review
from pinegate.usecases.applications.submit import submit_application
from pinegate.usecases.catalogue.mark_sharing import mark_sharing
from pinegate.usecases.catalogue.move_points import move_points
from pinegate.usecases.documents.hand_in import hand_in
from pinegate.usecases.documents.ports import StoredFile
from pinegate.usecases.organizations.acknowledge_duty import acknowledge_duty
from pinegate.usecases.streams.media_engine import PlayProtocol
from pinegate.usecases.work_orders.complete_order import complete_order
from pinegate.usecases.work_orders.confirm_test_play import confirm_test_play

LISTED_POINTS = 24
GRANTED_POINTS = 9
TURNING_POINTS = 4
_LOOK = frozenset({Operation.LIVE, Operation.SNAPSHOT})
_HEAR = frozenset({Operation.AUDIO})
_TURN = frozenset({Operation.PTZ, Operation.PRESET})
_ENOUGH_BYTES = 32_768
_TEST_SECONDS = 30.0


class SampleSharing:
    """``enter`` once the simulated platform's cameras are in the catalogue."""

    def __init__(self, services: Services, actors: dict[str, Actor], system_id: str) -> None:
        self._services = services
        self._system_id = system_id
        self._actors = actors
        self._application = ""
        self._heard = ""

    async def enter(self) -> None:
        await self._list_points()
        await self._apply()
        await self._review()
        agreement_id = await self._sign()
        await self._provide()
        for login in ("tour-leader", "tour-viewer"):
            async with self._as(login) as (tx, act):
                await acknowledge_duty(tx, agreement_id, act.person.name, act)

    @asynccontextmanager
    async def _as(self, login: str) -> AsyncGenerator[tuple[Transaction, Act], None]:
        async with self._services.database.transaction() as tx:
            yield tx, Act(self._actors[login], self._services.now(), self._services.new_id, "127.0.0.1")

    async def _list_points(self) -> None:
        """The police mark, the cataloguer catalogues, the lister lists; a few points are left for the newcomer."""
        async with self._as("police-reviewer") as (tx, act):
            views = CatalogueViews(tx.connection, act.person, act.now)
            rows = (await views.page(PointFilter(), LISTED_POINTS)).rows
            ids = [row.id for row in rows]
            await mark_sharing(tx, ids, True, "", act)
        for login, event in (("cataloguer", ListingEvent.CATALOGUE), ("lister", ListingEvent.LIST)):
            async with self._as(login) as (tx, act):
                await move_points(tx, ids, event, "", act, profile=self._services.profile)

    async def _apply(self) -> None:
        async with self._as("tour-clerk") as (tx, act):
            application = await create_application(
                tx, self._system_id, self._services.profile.measures.policy_version, act
            )
            self._application = application.id
            views = CatalogueViews(tx.connection, act.person, act.now)
            rows = (await views.page(PointFilter(), LISTED_POINTS)).rows
            turning = [row.id for row in rows if row.ptz_type in TURNING_PTZ_TYPES][:TURNING_POINTS]
            fixed = [row.id for row in rows if row.ptz_type not in TURNING_PTZ_TYPES]
            asked = [(point_id, _LOOK | _TURN) for point_id in turning]
            asked += [(point_id, _LOOK) for point_id in fixed[: GRANTED_POINTS - len(turning)]]
            with_sound = {row.channel_code: row.id for row in rows if row.channel_code in WITH_SOUND}
            asked = [(id_, look | _HEAR if id_ in with_sound.values() else look) for id_, look in asked]
            self._heard = with_sound[BUS_STATION]
            contacts = [
                Contact(name, "0559-2512345", mobile, f"{box}@hs.invalid")
                for name, mobile, box in (
                    ("黄松", "13905590001", "hs"),
                    ("叶清", "13905590002", "yq"),
                    ("云海", "13905590003", "yh"),
                )
            ]
            changes = FormChanges(
                purpose="用于节假日景区客流监测与应急指挥，及时发现拥堵和安全隐患，不作其他用途。",
                legal_basis="《中华人民共和国旅游法》第四十五条（景区流量控制）",
                areas=("341002", "341003"),
                categories=("scenic", "station"),
                responsible_person=contacts[0],
                contact_person=contacts[1],
                technical_contact=contacts[2],
                points=tuple(RequestedPoint(point_id, operations) for point_id, operations in asked),
                valid_until=day_of(act.now) + timedelta(days=365),
            )
            await edit_application(tx, application.id, changes, application.version, act)
            await record_consultation(tx, application.id, _consultation(day_of(act.now)), act)
        await self._hand_in("tour-leader", DocumentKind.SEALED_FORM)
        async with self._as("tour-leader") as (tx, act):
            await submit_application(tx, self._application, act)

    async def _review(self) -> None:
        async with self._as("police-reviewer") as (tx, act):
            application = await accept_application(tx, self._application, "材料齐全，予以受理。", act)
        async with self._as("police-leader") as (tx, act):
            await consent_to_application(
                tx,
                self._application,
                _consented(application, self._heard),
                "同意共享，云台控制仅限两个点位，音频仅限客运站。",
                act,
            )
        async with self._as("bureau-reviewer") as (tx, act):
            await record_review(tx, self._application, "用途明确，点位与用途相符，建议批准。", act)
        async with self._as("bureau-approver") as (tx, act):
            await approve_application(
                tx, self._application, "审核通过。", self._services.profile.agreement.version, sm3_hex, act
            )

    async def _sign(self) -> str:
        sides = (
            ("tour-leader", DocumentKind.SEALED_AGREEMENT_UNIT),
            ("bureau-approver", DocumentKind.SEALED_AGREEMENT_BUREAU),
        )
        agreement_id = ""
        for login, kind in sides:
            document_id = await self._hand_in(login, kind)
            async with self._as(login) as (tx, act):
                agreement = await tx.agreements.of_application(self._application)
                if agreement is None:
                    raise RuntimeError("an approved application has an agreement")
                agreement_id = agreement.id
                await sign_agreement(tx, agreement.id, document_id, act)
        return agreement_id

    async def _provide(self) -> None:
        """The operator looks at one picture for real: without it the order cannot be completed."""
        async with self._as("provisioner") as (tx, act):
            query = select(work_orders.c.id).where(work_orders.c.application_id == self._application)
            order_id: str = (await tx.connection.execute(query)).scalar_one()
            application = await tx.applications.get(self._application)
        if application is None:
            raise RuntimeError("the application was created above")
        point_id = application.points[0].point_id
        await self._look(order_id, application.system_id, point_id)
        async with self._as("provisioner") as (tx, act):
            await confirm_test_play(tx, order_id, point_id, act)
            await complete_order(tx, order_id, "接口已开通，测试播放正常。", act)

    async def _look(self, order_id: str, system_id: str, point_id: str) -> None:
        services, operator = self._services, self._actors["provisioner"]
        request = AccessRequest(
            channel=AccessChannel.OPERATOR_TEST,
            person_id=operator.person_id,
            system_id=system_id,
            point_id=point_id,
            operation=Operation.LIVE,
            reason="工单测试播放",
            client_host="127.0.0.1",
            work_order_id=order_id,
        )
        opened = await services.openings.open(StreamRequest(request, PlayProtocol.FLV.value))
        if isinstance(opened, Denied):
            raise RuntimeError(f"the test play was denied: {opened.reason}")
        await _receive(services.media.play_address(opened.ticket, PlayProtocol.FLV))

    async def _hand_in(self, login: str, kind: DocumentKind) -> str:
        """A scan as paper would give it: the form, marked as the demonstration's."""
        form = ApplicationForm(
            day_of(self._services.now()),
            organization_name="黄山市文化和旅游局（演示用章）",
            information_system="黄山智慧文旅监测平台",
        )
        content = await set_aside(render_application_form, form, self._services.profile.application_form)
        scan = await self._services.scans.store(io.BytesIO(content))
        stored = StoredFile(scan.id, scan.media_type, scan.size, scan.sm3, scan.received_sm3)
        async with self._as(login) as (tx, act):
            return (await hand_in(tx, self._application, kind, f"{kind.value}.pdf", stored, act)).id


def _consultation(today: date) -> Consultation:
    return Consultation(
        today, "胡正平", "章和", "已对接确定点位 9 个，操作权限为实时预览、抓拍；云台控制、音频待定。"
    )


def _consented(application: Application, heard: str) -> dict[str, frozenset[Operation]]:
    """Partial consent: two of the cameras that turn may be turned, one that has sound be heard."""
    turning = [point.point_id for point in application.points if point.requested & _TURN][:2]
    return {
        point.point_id: point.requested
        - (_TURN if point.point_id not in turning else frozenset())
        - (_HEAR if point.point_id != heard else frozenset())
        for point in application.points
    }


async def _receive(address: str) -> None:
    """Play an address by plain HTTP until some picture has come."""
    parts = urlsplit(address)
    async with asyncio.timeout(_TEST_SECONDS):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        received = 0
        while received < _ENOUGH_BYTES:
            chunk = await reader.read(65_536)
            if not chunk:
                raise RuntimeError("the test play ended before a picture came")
            received += len(chunk)
        writer.close()
