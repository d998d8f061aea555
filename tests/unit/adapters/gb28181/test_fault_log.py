"""What peers do wrong is one line a second, and one audited refusal."""

from structlog.testing import capture_logs

from pinegate.adapters.gb28181.fault_log import FaultLog
from pinegate.protocols.gb28181.upper.events import MessageRejected, Rejection
from pinegate.protocols.sip.flow import Flow

FLOW = Flow("udp", "127.0.0.2", 5060)


def rejected(method: str, device: str) -> MessageRejected:
    return MessageRejected(method, device, FLOW, Rejection.BAD_CREDENTIALS)


def test_a_quiet_second_says_nothing_and_a_busy_one_what_was_added() -> None:
    faults = FaultLog(lambda *_: None)
    with capture_logs() as logs:
        faults.log({"head_too_long": 3})
        faults.log({"head_too_long": 3})
        faults.log({"head_too_long": 5, "over_rate": 1})
    assert [line["counts"] for line in logs] == [{"head_too_long": 3}, {"head_too_long": 2, "over_rate": 1}]


def test_one_refused_registration_a_second_is_audited() -> None:
    audited: list[tuple[str, str, str]] = []
    faults = FaultLog(lambda *refusal: audited.append(refusal))
    faults.refused(rejected("MESSAGE", "other"))
    for number in range(1_000):
        faults.refused(rejected("REGISTER", f"device {number}"))
    assert audited == [("device 0", "127.0.0.2", "bad_credentials")]
    with capture_logs() as logs:
        faults.log({})
    assert [line["counts"] for line in logs] == [{"refused": 1_001}]
    faults.refused(rejected("REGISTER", "later"))
    assert len(audited) == 2
