"""The lower side's catalogue: answers in many messages, one after the other, and NOTIFYs to a subscriber."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pinegate.protocols.gb28181.lower.config import LowerDeviceConfig
from pinegate.protocols.gb28181.lower.events import LowerEvent, SubscriptionChanged
from pinegate.protocols.manscdp.catalog import CatalogItem
from pinegate.protocols.manscdp.catalog_codec import serialise_item
from pinegate.protocols.manscdp.codec import CONTENT_TYPE, serialise_message
from pinegate.protocols.manscdp.messages import CatalogNotify, CatalogResponse, Message, Query, ResultResponse
from pinegate.protocols.sip.dialogs import Belonging, Dialog, dialog_of_request, key_of_request
from pinegate.protocols.sip.endpoint import SipEndpoint
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Request, Response
from pinegate.protocols.sip.schedule import Deadline

_HEAD_OCTETS = 700
"""What SIP head and XML frame take at most."""
_UDP_OCTETS = 1_300
_TCP_OCTETS = 49_152
_MAX_ITEMS = 10_000  # GB/T 28181-2022 annex M
_MAX_JOBS = 64


@dataclass(slots=True)
class _Subscriber:
    dialog: Dialog
    event: str
    ends_at: float
    deadline: Deadline


class CatalogServer:
    """Holds the items; ``queue`` also takes the other answers of the device, so that all go out in order."""

    def __init__(
        self,
        config: LowerDeviceConfig,
        endpoint: SipEndpoint,
        emit: Callable[[LowerEvent], None],
        next_sn: Callable[[], int],
    ) -> None:
        self._config = config
        self._endpoint = endpoint
        self._emit = emit
        self._next_sn = next_sn
        self._items: dict[str, CatalogItem] = {}
        self._jobs: deque[Iterator[Message]] = deque()
        self._busy = False
        self._subscriber: _Subscriber | None = None

    def __len__(self) -> int:
        return len(self._items)

    def set_items(self, items: Iterable[CatalogItem]) -> None:
        """Replace the whole catalogue."""
        self._items = {item.device_id: replace(item, event="") for item in items}

    def change(self, changes: Sequence[CatalogItem], now: float) -> None:
        """Apply and tell."""
        for change in changes:
            known = self._items.get(change.device_id)
            if change.event == "DEL":
                self._items.pop(change.device_id, None)
            elif change.event in ("ADD", "UPDATE") or known is None:
                self._items[change.device_id] = replace(change, event="")
            else:
                self._items[change.device_id] = replace(known, status="ON" if change.event == "ON" else "OFF")
        self._notify(changes, now)

    def answer(self, query: Query, now: float) -> None:
        """Queue the answer to a Catalog query (GB/T 28181-2022 A.2.6.4)."""
        items = list(self._scope(query.device_id))
        self.queue(self._packets(query, items), now)

    def queue(self, messages: Iterator[Message], now: float) -> None:
        """Send these, each after the 200 of the one before; a peer that asks too much at once is not answered."""
        if len(self._jobs) >= _MAX_JOBS:
            self._endpoint.counters["too_many_queries"] += 1
            return
        self._jobs.append(messages)
        if not self._busy:
            self._next(now)

    def reset(self) -> None:
        """The platform is gone: nothing is owed any more."""
        self._jobs.clear()
        self._busy = False
        self._unsubscribe()

    def _scope(self, device_id: str) -> Iterable[CatalogItem]:
        """All for us; else what is under a region (by code) or in a group (by membership)."""
        if device_id in ("", self._config.device_id):
            return self._items.values()
        return [
            item
            for item in self._items.values()
            if item.device_id == device_id
            or device_id in item.parent_id.split("/")
            or item.business_group_id == device_id
            or (len(device_id) <= 8 and (item.civil_code or item.device_id).startswith(device_id))
        ]

    def _packets(self, query: Query, items: list[CatalogItem]) -> Iterator[Message]:
        if not items:
            yield CatalogResponse(query.sn, query.device_id, 0)
        for packet in self._chunks(items):
            yield CatalogResponse(query.sn, query.device_id, len(items), packet)

    def _chunks(self, items: Sequence[CatalogItem]) -> Iterator[tuple[CatalogItem, ...]]:
        """Packets of ``items_per_message``, or as many as fit the transport."""
        fixed = self._config.items_per_message
        room = (_TCP_OCTETS if self._config.platform.transport == "tcp" else _UDP_OCTETS) - _HEAD_OCTETS
        packet: list[CatalogItem] = []
        used = 0
        for item in items:
            size = 0 if fixed else len(serialise_item(item).encode(self._config.encoding, "replace")) + 2
            full = len(packet) >= (fixed or _MAX_ITEMS)
            if packet and (full or used + size > room):
                yield tuple(packet)
                packet, used = [], 0
            packet.append(item)
            used += size
        if packet:
            yield tuple(packet)

    def _next(self, now: float) -> None:
        while self._jobs:
            message = next(self._jobs[0], None)
            if message is None:
                self._jobs.popleft()
                continue
            self._busy = True
            self._send(message, now)
            return
        self._busy = False

    def _send(self, message: Message, now: float) -> None:
        config = self._config
        content = (CONTENT_TYPE, serialise_message(message, config.encoding))
        if isinstance(message, CatalogNotify):
            if self._subscriber is None:
                self._next(now)
                return
            left = max(0, int(self._subscriber.ends_at - now))
            fields = [
                ("Event", self._subscriber.event),
                ("Subscription-State", f"active;expires={left};retry-after=0"),
            ]
            request = self._endpoint.compose_in_dialog(
                self._subscriber.dialog, "NOTIFY", contact=True, fields=fields, content=content
            )
        else:
            request = self._endpoint.compose(
                "MESSAGE",
                f"sip:{config.platform_id}@{config.platform_domain}",
                f"<sip:{config.platform_id}@{config.platform_domain}>",
                config.platform,
                content=content,
            )
        self._endpoint.send(request, config.platform, self._sent, now)

    def _sent(self, response: Response | None, now: float) -> None:
        if not self._busy or (response is not None and response.status < 200):
            return
        if (response is None or response.status >= 300) and self._jobs:
            self._jobs.popleft()
        if response is not None and response.status == 481:  # RFC 6665 4.2.2: the subscription is gone
            self._unsubscribe()
        self._next(now)

    def subscribe(self, request: Request, query: Query | None, flow: Flow, now: float) -> None:
        """Answer SUBSCRIBE: the first, a refresh, or the end of it (RFC 6665 4.2.1; GB/T 28181-2022 9.11.3)."""
        event = request.headers.get("event") or ""
        package = event.partition(";")[0].strip().lower()
        known = self._subscriber
        asked = request.headers.get("expires") or "3600"
        if package not in ("catalog", "presence") or (query is not None and query.cmd_type != "Catalog"):
            self._endpoint.reply(request, flow, 489, now)  # RFC 6665 8.3.2
            return
        if not (asked.isascii() and asked.isdigit()) or len(asked) > 7:
            self._endpoint.reply(request, flow, 400, now)
            return
        if request.to.tag:
            fits = known is not None and known.dialog.key == key_of_request(request)
            if known is None or not fits or known.dialog.check(request, flow) is not Belonging.FITS:
                self._endpoint.refuse(request, flow, 481)
                return
            known.dialog.took(request)
        tag = self._endpoint.token()
        self._accept(request, query, flow, int(asked), tag, now)
        if int(asked) == 0:
            self._unsubscribe()
        elif request.to.tag and known is not None:
            known.deadline.cancel()
            known.ends_at = now + int(asked)
            known.deadline = self._endpoint.schedule.at(known.ends_at, lambda _: self._unsubscribe())
        else:
            self._subscribed(dialog_of_request(request, tag, 0, flow), event, now + int(asked), now)

    def _accept(
        self, request: Request, query: Query | None, flow: Flow, expires: int, tag: str, now: float
    ) -> None:
        fields = [("Contact", self._endpoint.identity.contact), ("Expires", str(expires))]
        content = None
        if query is not None:
            result = ResultResponse("Catalog", query.sn, query.device_id, "OK")
            content = (CONTENT_TYPE, serialise_message(result, self._config.encoding))
        self._endpoint.reply(request, flow, 200, now, fields=fields, content=content, to_tag=tag)

    def _subscribed(self, dialog: Dialog, event: str, ends_at: float, now: float) -> None:
        self._unsubscribe()
        deadline = self._endpoint.schedule.at(ends_at, lambda _: self._unsubscribe())
        self._subscriber = _Subscriber(dialog, event, ends_at, deadline)
        self._emit(SubscriptionChanged(True))
        self._notify(
            [replace(item, event="OFF") for item in self._items.values() if item.status == "OFF"], now
        )

    def _unsubscribe(self) -> None:
        if self._subscriber is not None:
            self._subscriber.deadline.cancel()
            self._subscriber = None
            self._emit(SubscriptionChanged(False))

    def _notify(self, changes: Sequence[CatalogItem], now: float) -> None:
        """ADD and UPDATE carry the whole item, the others only its code (GB/T 28181-2022 9.11.4)."""
        if self._subscriber is None or not changes:
            return
        brief = [
            item if item.event in ("ADD", "UPDATE") else CatalogItem(item.device_id, event=item.event)
            for item in changes
        ]
        self.queue(
            (
                CatalogNotify(self._next_sn(), self._config.device_id, len(packet), packet)
                for packet in self._chunks(brief)
            ),
            now,
        )
