"""Where peers do it otherwise than the standards say, and are understood all the same."""

from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum


class Deviation(StrEnum):
    """Each is counted by device and shown to administrators, for the next platform may be less patient."""

    BARE_LINE_FEEDS = "bare_line_feeds"
    """A datagram's lines end in LF (RFC 3261 7: CRLF)."""
    CONTENT_LENGTH_TOO_LONG = "content_length_too_long"
    """More than the datagram holds (RFC 3261 18.3)."""
    BROKEN_XML = "broken_xml"
    LOWER_CASE_ROOT = "lower_case_root"
    """``<response>`` for ``<Response>``."""
    ITEM_ATTRIBUTES = "item_attributes"
    """``<Item DeviceID="…"/>`` instead of elements."""
    ITEMS_WITHOUT_CODE = "items_without_code"
    STATUS_WORD = "status_word"
    """An item's Status is neither ON nor OFF (GB/T 28181-2022 A.2.1.9)."""
    NO_DEVICE_STATUS = "no_device_status"
    """DeviceStatus is not answered (GB/T 28181-2022 9.5)."""
    NOTIFY_OUTSIDE_SUBSCRIPTION = "notify_outside_subscription"
    PORT_MOVED = "port_moved"
    """Its UDP port changed without a REGISTER: a NAT forgot it."""


class DeviationBook:
    """How often each device did what. ``known``: whether a device is one of ours; others are forgotten."""

    def __init__(self, known: Callable[[str], bool]) -> None:
        self._known = known
        self._counts: dict[str, Counter[Deviation]] = {}

    def note(self, device_id: str, deviation: Deviation) -> None:
        self._counts.setdefault(device_id, Counter())[deviation] += 1

    def of(self, device_id: str) -> Mapping[Deviation, int]:
        return self._counts.get(device_id, {})

    def forget_strangers(self) -> None:
        for device_id in [device_id for device_id in self._counts if not self._known(device_id)]:
            del self._counts[device_id]
