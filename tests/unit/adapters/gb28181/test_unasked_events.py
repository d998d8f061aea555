"""Alarms, positions and subscriptions leave a line, and no flood."""

import structlog

from pinegate.adapters.gb28181.unasked_events import UnaskedEvents
from pinegate.protocols.gb28181.upper.events import AlarmReceived, PositionReceived, SubscriptionChanged
from pinegate.protocols.manscdp.messages import Alarm, MobilePosition

ALARM = AlarmReceived("34100200001180000001", Alarm(1, "34100200001320000001", 1, 5, 6))


def test_an_alarm_is_logged_with_its_numbers() -> None:
    with structlog.testing.capture_logs() as lines:
        UnaskedEvents(lambda: 0.0).log(ALARM)
    assert lines == [
        {
            "event": "alarm_received",
            "log_level": "info",
            "device": "34100200001180000001",
            "channel": "34100200001320000001",
            "priority": 1,
            "method": 5,
            "kind": 6,
        }
    ]


def test_a_position_is_logged_without_the_place() -> None:
    position = MobilePosition(1, "34100200001320000001", 118.33, 29.71)
    with structlog.testing.capture_logs() as lines:
        UnaskedEvents(lambda: 0.0).log(PositionReceived("34100200001180000001", position))
    assert "118.33" not in str(lines) and "29.71" not in str(lines)
    assert lines[0]["event"] == "position_received"


def test_a_device_that_alarms_without_end_has_few_lines_and_takes_none_from_another() -> None:
    unasked = UnaskedEvents(lambda: 0.0)
    with structlog.testing.capture_logs() as lines:
        for _ in range(1000):
            unasked.log(ALARM)
        unasked.log(SubscriptionChanged("34100200001180000002", False, 408))
    assert [line["event"] for line in lines] == ["alarm_received"] * 3 + ["catalogue_subscription_changed"]
