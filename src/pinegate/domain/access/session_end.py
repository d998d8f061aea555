"""Why a session or a source ended. Each member is stored value, API code, portal message and test case."""

from dataclasses import dataclass
from enum import StrEnum

from pinegate.domain.access.denial_reasons import DenialReason


class EndReason(StrEnum):
    """What ends a session besides a denial."""

    VIEWER_LEFT = "viewer_left"
    SOURCE_LOST = "source_lost"
    SOURCE_UNAVAILABLE = "source_unavailable"
    SOURCE_CHANGED = "source_changed"
    LEASE_ENDED = "lease_ended"
    WORKER_LOST = "worker_lost"
    TOO_SLOW = "too_slow"
    TICKET_EXPIRED = "ticket_expired"
    TICKET_OTHER_PROTOCOL = "ticket_other_protocol"
    TICKET_OTHER_HOST = "ticket_other_host"
    SOUND_WITHDRAWN = "sound_withdrawn"
    SIGNED_OUT = "signed_out"
    CAMERA_TAKEN = "camera_taken"
    DONE = "done"


class InviteFailure(StrEnum):
    """Why there is no stream; the code that waiting viewers are shown."""

    DEVICE_OFFLINE = "device_offline"
    CHANNEL_UNKNOWN = "channel_unknown"
    BUSY = "busy"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"
    ANSWER_INVALID = "answer_invalid"
    NO_PICTURE = "no_picture"
    MEDIA_UNAVAILABLE = "media_unavailable"

    @property
    def worth_retrying(self) -> bool:
        """Whether the same request may succeed a second later."""
        return self in (
            InviteFailure.BUSY,
            InviteFailure.TIMED_OUT,
            InviteFailure.NO_PICTURE,
            InviteFailure.MEDIA_UNAVAILABLE,
        )


_DENIALS = frozenset[str](DenialReason)


@dataclass(frozen=True, slots=True)
class End:
    """One end. ``detail``: why the camera sent nothing, with ``SOURCE_UNAVAILABLE`` only."""

    reason: EndReason | DenialReason
    detail: InviteFailure | None = None

    @classmethod
    def unavailable(cls, failure: InviteFailure) -> "End":
        """The camera could not be had."""
        return cls(EndReason.SOURCE_UNAVAILABLE, failure)

    def __str__(self) -> str:
        """As the register and the audit log keep it: ``reason``, or ``reason:detail``."""
        return self.reason.value if self.detail is None else f"{self.reason.value}:{self.detail.value}"

    @classmethod
    def read(cls, text: str) -> "End":
        """What ``str`` wrote. ``ValueError`` for anything else."""
        reason, colon, detail = text.partition(":")
        return cls(
            DenialReason(reason) if reason in _DENIALS else EndReason(reason),
            InviteFailure(detail) if colon else None,
        )
