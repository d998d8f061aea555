"""What devices tell without being asked, and what Pinegate makes no use of: logged, not lost."""

from collections.abc import Callable

import structlog

from pinegate.protocols.gb28181.upper.events import AlarmReceived, PositionReceived, SubscriptionChanged
from pinegate.token_buckets import TokenBuckets

_log = structlog.get_logger(__name__)

_AT_ONCE = 3
_PER_SECOND = 1 / 60


class UnaskedEvents:
    """A few lines a kind and device, then one a minute: a camera with a loose contact must not fill the disk."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._limit = TokenBuckets(burst=_AT_ONCE, per_second=_PER_SECOND)

    def log(self, event: AlarmReceived | PositionReceived | SubscriptionChanged) -> None:
        """One structured line, unless this device had its share of this kind."""
        if not self._limit.allow(f"{type(event).__name__} {event.device_id}", self._monotonic()):
            return
        match event:
            case AlarmReceived():
                alarm = event.alarm
                _log.info(
                    "alarm_received",
                    device=event.device_id,
                    channel=alarm.device_id,
                    priority=alarm.priority,
                    method=alarm.method,
                    kind=alarm.kind,
                )
            case PositionReceived():  # not where: that may be where a person is
                _log.info("position_received", device=event.device_id)
            case SubscriptionChanged():
                _log.info(
                    "catalogue_subscription_changed",
                    device=event.device_id,
                    active=event.active,
                    status=event.status,
                )
