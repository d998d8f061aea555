"""The regulation's way, step by step over HTTP: from an information system to its pictures."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.people import People, Person
from tests.e2e.pictures import Picture
from tests.e2e.units import Unit

Operations = Sequence[str]
_systems = itertools.count(1)


class Sharing:
    """One application of ``unit``. ``asked`` and ``consented``: operations by point."""

    def __init__(
        self,
        people: People,
        unit: Unit,
        asked: Mapping[str, Operations],
        consented: Mapping[str, Operations] | None = None,
    ) -> None:
        self._people = people
        self.unit = unit
        self.asked = asked
        self.consented = asked if consented is None else consented
        self.system_name = f"端到端测试系统{next(_systems)}"
        self.system_id = ""
        self.application_id = ""
        self.agreement_id = ""
        self.order_id = ""
        self.keys: dict[str, str] = {}

    async def walk(self) -> "Sharing":
        """All of it."""
        await self.register_system()
        await self.draft()
        await self.record_consultation()
        await self.hand_in_sealed_form()
        await self.step(self.unit.leader, "submit")
        await self.step(await self._people.sign_in("police-reviewer"), "accept", "材料齐全。")
        await self.consent()
        await self.step(await self._people.sign_in("bureau-reviewer"), "record_review", "建议批准。")
        await self.step(await self._people.sign_in("bureau-approver"), "approve", "批准。")
        await self.sign()
        await self.provide()
        await self.acknowledge()
        return self

    async def register_system(self) -> None:
        clerk = self.unit.clerk
        made = await clerk.post("/api/systems", {"name": self.system_name, "description": "端到端"})
        self.system_id = made["id"]
        await clerk.put(f"/api/systems/{self.system_id}/roster/{self.unit.viewer_id}")

    async def draft(self) -> Any:
        """Annex 1, filled but for consultation and seal."""
        made = await self.unit.clerk.post("/api/applications", {"system_id": self.system_id})
        self.application_id = made["id"]
        contact = {"telephone": "0559-2512345", "mobile": "13905590001", "email": "a@example.invalid"}
        changes = {
            "version": made["version"],
            "purpose": "发现并处置占道经营，不作其他用途。",
            "legal_basis": "《城市市容和环境卫生管理条例》第十四条",
            "areas": ["341002"],
            "categories": ["scenic"],
            "contacts": {
                who: contact | {"name": name}
                for who, name in (
                    ("responsible_person", "李建设"),
                    ("contact_person", "张晓城"),
                    ("technical_contact", "王巡"),
                )
            },
            "points": [
                {"point_id": point, "operations": list(wanted)} for point, wanted in self.asked.items()
            ],
            "valid_until": (datetime.now(UTC) + timedelta(days=300)).date().isoformat(),
        }
        return await self.unit.clerk.patch(self._path, changes)

    async def record_consultation(self) -> Any:
        """Annex 1 note 3."""
        today = (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()
        consultation = {
            "held_on": today,
            "police_official": "胡正平",
            "committee_official": "章和",
            "summary": "点位与权限已对接。",
        }
        return await self.unit.clerk.put(f"{self._path}/consultation", consultation)

    async def hand_in_sealed_form(self) -> None:
        form = await self.unit.leader.file(f"{self._path}/form.pdf")
        await self.unit.leader.upload(f"{self._path}/documents", "sealed_form", form)

    async def step(self, person: Person, event: str, text: str = "") -> Any:
        return await person.post(f"{self._path}/{event}", {"text": text})

    async def consent(self) -> Any:
        points = [{"point_id": key, "operations": list(value)} for key, value in self.consented.items()]
        leader = await self._people.sign_in("police-leader")
        return await leader.post(f"{self._path}/consent", {"text": "部分同意。", "points": points})

    async def sign(self) -> None:
        """Both sides, each with its own sealed scan; the second signature makes the agreement effective."""
        bureau = await self._people.sign_in("bureau-approver")
        for person, side in ((self.unit.leader, "unit"), (bureau, "bureau")):
            paper = await person.file(f"{self._path}/agreement.pdf")
            document = await person.upload(f"{self._path}/documents", f"sealed_agreement_{side}", paper)
            file = await person.get(self._path)
            self.agreement_id = file["agreement"]["id"]
            await person.post(f"/api/agreements/{self.agreement_id}/sign", {"document_id": document["id"]})

    async def provide(self) -> None:
        """The operator looks at one picture, issues the interface's keys, then completes the order."""
        provisioner = await self._people.sign_in("provisioner")
        orders = (await provisioner.get("/api/work-orders", state="open"))["items"]
        self.order_id = next(order["id"] for order in orders if order["system_id"] == self.system_id)
        order = f"/api/work-orders/{self.order_id}"
        point = next(point for point, operations in self.consented.items() if operations)
        play = await provisioner.post(f"{order}/test-play", {"point_id": point})
        picture = await Picture.of_answer(play)
        await picture.runs()
        await provisioner.delete(f"/api/play/{picture.session_id}")
        await picture.ended()
        await provisioner.post(f"{order}/confirm-test", {"point_id": point})
        self.keys = await provisioner.post(f"/api/systems/{self.system_id}/credentials")
        await provisioner.post(f"{order}/complete", {"text": "已开通。"})

    async def acknowledge(self) -> None:
        signature = {"signature_name": self.unit.viewer_name}
        await self.unit.viewer.post(f"/api/agreements/{self.agreement_id}/acknowledgement", signature)

    async def file(self, person: Person | None = None) -> Any:
        return await (person or self.unit.leader).get(self._path)

    def play_form(self, point: str, protocol: str = "flv", reason: str = "日常巡查") -> dict[str, str]:
        return {"point_id": point, "system_id": self.system_id, "protocol": protocol, "reason": reason}

    @property
    def _path(self) -> str:
        return f"/api/applications/{self.application_id}"
