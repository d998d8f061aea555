"""Catalogue subscriptions of the upper platform: SUBSCRIBE, refresh, NOTIFY.

RFC 6665; GB/T 28181-2022 9.11.3, 9.11.4.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pinegate.protocols.gb28181.upper.events import SubscriptionChanged, UpperEvent
from pinegate.protocols.gb28181.upper.registrar import Registration
from pinegate.protocols.manscdp.codec import CONTENT_TYPE, serialise_message
from pinegate.protocols.manscdp.messages import Query
from pinegate.protocols.sip.dialogs import Dialog, dialog_of_answer
from pinegate.protocols.sip.endpoint import SipEndpoint
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Request, Response
from pinegate.protocols.sip.schedule import Deadline

_RETRY_AFTER = 60.0


@dataclass(slots=True)
class _Subscription:
    device: Registration
    sn: int
    event: str
    request: Request | None = None
    dialog: Dialog | None = None
    deadline: Deadline | None = None
    notified: int = -1
    """CSeq of the last NOTIFY."""


class CatalogSubscriptions:
    """One subscription a device, kept alive until ``cancel`` or until the device is offline."""

    def __init__(
        self,
        endpoint: SipEndpoint,
        emit: Callable[[UpperEvent], None],
        domain: str,
        expires: int,
        next_sn: Callable[[], int],
    ) -> None:
        self._endpoint = endpoint
        self._emit = emit
        self._domain = domain
        self._expires = expires
        self._next_sn = next_sn
        self._subscriptions: dict[str, _Subscription] = {}
        self._by_call_id: dict[str, _Subscription] = {}

    def subscribe(self, device: Registration, now: float) -> None:
        """Subscribe, unless it is subscribed already."""
        if device.device_id not in self._subscriptions:
            sn = self._next_sn()
            subscription = _Subscription(device, sn, f"Catalog;id={sn}")
            self._subscriptions[device.device_id] = subscription
            self._send(subscription, self._expires, now)

    def cancel(self, device_id: str, now: float) -> None:
        """Unsubscribe (Expires 0: RFC 6665 4.1.2.3)."""
        subscription = self._forget(device_id)
        if subscription is not None and subscription.dialog is not None:
            self._send(subscription, 0, now)
            self._emit(SubscriptionChanged(device_id, False, 200))

    def _forget(self, device_id: str) -> _Subscription | None:
        subscription = self._subscriptions.pop(device_id, None)
        if subscription is not None:
            self._drop_request(subscription)
            if subscription.deadline is not None:
                subscription.deadline.cancel()
        return subscription

    def _drop_request(self, subscription: _Subscription) -> None:
        if subscription.request is not None:
            self._by_call_id.pop(subscription.request.call_id, None)

    def _send(self, subscription: _Subscription, expires: int, now: float) -> None:
        device = subscription.device
        query = serialise_message(Query("Catalog", subscription.sn, device.device_id), device.encoding)
        fields = [("Event", subscription.event), ("Expires", str(expires))]
        content = (CONTENT_TYPE, query)
        if subscription.dialog is not None:
            request = self._endpoint.compose_in_dialog(
                subscription.dialog, "SUBSCRIBE", contact=True, fields=fields, content=content
            )
        else:
            request = self._endpoint.compose(
                "SUBSCRIBE",
                f"sip:{device.device_id}@{device.target}",
                f"<sip:{device.device_id}@{self._domain}>",
                device.flow,
                contact=True,
                fields=fields,
                content=content,
            )
            self._drop_request(subscription)
            subscription.request = request
            self._by_call_id[request.call_id] = subscription
        self._endpoint.send(
            request,
            device.flow,
            lambda response, later: self._answered(subscription, request, response, later),
            now,
        )

    def _answered(
        self, subscription: _Subscription, request: Request, response: Response | None, now: float
    ) -> None:
        device_id = subscription.device.device_id
        if self._subscriptions.get(device_id) is not subscription:
            return
        if response is None or response.status >= 300:
            self._failed(subscription, 408 if response is None else response.status, now)
            return
        if response.status < 200:
            return
        first = subscription.dialog is None
        if first:
            subscription.dialog = dialog_of_answer(request, response, subscription.device.flow)
        granted = response.headers.get("expires") or ""
        seconds = (
            int(granted) if granted.isascii() and granted.isdigit() and len(granted) < 8 else self._expires
        )
        subscription.deadline = self._endpoint.schedule.at(
            now + max(seconds * 0.8, 30.0), lambda later: self._send(subscription, self._expires, later)
        )
        if first:
            self._emit(SubscriptionChanged(device_id, True, response.status))

    def _failed(self, subscription: _Subscription, status: int, now: float) -> None:
        """Begin anew after a while; at once with the older event package when this one is not known (489:
        RFC 6665 8.3.2).
        """
        was_active = subscription.dialog is not None
        subscription.dialog, subscription.notified = None, -1
        if status == 489 and subscription.event != "presence":
            subscription.event = "presence"
            self._send(subscription, self._expires, now)
            return
        if was_active or subscription.deadline is None:
            self._emit(SubscriptionChanged(subscription.device.device_id, False, status))
        subscription.deadline = self._endpoint.schedule.at(
            now + _RETRY_AFTER, lambda later: self._send(subscription, self._expires, later)
        )

    def receive_notify(self, request: Request, flow: Flow, now: float) -> tuple[int, str]:
        """The status to answer a NOTIFY with, and whose it is. It must come from the device, with our tag.

        The device's own tag is not asked for: a NOTIFY may overtake the 200 that tells it (RFC 6665 4.4.1).
        """
        subscription = self._by_call_id.get(request.call_id)
        if subscription is None or subscription.request is None or subscription.device.flow != flow:
            return 481, ""
        if subscription.request.from_.tag != request.to.tag:
            return 481, ""
        if request.cseq[0] <= subscription.notified:  # RFC 3261 12.2.2
            return 500, ""
        subscription.notified = request.cseq[0]
        state = (request.headers.get("subscription-state") or "").strip().lower()
        if state.startswith("terminated"):  # RFC 6665 4.1.3
            self._failed(subscription, 0, now)
        return 200, subscription.device.device_id

    def move_device(self, device: Registration) -> None:
        """The device proved itself at another flow: its dialog follows."""
        subscription = self._subscriptions.get(device.device_id)
        if subscription is not None and subscription.dialog is not None:
            subscription.dialog.flow = device.flow

    def drop_device(self, device_id: str) -> None:
        """The device is offline: subscribe again when it is back."""
        subscription = self._forget(device_id)
        if subscription is not None and subscription.dialog is not None:
            self._emit(SubscriptionChanged(device_id, False, 0))
