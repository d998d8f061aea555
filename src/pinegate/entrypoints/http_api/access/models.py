"""Plays, snapshots and camera control in JSON."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pinegate.domain.access.tracks import Track
from pinegate.entrypoints.http_api.shared.inputs import ONE_LINE, Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.usecases.streams.signalling import PtzCommand, PtzMove

ProtocolName = Literal["flv", "ws-flv", "fmp4", "ws-fmp4"]
Reason = Annotated[str, Field(max_length=500), ONE_LINE]


class PlayForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    point_id: Id
    system_id: Id
    operation: Literal["live"] = "live"
    protocol: ProtocolName
    reason: Reason


class PlayState(BaseModel):
    """``no_picture``: it goes on, but for 3 s or more the camera has sent nothing that can be shown. ``end_code`` says
    more where the source could not be had.
    """

    state: Literal["waiting", "live", "no_picture", "ended"]
    end_reason: str | None
    end_code: str | None


class SnapshotForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    point_id: Id
    system_id: Id
    reason: Reason


class PtzOrder(BaseModel):
    """``speed`` 1–255; ``preset`` 1–255 with ``preset_call``."""

    model_config = ConfigDict(extra="forbid")
    command: PtzMove
    speed: Annotated[int, Field(ge=1, le=255)] = 64
    preset: Annotated[int, Field(ge=1, le=255)] | None = None

    def as_command(self) -> PtzCommand:
        if self.command is PtzMove.PRESET_CALL and self.preset is None:
            raise ProblemError(
                "invalid_input",
                "correct the named fields",
                errors=[{"field": "preset", "message": "preset_call needs it"}],
            )
        return PtzCommand(self.command, self.speed, self.preset or 0)


class PtzForm(PtzOrder):
    point_id: Id
    system_id: Id
    reason: Reason


class PlayedPoint(BaseModel):
    id: str
    name: str


class ViewerMark(BaseModel):
    """What is laid over the picture."""

    unit: str
    person: str
    session_code: str


class PlayAnswer(BaseModel):
    """``tracks``: what is granted; without ``audio`` the address is silent, whatever the camera hears."""

    session_id: str
    url: str
    protocol: ProtocolName
    tracks: list[Track]
    expires_at: datetime
    point: PlayedPoint
    viewer_mark: ViewerMark
