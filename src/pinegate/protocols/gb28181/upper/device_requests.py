"""MESSAGEs of the upper platform to its devices: queries, whose answers are MESSAGEs of their own, and controls.

GB/T 28181-2022 9.3 and 9.5.
"""

from collections.abc import Callable, Mapping

from pinegate.protocols.gb28181.upper.catalog_collector import CatalogCollector
from pinegate.protocols.gb28181.upper.config import UpperPlatformConfig
from pinegate.protocols.gb28181.upper.events import (
    ControlFinished,
    DeviceInfoReceived,
    DeviceStatusReceived,
    QueryFailed,
    UpperEvent,
)
from pinegate.protocols.gb28181.upper.registrar import Registration
from pinegate.protocols.manscdp.codec import CONTENT_TYPE, serialise_message
from pinegate.protocols.manscdp.messages import (
    Alarm,
    CatalogResponse,
    Control,
    DeviceInfo,
    DeviceStatus,
    Message,
    Query,
    ResultResponse,
)
from pinegate.protocols.sip.endpoint import SipEndpoint
from pinegate.protocols.sip.message import Response
from pinegate.protocols.sip.schedule import Deadline

_ANSWER_WAIT = 30.0
_NOT_REGISTERED = 480


class DeviceRequests:
    """Pairs answers with queries by (device, SN); a device on UDP is written to on UDP, however long the message."""

    def __init__(
        self,
        config: UpperPlatformConfig,
        endpoint: SipEndpoint,
        devices: Mapping[str, Registration],
        emit: Callable[[UpperEvent], None],
    ) -> None:
        self._domain = config.domain
        self._endpoint = endpoint
        self._devices = devices
        self._emit = emit
        self._catalogs = CatalogCollector(
            endpoint.schedule, emit, config.catalog_quiet, config.max_catalog_items
        )
        self._queries: dict[tuple[str, int], Deadline] = {}
        self._sn = 0

    def next_sn(self) -> int:
        """A command number that was not used before."""
        self._sn += 1
        return self._sn

    def query_catalog(self, device_id: str, scope_id: str, now: float) -> int:
        """Ask for the catalogue of ``scope_id`` (GB/T 28181-2022 A.2.4.3); SN."""
        sn = self.next_sn()
        self._catalogs.start(device_id, sn, now)

        def sent(status: int) -> None:
            if status >= 300:
                self._catalogs.fail(device_id, sn, status)

        self._send(device_id, device_id, Query("Catalog", sn, scope_id), now, sent)
        return sn

    def query(self, cmd_type: str, device_id: str, now: float) -> int:
        """Ask DeviceInfo or DeviceStatus (GB/T 28181-2022 A.2.4.4, A.2.4.2); SN."""
        sn = self.next_sn()
        key = (device_id, sn)
        self._queries[key] = self._endpoint.schedule.at(now + _ANSWER_WAIT, lambda _: self._fail(key, 408))

        def sent(status: int) -> None:
            if status >= 300:
                self._fail(key, status)

        self._send(device_id, device_id, Query(cmd_type, sn, device_id), now, sent)
        return sn

    def control(self, device_id: str, control: Control, now: float) -> int:
        """Send a control to the channel that it names; its SN."""
        self._send(
            device_id,
            control.device_id,
            control,
            now,
            lambda status: self._emit(ControlFinished(device_id, control.sn, status)),
        )
        return control.sn

    def acknowledge_alarm(self, device: Registration, alarm: Alarm, now: float) -> None:
        """The Response that an alarm wants (GB/T 28181-2022 9.4, A.2.6.3)."""
        answer = ResultResponse("Alarm", alarm.sn, alarm.device_id, "OK")
        self._send(device.device_id, device.device_id, answer, now, lambda _: None)

    def take(self, device_id: str, answer: CatalogResponse | DeviceInfo | DeviceStatus, now: float) -> bool:
        """An answer came; False when nobody asked."""
        if isinstance(answer, CatalogResponse):
            return self._catalogs.take(device_id, answer, now)
        if not self._close((device_id, answer.sn)):
            return False
        if isinstance(answer, DeviceInfo):
            self._emit(DeviceInfoReceived(device_id, answer.sn, answer))
        else:
            self._emit(DeviceStatusReceived(device_id, answer.sn, answer))
        return True

    def drop_device(self, device_id: str) -> None:
        """The device is offline: its queries end."""
        self._catalogs.drop_device(device_id)
        for key in [known for known in self._queries if known[0] == device_id]:
            self._fail(key, _NOT_REGISTERED)

    def _close(self, key: tuple[str, int]) -> bool:
        deadline = self._queries.pop(key, None)
        if deadline is not None:
            deadline.cancel()
        return deadline is not None

    def _fail(self, key: tuple[str, int], status: int) -> None:
        if self._close(key):
            self._emit(QueryFailed(*key, status))

    def _send(
        self, device_id: str, target_id: str, message: Message, now: float, finished: Callable[[int], None]
    ) -> None:
        """MESSAGE to ``target_id`` (the device or a channel of it); ``finished`` hears the final status."""
        device = self._devices.get(device_id)
        if device is None:
            finished(_NOT_REGISTERED)
            return

        def answered(response: Response | None, _: float) -> None:
            status = 408 if response is None else response.status
            if status >= 200:
                finished(status)

        request = self._endpoint.compose(
            "MESSAGE",
            f"sip:{target_id}@{device.target}",
            f"<sip:{target_id}@{self._domain}>",
            device.flow,
            content=(CONTENT_TYPE, serialise_message(message, device.encoding)),
        )
        self._endpoint.send(request, device.flow, answered, now)
