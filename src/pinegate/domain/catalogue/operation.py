"""操作权限: what may be asked for, granted and done with a camera point (governance section 5)."""

from enum import StrEnum


class Operation(StrEnum):
    """One operation permission. Deny by default: what is not granted by name is refused."""

    LIVE = "live"
    MAIN_STREAM = "main_stream"
    SNAPSHOT = "snapshot"
    PTZ = "ptz"
    PRESET = "preset"
    PLAYBACK = "playback"
    DOWNLOAD = "download"
    AUDIO = "audio"
    ALARM = "alarm"
    POSITION = "position"
    PUSH = "push"


REQUESTABLE = frozenset(
    {Operation.LIVE, Operation.SNAPSHOT, Operation.PTZ, Operation.PRESET, Operation.AUDIO}
)
"""What this version can really provide, and therefore lets units ask for."""

SENSITIVE = frozenset({Operation.PTZ, Operation.PRESET, Operation.DOWNLOAD, Operation.PUSH})
"""High risk (governance section 5): leases are short."""
